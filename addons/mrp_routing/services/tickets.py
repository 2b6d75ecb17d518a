"""Job tickets: made when an order is released, split where a part of the pieces goes ahead, merged again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from addons.mrp_routing.models import JobTicket, Operation, RoutingOperation, WorkOrder
from addons.mrp_routing.services.availability import OPEN_STATES, ZERO, Place, get_place, lock_place
from addons.mrp_routing.services.booking import Made, Source, book
from addons.mrp_routing.services.reporting import is_at_work
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.web.format import number_text

FROZEN = (
    "operation_type_id",
    "work_center_id",
    "setup_minutes",
    "run_minutes",
    "transfer_lot",
    "queue_minutes",
    "move_minutes",
    "is_outsourced",
    "lead_days",
    "first_article",
    "needs_inspection",
    "instruction",
    "piece_rate",
)


def open_ticket(order: WorkOrder, steps: Sequence[RoutingOperation]) -> JobTicket:
    """The first ticket of an order, for all its pieces, with a copy of the routing's steps. Flushes."""
    ticket = JobTicket(work_order_id=order.id, number=f"{order.number}-1", quantity=order.quantity)
    ticket.operations = [
        Operation(
            work_order_id=order.id,
            seq=step.seq,
            name=step.operation_type.name,
            received=order.quantity if place == 0 else ZERO,
            moved_at=utcnow() if place == 0 else None,
            **{name: getattr(step, name) for name in FROZEN},
        )
        for place, step in enumerate(steps)
    ]
    db.session.add(ticket)
    db.session.flush()
    db.session.expire(order, ["tickets", "operations"])
    return ticket


def split(operation_id: int, quantity: Decimal) -> JobTicket:
    """Let so many pieces at an operation go on under a ticket of their own, which is returned. Flushes.

    Raises `Conflict` for more than lie there, or for all that is left of the ticket.
    """
    place = lock_place(operation_id)
    _check_split(place, quantity)
    child = _child_of(place, quantity)
    there = next(o for o in child.operations if o.seq == place.operation.seq)
    _move(place, -quantity)
    _move(Place(place.order, child, child.operations, there), quantity)
    return child


def _check_split(place: Place, quantity: Decimal) -> None:
    _check_open(place)
    here = max(place.operation.here, ZERO)
    if not ZERO < quantity <= here:
        raise Conflict(_("Between 0 and %(here)s pieces can go on by themselves.", here=number_text(here)))
    if quantity >= sum((max(o.here, ZERO) + o.held for o in place.operations), ZERO):
        raise Conflict(_("That is all there is on this ticket. Nothing would be left of it."))


def _check_open(place: Place) -> None:
    if place.order.state not in OPEN_STATES or place.ticket.state != "open":
        raise Conflict(_("Ticket %(number)s is not under way.", number=place.ticket.number))


def _child_of(place: Place, quantity: Decimal) -> JobTicket:
    count = select(func.count()).select_from(JobTicket).where(JobTicket.work_order_id == place.order.id)
    child = JobTicket(
        work_order_id=place.order.id,
        number=f"{place.order.number}-{(db.session.scalar(count) or 0) + 1}",
        quantity=ZERO,
        split_from_id=place.ticket.id,
        split_seq=place.operation.seq,
        last_at=place.ticket.last_at,
    )
    child.operations = [
        Operation(
            work_order_id=place.order.id,
            seq=step.seq,
            name=step.name,
            **{name: getattr(step, name) for name in FROZEN},
        )
        for step in place.operations
    ]
    db.session.add(child)
    db.session.flush()
    db.session.expire(place.order, ["tickets", "operations"])
    return child


@dataclass(frozen=True)
class Parting:
    """An operation whose pieces may be parted, and the other tickets of the order that have some there."""

    place: Place
    others: Sequence[JobTicket]


def find_parting(operation_id: int) -> Parting:
    """What can be split or merged at an operation. Three statements. Raises `NotFound`."""
    place = get_place(operation_id)
    others = (
        select(JobTicket)
        .join(JobTicket.operations)
        .where(JobTicket.work_order_id == place.order.id, JobTicket.id != place.ticket.id, JobTicket.state == "open")
        .where(Operation.seq == place.operation.seq, Operation.here > ZERO)
        .order_by(JobTicket.id)
    )
    return Parting(place, db.session.scalars(others).all())


def _move(place: Place, quantity: Decimal) -> None:
    """Pieces come to a ticket at an operation, or leave it there."""
    at = max(utcnow(), place.ticket.last_at or utcnow())
    place.ticket.quantity += quantity
    place.ticket.last_at = at
    book(place, Source(at=at, worker_id=current_actor().user_id), [Made("moved", quantity)])


def merge(operation_id: int, into_id: int) -> JobTicket:
    """Put all that is left of a ticket, which lies at one operation, together with what lies there of another.

    Returns the ticket it went to. Flushes. Raises `Conflict` unless both stand at the same operation of one order.
    """
    place = lock_place(operation_id)
    other = _other(place, into_id)
    _check_merge(place, other)
    quantity = place.operation.here
    _move(place, -quantity)
    _move(other, quantity)
    place.ticket.state = "merged"
    db.session.flush()
    return other.ticket


def _other(place: Place, ticket_id: int) -> Place:
    query = select(Operation.id).where(Operation.ticket_id == ticket_id, Operation.seq == place.operation.seq)
    operation = db.session.scalar(query.where(Operation.work_order_id == place.order.id))
    if operation is None or ticket_id == place.ticket.id:
        raise ValidationError(_("Only tickets of one work order are put together."))
    return lock_place(operation)


def _check_merge(place: Place, other: Place) -> None:
    _check_open(place)
    _check_open(other)
    elsewhere = [o for o in place.operations if o.id != place.operation.id and (o.here or o.held)]
    if elsewhere or place.operation.held or place.operation.here <= ZERO or other.operation.here <= ZERO:
        raise Conflict(_("Tickets are put together where all pieces of the one and some of the other lie."))
    if is_at_work(place.ticket.id) or place.ticket.waiting:
        raise Conflict(_("Somebody is still at work on this ticket."))
