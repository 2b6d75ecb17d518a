"""The pages of sales and stock with the demonstration's data: the release desk in use, the others looked at."""

from __future__ import annotations

import importlib

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.sales_shipping.models import ReleasePortion, SalesOrder, Shipment
from addons.stock.models import Receipt
from core.db import db
from tests.e2e.conftest import Site, Visitor

DESK = "/sales_shipping/release"


@pytest.fixture
def stocked_site(site: Site) -> Site:
    """The site of the machining shop."""

    def load() -> None:
        for name in ("masterdata", "sales_shipping", "stock"):
            importlib.import_module(f"addons.{name}.demo").load()

    site.write(load)
    return site


def speak(visitor: Visitor, language: str) -> None:
    """Somebody who may do everything, reading this language."""
    user = visitor.site.administrator(name="林梅", login=f"lin-{language}", language=language)
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]


def test_a_planner_picks_lines_and_releases_them(stocked_site: Site, visitor: Visitor) -> None:
    speak(visitor, "en")
    page = visitor.go(DESK)
    visitor.picture("release-desk-en")
    button = page.get_by_role("button", name="Release lines")
    lines = page.locator("[data-pick]").count()
    expect(button).to_have_text(f"Release lines ({lines})")
    if visitor.size == "office":
        page.get_by_label("Pick all lines").uncheck()
    else:
        _unpick(page)
    expect(button).to_be_disabled()
    row = page.locator("tr[data-open]").nth(1)
    row.locator("[data-pick]").check()
    stock, make = row.locator("[data-amount]").all()
    stock.fill("")
    make.fill("7")
    expect(row.locator("[data-left]")).to_have_text(str(int(float(row.get_attribute("data-open") or 0)) - 7))
    make.fill("100000")
    expect(row.locator("[data-left]")).to_have_class("num is-over")
    make.fill("7")
    visitor.picture("release-desk-picked-en")
    button.click()
    expect(page.get_by_role("status")).to_have_text("1 portions released.")
    newest = select(ReleasePortion.route, ReleasePortion.quantity).order_by(ReleasePortion.id.desc()).limit(1)
    assert visitor.site.write(lambda: tuple(db.session.execute(newest).one())) == ("make", 7)


def _unpick(page: Page) -> None:
    """On a phone there is no heading to pick all by."""
    for box in page.locator("[data-pick]").all():
        box.uncheck()


def test_a_refusal_names_the_line_and_keeps_what_was_typed(stocked_site: Site, visitor: Visitor) -> None:
    speak(visitor, "zh")
    visitor.expect_status(409)
    page = visitor.go(DESK)
    visitor.picture("release-desk-zh")
    page.locator("[data-amount]").nth(1).fill("100000")
    page.get_by_role("button", name="转单").click()
    expect(page.get_by_role("alert")).to_contain_text("只剩")
    expect(page.locator("[data-amount]").nth(1)).to_have_value("100000")
    visitor.picture("release-desk-refused-zh")


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.nightly)])
def test_every_page_of_sales_and_stock_can_be_looked_at(stocked_site: Site, visitor: Visitor, language: str) -> None:
    speak(visitor, language)
    order = visitor.site.write(lambda: db.session.scalar(select(SalesOrder.id).where(SalesOrder.state == "confirmed")))
    shipment = visitor.site.write(lambda: db.session.scalar(select(Shipment.id).order_by(Shipment.id.desc())))
    receipt = visitor.site.write(lambda: db.session.scalar(select(Receipt.id).where(Receipt.state == "draft")))
    pages = {
        "orders": "/m/sales_shipping/orders",
        "order": f"/m/sales_shipping/orders/{order}",
        "order-new": "/m/sales_shipping/orders/new",
        "shipments": "/m/sales_shipping/shipments",
        "shipment": f"/m/sales_shipping/shipments/{shipment}",
        "balances": "/m/stock/balances",
        "receipts": "/m/stock/receipts",
        "receipt": f"/m/stock/receipts/{receipt}",
        "moves": "/m/stock/moves",
        "reservations": "/m/stock/reservations",
    }
    for name, path in pages.items():
        page = visitor.go(path)
        expect(page.locator("h1")).not_to_be_empty()
        visitor.picture(f"trade-{name}-{language}")
        visitor.check()
