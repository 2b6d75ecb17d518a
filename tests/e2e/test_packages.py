"""Settings leave one factory as a file and stand in again, seen in the browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from core.db.session import db
from core.people.models import Role, User
from core.reminders.models import ReminderRule
from tests.core.packages.test_packages import everything
from tests.e2e.conftest import Visitor


@pytest.fixture
def chief(visitor: Visitor) -> Visitor:
    """The administrator of a factory with one setting of each kind."""
    visitor.site.write(lambda: everything(with_settings=True))
    visitor.sign_in(visitor.site.write(lambda: db.session.scalars(select(User).where(User.login == "chief")).one()))
    return visitor


def change() -> None:
    """What was exported is changed here, and one setting is gone."""
    db.session.scalars(select(Role).where(Role.code == "FIN")).one().name = "Accounts"
    db.session.delete(db.session.scalars(select(ReminderRule)).one())


def names(visitor: Visitor) -> tuple[str | None, str | None]:
    """What the role and the reminder are called now."""
    finance = visitor.site.write(lambda: db.session.scalar(select(Role.name).where(Role.code == "FIN")))
    return finance, visitor.site.write(lambda: db.session.scalar(select(ReminderRule.name)))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_package_is_made_looked_at_and_taken_over(chief: Visitor, language: str, tmp_path: Path) -> None:
    chief.site.write(
        lambda: setattr(db.session.scalars(select(User).where(User.login == "chief")).one(), "language", language)
    )
    page = chief.go("/packages")
    chief.picture(f"packages-{language}")
    with page.expect_download() as download:
        page.locator("form[action$=export] button[type=submit]").click()
    file = tmp_path / "package.json"
    download.value.save_as(file)
    chief.site.write(change)

    page = chief.go("/packages")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[action$=look] button[type=submit]").click()
    finance = page.locator(".card-body", has_text="Finance").filter(has=page.locator("details")).last
    finance.locator("summary").click()
    expect(finance.locator("del").first).to_have_text("Accounts")
    chief.picture(f"packages-look-{language}")
    assert names(chief) == ("Accounts", None)  # looking changes nothing
    page.get_by_label("Late", exact=True).uncheck()
    page.locator("form[action$=take] button[type=submit]").click()
    expect(page.get_by_role("status")).to_contain_text("1")
    assert names(chief) == ("Finance", None)


def test_another_file_is_refused_with_a_sentence(chief: Visitor, tmp_path: Path) -> None:
    chief.expect_status(422)
    page = chief.go("/packages")
    file = tmp_path / "letter.json"
    file.write_text("Dear all")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("form[action$=look] button[type=submit]").click()
    expect(page.get_by_role("alert")).to_contain_text("This is not a configuration package.")
