"""Signed-in browsers: how long they last, how they end, and what a change of rights does to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.actor import SYSTEM, acting
from core.config import Config
from core.db.session import db
from core.db.types import utcnow
from core.people import sessions, tokens
from core.people.models import ApiToken, Role, User, UserRole, UserSession
from core.people.secrets import token_hash
from core.testing.people import bearer, make_role, make_token, make_user
from tests.core.people.steps import PASSWORD, Browser, as_user, system


def age(**values: timedelta) -> None:
    """As if the sessions had been made, or seen, so long ago."""
    system(lambda: db.session.execute(update(UserSession).values({k: utcnow() - ago for k, ago in values.items()})))


def kept_session(browser: Browser) -> str:
    with browser.client.session_transaction() as cookie:
        return str(cookie[sessions.COOKIE_KEY])


def test_a_session_ends_after_twelve_idle_hours(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    age(seen_at=sessions.IDLE - timedelta(minutes=1))
    assert browser.is_signed_in
    age(seen_at=sessions.IDLE + timedelta(seconds=1))
    assert not browser.is_signed_in


def test_use_keeps_a_session_awake_but_not_beyond_seven_days(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    age(seen_at=timedelta(hours=11))
    assert browser.is_signed_in
    seen = system(lambda: db.session.scalars(select(UserSession.seen_at)).one())
    assert utcnow() - seen < timedelta(minutes=1)
    age(created_at=sessions.ABSOLUTE + timedelta(seconds=1))
    assert not browser.is_signed_in


def test_an_id_has_256_bits_and_only_its_hash_is_kept(app: Flask, zhang: User) -> None:
    browser = Browser(app)
    browser.sign_in("zhang")
    secret = kept_session(browser)
    assert len(secret) == 43
    assert system(lambda: db.session.scalars(select(UserSession.token_hash)).one()) == token_hash(secret)


def test_signing_in_and_changing_the_password_give_a_fresh_id(app: Flask, zhang: User) -> None:
    browser = Browser(app)
    with browser.client.session_transaction() as cookie:
        cookie[sessions.COOKIE_KEY] = "planted"
    browser.sign_in("zhang")
    first = kept_session(browser)
    values = {"current": PASSWORD, "password": "another long one", "again": "another long one"}
    assert browser.post("/profile/password", **values).status_code == 302
    assert len({"planted", first, kept_session(browser)}) == 3
    with browser.client.session_transaction() as cookie:
        cookie[sessions.COOKIE_KEY] = first
    assert not browser.is_signed_in


def test_changing_the_password_signs_every_other_browser_out(app: Flask, zhang: User) -> None:
    here, there = Browser(app), Browser(app)
    here.sign_in("zhang")
    there.sign_in("zhang")
    wrong = {"current": "wrong", "password": "another long one", "again": "another long one"}
    assert here.post("/profile/password", **wrong).status_code == 422
    assert there.is_signed_in
    here.post("/profile/password", **{**wrong, "current": PASSWORD})
    assert here.is_signed_in and not there.is_signed_in


def test_signing_out_ends_the_session_on_the_server_too(app: Flask, zhang: User) -> None:
    browser = Browser(app)
    browser.sign_in("zhang")
    secret = kept_session(browser)
    browser.post("/sign-out")
    with browser.client.session_transaction() as cookie:
        cookie[sessions.COOKIE_KEY] = secret
    assert not browser.is_signed_in


def test_another_browser_is_signed_out_from_ones_own_page_and_nobody_elses_is(app: Flask, zhang: User) -> None:
    li = system(lambda: make_user(login="li"))
    here, there, others = Browser(app, zhang), Browser(app, zhang), Browser(app, li)
    ids = dict(system(lambda: db.session.execute(select(UserSession.token_hash, UserSession.id)).all()))  # type: ignore[arg-type]
    assert here.get("/profile").text.count("/end") == 1
    here.post(f"/profile/sessions/{ids[token_hash(kept_session(others))]}/end")
    assert others.is_signed_in
    here.post(f"/profile/sessions/{ids[token_hash(kept_session(there))]}/end")
    assert here.is_signed_in and not there.is_signed_in


def test_an_administrator_signs_a_user_out_everywhere(app: Flask, zhang: User) -> None:
    admin = system(lambda: make_user(make_role("core.user.read", "core.user.end_sessions")))
    there = Browser(app, zhang)
    assert Browser(app, admin).post(f"/users/{zhang.id}/end-sessions").status_code == 303
    assert not there.is_signed_in


def test_disabling_a_user_ends_his_sessions_and_tokens_in_the_same_transaction(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    headers = bearer(make_token(zhang))
    assert browser.is_signed_in and Browser(app).get("/api/v1/me", **headers).status_code == 200

    def disable() -> Any:
        db.session.get_one(User, zhang.id).active = False
        db.session.flush()
        return db.session.scalars(select(UserSession.ended_at)).all(), db.session.scalars(
            select(ApiToken.revoked_at)
        ).all()

    with acting(SYSTEM):
        ended, revoked = disable()
        assert None not in [*ended, *revoked]
        db.session.rollback()
    assert browser.is_signed_in
    system(disable)
    assert not browser.is_signed_in
    assert Browser(app).get("/api/v1/me", **headers).status_code == 401


def test_enabling_him_again_does_not_bring_them_back(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    for active in (False, True):
        system(lambda value=active: setattr(db.session.get_one(User, zhang.id), "active", value))  # type: ignore[misc]
    assert not browser.is_signed_in


def test_a_change_of_roles_acts_on_the_next_request_of_an_open_session(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    assert browser.get("/m/core/users").status_code == 403
    role = system(lambda: make_role("core.user.read"))
    system(lambda: db.session.add(UserRole(user_id=zhang.id, role_id=role.id)))
    assert browser.get("/m/core/users").status_code == 200
    headers = bearer(make_token(zhang, "core.user.read"))
    assert Browser(app).get("/api/v1/core/users", **headers).status_code == 200
    system(lambda: setattr(db.session.get_one(Role, role.id), "permissions", []))
    assert browser.get("/m/core/users").status_code == 403
    assert Browser(app).get("/api/v1/core/users", **headers).status_code == 403


def test_a_form_without_our_mark_changes_nothing(app: Flask, zhang: User) -> None:
    browser = Browser(app, zhang)
    answer = browser.client.post("/profile", data={"email": "x@example.com"})
    assert answer.status_code == 400
    assert system(lambda: db.session.get_one(User, zhang.id).email) is None


def demand(app: Flask, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
    config: Config = app.config["QINGMES"]
    monkeypatch.setitem(app.config, "QINGMES", type(config)(**{**vars(config), **settings}))


def test_an_administrator_must_turn_the_second_factor_on_where_it_is_required(
    app: Flask, zhang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    demand(app, monkeypatch, require_two_factor=True)
    admin = system(lambda: make_user(make_role("core.user.read", "core.user.write")))
    browser = Browser(app, admin)
    assert browser.get("/m/core/users").headers["Location"] == "/profile"
    assert browser.get("/api/v1/core/users").status_code == 403
    assert browser.get("/profile/two-factor").status_code == 200
    assert browser.post("/profile/tokens", name="t", permission="core.user.read", days="3").status_code == 403
    system(lambda: setattr(db.session.get_one(User, admin.id), "totp_secret", "JBSWY3DPEHPK3PXP"))
    assert browser.get("/m/core/users").status_code == 200
    assert Browser(app, zhang).get("/").status_code == 200


def test_an_expired_password_must_be_changed_before_anything_else(
    app: Flask, zhang: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = Browser(app, zhang)
    system(lambda: setattr(db.session.get_one(User, zhang.id), "password_changed_at", utcnow() - timedelta(days=90)))
    assert browser.get("/").status_code == 200
    demand(app, monkeypatch, password_policy="mlps2")
    assert browser.get("/").headers["Location"] == "/profile"
    browser.post("/profile/password", current=PASSWORD, password="Better 2026", again="Better 2026")
    assert browser.get("/").status_code == 200


def test_ones_own_page_is_not_for_tokens(app: Flask, zhang: User) -> None:
    headers = bearer(make_token(zhang))
    assert Browser(app).get("/profile", **headers).status_code == 403


def test_a_token_does_its_owners_work_only_within_its_permissions(app: Flask) -> None:
    user = system(lambda: make_user(make_role("core.user.read", "core.role.read")))
    headers = bearer(make_token(user, "core.role.read"))
    assert Browser(app).get("/api/v1/core/roles", **headers).status_code == 200
    assert Browser(app).get("/api/v1/core/users", **headers).status_code == 403
    assert as_user(user.id, lambda: tokens.find_tokens(user.id))[0].permissions == ["core.role.read"]
