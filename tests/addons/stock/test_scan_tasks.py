"""The keeper's other pages with a gun: receive, pick, issue, count, bring material back, lend and take back."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, make_receipt, put_in_stock
from addons.stock.models import Issue, Lot, PickList, Receipt, ReceiptLine, Stocktake, ToolLoan
from core.db import db
from core.testing.people import administrator, make_role, make_user, sign_in
from core.workflow.fire import fire
from core.workflow.numbering import today
from tests.addons.mrp_routing.support import make_floor
from tests.addons.stock.support import balances, commit, held, main, stocked
from tests.addons.stock.test_counting import stocktake
from tests.addons.stock.test_documents import draft
from tests.addons.stock.test_picking import pick_list
from tests.addons.stock.test_scan_moving import Gun
from tests.addons.stock.test_tools import tool

PRESET = re.compile(r'name="code"\s+value="([^"]*)"')


def keeper(client: FlaskClient, task: str) -> Gun:
    """The page of a task for somebody who may do everything."""
    sign_in(client, commit(administrator))
    return Gun(client, task)


def scanned(gun: Gun, *texts: str) -> tuple[str, str]:
    """Scan one after the other, Enter alone for "": what the page offers is sent; the last answer."""
    answers = [gun.scan(text or PRESET.findall(gun.page)[0]) for text in texts]
    assert [a for a in answers[:-1] if a[0] == "is-ng"] == []
    return answers[-1]


def find(model: Any, number: str) -> Any:
    return commit(lambda: db.session.scalar(select(model).where(model.number == number)))


def test_a_receipt_is_received_with_lots_and_what_is_missing_stays_a_draft(client: FlaskClient) -> None:
    def made() -> tuple[str, list[str]]:
        bar, nut, late = make_item(tracking="lot"), make_item(), make_item()
        make_location(code="B-07")
        items = (bar, nut, late)
        lines = [ReceiptLine(seq=n, item_id=i.id, quantity=Decimal(10)) for n, i in enumerate(items, 1)]
        return make_receipt(lines=lines).number, [item.code for item in items]

    number, (bar, nut, late) = commit(made)
    gun = keeper(client, "receive")
    assert scanned(gun, number, bar, "6", "H-1", "B-07")[0] == "is-ok"
    assert scanned(gun, bar, "", "H-2", "")[0] == "is-ok"
    assert scanned(gun, nut, "12", "")[0] == "is-ok"
    assert gun.scan(nut)[0] == "is-ng"
    verdict, sentence = scanned(gun, number)
    rest = commit(lambda: db.session.scalar(select(Receipt).where(Receipt.state == "draft")))
    assert (verdict, rest.number in sentence, "lot_label" in gun.page) == ("is-ok", True, True)

    def written() -> Any:
        lines = db.session.scalars(select(ReceiptLine).join(Receipt).where(Receipt.number == number))
        left = db.session.scalars(select(ReceiptLine).where(ReceiptLine.receipt_id == rest.id))
        return [(i.lot_number, i.quantity) for i in lines], [(i.item.code, i.quantity) for i in left]

    assert commit(written) == ([("H-1", 6), ("H-2", 4), (None, 12)], [(late, 10)])


def test_serial_numbers_are_received_piece_by_piece(client: FlaskClient) -> None:
    def made() -> tuple[str, str]:
        gauge = make_item(tracking="serial", kind="tool")
        lines = [ReceiptLine(seq=1, item_id=gauge.id, quantity=Decimal(2))]
        return make_receipt(lines=lines).number, gauge.code

    number, gauge = commit(made)
    gun = keeper(client, "receive")
    assert scanned(gun, number, gauge, "SN-1", "")[0] == "is-ok"
    assert scanned(gun, "", "", "")[0] == "is-ok"
    assert commit(lambda: set(db.session.scalars(select(Lot.number)))) == {"SN-1", f"{number}-1-2"}


def test_a_list_is_picked_along_the_way(client: FlaskClient) -> None:
    def made() -> Any:
        far, near = make_location(code="Z-1", sequence=9), make_location(code="A-1", sequence=1)
        nut, bar = make_item(), make_item(tracking="lot")
        lot = make_lot(item_id=bar.id, number="H-9")
        put_in_stock(nut.id, 5, location_id=far.id)
        put_in_stock(bar.id, 5, location_id=near.id, lot_id=lot.id)
        return pick_list((nut, 3), (bar, 2)).number, nut.code, bar.code

    number, nut, bar = commit(made)
    gun = keeper(client, "pick")
    gun.scan(number)
    shown = re.sub(r'(?:value|content)="[^"]*"', "", gun.page)  # a token may have either by chance
    assert shown.index("A-1") < shown.index("Z-1")
    assert gun.scan("NOWHERE")[0] == "is-ng"
    assert scanned(gun, "A-1", nut)[0] == ""
    gun = Gun(client, "pick")
    assert scanned(gun, number, "A-1", bar, "3")[0] == "is-ng"
    assert scanned(gun, "")[0] == "is-ok"
    verdict, sentence = scanned(gun, "Z-1", nut, "")
    assert (verdict, number in sentence) == ("is-ok", True)
    assert find(PickList, number).state == "done"


def test_a_stop_is_skipped_and_what_is_not_there_is_said(client: FlaskClient) -> None:
    def made() -> Any:
        first, second = make_location(code="A-1", sequence=1), make_location(code="A-2", sequence=2)
        nut, bar = make_item(), make_item()
        put_in_stock(nut.id, 5, location_id=first.id)
        put_in_stock(bar.id, 1, location_id=second.id)
        return pick_list((nut, 5), (bar, 3)).number, bar.code

    number, bar = commit(made)
    gun = keeper(client, "pick")
    gun.scan(number)
    assert "Not there" in gun.page
    scanned(gun, number)
    wanted = re.findall(r"is-wanted.*?<dd>\s*(\S+)", gun.page, re.S)
    assert wanted[0] == "A-2"
    assert scanned(gun, "A-2", bar, "1")[0] == "is-ok"


def test_an_issue_is_handed_out_place_by_place(client: FlaskClient) -> None:
    def made() -> Any:
        item, other, shelf = stocked(4), stocked(5), make_location(code="B-7")
        put_in_stock(item.id, 6, location_id=shelf.id)
        lines = [{"item_id": i.id, "quantity": q} for i, q in ((item, "8"), (other, "2"))]
        return draft("stock.issue", lines, kind="production").number, item, other.code

    number, item, other = commit(made)
    gun = keeper(client, "issue")
    assert scanned(gun, number, "MAIN", item.code, "4")[0] == "is-ok"
    assert gun.scan("NOTHING")[0] == "is-ng"
    assert scanned(gun, other, "")[0] == "is-ok"
    verdict, sentence = scanned(gun, number)
    assert (verdict, find(Issue, number).state) == ("is-ok", "posted")
    rest = sentence.split()[-1].rstrip(".")
    assert scanned(gun, rest, "B-7", item.code, "")[0] == "is-ok"
    assert commit(lambda: held(item)) == (2, 0)


def test_places_are_counted_blind(client: FlaskClient) -> None:
    def made() -> Any:
        item, missing, lot = make_item(), stocked(3), make_lot(number="H-5")
        put_in_stock(item.id, Decimal("77.125"))
        put_in_stock(lot.item_id, 4, lot_id=lot.id)
        make_location(code="B-7")
        return stocktake(main()).number, item.code, missing.code, lot.item.code

    number, item, missing, tracked = commit(made)
    gun = keeper(client, "count")
    assert scanned(gun, number, "B-7")[0] == "is-ng"
    scanned(gun, "MAIN")
    assert ("77.125" in gun.page, missing in gun.page) == (False, False)
    assert gun.scan("B-7")[0] == "is-ng"
    assert gun.scan(tracked)[0] == "is-ng"
    assert scanned(gun, item, "70")[0] == "is-ok"
    assert "77.125" in scanned(gun, item, "+7.125")[1]
    assert scanned(gun, "H-5", "0")[0] == "is-ok"
    assert scanned(gun, "MAIN") == ("", "")
    assert scanned(gun, "MAIN")[0] == "is-ok"

    def differences() -> list[Decimal]:
        document = db.session.scalars(select(Stocktake).where(Stocktake.number == number)).one()
        return sorted(line.difference for line in document.lines)

    assert commit(differences) == [-4, -3, 0]


def test_a_count_that_is_not_blind_shows_the_books(client: FlaskClient) -> None:
    number = commit(lambda: (stocked(77), stocktake(main(), blind=False).number)[1])
    gun = keeper(client, "count")
    scanned(gun, number, "MAIN")
    assert "? 77" in gun.page


def test_material_comes_back_to_the_store(client: FlaskClient) -> None:
    def made() -> Any:
        item, other = stocked(10), stocked(5)
        document = pick_list((item, 6))
        services.pick(
            document.id, [services.Pick(line_id=document.lines[0].id, quantity=Decimal(6), location_id=main())]
        )
        return document.number, item, other.code

    number, item, other = commit(made)
    gun = keeper(client, "return")
    assert scanned(gun, number, other)[0] == "is-ng"
    assert scanned(gun, item.code, "7", "")[0] == "is-ng"
    gun = Gun(client, "return")
    assert scanned(gun, number, item.code, "2", "")[0] == "is-ok"
    assert commit(lambda: held(item)) == (6, 0)


def test_a_tool_is_lent_with_two_scans_in_either_order_and_comes_back(client: FlaskClient) -> None:
    def made() -> list[str]:
        make_user(name="张三", badge="W001")
        return [tool().number for _ in range(2)]

    first, second = commit(made)
    gun = keeper(client, "lend")
    verdict, sentence = scanned(gun, first, "W001")
    assert (verdict, "张三" in sentence, str(today() + timedelta(days=14)) in sentence) == ("is-ok", True, True)
    assert scanned(gun, first)[0] == "is-ng"
    assert scanned(gun, second)[0] == "is-ok"
    assert scanned(Gun(client, "lend"), "nobody")[0] == "is-ng"
    back = Gun(client, "tool_back")
    assert scanned(back, first, "9")[0] == "is-ng"
    assert scanned(back, "")[0] == "is-ok"
    assert scanned(back, first)[0] == "is-ng"
    assert scanned(back, second, "3")[0] == "is-ok"
    states = commit(lambda: {(i.lot.number, i.state, i.condition) for i in db.session.scalars(select(ToolLoan))})
    assert states == {(first, "returned", "good"), (second, "returned", "damaged")}


def test_a_keeper_lends_to_whom_he_may_not_look_up(client: FlaskClient) -> None:
    def made() -> Any:
        make_user(name="张三", badge="W001")
        role = make_role("stock.balance.scan", "stock.tool_loan.create", "stock.tool_loan.lend", "stock.lot.read")
        return tool().number, make_user(role)

    number, user = commit(made)
    sign_in(client, user)
    assert scanned(Gun(client, "lend"), number, "W001")[0] == "is-ok"
    assert scanned(Gun(client, "tool_back"), number, "3")[0] == "is-ok"
    assert client.get("/stock/scan/receive").status_code == 403


@pytest.mark.parametrize("task", ["receive", "pick", "issue", "count", "return", "lend", "tool_back"])
@pytest.mark.parametrize("value", ["x", "-1", "0", "999999", "9" * 30, "[[1]]", '[[1, "NaN", {}]]'])
def test_what_the_page_keeps_may_be_anything(client: FlaskClient, task: str, value: str) -> None:
    gun = keeper(client, task)
    names = ("document", "handled", "list", "place", "item", "lot", "line", "quantity", "count", "tool", "person")
    for kept in (dict.fromkeys(names, value), *({n: value} for n in names)):
        gun.page += "".join(f'<input name="kept.{name}" value="{html.escape(text)}">' for name, text in kept.items())
        for text in ("MAIN", "", value):
            gun.scan(text)
    assert commit(lambda: balances(make_item())) == {}


HOSTILE = (
    "[[1]]",
    "[1]",
    "{}",
    "[" * 20_000,
    '[{"line_id": 1, "quantity": "NaN"}]',
    '[{"line_id": LINE, "quantity": "1e99"}]',
    '[{"line_id": LINE, "quantity": null}]',
    '[{"line_id": LINE, "quantity": "1", "location_id": "x"}]',
    '[{"line_id": LINE, "quantity": "1", "location_id": 99999999999999999999}]',
    '[{"line_id": LINE, "quantity": "1", "lot_number": {"a": 1}}]',
    '[{"line_id": LINE, "quantity": "1", "anything": 1}]',
)


@pytest.mark.parametrize("handled", HOSTILE)
def test_what_was_handled_of_a_draft_that_is_there_may_be_anything(client: FlaskClient, handled: str) -> None:
    receipt = commit(make_receipt)
    line = commit(lambda: db.session.get_one(type(receipt), receipt.id).lines[0].id)
    gun = keeper(client, "receive")
    for kept in (
        {"document": receipt.id, "handled": handled.replace("LINE", str(line))},
        {"document": receipt.id, "line": line, "quantity": "many", "lot": "x" * 500},
        {"document": receipt.id, "line": line, "quantity": "NaN"},
    ):
        for text in ("MAIN", receipt.number):
            gun.page += "".join(f'<input name="kept.{n}" value="{html.escape(str(v))}">' for n, v in kept.items())
            gun.scan(text)
    assert commit(lambda: db.session.get_one(type(receipt), receipt.id).state) == "draft"


def test_a_posted_receipt_is_not_received_again(client: FlaskClient) -> None:
    number = commit(lambda: fire(make_receipt(), "post").number)
    assert keeper(client, "receive").scan(number)[0] == "is-ng"


def test_what_a_ticket_made_is_received_by_scanning_the_ticket(client: FlaskClient) -> None:
    def made() -> tuple[str, str, int]:
        floor = make_floor(steps=1)
        floor.report(good=4)
        return floor.ticket(), floor.order.number, floor.order.item_id

    ticket, number, item = commit(made)
    for code in (number, ticket):
        assert scanned(keeper(client, "receive"), code) == ("", "")
    gun = keeper(client, "receive")
    assert scanned(gun, ticket, "", "", "")[0] == "is-ok"
    assert commit(lambda: services.on_hand([item])[item].on_hand) == 4
    assert keeper(client, "receive").scan(ticket)[0] == "is-ng"
