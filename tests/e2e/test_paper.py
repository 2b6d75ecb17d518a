"""Printing as people do it: the button, the dialog, many records in the background, and a template of one's own."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.masterdata import demo
from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.db import db
from core.events.deliver import deliver
from core.events.sweep import find_due
from tests.e2e.conftest import Site, Visitor

ITEMS = "/m/masterdata/items"


@pytest.fixture
def shop(site: Site) -> Site:
    """The site with the demonstration's items."""
    site.write(demo.load)
    return site


def speak(visitor: Visitor, language: str) -> None:
    """An administrator who reads this language."""
    user = visitor.site.administrator(name="林梅", login=f"lin-{language}", language=language)
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]


def pdf_of(page: Page, button: str) -> str:
    """Press a button that opens a PDF in a tab of its own; what kind of answer it was."""
    with page.context.expect_event("response", lambda r: "/print" in r.url or r.url.endswith("/try")) as answer:
        page.get_by_role("button", name=button, exact=True).last.click()
    return str(answer.value.headers["content-type"])


def test_a_record_is_printed_from_its_form(shop: Site, visitor: Visitor) -> None:
    speak(visitor, "en")
    item = shop.write(lambda: db.session.scalar(select(Item.id).order_by(Item.id)))
    page = visitor.go(f"{ITEMS}/{item}")
    page.get_by_role("button", name="Print").click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_label("Label format")).to_be_visible()
    visitor.picture("paper-dialog-label-en")
    dialog.get_by_label("Paper", exact=True).select_option(label="The record as it is")
    expect(dialog.get_by_label("Paper size")).to_be_visible()
    visitor.picture("paper-dialog-document-en")
    assert pdf_of(page, "Print") == "application/pdf"
    expect(dialog).not_to_be_visible()


def test_many_records_are_printed_in_the_background(shop: Site, visitor: Visitor) -> None:
    speak(visitor, "zh")
    page = visitor.go(ITEMS)
    for box in page.locator("tbody input[name=id]").all()[:25]:
        box.check()
    page.get_by_role("button", name="打印").click()
    expect(page.locator("#dialog")).to_contain_text("25 条记录")
    visitor.picture("paper-dialog-many-zh")
    page.locator("#dialog").get_by_role("button", name="打印").click()
    expect(page.get_by_text("正在打印：0 / 25")).to_be_visible()
    visitor.picture("paper-progress-zh")
    with acting(SYSTEM):
        due = shop.write(lambda: find_due(10))
    assert [deliver(delivery) for delivery in due] == ["done"] * len(due)
    expect(page.get_by_role("link", name="打开并打印")).to_be_visible()
    visitor.picture("paper-ready-zh")


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.nightly)])
def test_a_template_is_written_with_the_fields_offered_tried_and_published(
    shop: Site, visitor: Visitor, language: str
) -> None:
    speak(visitor, language)
    words = {"en": ("Test print", "Save", "Publish"), "zh": ("试打", "保存", "发布")}[language]
    page = visitor.go("/paper/templates")
    visitor.picture(f"paper-templates-empty-{language}")
    page = visitor.go("/paper/templates/new")
    page.locator("#f-model").select_option("masterdata.item")
    page.locator("#f-name").fill("Our card")
    visitor.picture(f"paper-new-{language}")
    page.locator(".qm-form button[type=submit]").click()
    body = page.locator("#t-body")
    body.fill("<p></p>")
    body.evaluate("area => area.setSelectionRange(3, 3)")
    page.locator("[data-insert='{{ record.code }}']").click()
    expect(body).to_have_value("<p>{{ record.code }}</p>")
    assert pdf_of(page, words[0]) == "application/pdf"
    visitor.page.bring_to_front()
    visitor.picture(f"paper-editor-{language}")
    body.fill("<p>\n{{ record.cod }}\n{% include 'x' %}</p>")
    visitor.expect_status(422)
    page.get_by_role("button", name=words[1], exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("include")
    expect(body).to_have_value("<p>\n{{ record.cod }}\n{% include 'x' %}</p>")
    body.fill("<p>{{ record.code }}</p>")
    page.get_by_role("button", name=words[1], exact=True).click()
    visitor.settle()
    page.get_by_role("button", name=words[2], exact=True).click()
    visitor.settle()
    visitor.picture(f"paper-published-{language}")
    expect(page.locator(".list-group-item")).to_have_count(1)
    visitor.go("/paper/templates")
    visitor.picture(f"paper-templates-{language}")
