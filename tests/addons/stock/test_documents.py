"""Issues, transfers, adjustments, scrap, lots split and merged, months closed: from draft to ledger and back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import Lot, LotOrigin, Period, PeriodLine, StockMove
from addons.stock.models.periods import last_day
from addons.stock.services.balances import OutOfStock
from core.db import db
from core.errors import Conflict, ValidationError
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.numbering import today
from core.workflow.records import create_record
from tests.addons.stock.support import CAUSE, balances, held, main, movement, stocked, virtual


def draft(model: str, lines: list[dict[str, Any]], **values: Any) -> Any:
    """A document as a form would make it."""
    rows = {"lines": lines} if lines else {}
    return create_record(current_registry().model(model), {**values, **rows})


def posted(model: str, lines: list[dict[str, Any]], **values: Any) -> Any:
    return fire(draft(model, lines, **values), "post")


def test_an_issue_takes_what_expires_first_and_is_taken_back(any_app: Flask, system: Any) -> None:
    item = make_item(tracking="lot")
    late, early, gone = (make_lot(item_id=item.id, expires_on=today() + timedelta(days=days)) for days in (90, 30, -1))
    for lot in (late, early, gone):
        put_in_stock(item.id, 5, lot_id=lot.id)
    document = posted("stock.issue", [{"item_id": item.id, "quantity": "6"}], kind="production")
    assert balances(item) == {(main(), late.id): (4, 0), (main(), early.id): (0, 0), (main(), gone.id): (5, 0)}
    with pytest.raises(OutOfStock):
        posted("stock.issue", [{"item_id": item.id, "quantity": "5"}], kind="production")
    fire(document, "reverse", reason="wrong order")
    assert (document.state, held(item)[0]) == ("reversed", 15)
    assert services.reconcile() == []


def test_a_transfer_moves_to_another_place_or_another_project(any_app: Flask, system: Any) -> None:
    item, shelf = stocked(10), make_location()
    (project,) = services.make_projects("test.line", {1: "SO-1 / 1"}).values()
    line = {"item_id": item.id, "quantity": "4"}
    posted("stock.transfer", [line], from_location_id=main(), to_location_id=shelf.id)
    posted("stock.transfer", [line], from_location_id=shelf.id, to_location_id=shelf.id, to_project_id=project)
    found = services.on_hand([item.id])[item.id]
    assert (found.on_hand, found.free) == (10, 6)
    with pytest.raises(ValidationError, match="there already"):
        posted("stock.transfer", [line], from_location_id=main(), to_location_id=main())


def test_an_adjustment_finds_and_misses_goods(any_app: Flask, system: Any) -> None:
    found, missing = make_item(), stocked(5)
    lines = [
        {"item_id": found.id, "quantity": "2", "location_id": main(), "unit_cost": "3"},
        {"item_id": missing.id, "quantity": "-1", "location_id": main()},
    ]
    posted("stock.adjustment", lines, reason="counted by hand")
    assert (held(found)[0], held(missing)[0]) == (2, 4)
    nothing = {"item_id": found.id, "quantity": "0", "location_id": main()}
    with pytest.raises(ValidationError, match="changes nothing"):
        posted("stock.adjustment", [nothing], reason="x")
    with pytest.raises(ValidationError, match="at least one line"):
        posted("stock.adjustment", [], reason="x")


def test_scrap_is_thrown_away_for_a_reason(any_app: Flask, system: Any) -> None:
    item = stocked(5)
    document = posted("stock.scrap", [{"item_id": item.id, "quantity": "2", "location_id": main()}], reason="rust")
    moved = db.session.scalars(select(StockMove).where(StockMove.cause_model == "stock.scrap")).one()
    assert (moved.to_location.kind, moved.reason, moved.cause, held(item)[0]) == ("scrap", "rust", document.number, 3)


def test_lots_are_split_and_merged_at_the_same_value_and_remember_it(any_app: Flask, system: Any) -> None:
    item = make_item(tracking="lot")
    whole = make_lot(item_id=item.id, number="A", expires_on=today())
    arrival = movement(item, 3, virtual("supplier"), main(), lot_id=whole.id, value=Decimal("10"))
    services.receive([arrival], cause=CAUSE)
    lines = [{"lot_id": whole.id, "into_number": number, "quantity": "1"} for number in ("A1", "A2", "A3")]
    place = {"item_id": item.id, "location_id": main()}
    posted("stock.lot_change", lines, kind="split", **place)
    parts = {lot.number: lot for lot in db.session.scalars(select(Lot).where(Lot.item_id == item.id))}
    assert (parts["A1"].expires_on, held(item)[0]) == (today(), 3)
    back = [{"lot_id": parts[number].id, "into_number": "B", "quantity": "1"} for number in ("A1", "A2", "A3")]
    posted("stock.lot_change", back, kind="merge", **place)
    value = func.sum(StockMove.value)
    flows = dict(db.session.execute(select(StockMove.flow, value).group_by(StockMove.flow)).all())
    assert flows["in"] - flows["out"] == 10
    made = select(LotOrigin.from_id).join(Lot, Lot.id == LotOrigin.into_id).where(Lot.number == "B")
    assert set(db.session.scalars(made)) == {parts[n].id for n in ("A1", "A2", "A3")}
    assert services.reconcile() == []


def test_a_closed_month_stands_as_it_was(any_app: Flask, system: Any) -> None:
    first = (today().replace(day=1) - timedelta(days=1)).replace(day=1)
    item, out = make_item(), virtual("customer")

    def book(quantity: int, to: int, day: Any) -> None:
        there = main() if to == out else virtual("supplier")
        moves = [movement(item, quantity, there, to, value=Decimal(quantity))]
        services.move(moves, cause=services.Cause(model="test.document", id=1, booked_on=day))

    book(10, main(), first - timedelta(days=3))
    month = create_record(current_registry().model("stock.period"), {"starts_on": first.isoformat()})
    with pytest.raises(Conflict, match="earlier month"):
        fire(month, "close")
    earlier = (first - timedelta(days=1)).replace(day=1)
    before = create_record(current_registry().model("stock.period"), {"starts_on": earlier.isoformat()})
    fire(before, "close")
    book(5, main(), first)
    book(3, out, last_day(first))
    book(1, out, today())
    fire(month, "close")
    line = db.session.scalars(select(PeriodLine).where(PeriodLine.period_id == month.id)).one()
    assert (line.opening_qty, line.in_qty, line.out_qty, line.closing_qty) == (10, 5, 3, 12)
    assert (line.opening_value, line.in_value, line.out_value, line.closing_value) == (10, 5, 3, 12)
    for day, why in ((last_day(first), "closed until"), (today() + timedelta(days=1), "still to come")):
        with pytest.raises((Conflict, ValidationError), match=why):
            book(1, out, day)
    with pytest.raises(Conflict, match="later month"):
        fire(before, "reopen", reason="late invoice")
    fire(month, "reopen", reason="late invoice")
    book(1, out, last_day(first))
    assert db.session.scalar(select(func.count()).select_from(PeriodLine)) == 1


def test_the_month_that_runs_is_not_closed_and_begins_on_its_first(any_app: Flask, system: Any) -> None:
    spec = current_registry().model("stock.period")
    with pytest.raises(Conflict, match="first of the month"):
        create_record(spec, {"starts_on": today().replace(day=2).isoformat()})
    month: Period = create_record(spec, {"starts_on": today().replace(day=1).isoformat()})
    assert month.ends_on == last_day(today())
    with pytest.raises(Conflict, match="not over yet"):
        fire(month, "close")


def test_documents_cost_the_same_however_many_lines(any_app: Flask, system: Any) -> None:
    from core.testing.statements import count_statements

    shelf = make_location()
    items: list[Item] = [stocked(100) for _ in range(12)]

    def statements(count: int) -> int:
        lines = [{"item_id": item.id, "quantity": "1"} for item in items[:count]]
        document = draft("stock.transfer", lines, from_location_id=main(), to_location_id=shelf.id)
        return count_statements(lambda: services.post_transfer(document))

    statements(12)
    assert statements(1) == statements(12)
