"""Signing in: passwords, second factor, throttling, and what the answers do not give away."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest
from argon2 import extract_parameters
from argon2.low_level import Type
from flask import Flask
from sqlalchemy import func, select, update

from core.db.session import db
from core.db.types import utcnow
from core.errors import Conflict, ValidationError
from core.people import passwords, profile, signin, starter, throttle, totp
from core.people.models import SignInAttempt, User, UserSession
from core.testing.people import make_user
from core.workflow.models import AuditEntry
from tests.core.people.steps import PASSWORD, Browser, as_user, system


def attempts_happened(ago: timedelta) -> None:
    """As if every failure so far had been so long ago."""
    system(lambda: db.session.execute(update(SignInAttempt).values(at=utcnow() - ago)))


def fail(browser: Browser, login: str, times: int) -> None:
    """Wrong tries, each when it is allowed again."""
    for _n in range(times):
        attempts_happened(timedelta(minutes=1))
        assert browser.sign_in(login, "wrong").status_code == 422


def test_the_right_password_signs_in(zhang: User, browser: Browser) -> None:
    answer = browser.sign_in("zhang", next="/organisation")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/organisation")
    assert browser.is_signed_in


@pytest.mark.parametrize(
    "target", ["//elsewhere.example", "/\\elsewhere.example", "https://elsewhere.example", "javascript:x"]
)
def test_signing_in_never_leads_to_another_host(zhang: User, browser: Browser, target: str) -> None:
    assert browser.sign_in("zhang", next=target).headers["Location"] == "/"


def test_a_password_is_kept_as_argon2id(zhang: User) -> None:
    kept = system(lambda: db.session.get_one(User, zhang.id).password_hash)
    assert kept is not None and extract_parameters(kept).type is Type.ID


def test_a_wrong_password_and_an_unknown_name_are_answered_with_the_same_page(zhang: User, browser: Browser) -> None:
    wrong, unknown = browser.sign_in("zhang", "wrong"), browser.sign_in("nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 422
    assert without_token(wrong.text).replace("zhang", "nobody") == without_token(unknown.text)


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf" not in line)


def test_the_audit_trail_tells_that_a_password_changed_and_nothing_of_it(zhang: User) -> None:
    entries = system(lambda: [str(entry.changes) for entry in db.session.scalars(select(AuditEntry))])
    told = [text for text in entries if "password_hash" in text]
    assert told and all("•••" in text and "argon2" not in text and PASSWORD not in text for text in told)


def test_somebody_without_a_password_cannot_sign_in(app: Flask, browser: Browser) -> None:
    system(lambda: make_user(login="li"))
    for password in ("", "None", "li"):
        assert browser.sign_in("li", password).status_code == 422


def test_an_inactive_user_cannot_sign_in(zhang: User, browser: Browser) -> None:
    system(lambda: setattr(db.session.get_one(User, zhang.id), "active", False))
    assert browser.sign_in("zhang").status_code == 422


def test_a_badge_is_no_name_to_sign_in_with_and_no_password(zhang: User, browser: Browser) -> None:
    system(lambda: setattr(db.session.get_one(User, zhang.id), "badge", "E0001"))
    assert browser.sign_in("E0001").status_code == 422
    assert browser.sign_in("zhang", "E0001").status_code == 422
    assert browser.get("/api/v1/me", Authorization="Bearer E0001").status_code == 401


def test_there_are_no_default_passwords(app: Flask) -> None:
    found = system(lambda: db.session.scalars(select(User).where(User.password_hash.is_not(None))).all())
    assert list(found) == []


def test_a_sign_in_and_a_failure_stand_in_the_audit_trail_with_the_address(zhang: User, browser: Browser) -> None:
    browser.sign_in("zhang", "wrong")
    browser.sign_in("zhang")
    query = select(AuditEntry.action, AuditEntry.address).where(AuditEntry.action.startswith("sign_in"))
    assert [tuple(row) for row in system(lambda: db.session.execute(query.order_by(AuditEntry.id)).all())] == [
        ("sign_in_failed", "192.0.2.7"),
        ("sign_in", "192.0.2.7"),
    ]


def test_after_half_of_ten_failures_one_must_wait_a_little(zhang: User, browser: Browser) -> None:
    fail(browser, "zhang", 4)
    assert browser.sign_in("zhang", "wrong").status_code == 422
    answer = browser.sign_in("zhang")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    attempts_happened(timedelta(seconds=3))
    assert browser.sign_in("zhang").status_code == 302


def test_ten_failures_lock_the_account_even_for_the_right_password_and_from_elsewhere(app: Flask, zhang: User) -> None:
    fail(Browser(app), "zhang", 10)
    elsewhere = Browser(app, address="198.51.100.9")
    assert elsewhere.sign_in("zhang").status_code == 429
    assert elsewhere.sign_in("ZHANG").status_code == 429
    attempts_happened(throttle.WINDOW + timedelta(seconds=1))
    assert elsewhere.sign_in("zhang").status_code == 302


def test_a_locked_account_that_does_not_exist_is_answered_alike(zhang: User, browser: Browser) -> None:
    for login in ("zhang", "nobody"):
        fail(browser, login, 10)
    locked, unknown = browser.sign_in("zhang"), browser.sign_in("nobody")
    assert locked.status_code == unknown.status_code == 429
    assert without_token(locked.text).replace("zhang", "nobody") == without_token(unknown.text)


def test_a_hundred_failures_lock_an_address_for_every_account(zhang: User, app: Flask) -> None:
    keys = [SignInAttempt(key="address:192.0.2.7") for _n in range(throttle.PER_ADDRESS)]
    system(lambda: db.session.add_all(keys))
    assert Browser(app).sign_in("zhang").status_code == 429
    assert Browser(app, address="198.51.100.9").sign_in("zhang").status_code == 302


def test_signing_in_forgets_the_failures_of_the_account(zhang: User, browser: Browser) -> None:
    fail(browser, "zhang", 4)
    browser.sign_in("zhang")
    key = SignInAttempt.key.startswith("account:")
    assert system(lambda: db.session.scalar(select(func.count(SignInAttempt.id)).where(key))) == 0


@pytest.mark.parametrize(
    ("policy", "password", "good"),
    [
        ("default", "short", False),
        ("default", "tenletters", True),
        ("default", "1234567890", False),
        ("default", "aaaaaaaaaa", False),
        ("default", "my-wang-password", False),
        ("default", "x" * 201, False),
        ("mlps2", "onlyletters", False),
        ("mlps2", "Ab3defgh", True),
        ("mlps2", "Ab3defg", False),
    ],
)
def test_the_presets_of_the_password_policy(policy: str, password: str, good: bool) -> None:
    def check() -> None:
        passwords.check_password(password, login="wang", policy=passwords.POLICIES[policy])

    if good:
        check()
    else:
        with pytest.raises(ValidationError) as refusal:
            check()
        assert "password" in refusal.value.fields


def with_second_factor(user: User) -> tuple[str, list[str]]:
    """Turn it on; the secret and the recovery codes."""
    secret = totp.new_secret()
    step_before = utcnow() - timedelta(seconds=totp.STEP_SECONDS)
    codes = system(lambda: totp.enrol(db.session.get_one(User, user.id), secret, pyotp.TOTP(secret).at(step_before)))
    return secret, codes


def test_the_second_factor_is_asked_for_after_the_password(zhang: User, browser: Browser) -> None:
    secret, _codes = with_second_factor(zhang)
    asked = browser.sign_in("zhang")
    assert asked.status_code == 422 and 'name="code"' in asked.text
    assert 'name="code"' not in browser.sign_in("zhang", "wrong").text
    assert browser.sign_in("zhang", code="000000").status_code == 422
    assert browser.sign_in("zhang", code=pyotp.TOTP(secret).now()).status_code == 302


def test_the_password_is_not_asked_for_again_in_the_second_step(app: Flask, zhang: User) -> None:
    secret, _codes = with_second_factor(zhang)
    browser, code = Browser(app), pyotp.TOTP(secret).now()
    assert 'name="password"' not in browser.sign_in("zhang").text
    assert browser.sign_in("zhang", "", code="000000").status_code == 422
    assert Browser(app).sign_in("zhang", "", code=code).status_code == 422
    assert browser.sign_in("nobody", "", code=code).status_code == 422
    browser.sign_in("zhang")
    assert browser.sign_in("zhang", "", code=code).status_code == 302


def test_the_second_step_begins_anew_when_it_took_too_long_or_the_password_changed(app: Flask, zhang: User) -> None:
    secret, _codes = with_second_factor(zhang)
    for change in (_grow_old, lambda browser: system(lambda: passwords.set_password(me(zhang), "another long one"))):
        browser = Browser(app)
        browser.sign_in("zhang")
        change(browser)
        assert browser.sign_in("zhang", "", code=pyotp.TOTP(secret).now()).status_code == 422


def _grow_old(browser: Browser) -> None:
    with browser.client.session_transaction() as cookie:
        login, changed, at = cookie["proof"]
        cookie["proof"] = [login, changed, at - signin.PROOF_LASTS.total_seconds()]


def test_a_code_works_once(app: Flask, zhang: User) -> None:
    secret, _codes = with_second_factor(zhang)
    code = pyotp.TOTP(secret).now()
    assert Browser(app).sign_in("zhang", code=code).status_code == 302
    assert Browser(app).sign_in("zhang", code=code).status_code == 422


def test_an_old_code_does_not_work(zhang: User, browser: Browser) -> None:
    secret, _codes = with_second_factor(zhang)
    old = pyotp.TOTP(secret).at(utcnow() - timedelta(minutes=5))
    assert browser.sign_in("zhang", code=old).status_code == 422


def test_a_recovery_code_works_once_and_is_kept_as_a_hash(app: Flask, zhang: User) -> None:
    _secret, codes = with_second_factor(zhang)
    kept = system(lambda: list(db.session.get_one(User, zhang.id).recovery_hashes))
    assert len(codes) == len(set(codes)) == len(kept) and not set(codes) & set(kept)
    assert Browser(app).sign_in("zhang", code=codes[0].upper()).status_code == 302
    assert Browser(app).sign_in("zhang", code=codes[0]).status_code == 422
    assert Browser(app).sign_in("zhang", code=codes[1]).status_code == 302


def test_wrong_codes_lock_the_account_as_wrong_passwords_do(zhang: User, browser: Browser) -> None:
    secret, _codes = with_second_factor(zhang)
    for _n in range(10):
        attempts_happened(timedelta(minutes=1))
        assert browser.sign_in("zhang", code="000000").status_code == 422
    assert browser.sign_in("zhang", code=pyotp.TOTP(secret).now()).status_code == 429


def test_a_second_factor_that_is_on_is_not_replaced_without_turning_it_off(zhang: User) -> None:
    with_second_factor(zhang)
    other = totp.new_secret()
    with pytest.raises(Conflict):
        as_user(zhang.id, lambda: profile.turn_two_factor_on(me(zhang), secret=other, code=pyotp.TOTP(other).now()))
    with pytest.raises(ValidationError):
        as_user(zhang.id, lambda: profile.turn_two_factor_off(me(zhang), current="wrong"))
    as_user(zhang.id, lambda: profile.turn_two_factor_off(me(zhang), current=PASSWORD))
    assert system(lambda: db.session.get_one(User, zhang.id).totp_secret) is None


def me(user: User) -> User:
    return db.session.get_one(User, user.id)


def test_a_first_code_must_fit_before_the_second_factor_is_on(zhang: User) -> None:
    with pytest.raises(ValidationError):
        as_user(zhang.id, lambda: profile.turn_two_factor_on(me(zhang), secret=totp.new_secret(), code="123456"))
    assert system(lambda: me(zhang).totp_secret) is None


def test_demonstration_users_have_the_password_they_were_given_and_no_other(app: Flask) -> None:
    made = system(lambda: [user.login for user in starter.demo_users("a demo password")])
    assert len(made) == len(starter.POSTS)
    assert Browser(app).sign_in("boss", "a demo password").status_code == 302
    assert Browser(app).sign_in("boss", "boss").status_code == 422
    assert system(lambda: db.session.scalar(select(func.count(UserSession.id)))) == 1
