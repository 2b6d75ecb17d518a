"""With sales: stock is a way to meet order lines, and shipments leave from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.sales_shipping.models import ReleasePortion, SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from addons.sales_shipping.services import (
    Offer,
    Portion,
    ReleaseRequest,
    Route,
    find_open_lines,
    make_shipment,
    propose,
    release,
)
from addons.stock.models import Reservation
from addons.stock.services import (
    Cause,
    Need,
    count_received,
    count_reserved,
    issue,
    on_hand,
    release_reservation,
    reserve,
)
from core.actor import elevated
from core.db import db
from core.i18n import _
from core.kernel.hooks import hookimpl
from core.web.format import number_text
from core.workflow.fire import fire

ROUTE = "stock"
RESERVATION = "stock.reservation"
ORDER_LINE = "sales_shipping.sales_order_line"
ZERO = Decimal(0)


@hookimpl
def fulfilment_routes(lines: Sequence[SalesOrderLine]) -> Route:
    """What is free in stock, shared out over the lines in their order."""
    there = on_hand({line.item_id for line in lines})
    free = {item: found.free for item, found in there.items()}
    offers = {}
    for line in lines:
        part = min(free[line.item_id], line.quantity - line.released)
        offers[line.id] = Offer(
            quantity=part, reason=_("%(free)s free in stock", free=number_text(there[line.item_id].free))
        )
        free[line.item_id] -= part
    return Route(name=ROUTE, title=_("From stock"), sequence=10, offers=offers)


@hookimpl
def release_to(route: str, requests: Sequence[ReleaseRequest]) -> list[tuple[str, int]] | None:
    """Reserve for the lines; a portion leads to the first of its reservations."""
    if route != ROUTE:
        return None
    made = reserve([_need(request.line, request.quantity) for request in requests])
    first: dict[int, int] = {}
    for reservation in made:
        first.setdefault(reservation.for_id, reservation.id)
    return [(RESERVATION, first[request.line.id]) for request in requests]


@hookimpl
def take_back(portions: Sequence[ReleasePortion]) -> None:
    """Free what was reserved for the lines of these portions."""
    lines = {portion.line_id for portion in portions if portion.target_model == RESERVATION}
    if lines:
        release_reservation(ORDER_LINE, lines)


@hookimpl
def line_progress(
    lines: Sequence[SalesOrderLine], portions: Sequence[ReleasePortion]
) -> Mapping[int, Mapping[str, Decimal]]:
    """What is reserved for the lines, and what came in from whatever their portions became."""
    reserved = count_reserved(ORDER_LINE, [line.id for line in lines])
    told: dict[int, dict[str, Decimal]] = {line: {"reserved": amount} for line, amount in reserved.items()}
    by_model: dict[str, dict[int, int]] = defaultdict(dict)
    for portion in portions:
        if portion.target_model != RESERVATION:
            by_model[portion.target_model][portion.target_id] = portion.line_id
    for model, targets in by_model.items():
        for target, amount in count_received(model, targets).items():
            of_line = told.setdefault(targets[target], {})
            of_line["received"] = of_line.get("received", ZERO) + amount
    return told


@hookimpl
def deliver_goods(shipment: Shipment, lines: Sequence[ShipmentLine]) -> None:
    """Take the goods out of stock: first what is reserved for the line, then what is free."""
    needs = [_need(line.order_line, line.quantity, cause_line=line.id) for line in lines]
    cause = Cause(model="sales_shipping.shipment", id=shipment.id, title=shipment.number)
    issue(needs, to="customer", cause=cause)


@hookimpl
def after_transition(record: Any, transition: str) -> None:
    """Nothing more leaves for an order that is closed: what is still reserved for it becomes free."""
    if isinstance(record, SalesOrder) and transition == "close":
        release_reservation(ORDER_LINE, [line.id for line in record.lines])


@hookimpl
def on_enable(addon: str) -> None:
    """Orders that ended while one of the two was off give back what is still reserved for them."""
    if addon not in ("stock", "sales_shipping"):
        return
    ended = select(SalesOrderLine.id).join(SalesOrderLine.order).where(SalesOrder.state.in_(("closed", "cancelled")))
    promised = select(Reservation.for_id).where(
        Reservation.for_model == ORDER_LINE, Reservation.taken < Reservation.quantity, Reservation.for_id.in_(ended)
    )
    with elevated("whoever switches an app on need not reach the orders that ended meanwhile"):
        release_reservation(ORDER_LINE, set(db.session.scalars(promised)))


def demonstrate() -> None:
    """Demonstration data for both: half of what could be is reserved, and of the first order shipped."""
    lines = find_open_lines()
    proposed = propose(lines, [fulfilment_routes(lines)])
    portions = [Portion(line_id=i, route=route, quantity=quantity) for (i, route), quantity in proposed.items()]
    if not portions:
        return
    order = release(portions[::2])[0].line.order
    reserved = count_reserved(ORDER_LINE, [line.id for line in order.lines])
    shipment = make_shipment(order)
    shipment.lines = [line for line in shipment.lines if line.order_line_id in reserved]
    for line in shipment.lines:
        line.quantity = reserved[line.order_line_id]
    fire(shipment, "ship")


def _need(line: SalesOrderLine, quantity: Decimal, cause_line: int | None = None) -> Need:
    return Need(
        item_id=line.item_id,
        quantity=quantity,
        for_model=ORDER_LINE,
        for_id=line.id,
        purpose=f"{line.order.number} / {line.seq}",
        cause_line=cause_line,
    )
