"""The first minutes: the set-up link, signing in and out, the second factor, the language."""

from __future__ import annotations

from datetime import timedelta

import pyotp
from playwright.sync_api import Page, expect

from core.db.session import db
from core.db.types import utcnow
from core.people import links, totp
from core.people.models import User
from core.people.passwords import set_password
from core.testing.people import make_role, make_user
from tests.e2e.conftest import Visitor

PASSWORD = "correct horse battery"


def make_zhang(visitor: Visitor) -> User:
    def make() -> User:
        user = make_user(make_role("core.user.read"), login="zhang", name="Zhang San")
        set_password(user, PASSWORD)
        return user

    user: User = visitor.site.write(make)
    return user


def sign_in(page: Page, login: str, password: str) -> None:
    page.get_by_label("Sign-in name").fill(login)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()


def open_account_menu(page: Page) -> None:
    page.locator("summary[aria-label='My account']").click()


def test_a_wrong_password_is_refused_and_the_right_one_leads_to_where_one_wanted(visitor: Visitor) -> None:
    make_zhang(visitor)
    visitor.expect_status(422)
    page = visitor.go("/m/core/users")
    visitor.picture("sign-in")
    sign_in(page, "zhang", "wrong")
    expect(page.get_by_role("alert")).to_contain_text("The sign-in name or the password is not right.")
    expect(page.get_by_label("Sign-in name")).to_have_value("zhang")
    sign_in(page, "zhang", PASSWORD)
    expect(page.get_by_role("heading", name="Users", level=1)).to_be_visible()
    open_account_menu(page)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    visitor.go("/m/core/users")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_the_second_factor_is_turned_on_and_asked_for(visitor: Visitor) -> None:
    user = make_zhang(visitor)
    visitor.sign_in(user)
    page = visitor.go("/profile")
    page.get_by_role("link", name="Turn on").click()
    secret = page.locator("code").inner_text()
    visitor.picture("two-factor")
    earlier = utcnow() - timedelta(seconds=totp.STEP_SECONDS)
    page.get_by_label("Code of the authenticator app").fill(pyotp.TOTP(secret).at(earlier))
    page.get_by_role("button", name="Turn on").click()
    expect(page.locator("pre")).to_contain_text("-")
    recovery = page.locator("pre").inner_text().split()
    assert len(recovery) == totp.RECOVERY_CODES
    page.get_by_role("link", name="I have kept them").click()
    open_account_menu(page)
    page.get_by_role("button", name="Sign out").click()
    visitor.expect_status(422)
    sign_in(page, "zhang", PASSWORD)
    visitor.picture("sign-in-code")
    expect(page.get_by_label("Password", exact=True)).to_have_count(0)
    page.get_by_label("Code of the authenticator app").fill("000000")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not right")
    page.get_by_label("Code of the authenticator app").fill(recovery[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator("summary[aria-label='My account']")).to_be_visible()


def test_the_language_is_switched_before_and_after_signing_in(visitor: Visitor) -> None:
    user = make_zhang(visitor)
    page = visitor.go("/sign-in")
    page.get_by_role("button", name="中文").click()
    expect(page.get_by_role("button", name="登录")).to_be_visible()
    visitor.picture("sign-in-zh")
    page.get_by_label("登录名").fill("zhang")
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    open_account_menu(page)
    page.get_by_role("button", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert visitor.site.write(lambda: db.session.get_one(User, user.id, populate_existing=True).language) == "zh"


def test_the_set_up_link_leads_to_a_working_administrator_and_works_once(visitor: Visitor) -> None:
    secret = visitor.site.write(links.first_start)
    visitor.expect_status(422)
    visitor.expect_status(404)
    page = visitor.go(f"/setup/{secret}")
    visitor.picture("first-start")
    page.get_by_label("Name", exact=True).fill("Lin Mei")
    page.get_by_label("Sign-in name").fill("linmei")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Begin").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Lin Mei")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Begin").click()
    visitor.settle()
    visitor.go("/organisation")
    expect(page.get_by_role("link", name="New org unit")).to_be_visible()
    visitor.go(f"/setup/{secret}")
    expect(page.get_by_text("This link has been used")).to_be_visible()
    visitor.picture("first-start-used")


def test_another_browser_is_signed_out_from_ones_own_page(visitor: Visitor) -> None:
    user = make_zhang(visitor)
    visitor.site.cookie_of(user)  # signed in somewhere else
    visitor.sign_in(user)
    page = visitor.go("/profile")
    visitor.picture("profile")
    card = page.locator("section", has_text="Where I am signed in")
    card.get_by_role("button", name="Sign out").click()
    expect(card.get_by_text("This browser")).to_be_visible()
    expect(card.get_by_role("button", name="Sign out")).to_have_count(0)
