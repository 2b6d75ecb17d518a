"""A thread through the house in the browser: an order is entered, released, made by scans, received and shipped."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item
from addons.mrp_routing.factories import make_operation_type, make_routing
from addons.mrp_routing.models import RoutingOperation
from addons.sales_shipping.factories import make_sales_order
from addons.stock.factories import put_in_stock
from core.db import db
from core.kernel.switch import disable
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import make_worker
from tests.e2e.conftest import ON_EACH_DATABASE, Site, Visitor
from tests.e2e.guns import gun, news

ORDERS, SHIPMENTS = "/m/sales_shipping/orders", "/m/sales_shipping/shipments"
WORK_ORDERS, RECEIPTS = "/m/mrp_routing/work-orders", "/m/stock/receipts"
ADDRESSES = {
    "stock": ("Stock", RECEIPTS),
    "mrp_routing": ("Production", "/mrp_routing/wip"),
    "sales_shipping": ("Sales", "/sales_shipping/release"),
}


@dataclass
class Shop:
    """What the thread needs: a part that is made here, of which there are 3, a customer, and a worker."""

    item: str
    partner: str
    badge: str


@pytest.fixture
def shop(site: Site) -> Shop:
    def set_up() -> Shop:
        item = make_item(code="SHF-00042", name="传动轴", specification="Φ40×200", source="make")
        steps = [make_operation_type(code=code, name=name) for code, name in (("RTU", "粗车"), ("FTU", "精车"))]
        operations = [
            RoutingOperation(seq=seq, operation_type_id=kind.id, work_center_id=kind.work_center_id)
            for seq, kind in enumerate(steps, start=1)
        ]
        make_routing(item_id=item.id, operations=operations)
        put_in_stock(item.id, 3)
        partner = make_partner(code="C-7", name="苏州精工", kind="customer")
        return Shop(item.code, partner.code, str(make_worker(name="张三").badge))

    made: Shop = site.write(set_up)
    return made


def press(page: Page, name: str) -> None:
    """Press a button, and say yes where it asks."""
    page.get_by_role("button", name=name, exact=True).first.click()
    dialog = page.locator("dialog[open]")
    page.wait_for_load_state("networkidle")
    if dialog.count():
        dialog.get_by_role("button", name=name, exact=True).click()
        page.wait_for_load_state("networkidle")


def enter_order(visitor: Visitor, shop: Shop) -> str:
    """Enter an order for 10 and confirm it; returns its address."""
    page = visitor.go(f"{ORDERS}/new")
    visitor.choose(page.locator(".qm-fields div", has=page.locator("#partner_id")).first, shop.partner)
    lines = page.locator("[data-lines=lines]")
    lines.get_by_role("button", name="Add line").click()
    row = lines.locator("tbody tr").last
    visitor.choose(row.locator("td").first, shop.item)
    row.locator("input[name$=-quantity]").fill("10")
    press(page, "Save")
    press(page, "Confirm")
    expect(page.locator(".qm-actions")).to_contain_text("Confirmed")
    return page.url.removeprefix(visitor.site.url)


def scan(page: Page, *codes: str) -> None:
    """Scan one after the other; each is answered before the next."""
    for code in codes:
        gun(page, code)
        page.evaluate("window.terminal.done()")


def make(visitor: Visitor, shop: Shop) -> None:
    """Release the work order; start and finish its operations with the gun."""
    page = visitor.go(WORK_ORDERS)
    page.get_by_role("link", name=re.compile(r"^WO\d")).click()
    press(page, "Release for production")
    tickets = page.locator("details.mrp-code code").all_inner_texts()
    page.locator("details.mrp-code summary").first.click()
    expect(page.locator("details.mrp-code img").first).to_be_in_viewport()
    visitor.picture("thread-work-order")
    assert len(tickets) == 2
    page = visitor.go("/mrp_routing/scan")
    expect(page.locator("body[data-ready]")).to_have_count(1)
    for ticket in tickets:
        scan(page, ticket, shop.badge)
        news(page, "Started")
        scan(page, ticket, shop.badge)
        expect(page.locator("[name=good]")).to_have_value("7")
        scan(page, "7")
        news(page, "Finished: 7 good")


def progress_of(page: Page) -> dict[str, str]:
    """What the order's page says of its line."""
    cells = page.locator(".qm-table td.num[data-label]").all()
    return {str(cell.get_attribute("data-label")): cell.inner_text() for cell in cells}


@ON_EACH_DATABASE
def test_an_order_goes_through_the_whole_house(shop: Shop, admin: Visitor) -> None:
    order = enter_order(admin, shop)
    page = admin.go("/sales_shipping/release")
    admin.picture("thread-release")
    page.get_by_role("button", name="Release lines").click()
    expect(page.get_by_role("status")).to_have_text("2 portions released.")
    make(admin, shop)
    page = admin.go(RECEIPTS)
    page.get_by_role("link", name=re.compile(r"^RC\d")).click()
    press(page, "Post to stock")
    expect(page.locator(".qm-actions")).to_contain_text("Posted")
    admin.go(order)
    press(page, "Make a shipment of what is left")
    press(page, "Ship")
    expect(page.locator(".qm-actions")).to_contain_text("Shipped")
    admin.go(order)
    told = {"Ordered": "10", "Released so far": "10", "Reserved": "0", "Made": "7", "Received": "7"}
    assert progress_of(page) == {**told, "Shipped so far": "10"}
    admin.picture("thread-order-done")


@pytest.mark.parametrize("visitor", ["office"], indirect=True)  # on a phone the menu is folded away
@pytest.mark.parametrize("addon", sorted(ADDRESSES))
def test_what_is_switched_off_is_gone_and_the_rest_stays(shop: Shop, admin: Visitor, addon: str) -> None:
    order = admin.site.write(lambda: fire(make_sales_order([(_item(shop), 10)]), "confirm").id)
    admin.site.write(lambda: disable(addon))
    page = admin.go("/")
    for name, (title, address) in ADDRESSES.items():
        group = page.locator(".qm-menu summary", has_text=re.compile(rf"^\s*{title}\s*$"))
        expect(group).to_have_count(0 if name == addon else 1)
        page = _visit(admin, address, found=name != addon)
        expect(page.locator("h1")).not_to_be_empty()
    if addon == "sales_shipping":
        return
    page = admin.go(f"{ORDERS}/{order}")
    expect(page.get_by_role("heading", name="Progress")).to_have_count(1)
    page = admin.go("/sales_shipping/release")
    for name, route in {"stock": "From stock", "mrp_routing": "Make"}.items():
        expect(page.locator("[data-open]").get_by_label(route)).to_have_count(0 if name == addon else 1)
    admin.picture(f"thread-without-{addon}")


def _item(shop: Shop) -> Item:
    return db.session.scalars(select(Item).where(Item.code == shop.item)).one()


def _visit(visitor: Visitor, address: str, *, found: bool) -> Page:
    if not found:
        visitor.expect_status(404)
    with visitor.page.expect_response(f"**{address}") as answer:
        page = visitor.go(address)
    assert answer.value.status == (200 if found else 404)
    return page
