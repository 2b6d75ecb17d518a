"""Receipts: drafts are proposals, posting one writes the ledger once."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, make_receipt
from addons.stock.models import Lot, Receipt, ReceiptLine, StockMove
from addons.stock.services import ReceiptDraft
from core.actor import acting
from core.db import db
from core.errors import Conflict, Forbidden, QingmesError, ValidationError, Veto
from core.kernel.registry import current_registry
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from core.workflow.fire import fire
from core.workflow.models import AuditEntry
from core.workflow.records import create_record
from tests.addons.stock.support import commit, count_moves, held, main, race, refused, virtual


def line(item: Item, quantity: int, lot_number: str | None = None) -> ReceiptLine:
    return ReceiptLine(seq=1, item_id=item.id, quantity=Decimal(quantity), lot_number=lot_number)


def draft(item: Item, quantity: int, source_id: int) -> ReceiptDraft:
    return ReceiptDraft(
        item_id=item.id, quantity=Decimal(quantity), source="X-1", source_model="test.source", source_id=source_id
    )


def test_posting_brings_the_goods_in_from_where_its_kind_says(any_app: Flask, system: Any) -> None:
    for kind, source in (
        ("production", "production"),
        ("purchase", "supplier"),
        ("return", "customer"),
        ("other", "adjustment"),
    ):
        item, shelf = make_item(), make_location()
        receipt = make_receipt(kind=kind, location_id=shelf.id, lines=[line(item, 5)])
        assert fire(receipt, "post").state == "posted"
        move = db.session.scalars(select(StockMove).where(StockMove.item_id == item.id)).one()
        assert (move.from_location.kind, move.to_location_id, move.quantity) == (source, shelf.id, 5)
        assert (move.cause, move.cause_line) == (receipt.number, receipt.lines[0].id)


def test_lots_that_are_new_are_made_and_known_ones_used(any_app: Flask, system: Any) -> None:
    item = make_item(tracking="lot")
    known = make_lot(item_id=item.id, number="H1")
    receipt = make_receipt(lines=[line(item, 5, "H1"), line(item, 6, "H2"), line(item, 7, "H2")])
    fire(receipt, "post")
    lots = {lot.number: lot.id for lot in db.session.scalars(select(Lot).where(Lot.item_id == item.id))}
    assert (set(lots), lots["H1"]) == ({"H1", "H2"}, known.id)
    assert [one.lot_id for one in receipt.lines] == [lots["H1"], lots["H2"], lots["H2"]]
    made = db.session.scalars(select(AuditEntry.record_id).where(AuditEntry.model == "stock.lot"))
    assert lots["H2"] in set(made)


def test_a_receipt_is_posted_once_however_many_press_the_button(any_app: Flask) -> None:
    item = commit(make_item)
    receipt = commit(lambda: make_receipt(lines=[line(item, 5)]))
    outcomes = race(any_app, [lambda: fire(db.session.get_one(Receipt, receipt.id), "post")] * 8)
    assert outcomes.count(None) == 1
    assert {type(error) for error in outcomes if error} == {Conflict}
    assert commit(lambda: held(item)) == (5, 0)


def test_a_refused_posting_leaves_a_draft_and_no_moves(any_app: Flask) -> None:
    plain, tracked = commit(make_item), commit(lambda: make_item(tracking="lot"))
    wrong: list[tuple[list[ReceiptLine], type[QingmesError]]] = [
        ([], ValidationError),
        ([line(plain, 5), line(plain, 0)], ValidationError),
        ([line(plain, 5), line(tracked, 1)], ValidationError),
        ([line(tracked, 5, "H1"), line(plain, 1, "H1")], ValidationError),
    ]
    for lines, kind in wrong:
        receipt_id = commit(lambda lines=lines: make_receipt(lines=lines).id)  # type: ignore[misc]
        refused(kind, lambda receipt_id=receipt_id: fire(db.session.get_one(Receipt, receipt_id), "post"))
        state = commit(lambda receipt_id=receipt_id: db.session.get_one(Receipt, receipt_id).state)
        assert (state, commit(count_moves)) == ("draft", 0)
    assert commit(lambda: db.session.scalar(select(func.count()).select_from(Lot))) == 0


def test_goods_are_not_received_into_a_virtual_location(app: Flask, system: Any) -> None:
    values = {"location_id": virtual("scrap"), "lines": [{"item_id": make_item().id, "quantity": "1"}]}
    with pytest.raises(Veto, match="internal"):
        create_record(current_registry().model("stock.receipt"), values)


def test_posting_is_a_right_of_its_own(app: Flask, system: Any) -> None:
    receipt = make_receipt()
    with acting(actor_with("stock.receipt.read", "stock.receipt.write")), pytest.raises(Forbidden):
        fire(receipt, "post")


def test_proposals_lie_in_the_default_location_and_count_once_posted(any_app: Flask, system: Any) -> None:
    item = make_item()
    first, second, other = services.propose_receipts([draft(item, 4, 1), draft(item, 5, 1), draft(item, 6, 2)])
    assert {r.location_id for r in (first, second, other)} == {main()}
    assert (first.state, first.source, len({first.number, second.number, other.number})) == ("draft", "X-1", 3)
    for receipt in (first, other):
        fire(receipt, "post")
    assert services.count_received("test.source", [1, 2, 3]) == {1: 4, 2: 6}
    assert services.find_receipt_sources([first.id, other.id], "test.source") == {first.id: 1, other.id: 2}
    assert services.find_receipt_sources([first.id], "other.source") == {}


def test_posting_many_lines_takes_no_more_statements_than_a_few(pg_app: Flask, system: Any) -> None:
    items = [make_item(tracking="lot") for _ in range(20)]

    def posted(count: int) -> int:
        receipt = make_receipt(lines=[line(item, 5, f"H{count}") for item in items[:count]])
        return count_statements(lambda: fire(receipt, "post"))

    posted(2)
    assert posted(3) == posted(20)
