"""The keeper's day with a gun and nothing else: receiving with labels, picking, counting, the tool crib."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_uom
from addons.stock.factories import make_location, make_lot, make_receipt, put_in_stock
from addons.stock.models import Location, PickList, Receipt, ReceiptLine, StockBalance, Stocktake, ToolLoan
from addons.stock.services import on_hand
from core.approvals import flows, service
from core.approvals.models import ApprovalFlow, ApprovalRequest
from core.db import db
from core.testing.people import administrator, make_user
from tests.addons.stock.support import main
from tests.addons.stock.test_counting import stocktake
from tests.addons.stock.test_picking import pick_list
from tests.addons.stock.test_tools import tool
from tests.core.approvals.house import step
from tests.e2e.conftest import ON_EACH_DATABASE, Visitor
from tests.e2e.guns import gun, news

LANGUAGES = pytest.mark.parametrize("language", ["zh", "en"])


def begin(visitor: Visitor, task: str, language: str) -> Page:
    """The page of a task, opened from the keeper's list of tasks by its link."""
    visitor.sign_in(visitor.site.administrator(language=language))
    page = visitor.go("/stock/scan")
    page.locator(f"a[href$='/scan/{task}']").click()
    visitor.settle()
    return page


def shoot(visitor: Visitor, *codes: str) -> None:
    """One scan after the other, Enter alone for ""; each is answered before the next."""
    for code in codes:
        gun(visitor.page, code)
        visitor.settle()


def parts() -> dict[str, Any]:
    """Three shelves and what a machining shop keeps there."""
    shelves = [("A-01", "紧固件柜", 1), ("B-07", "棒料架 7", 2), ("C-03", "轴承柜", 3)]
    places = {code: make_location(code=code, name=name, sequence=n).id for code, name, n in shelves}
    metre = make_uom(code="m", name="米")
    screw = make_item(code="M8X30", name="内六角螺钉 M8×30", specification="GB/T 70.1")
    bar = make_item(code="BAR-40CR", name="圆钢 40Cr Φ50", tracking="lot", uom=metre)
    bearing = make_item(code="6204-2RS", name="深沟球轴承 6204-2RS")
    return {"places": places, "screw": screw, "bar": bar, "bearing": bearing}


@LANGUAGES
def test_goods_are_received_and_their_lots_labelled(visitor: Visitor, language: str) -> None:
    def made() -> str:
        goods = parts()
        lines = [
            ReceiptLine(seq=1, item_id=goods["bar"].id, quantity=Decimal("24.5")),
            ReceiptLine(seq=2, item_id=goods["screw"].id, quantity=Decimal(500)),
        ]
        receipt: Receipt = make_receipt(number="RC202611-0007", kind="purchase", lines=lines)
        return receipt.number

    number = visitor.site.write(made)
    page = begin(visitor, "receive", language)
    shoot(visitor, number)
    visitor.picture(f"store-receive-{language}")
    shoot(visitor, "BAR-40CR", "", "LN2611-04", "B-07")
    news(page, "24.5")
    shoot(visitor, "", "480", "A-01")
    shoot(visitor, number)
    news(page, number)
    visitor.picture(f"store-received-{language}")
    with page.context.expect_page() as opened:
        page.keyboard.press("Enter")
    address = page.locator("[data-on-enter]").get_attribute("href") or ""
    answer = page.request.get(visitor.site.url + address)
    assert (answer.status, answer.headers["content-type"], answer.body()[:5]) == (200, "application/pdf", b"%PDF-")
    opened.value.close()

    def there() -> dict[str, Decimal]:
        query = select(Location.code, StockBalance.on_hand).join(Location, Location.id == StockBalance.location_id)
        return dict(db.session.execute(query).all())

    assert visitor.site.write(there) == {"B-07": Decimal("24.5"), "A-01": Decimal(480)}


@LANGUAGES
def test_a_list_is_picked_by_walking(visitor: Visitor, language: str) -> None:
    def made() -> str:
        goods = parts()
        places = goods["places"]
        lot = make_lot(item_id=goods["bar"].id, number="LN2610-11")
        put_in_stock(goods["bar"].id, 30, location_id=places["B-07"], lot_id=lot.id)
        put_in_stock(goods["screw"].id, 900, location_id=places["A-01"])
        put_in_stock(goods["bearing"].id, 3, location_id=places["C-03"])
        wanted = (goods["bearing"], 4), (goods["bar"], 12), (goods["screw"], 48)
        return pick_list(*wanted).number

    number = visitor.site.write(made)
    page = begin(visitor, "pick", language)
    shoot(visitor, number)
    expect(page.locator(".is-wanted").first).to_contain_text("A-01")
    visitor.picture(f"store-pick-{language}")
    shoot(visitor, "A-01", "6204-2R")
    news(page, "NG")
    shoot(visitor, "M8X30", "")
    expect(page.locator(".is-wanted").first).to_contain_text("B-07")
    shoot(visitor, "B-07", "LN2610-11")
    expect(page.locator("#scan-code")).to_have_value("12")
    shoot(visitor, "", "C-03", "6204-2RS")
    visitor.picture(f"store-picking-{language}")
    shoot(visitor, "4")
    news(page, "NG")
    shoot(visitor, "3")
    visitor.picture(f"store-short-{language}")

    def picked() -> list[Decimal]:
        return [line.picked for line in db.session.scalars(select(PickList)).one().lines]

    assert visitor.site.write(picked) == [3, 12, 48]


@LANGUAGES
def test_a_tool_is_lent_and_comes_back(visitor: Visitor, language: str) -> None:
    def made() -> str:
        make_user(name="张三", badge="W001", login="zhangsan")
        gauge = tool(code="MIC-25", name="外径千分尺 0–25")
        gauge.number = "MIC-25-003"
        return gauge.number

    number = visitor.site.write(made)
    page = begin(visitor, "lend", language)
    shoot(visitor, number)
    visitor.picture(f"store-lend-{language}")
    shoot(visitor, "W001")
    news(page, "张三")
    visitor.picture(f"store-lent-{language}")
    page = visitor.go("/stock/scan/tool_back")
    shoot(visitor, number)
    expect(page.locator(".scan-slots")).to_contain_text("张三")
    visitor.picture(f"store-tool-back-{language}")
    shoot(visitor, "2")
    news(page, number)
    loan = visitor.site.write(lambda: db.session.scalars(select(ToolLoan)).one())
    assert (loan.state, loan.condition) == ("returned", "worn")


def asks_first(approver: int) -> None:
    """A published flow before differences of a stocktake are posted."""
    flow = ApprovalFlow(code="COUNT", name="盘点差异", model="stock.stocktake", transition="post", priority=1)
    db.session.add(flow)
    db.session.flush()
    flows.save_draft(flow, {"nodes": [step("money", {"kind": "user", "targets": [approver]})]})
    flows.publish(flow)


@ON_EACH_DATABASE
def test_places_are_counted_blind_and_what_differs_is_approved(visitor: Visitor) -> None:
    def made() -> Any:
        goods = parts()
        put_in_stock(goods["screw"].id, 900, location_id=goods["places"]["A-01"])
        put_in_stock(goods["bearing"].id, 40, location_id=goods["places"]["A-01"])
        money = administrator(name="赵敏", language="zh")
        asks_first(money.id)
        return stocktake(goods["places"]["A-01"], main()), goods["screw"].id, money

    document, screw, money = visitor.site.write(made)
    page = begin(visitor, "count", "zh")
    shoot(visitor, document.number, "A-01")
    expect(page.locator("#scan")).not_to_contain_text("900")
    shoot(visitor, "M8X30", "880", "M8X30", "+15", "A-01")
    visitor.picture("store-count-missing")
    shoot(visitor, "6204-2RS", "40", "A-01", "MAIN", "MAIN")
    visitor.picture("store-counted")
    page = visitor.go(f"/m/stock/stocktakes/{document.id}")
    page.get_by_role("button", name="结束盘点").click()
    visitor.settle()
    visitor.picture("stocktake-counted")
    page.get_by_role("button", name="差异过账").click()
    page.locator("#dialog").get_by_role("button", name="提交审批").click()
    visitor.settle()
    assert visitor.site.write(lambda: on_hand([screw])[screw].on_hand) == 900
    visitor.page.context.clear_cookies()
    visitor.sign_in(money)
    visitor.go("/approvals")
    page.get_by_role("link", name=document.number).first.click()
    visitor.settle()
    visitor.picture("stocktake-approval")
    page.get_by_role("button", name="同意", exact=True).click()
    visitor.settle()
    visitor.picture("stocktake-approved")
    visitor.site.write(lambda: service.execute(db.session.scalars(select(ApprovalRequest.id)).one()))
    found = visitor.site.write(lambda: db.session.scalars(select(Stocktake)).one())
    assert (found.state, visitor.site.write(lambda: on_hand([screw])[screw].on_hand)) == ("posted", 895)
