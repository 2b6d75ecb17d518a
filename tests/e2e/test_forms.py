"""Forms in the browser: lines by keyboard and from a spreadsheet, totals, links, conflicts, dialogs, leaving."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.masterdata import demo
from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item, Partner
from addons.sales_shipping.models import SalesOrderLine
from core.db import db
from tests.e2e.conftest import Visitor

PARTNERS, ORDERS = "/m/masterdata/partners", "/m/sales_shipping/orders"

PASTE = """(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
  document.activeElement.dispatchEvent(event);
}"""


@pytest.fixture
def shop(admin: Visitor) -> Visitor:
    """An administrator of the machining shop of the demonstration."""
    admin.site.write(demo.load)
    return admin


def table(page: Page, name: str) -> Any:
    return page.locator(f"[data-lines={name}]")


@contextmanager
def second_person(visitor: Visitor, path: str) -> Iterator[Page]:
    """Somebody else with the same record open in a browser of his own."""
    user = visitor.site.administrator(name="Wang Wei", login="wangwei")
    browser = visitor.page.context.browser
    assert browser is not None
    context = browser.new_context(locale="en")
    context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(visitor.site.url + path)
    yield page
    context.close()


def test_a_partner_is_entered_with_its_lines_by_keyboard(shop: Visitor) -> None:
    page = shop.go(f"{PARTNERS}/new")
    page.get_by_label("Name *").or_(page.locator("#name")).first.fill("Zhou precision")
    page.locator("#kind").select_option("supplier")
    lines = table(page, "addresses")
    lines.get_by_role("button", name="Add line").click()
    page.keyboard.press("Tab")
    page.keyboard.type("North street 1")
    page.keyboard.press("Enter")
    expect(lines.locator("tbody tr")).to_have_count(2)
    page.keyboard.press("Tab")
    page.keyboard.type("South street 2")
    page.keyboard.press("Enter")
    expect(lines.locator("tbody tr")).to_have_count(3)
    page.keyboard.press("ArrowUp")
    lines.locator("tbody tr").nth(0).get_by_role("button", name="Remove line").click()
    shop.picture("form-lines")
    page.keyboard.press("Control+s")
    expect(page.locator("h1")).to_contain_text("Zhou precision")
    expect(table(page, "addresses").locator("tbody tr")).to_have_count(1)
    expect(table(page, "addresses").locator("input[name$=-address]")).to_have_value("South street 2")


def test_an_order_totals_its_lines_exactly_while_they_are_typed(shop: Visitor) -> None:
    page = shop.go(f"{ORDERS}/new")
    partner = page.locator(".qm-fields div", has=page.locator("#partner_id")).first
    partner.locator(".ts-control").click()
    page.keyboard.type("nobody has this name")
    expect(page.locator(".ts-dropdown:visible .no-results")).to_have_text("Nothing found")
    shop.choose(partner, "C0001")
    lines = table(page, "lines")
    for quantity in ("0.1", "0.2", "1,234.567"):
        lines.get_by_role("button", name="Add line").click()
        row = lines.locator("tbody tr").last
        shop.choose(row.locator("td").first, "BAR-00001")
        row.locator("input[name$=-quantity]").fill(quantity)
    expect(lines.locator("[data-total=quantity]")).to_have_text("1,234.867")
    shop.picture("form-order")
    lines.locator("tbody tr").nth(1).get_by_role("button", name="Remove line").click()
    expect(lines.locator("[data-total=quantity]")).to_have_text("1,234.667")
    page.get_by_role("button", name="Save").dblclick()
    shop.settle()
    expect(page.locator("h1")).not_to_contain_text("New")
    with shop.site.app.app_context():
        found = shop.site.write(lambda: db.session.scalars(select(SalesOrderLine.quantity)).all())
    assert found == [Decimal("0.1"), Decimal("1234.567")]


def test_rows_are_pasted_from_a_spreadsheet(shop: Visitor) -> None:
    page = shop.go(f"{PARTNERS}/1")
    lines = table(page, "contacts")
    before = lines.locator("tbody tr").count()
    lines.get_by_role("button", name="Add line").click()
    lines.locator("tbody tr").last.locator("input[name$=-name]").focus()
    page.evaluate(PASTE, "Li Na\tBuyer\t138\nWu Bo\tSales\t139\n")
    expect(lines.locator("tbody tr")).to_have_count(before + 2)
    expect(lines.locator("tbody tr").last.locator("input[name$=-name]")).to_have_value("Wu Bo")
    expect(lines.locator("tbody tr").nth(before).locator("input[name$=-phone]")).to_have_value("138")
    page.get_by_role("button", name="Save").click()
    shop.settle()
    expect(table(page, "contacts").locator("tbody tr")).to_have_count(before + 2)


def test_what_is_wrong_is_told_beside_the_fields_and_nothing_is_lost(shop: Visitor) -> None:
    shop.expect_status(422)
    page = shop.go(f"{PARTNERS}/new")
    page.locator("#short_name").fill("Wheels")
    page.locator("#payment_days").fill("soon")
    page.get_by_role("button", name="Save").click()
    shop.settle()
    expect(page.locator("#name-error")).to_be_visible()
    expect(page.locator("#payment_days-error")).to_be_visible()
    expect(page.locator("#short_name")).to_have_value("Wheels")
    shop.picture("form-refused")


def test_who_leaves_with_something_unsaved_is_asked(shop: Visitor) -> None:
    page = shop.go(f"{PARTNERS}/1")
    page.locator("#short_name").fill("Changed")
    asked: list[str] = []
    shop.listen("dialog", lambda question: (asked.append(question.type), question.dismiss()))
    page.locator("[data-back]").click()
    expect(page.locator("#short_name")).to_have_value("Changed")
    assert asked == ["beforeunload"]
    page.get_by_role("button", name="Save").click()
    shop.settle()
    page.locator("[data-back]").click()
    expect(page.locator(".qm-table")).to_be_visible()


def test_two_people_who_save_the_same_record_lose_nothing(admin: Visitor) -> None:
    admin.expect_status(409)
    item = admin.site.write(lambda: make_item(code="SH-1", name="Shaft", material="45#", specification="long"))
    path = f"/m/masterdata/items/{item.id}"
    page = admin.go(path)
    with second_person(admin, path) as theirs:
        theirs.locator("#name").fill("Their shaft")
        theirs.locator("#material").fill("40Cr")
        theirs.get_by_role("button", name="Save").click()
        theirs.wait_for_load_state("networkidle")
    page.locator("#name").fill("My shaft")
    page.locator("#specification").fill("short")
    page.get_by_role("button", name="Save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Somebody saved this record")
    expect(dialog.locator(".qm-clash")).to_have_count(2)
    admin.picture("form-conflict")
    asked: list[str] = []
    admin.listen("dialog", lambda question: (asked.append(question.type), question.accept()))
    dialog.get_by_role("button", name="Save my choice").click()
    admin.settle()
    assert asked == []
    expect(dialog).to_be_hidden()
    saved = admin.site.write(lambda: db.session.get_one(Item, item.id, populate_existing=True))
    assert (saved.name, saved.material, saved.specification) == ("My shaft", "40Cr", "short")


def test_a_transition_asks_for_its_reason_in_a_dialog(admin: Visitor) -> None:
    admin.expect_status(422)
    partner = admin.site.write(lambda: make_partner(code="C-1", name="Wheel maker"))
    page = admin.go(f"{PARTNERS}/{partner.id}")
    page.get_by_role("button", name="Block").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("x" * 201)
    dialog.get_by_role("button", name="Block").click()
    expect(dialog.locator(".invalid-feedback")).to_be_visible()
    expect(dialog.get_by_label("Reason")).to_have_value("x" * 201)
    dialog.get_by_label("Reason").fill("Pays late")
    admin.picture("form-transition")
    dialog.get_by_role("button", name="Block").click()
    expect(page.locator(".qm-actions .badge")).to_have_text("Blocked")
    assert (
        admin.site.write(lambda: db.session.get_one(Partner, partner.id, populate_existing=True)).block_reason
        == "Pays late"
    )


def test_a_form_reads_well_in_chinese(visitor: Visitor) -> None:
    visitor.site.write(demo.load)
    user = visitor.site.administrator(name="林梅", login="linmei", language="zh")
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    page = visitor.go(f"{PARTNERS}/1")
    expect(page.locator("[role=tab]").first).to_have_text("评论")
    visitor.picture("form-zh")
    page.locator("[data-tab=tab-audit]").click()
    expect(page.locator("#tab-audit")).to_be_visible()
    page.locator("[role=tablist]").scroll_into_view_if_needed()
    visitor.picture("form-zh-history")
