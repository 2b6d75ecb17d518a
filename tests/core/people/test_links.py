"""One-time links: the first start, and passwords that no administrator ever knows."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from core.db.session import db
from core.db.types import utcnow
from core.errors import Forbidden, NotFound
from core.kernel.registry import current_registry
from core.people import accounts, grants, links
from core.people.models import OneTimeLink, Post, User
from core.testing.people import make_role, make_user
from core.workflow.models import AuditEntry
from tests.core.people.steps import PASSWORD, Browser, as_user, system

RESET = "core.user.reset_password"


def set_up(browser: Browser, secret: str | None, **values: str) -> int:
    given = {"name": "Lin Mei", "login": "linmei", "password": PASSWORD, **values}
    return browser.post(f"/setup/{secret}", **given).status_code


def test_the_first_start_link_makes_a_working_administrator_and_dies(app: Flask) -> None:
    secret = system(links.first_start)
    browser = Browser(app)
    assert browser.get(f"/setup/{secret}").status_code == 200
    assert set_up(browser, secret) == 302
    assert browser.is_signed_in
    user = system(lambda: db.session.scalars(select(User).where(User.login == "linmei")).one())
    held = system(lambda: grants.actor_for(user, "web").permissions)
    assert held == set(current_registry().permissions)
    late = Browser(app)
    assert late.get(f"/setup/{secret}").status_code == 404
    assert set_up(late, secret, login="second") == 404
    assert late.sign_in("linmei").status_code == 302


def test_there_is_no_set_up_link_once_somebody_can_sign_in(zhang: User) -> None:
    assert system(links.first_start) is None


def test_an_unused_set_up_link_dies_when_somebody_can_sign_in(app: Flask, browser: Browser) -> None:
    first = system(links.first_start)
    second = system(links.first_start)
    assert browser.get(f"/setup/{first}").status_code == 404
    assert set_up(browser, second) == 302
    system(lambda: db.session.execute(update(OneTimeLink).values(used_at=None)))
    assert Browser(app).get(f"/setup/{second}").status_code == 404


def test_a_refused_set_up_leaves_the_link_and_the_data_as_they_were(browser: Browser) -> None:
    secret = system(links.first_start)
    for wrong in ({"password": "short"}, {"name": " "}, {"login": ""}):
        assert set_up(browser, secret, **wrong) == 422
    assert system(lambda: db.session.scalar(select(User.id).limit(1))) is None
    assert set_up(browser, secret) == 302


def test_a_made_up_link_leads_nowhere(browser: Browser) -> None:
    for path in ("/setup/made-up", "/password/made-up"):
        assert browser.get(path).status_code == 404
        assert browser.post(path, password=PASSWORD).status_code == 404


def test_only_the_hash_of_a_link_is_kept(app: Flask) -> None:
    secret = system(links.first_start)
    link = system(lambda: db.session.scalars(select(OneTimeLink)).one())
    assert secret is not None and len(secret) >= 43
    assert secret not in {str(value) for value in vars(link).values()}


def test_a_password_link_sets_a_password_ends_old_sessions_and_dies(app: Flask, zhang: User) -> None:
    old = Browser(app, zhang)
    secret = system(lambda: links.password("zhang"))
    visitor = Browser(app)
    assert visitor.post(f"/password/{secret}", password="short").status_code == 422
    assert visitor.post(f"/password/{secret}", password="another long one").status_code == 302
    assert visitor.is_signed_in and not old.is_signed_in
    assert Browser(app).sign_in("zhang").status_code == 422
    assert Browser(app).post(f"/password/{secret}", password="a third long one").status_code == 404
    actions = system(lambda: db.session.scalars(select(AuditEntry.action)).all())
    assert "password_by_link" in actions


def test_a_new_password_link_kills_the_one_before(zhang: User, browser: Browser) -> None:
    first, second = system(lambda: links.password("zhang")), system(lambda: links.password("zhang"))
    assert browser.get(f"/password/{first}").status_code == 404
    assert browser.get(f"/password/{second}").status_code == 200


def test_a_link_dies_after_three_days_and_with_its_account(zhang: User, browser: Browser) -> None:
    secret = system(lambda: links.password("zhang"))
    system(lambda: setattr(db.session.get_one(User, zhang.id), "active", False))
    assert browser.get(f"/password/{secret}").status_code == 404
    system(lambda: setattr(db.session.get_one(User, zhang.id), "active", True))
    system(lambda: db.session.execute(update(OneTimeLink).values(expires_at=utcnow() - timedelta(seconds=1))))
    assert browser.get(f"/password/{secret}").status_code == 404


def test_nobody_makes_a_link_for_somebody_who_may_more_than_he(app: Flask) -> None:
    helper = system(lambda: make_user(make_role(RESET, "core.user.read"), login="helper").id)
    system(lambda: make_user(make_role("core.user.read"), login="plain"))
    system(lambda: make_user(make_role("core.role.write"), login="strong"))
    system(lambda: make_user(make_role("core.user.read", field_groups=["wages"]), login="payroll"))
    assert as_user(helper, lambda: accounts.password_link(by_login("plain")))
    for login in ("strong", "payroll"):
        with pytest.raises(Forbidden):
            as_user(helper, lambda name=login: accounts.password_link(by_login(name)))  # type: ignore[misc]


def by_login(login: str) -> User:
    return db.session.scalars(select(User).where(User.login == login)).one()


def test_making_a_link_needs_the_right_and_an_active_user(zhang: User) -> None:
    with pytest.raises(Forbidden):
        as_user(zhang.id, lambda: links.password("zhang"))
    with pytest.raises(NotFound):
        system(lambda: links.password("nobody"))


def test_an_account_with_a_second_factor_is_not_signed_in_by_the_link_alone(app: Flask, zhang: User) -> None:
    system(lambda: setattr(db.session.get_one(User, zhang.id), "totp_secret", "JBSWY3DPEHPK3PXP"))
    secret = system(lambda: links.password("zhang"))
    visitor = Browser(app)
    answer = visitor.post(f"/password/{secret}", password="another long one")
    assert answer.headers["Location"] == "/sign-in" and not visitor.is_signed_in


def test_without_the_administrators_post_set_up_says_what_to_do(browser: Browser) -> None:
    secret = system(links.first_start)
    system(lambda: db.session.execute(update(Post).where(Post.code == "administrator").values(active=False)))
    answer = browser.post(f"/setup/{secret}", name="Lin", login="lin", password=PASSWORD)
    assert answer.status_code == 409 and "administrator" in answer.text
