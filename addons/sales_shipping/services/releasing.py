"""The release: parts of confirmed lines become work orders, reservations, whatever a route makes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select, true, update
from sqlalchemy.orm import joinedload

from addons.sales_shipping.models import ReleasePortion, SalesOrder, SalesOrderLine
from addons.sales_shipping.services.booking import book, lock_lines
from addons.sales_shipping.services.routes import ZERO, Portion, ReleaseRequest
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.kernel import hooks

RELEASE = "sales_shipping.sales_order.release"
MOST_LINES = 200


def find_open_lines(order_id: int | None = None) -> list[SalesOrderLine]:
    """Lines of confirmed orders, or of one of them, of which something is not released yet. One statement.

    The most urgent first, `MOST_LINES` at most.
    """
    whose = (SalesOrder.state == "confirmed", SalesOrderLine.released < SalesOrderLine.quantity)
    query = (
        select(SalesOrderLine)
        .join(SalesOrderLine.order)
        .where(*whose, true() if order_id is None else SalesOrder.id == order_id)
        .options(joinedload(SalesOrderLine.order).joinedload(SalesOrder.partner), joinedload(SalesOrderLine.item))
        .order_by(SalesOrderLine.due_on.is_(None), SalesOrderLine.due_on, SalesOrderLine.id)
        .limit(MOST_LINES)
    )
    return list(db.session.scalars(query))


def release(wanted: Sequence[Portion]) -> list[ReleasePortion]:
    """Release parts of lines, each to its route; all or nothing. Flushes; returns a row for each, in order.

    Needs the permission `sales_shipping.sales_order.release`. Raises `Conflict` when more than is open is
    released, the order is not confirmed or nobody offers the route, and whatever a route refuses with. The
    number of statements depends on the routes, not on the number of lines.
    """
    current_actor().require(RELEASE)
    if not wanted or any(p.quantity <= ZERO for p in wanted):
        raise ValidationError(_("Enter a quantity for at least one line."))
    lines = lock_lines([p.line_id for p in wanted])
    _check_confirmed(lines)
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for portion in wanted:
        amounts[portion.line_id] += portion.quantity
    book(SalesOrderLine.released, amounts, lines)
    targets = _targets(wanted, lines)
    made = [
        ReleasePortion(
            line_id=portion.line_id, route=portion.route, quantity=portion.quantity, target_model=model, target_id=id_
        )
        for portion, (model, id_) in zip(wanted, targets, strict=True)
    ]
    db.session.add_all(made)
    db.session.flush()
    return made


def _check_confirmed(lines: Mapping[int, SalesOrderLine]) -> None:
    for line in lines.values():
        if line.order.state != "confirmed":
            raise Conflict(_("Order %(number)s is not confirmed.", number=line.order.number))


def _targets(wanted: Sequence[Portion], lines: Mapping[int, SalesOrderLine]) -> list[tuple[str, int]]:
    """What each portion became, asking each route once."""
    targets: dict[int, tuple[str, int]] = {}
    for route in sorted({portion.route for portion in wanted}):
        places = [n for n, portion in enumerate(wanted) if portion.route == route]
        requests = [ReleaseRequest(line=lines[wanted[n].line_id], quantity=wanted[n].quantity) for n in places]
        made: Any = hooks.ask("release_to", route=route, requests=requests)
        if made is None:
            raise Conflict(_("Nobody offers the route “%(route)s” any more. Load the page again.", route=route))
        targets.update(zip(places, made, strict=True))
    return [targets[n] for n in range(len(wanted))]


def take_back_order(order: SalesOrder) -> None:
    """Take back everything released of an order, where it is not too late. Flushes."""
    lines = lock_lines([line.id for line in order.lines]) if order.lines else {}
    portions = find_portions(list(lines))
    if portions:
        hooks.tell("take_back", portions=portions)
        back: dict[int, Decimal] = defaultdict(Decimal)
        for portion in portions:
            back[portion.line_id] -= portion.quantity
        book(SalesOrderLine.released, back, lines)
    db.session.execute(
        update(ReleasePortion)
        .where(ReleasePortion.id.in_([p.id for p in portions]))
        .values(taken_back_at=utcnow())
        .execution_options(synchronize_session=False)
    )


def find_portions(line_ids: Sequence[int]) -> list[ReleasePortion]:
    """What was released of these lines and not taken back, in order. One statement."""
    query = select(ReleasePortion).where(ReleasePortion.line_id.in_(line_ids), ReleasePortion.taken_back_at.is_(None))
    return list(db.session.scalars(query.order_by(ReleasePortion.id)))
