"""Lots are followed both ways: through splitting, through production, to where they are and who got them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.factories import make_lot, put_in_stock
from addons.stock.models import Lot, PickList, Receipt
from addons.stock.services import Pick
from core.db import db
from core.testing.people import administrator, sign_in
from core.testing.statements import count_statements
from core.workflow.fire import fire
from tests.addons.stock.support import commit, main
from tests.addons.stock.test_documents import posted
from tests.addons.stock.test_picking import pick_list

WORK_ORDER = "test.work_order"


def stocked_lot(number: str, quantity: int = 10) -> Lot:
    """A lot of an item of its own, in the main place."""
    lot = make_lot(item_id=make_item(tracking="lot").id, number=number)
    put_in_stock(lot.item_id, quantity, lot_id=lot.id)
    return lot


def picked(lot: Lot, quantity: int, order: int) -> PickList:
    """So much of a lot picked for a work order."""
    document = pick_list((lot.item, quantity))
    document.source_model, document.source_id, document.source = WORK_ORDER, order, f"WO-{order}"
    part = Pick(line_id=document.lines[0].id, quantity=Decimal(quantity), location_id=main(), lot_id=lot.id)
    return services.pick(document.id, [part])


def made(order: int, number: str, quantity: int = 4) -> Lot:
    """A lot made by a work order and received."""
    item = make_item(tracking="lot")
    draft = services.ReceiptDraft(
        item_id=item.id,
        quantity=Decimal(quantity),
        source=f"WO-{order}",
        source_model=WORK_ORDER,
        source_id=order,
        lot_number=number,
    )
    (receipt,) = services.propose_receipts([draft])
    lot = fire(receipt, "post").lines[0].lot
    assert isinstance(lot, Lot)
    return lot


def found(lot: Lot, direction: Any) -> list[tuple[str, int, Decimal | None, str | None]]:
    return [(t.number, t.level, t.quantity, t.why) for t in services.trace(lot.id, direction)]


def test_what_was_picked_for_an_order_went_into_what_it_made(any_app: Flask, system: Any) -> None:
    bar, paint = stocked_lot("BAR"), stocked_lot("PAINT")
    picked(bar, 5, order=1)
    picked(paint, 2, order=1)
    picked(stocked_lot("OTHER"), 2, order=2)
    shaft = made(1, "SHAFT")
    assert found(shaft, "made_from") == [("BAR", 1, 5, "WO-1"), ("PAINT", 1, 2, "WO-1")]
    assert found(bar, "went_into") == [("SHAFT", 1, 5, "WO-1")]


def test_lots_are_followed_over_several_orders_and_splits(any_app: Flask, system: Any) -> None:
    bar = stocked_lot("BAR")
    line = {"lot_id": bar.id, "into_number": "BAR-2", "quantity": "6"}
    posted("stock.lot_change", [line], kind="split", item_id=bar.item_id, location_id=main())
    half = db.session.query(Lot).filter_by(number="BAR-2").one()
    picked(half, 6, order=1)
    shaft = made(1, "SHAFT")
    picked(shaft, 3, order=2)
    machine = made(2, "MACHINE")
    assert [row[:2] for row in found(machine, "made_from")] == [("SHAFT", 1), ("BAR-2", 2), ("BAR", 3)]
    assert [row[:2] for row in found(bar, "went_into")] == [("BAR-2", 1), ("SHAFT", 2), ("MACHINE", 3)]


def test_what_was_brought_back_or_taken_back_went_into_nothing(any_app: Flask, system: Any) -> None:
    bar = stocked_lot("BAR")
    document = picked(bar, 5, order=1)
    shaft = made(1, "SHAFT")

    def back(quantity: str) -> Receipt:
        line = {"item_id": bar.item_id, "quantity": quantity, "lot_number": bar.number}
        values = {"kind": "material", "location_id": main(), "pick_list_id": document.id}
        receipt: Receipt = posted("stock.receipt", [line], **values)
        return receipt

    receipt = back("2")
    assert found(shaft, "made_from") == [("BAR", 1, 3, "WO-1")]
    fire(receipt, "reverse", reason="needed after all")
    assert found(shaft, "made_from") == [("BAR", 1, 5, "WO-1")]
    back("5")
    assert (found(shaft, "made_from"), found(bar, "went_into")) == ([], [])


def test_a_ring_of_lots_ends(any_app: Flask, system: Any) -> None:
    lot = stocked_lot("A")
    for source, into in (("A", "B"), ("B", "A")):
        from_id = db.session.query(Lot).filter_by(number=source).one().id
        line = {"lot_id": from_id, "into_number": into, "quantity": "3"}
        posted("stock.lot_change", [line], kind="split", item_id=lot.item_id, location_id=main())
    assert [row[0] for row in found(lot, "made_from")] == ["B"]


def test_where_a_lot_is_and_who_got_it(any_app: Flask, system: Any) -> None:
    lot = stocked_lot("BAR")
    line = {"item_id": lot.item_id, "quantity": "3", "lot_id": lot.id}
    sold = posted("stock.issue", [line], kind="sales")
    mistaken = posted("stock.issue", [line], kind="sales")
    fire(mistaken, "reverse", reason="wrong customer")
    assert [(w.quantity, w.status) for w in services.find_whereabouts(lot.id)] == [(7, "available")]
    assert [(w.quantity, w.why) for w in services.find_departures(lot.id)] == [(3, sold.number)]


def test_a_step_takes_the_same_statements_however_many_lots(any_app: Flask, system: Any) -> None:
    def taken(order: int, lots: int) -> int:
        for n in range(lots):
            picked(stocked_lot(f"B-{order}-{n}"), 1, order)
        shaft = made(order, f"S-{order}")
        return count_statements(lambda: services.trace(shaft.id, "made_from"))

    assert taken(1, 2) == taken(2, 8) <= 8


def test_the_page_of_a_lot_shows_it(client: FlaskClient) -> None:
    def lots() -> int:
        picked(stocked_lot("BAR-77"), 5, order=1)
        return made(1, "SHAFT").id

    sign_in(client, commit(administrator))
    page = client.get(f"/m/stock/lots/{commit(lots)}").text
    assert ("BAR-77" in page, "WO-1" in page) == (True, True)
    assert client.get("/m/stock/lots/new").status_code == 200
    assert client.get("/m/stock/pick-lists/new").status_code == 200
