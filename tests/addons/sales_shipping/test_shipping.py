"""Shipments: what goes out is booked on the order and taken from stock, in one step or not at all."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.sales_shipping import services
from addons.sales_shipping.factories import make_shipment
from addons.sales_shipping.models import SalesOrder, Shipment, ShipmentLine
from addons.stock.models import StockMove
from addons.stock.services import reconcile
from addons.stock.services.balances import OutOfStock
from core.actor import acting
from core.db import db
from core.errors import Conflict, Forbidden, ValidationError, Veto
from core.kernel.registry import current_registry
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from core.workflow.fire import fire
from core.workflow.records import update_record
from tests.addons.masterdata.support import actor_on
from tests.addons.sales_shipping.support import confirmed, numbers, release, ship
from tests.addons.stock.support import commit, count_moves, held, race, refused, stocked


def test_part_of_an_order_is_shipped_and_later_the_rest(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    order = confirmed([(item, 8)])
    release(order.lines[0], "stock", 8)
    first = ship(order, 3)
    assert (first.state, numbers(order), held(item)) == ("shipped", [(8, 3)], (7, 5))
    rest = ship(order)
    assert ([line.quantity for line in rest.lines], numbers(order), held(item)) == ([5], [(8, 8)], (2, 0))


def test_the_ledger_tells_which_shipment_took_the_goods(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    shipment = ship(confirmed([(item, 4)]))
    move = db.session.scalars(select(StockMove).where(StockMove.cause_model == "sales_shipping.shipment")).one()
    assert (move.cause, move.cause_id, move.cause_line) == (shipment.number, shipment.id, shipment.lines[0].id)
    assert (move.to_location.kind, move.quantity) == ("customer", 4)


def test_a_shipment_may_hold_lines_of_several_orders_of_one_customer(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    first = confirmed([(item, 4)])
    second = confirmed([(item, 5)], partner_id=first.partner_id)
    fire(make_shipment([(first.lines[0], 4), (second.lines[0], 2)]), "ship")
    assert (numbers(first), numbers(second), held(item)) == ([(0, 4)], [(0, 2)], (4, 0))


def test_what_may_not_leave_stays_where_it_is(any_app: Flask) -> None:
    item = commit(lambda: stocked(5))
    order, other = commit(lambda: confirmed([(item, 9)])), commit(lambda: confirmed([(item, 9)]))
    (line,), (foreign,) = order.lines, other.lines
    cases: list[tuple[Any, Any, str]] = [
        ([(line, 6)], OutOfStock, "Not enough"),
        ([(line, 10)], Conflict, "Only 9"),
        ([(line, 5), (line, 5)], Conflict, "Only 9"),
        ([(line, 0)], ValidationError, "more than zero"),
        ([(line, 1), (foreign, 1)], Conflict, "another customer"),
    ]
    moves = commit(count_moves)
    for lines, kind, words in cases:
        shipment = commit(lambda lines=lines: make_shipment(lines))  # type: ignore[misc]
        error = refused(kind, lambda shipment=shipment: fire(db.session.get_one(Shipment, shipment.id), "ship"))
        assert words in str(error.message)
        assert commit(lambda shipment=shipment: db.session.get_one(Shipment, shipment.id).state) == "draft"
    assert commit(lambda: (numbers(order), held(item), count_moves())) == ([(0, 0)], (5, 0), moves)


def test_what_was_promised_to_another_order_is_not_shipped(any_app: Flask) -> None:
    item = commit(lambda: stocked(10))
    promised, other = commit(lambda: confirmed([(item, 8)])), commit(lambda: confirmed([(item, 5)]))
    commit(lambda: release(promised.lines[0], "stock", 8))
    refused(OutOfStock, lambda: ship(db.session.get_one(SalesOrder, other.id), 3))
    commit(lambda: ship(db.session.get_one(SalesOrder, other.id), 2))
    assert commit(lambda: held(item)) == (8, 8)


def test_a_draft_holds_what_the_next_one_would_take(app: Flask, system: Any) -> None:
    order = confirmed([(stocked(10), 8), (stocked(10), 4)])
    first = services.make_shipment(order)
    first.lines[0].quantity = Decimal(5)
    first.lines.pop()
    db.session.flush()
    assert [(line.order_line_id, line.quantity) for line in services.make_shipment(order).lines] == [
        (order.lines[0].id, 3),
        (order.lines[1].id, 4),
    ]
    with pytest.raises(Conflict, match="Everything"):
        services.make_shipment(order)
    fire(first, "cancel")
    assert [line.quantity for line in services.make_shipment(order).lines] == [5]


def test_a_shipment_without_lines_does_not_leave(app: Flask, system: Any) -> None:
    shipment = make_shipment()
    shipment.lines = []
    db.session.flush()
    with pytest.raises(ValidationError, match="at least one line"):
        fire(shipment, "ship")


def test_sales_sees_the_shipment_the_warehouse_makes(app: Flask, system: Any) -> None:
    clerk, keeper = actor_on("sales_clerk"), actor_on("warehouse_keeper")
    order = confirmed([(stocked(10), 8)], org_unit_id=clerk.unit_id)
    with acting(keeper):
        shipment = services.make_shipment(db.session.get_one(SalesOrder, order.id))
    with acting(clerk):
        assert fire(shipment, "ship").org_unit_id == clerk.unit_id
    assert shipment.created_by_id == keeper.user_id


def test_making_and_shipping_are_rights_of_their_own(app: Flask, system: Any) -> None:
    order = confirmed([(stocked(10), 8)])
    shipment = services.make_shipment(order)
    looking = actor_with("sales_shipping.shipment.read", "sales_shipping.sales_order.read")
    with acting(looking), pytest.raises(Forbidden):
        services.make_shipment(order)
    with acting(looking), pytest.raises(Forbidden):
        fire(shipment, "ship")


def test_the_form_changes_quantities_and_takes_lines_off_but_adds_none(app: Flask, system: Any) -> None:
    order = confirmed([(make_item(), 8), (make_item(), 4)])
    shipment = services.make_shipment(order)
    spec = current_registry().spec_of(shipment)
    kept = [{"id": shipment.lines[0].id, "quantity": "3"}]
    update_record(spec, shipment.id, {"lines": kept}, version=shipment.version)
    assert [line.quantity for line in shipment.lines] == [3]
    with pytest.raises(Veto, match="from the order"):
        update_record(spec, shipment.id, {"lines": [*kept, {"quantity": "1"}]}, version=shipment.version)


def test_sixteen_people_ship_no_more_than_was_ordered(any_app: Flask) -> None:
    item = commit(lambda: stocked(100))
    order = commit(lambda: confirmed([(item, 10)]))
    shipments = commit(lambda: [make_shipment([(order.lines[0], 3)]).id for _ in range(16)])
    outcomes = race(
        any_app,
        [lambda i=i: fire(db.session.get_one(Shipment, i), "ship") for i in shipments],  # type: ignore[misc]
    )
    assert outcomes.count(None) == 3
    assert commit(lambda: (numbers(order), held(item), reconcile())) == ([(0, 9)], (91, 0), [])


def test_shipping_many_lines_takes_no_more_statements_than_a_few(pg_app: Flask, system: Any) -> None:
    lines = confirmed([(stocked(10), 10) for _ in range(24)]).lines

    def statements(chosen: Any) -> int:
        shipment = make_shipment([(line, 1) for line in chosen])
        db.session.expire_all()
        shipment_id = shipment.id
        return count_statements(lambda: fire(db.session.get_one(Shipment, shipment_id), "ship"))

    statements(lines[:1])
    few, many = statements(lines[1:3]), statements(lines[3:])
    assert few == many
    assert db.session.scalars(select(ShipmentLine.quantity)).all() == [1] * 24
