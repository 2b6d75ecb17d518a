"""The release: parts of lines go to routes, all or nothing, never more than is open."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.mrp_routing.factories import make_routing
from addons.mrp_routing.models import WorkOrder
from addons.sales_shipping import services
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import ReleasePortion, SalesOrder, SalesOrderLine
from addons.sales_shipping.services import Offer, Portion, Route, propose
from addons.stock.models import Reservation
from addons.stock.services.balances import OutOfStock
from core.actor import acting
from core.db import db
from core.errors import Conflict, Forbidden, NotFound, QingmesError, ValidationError
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from core.workflow.fire import fire
from tests.addons.sales_shipping.support import confirmed, numbers, portion, release
from tests.addons.stock.support import commit, held, race, refused, stocked

RELEASE = ("sales_shipping.sales_order.release", "sales_shipping.sales_order.read")


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_line_is_shared_out_over_stock_and_making(any_app: Flask, system: Any) -> None:
    item = stocked(4)
    order = confirmed([(item, 10)])
    (line,) = order.lines
    line.due_on = date(2026, 12, 1)
    from_stock, made = services.release([portion(line, "stock", 4), portion(line, "make", 5)])
    reservation = db.session.get_one(Reservation, from_stock.target_id)
    assert (from_stock.target_model, reservation.for_id, reservation.quantity) == ("stock.reservation", line.id, 4)
    assert reservation.purpose == f"{order.number} / 1"
    work_order = db.session.get_one(WorkOrder, made.target_id)
    assert (work_order.item_id, work_order.quantity, work_order.due_on) == (item.id, 5, date(2026, 12, 1))
    assert (held(item), numbers(order)) == ((4, 4), [(9, 0)])


def test_what_is_open_can_be_released_bit_by_bit_and_no_more(any_app: Flask) -> None:
    order = commit(lambda: confirmed([(make_item(), 10)]))
    (line,) = order.lines
    commit(lambda: release(line, "make", 6))
    error = refused(Conflict, lambda: release(line, "make", "4.000001"))
    assert "Only 4 of" in str(error.message)
    commit(lambda: release(line, "make", 4))
    refused(Conflict, lambda: release(line, "make", "0.000001"))
    assert commit(lambda: (numbers(order), count(WorkOrder))) == ([(10, 0)], 2)


def test_two_portions_of_one_line_together_must_fit(any_app: Flask) -> None:
    order = commit(lambda: confirmed([(stocked(10), 10)]))
    (line,) = order.lines
    refused(Conflict, lambda: services.release([portion(line, "stock", 6), portion(line, "make", 5)]))
    assert commit(lambda: (numbers(order), count(ReleasePortion), count(WorkOrder))) == ([(0, 0)], 0, 0)


def test_a_release_one_route_refuses_leaves_nothing_behind(any_app: Flask) -> None:
    item = commit(lambda: stocked(3))
    order = commit(lambda: confirmed([(make_item(), 10), (item, 10)]))
    first, second = order.lines
    wanted = [portion(first, "make", 10), portion(second, "stock", 4)]
    refused(OutOfStock, lambda: services.release(wanted))
    assert commit(lambda: (numbers(order), held(item), count(WorkOrder), count(ReleasePortion))) == (
        [(0, 0), (0, 0)],
        (3, 0),
        0,
        0,
    )


def test_what_makes_no_sense_is_refused(app: Flask, system: Any) -> None:
    line, draft = confirmed([(make_item(), 10)]).lines[0], make_sales_order().lines[0]
    cases: list[tuple[list[Portion], type[QingmesError], str]] = [
        ([], ValidationError, "at least one line"),
        ([portion(line, "make", 0)], ValidationError, "at least one line"),
        ([portion(line, "make", -1)], ValidationError, "at least one line"),
        ([portion(line, "teleport", 1)], Conflict, "teleport"),
        ([portion(draft, "make", 1)], Conflict, "not confirmed"),
        ([Portion(line_id=10**9, route="make", quantity=Decimal(1))], NotFound, "no such order line"),
    ]
    for wanted, kind, words in cases:
        with db.session.begin_nested() as savepoint, pytest.raises(kind, match=words):
            try:
                services.release(wanted)
            finally:
                savepoint.rollback()


def test_releasing_is_a_right_within_a_reach(app: Flask, system: Any) -> None:
    line = confirmed([(make_item(), 10)]).lines[0]
    with acting(actor_with("sales_shipping.sales_order.read")), pytest.raises(Forbidden):
        release(line, "make", 1)
    with acting(actor_with(*RELEASE, scope="own", user_id=10**6)), pytest.raises(NotFound):
        release(line, "make", 1)
    with acting(actor_with(*RELEASE)):
        assert release(line, "make", 1).quantity == 1


def test_the_most_urgent_open_lines_come_first(app: Flask, system: Any) -> None:
    today = date(2026, 11, 25)
    late, soon, whenever, done = (confirmed([(make_item(), 5)]).lines[0] for _ in range(4))
    soon.due_on, late.due_on = today + timedelta(days=3), today
    release(done, "make", 5)
    make_sales_order()
    assert services.find_open_lines() == [late, soon, whenever]
    assert services.find_open_lines(soon.order_id) == [soon]


def test_a_line_many_release_at_once_is_released_once(any_app: Flask) -> None:
    order = commit(lambda: confirmed([(make_item(), 10)]))
    (line,) = order.lines
    outcomes = race(any_app, [lambda: release(line, "make", 3)] * 16)
    assert outcomes.count(None) == 3
    assert {type(error) for error in outcomes if error} == {Conflict}
    assert commit(lambda: (numbers(order), count(WorkOrder))) == ([(9, 0)], 3)


def test_releasing_and_cancelling_at_once_leave_nothing_half_done(any_app: Flask) -> None:
    item = commit(lambda: stocked(20))
    order = commit(lambda: confirmed([(item, 16)]))
    (line,) = order.lines
    works: list[Any] = [lambda: release(line, "stock", 2)] * 8
    works[4] = lambda: cancel(order.id)
    race(any_app, works)
    assert commit(lambda: (numbers(order), held(item))) == ([(0, 0)], (20, 0))


def cancel(order_id: int) -> None:
    fire(db.session.get_one(SalesOrder, order_id), "cancel")


@pytest.mark.parametrize("route", ["stock", "make"])
def test_releasing_many_lines_takes_as_many_statements_as_releasing_one(pg_app: Flask, system: Any, route: str) -> None:
    lines = confirmed([(stocked(10), 10) for _ in range(21)]).lines
    release(lines[0], route, 1)  # which addons are enabled is read once

    def statements(chosen: list[SalesOrderLine]) -> int:
        wanted = [portion(line, route, 1) for line in chosen]
        db.session.expire_all()
        return count_statements(lambda: services.release(wanted))

    assert statements(lines[:1]) == statements(lines[1:]) <= 14


def test_a_proposal_takes_from_one_route_after_the_other_what_each_offers() -> None:
    lines = [SalesOrderLine(id=n, quantity=Decimal(10), released=Decimal(2)) for n in (1, 2, 3)]
    stock = Route(name="stock", title="", offers={1: Offer(quantity=Decimal(5)), 2: Offer(quantity=Decimal(50))})
    make = Route(name="make", title="", offers={n: Offer(quantity=Decimal(8)) for n in (1, 2)})
    assert propose(lines, [stock, make]) == {(1, "stock"): 5, (1, "make"): 3, (2, "stock"): 8}


def test_stock_is_offered_once_and_to_the_most_urgent_line(app: Flask, system: Any) -> None:
    item = stocked(12)
    lines = confirmed([(item, 8), (item, 8)]).lines
    (stock, _make) = services.find_routes(lines)
    assert [stock.offers[line.id].quantity for line in lines] == [8, 4]
    assert {str(offer.reason) for offer in stock.offers.values()} == {"12 free in stock"}


def test_making_is_offered_for_what_is_made_here(app: Flask, system: Any) -> None:
    with_routing, without, bought = make_item(source="make"), make_item(source="make"), make_item(source="buy")
    make_routing(item_id=with_routing.id)
    lines = confirmed([(item, 5) for item in (with_routing, without, bought)]).lines
    make = next(route for route in services.find_routes(lines) if route.name == "make")
    assert [make.offers[line.id].quantity for line in lines] == [5, 5, 0]
    assert len({str(offer.reason) for offer in make.offers.values()}) == 3
