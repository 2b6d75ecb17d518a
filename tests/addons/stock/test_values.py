"""What stock is worth: a moving average that adds up to the cent, whatever comes, goes and is taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot
from addons.stock.models import ItemValue, StockMove
from addons.stock.services import Cause
from addons.stock.services.balances import OutOfStock
from core.db import db
from core.errors import Conflict, ValidationError
from tests.addons.stock.support import CAUSE, balances, held, main, movement, need, refused, virtual


def worth(item: Item) -> tuple[Any, ...]:
    """Quantity, value and unit cost of an item, as they are kept."""
    query = select(ItemValue.quantity, ItemValue.value, ItemValue.last_cost).where(ItemValue.item_id == item.id)
    return tuple(db.session.execute(query).one())


def receive(item: Item, quantity: str, value: str | None, **more: Any) -> None:
    given = Decimal(value) if value is not None else None
    services.receive([movement(item, quantity, virtual("supplier"), main(), value=given, **more)], cause=CAUSE)


def issue(item: Item, quantity: str) -> Decimal:
    services.move([movement(item, quantity, main(), virtual("customer"))], cause=CAUSE)
    return db.session.scalars(select(StockMove).order_by(StockMove.id.desc()).limit(1)).one().value


def test_goods_leave_at_the_average_and_the_last_take_what_is_left(any_app: Flask, system: Any) -> None:
    item = make_item()
    receive(item, "3", "10")
    receive(item, "4", "20")
    assert worth(item) == (7, 30, Decimal("4.285714"))
    assert [issue(item, "2"), issue(item, "2"), issue(item, "3")] == [
        Decimal("8.57"),
        Decimal("8.57"),
        Decimal("12.86"),
    ]
    assert worth(item)[:2] == (0, 0)
    assert services.reconcile() == []


def test_without_a_price_goods_come_in_at_what_the_item_costs(any_app: Flask, system: Any) -> None:
    item = make_item(standard_cost=Decimal("2.5"))
    receive(item, "4", None)
    assert worth(item)[:2] == (4, 10)
    receive(item, "1", "5")
    issue(item, "5")
    receive(item, "2", None)
    assert worth(item) == (2, 6, 3)


def test_moving_within_changes_no_value(any_app: Flask, system: Any) -> None:
    item, shelf = make_item(), make_location()
    receive(item, "3", "10")
    services.move([movement(item, 2, main(), shelf.id)], cause=CAUSE)
    assert worth(item)[:2] == (3, 10)
    assert services.reconcile() == []


def test_what_a_document_has_moved_is_taken_back_once_at_what_it_was_booked_at(any_app: Flask, system: Any) -> None:
    item = make_item()
    receive(item, "10", "100")
    wrong = Cause(model="test.wrong", id=7, title="W-7")
    dear = movement(item, 10, virtual("supplier"), main(), value=Decimal(9000))
    services.receive([dear], cause=wrong)
    services.reverse("test.wrong", 7, title="W-7", reason="typed 900 instead of 9")
    assert worth(item)[:2] == (10, 100)
    back = db.session.scalars(select(StockMove).where(StockMove.reverses_id.is_not(None))).one()
    assert (back.flow, back.value, back.reason) == ("out", 9000, "typed 900 instead of 9")
    with pytest.raises(Conflict, match="nothing left"):
        services.reverse("test.wrong", 7, title="W-7", reason="again")
    assert services.reconcile() == []


def test_goods_that_are_promised_are_not_taken_back(any_app: Flask) -> None:
    from tests.addons.stock.support import commit

    def made() -> Item:
        item = make_item()
        receive(item, "5", "5")
        services.reserve([need(item, 5)])
        return item

    item = commit(made)
    refused(OutOfStock, lambda: services.reverse(CAUSE.model, CAUSE.id or 0, title="T", reason="r"))
    assert commit(lambda: held(item)) == (5, 5)


def test_a_projects_stock_is_its_own(any_app: Flask, system: Any) -> None:
    item = make_item()
    mine, theirs = services.make_projects("test.line", {1: "SO-1 / 1", 2: "SO-1 / 2"}).values()
    receive(item, "3", "3", to_project_id=mine)
    receive(item, "4", "4", to_project_id=theirs)
    receive(item, "1", "1")
    found = services.on_hand([item.id])[item.id]
    assert (found.on_hand, found.free) == (8, 1)
    services.reserve([need(item, 4, 1)])
    with pytest.raises(OutOfStock):
        services.reserve([need(item, 1, 1)])
    services.issue([need(item, 4, 1)], cause=CAUSE)
    owners = select(StockMove.from_project_id).where(StockMove.flow == "out").order_by(StockMove.id)
    assert db.session.scalars(owners).all() == [mine, None]
    assert services.find_projects("test.line", [1, 2, 3]) == {1: mine, 2: theirs}
    assert services.reconcile() == []


def test_only_what_is_available_is_promised_and_issued(any_app: Flask, system: Any) -> None:
    item = make_item()
    receive(item, "3", "3", to_status="inspection")
    receive(item, "2", "2")
    found = services.on_hand([item.id])[item.id]
    assert (found.on_hand, found.blocked, found.free) == (5, 3, 2)
    with pytest.raises(OutOfStock):
        services.reserve([need(item, 3)])
    here = main()
    services.move([movement(item, 3, here, here, from_status="inspection")], cause=CAUSE)
    services.reserve([need(item, 5)])
    assert services.reconcile() == []


def test_a_lot_on_hold_waits_wherever_it_is(any_app: Flask, system: Any) -> None:
    item, shelf = make_item(tracking="lot"), make_location()
    lot = make_lot(item_id=item.id)
    receive(item, "3", "3", lot_id=lot.id)
    services.move([movement(item, 1, main(), shelf.id, lot_id=lot.id)], cause=CAUSE)
    services.reserve([need(item, 1)])
    with pytest.raises(Conflict, match="reserved"):
        services.hold_lot(lot, "cracks")
    services.release_reservation("test.line", [1])
    services.hold_lot(lot, "cracks")
    lot.state = "held"
    assert services.on_hand([item.id])[item.id].free == 0
    with pytest.raises(Conflict, match="on hold"):
        receive(item, "1", "1", lot_id=lot.id)
    services.release_lot(lot, "reworked")
    assert services.on_hand([item.id])[item.id].free == 3
    assert services.reconcile() == []


def test_a_place_that_may_be_negative_gives_more_than_it_has(any_app: Flask, system: Any) -> None:
    item, floor = make_item(), make_location(may_be_negative=True)
    services.move([movement(item, 3, floor.id, virtual("production"))], cause=CAUSE)
    assert balances(item) == {(floor.id, None): (-3, 0)}
    services.receive([movement(item, 5, virtual("supplier"), floor.id, value=Decimal(10))], cause=CAUSE)
    with pytest.raises(OutOfStock):
        services.reserve([need(item, 1)])
    assert services.reconcile() == []


def test_goods_move_from_or_to_a_place_of_ones_own(any_app: Flask, system: Any) -> None:
    with pytest.raises(ValidationError, match="your own locations"):
        services.move([movement(make_item(), 1, virtual("supplier"), virtual("customer"))], cause=CAUSE)


def test_a_place_that_is_being_counted_stands_still_for_all_but_the_count(any_app: Flask, system: Any) -> None:
    item = make_item()
    receive(item, "3", "3")
    services.find_default_location().stocktake_id = 9
    db.session.flush()
    with pytest.raises(Conflict, match="being counted"):
        issue(item, "1")
    gone = movement(item, 1, main(), virtual("adjustment"))
    services.move([gone], cause=Cause(model="stock.stocktake", id=9))
    assert held(item)[0] == 2
