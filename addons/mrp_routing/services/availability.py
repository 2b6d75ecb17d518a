"""The availability rule, in one place: what an operation may report is what has come to it less what it has reported.

The same functions answer the page, the scan, the API and what was scanned without network. A scan that comes late is
judged by what was known at its own time, so that it matters not in which order scans of several devices arrive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.mrp_routing.models import JobTicket, Operation, QuantityEntry, WorkCenter, WorkOrder
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import _, gettext
from core.web.format import number_text

ZERO = Decimal(0)
OPEN_STATES = ("released", "in_progress")
# What a scan has to know of the item and of each work center; other columns are read when somebody asks for them.
NAMES = (Item.code, Item.name)
POLICIES = (
    WorkCenter.name,
    WorkCenter.over_report,
    WorkCenter.tolerance_percent,
    WorkCenter.gate,
    WorkCenter.time_split,
)


@dataclass(frozen=True)
class Flag:
    """A rule that what was reported contradicts, where it is recorded all the same: the rule's name, and a sentence."""

    code: str
    message: str


@dataclass(frozen=True)
class Standing:
    """How many pieces have come to an operation, and how many of them are not reported; below zero, too many were."""

    received: Decimal
    here: Decimal


@dataclass(frozen=True)
class Place:
    """An operation among the others of its job ticket; locked, unless somebody only looks."""

    order: WorkOrder
    ticket: JobTicket
    operations: Sequence[Operation]
    operation: Operation

    @property
    def title(self) -> str:
        """How people name the place: the ticket's number, the operation's place and name."""
        return f"{self.ticket.number} · {self.operation.seq} {self.operation.name}"

    @property
    def previous(self) -> Operation | None:
        """The operation before it; None for the first."""
        return next((o for o in reversed(self.operations) if o.seq < self.operation.seq), None)

    @property
    def following(self) -> Operation | None:
        """The operation after it; None for the last."""
        return next((o for o in self.operations if o.seq > self.operation.seq), None)

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.following is None

    def at(self, seq: int) -> Operation | None:
        """The operation of the ticket at this place."""
        return next((o for o in self.operations if o.seq == seq), None)


def lock_place(operation_id: int) -> Place:
    """Take the operation's work order FOR UPDATE, and read its ticket and the ticket's operations. Two statements.

    Whatever is then decided and added up stands still until the commit. Raises `NotFound`.
    """
    return get_place(operation_id, lock=True)


def get_place(operation_id: int, *, lock: bool = False) -> Place:
    """An operation with its work order, its ticket and the other operations. Two statements. Raises `NotFound`."""
    which = {"operation_id": operation_id}
    order = db.session.scalar(_order_query(lock), which)
    if order is None:
        raise NotFound(_("There is no such operation, or it is not yours to see."))
    operations = list(db.session.scalars(_steps_query(), which))
    operation = next(o for o in operations if o.id == operation_id)
    return Place(order, operation.ticket, operations, operation)


@cache
def _order_query(lock: bool) -> Select[Any]:
    """Put together once: every scan asks it."""
    mine = select(Operation.work_order_id).where(Operation.id == bindparam("operation_id")).scalar_subquery()
    query = select(WorkOrder).where(WorkOrder.id == mine).options(joinedload(WorkOrder.item).load_only(*NAMES))
    query = query.execution_options(populate_existing=True)
    return query.with_for_update(of=WorkOrder) if lock else query


@cache
def _steps_query() -> Select[Any]:
    ticket = select(Operation.ticket_id).where(Operation.id == bindparam("operation_id")).scalar_subquery()
    loads = joinedload(Operation.work_center).load_only(*POLICIES), joinedload(Operation.ticket)
    steps = select(Operation).where(Operation.ticket_id == ticket).order_by(Operation.seq)
    return steps.options(*loads).execution_options(populate_existing=True)


def available(place: Place) -> Decimal:
    """How many pieces the operation may still report."""
    return place.operation.here


def is_late(place: Place, at: datetime) -> bool:
    """Whether something later has had its effect on the ticket already."""
    return place.ticket.last_at is not None and at < place.ticket.last_at


def standings(place: Place, then: datetime | None = None) -> dict[int, Standing]:
    """What each operation of the ticket has, by its id; with `then`, when only what was reported until then counts.

    No statement unless something later is known, then one.
    """
    if then is None or not is_late(place, then):
        return {o.id: Standing(o.received, o.here) for o in place.operations}
    return _standings_then(place, then)


def _standings_then(place: Place, at: datetime) -> dict[int, Standing]:
    entries = _entries_of(place)
    received: dict[int, Decimal] = defaultdict(Decimal)
    reported: dict[int, Decimal] = defaultdict(Decimal)
    first = place.operations[0].id
    received[first] = place.ticket.quantity - sum((e.quantity for e in entries if e.outcome == "moved"), ZERO)
    after = {a.id: b.id for a, b in zip(place.operations, place.operations[1:], strict=False)}
    for entry in entries:
        if entry.at > at:
            continue
        if entry.outcome != "moved":
            reported[entry.operation_id] += entry.quantity
        to = _goes_to(entry, after)
        if to is not None:
            received[to] += entry.quantity
    return {o.id: Standing(received[o.id], received[o.id] - reported[o.id]) for o in place.operations}


def _entries_of(place: Place) -> Sequence[Any]:
    columns = (
        QuantityEntry.operation_id,
        QuantityEntry.at,
        QuantityEntry.outcome,
        QuantityEntry.quantity,
        QuantityEntry.back_to_id,
    )
    query = select(*columns).where(QuantityEntry.operation_id.in_([o.id for o in place.operations]))
    return db.session.execute(query).all()


def _goes_to(entry: Any, after: dict[int, int]) -> int | None:
    """The operation that the pieces of an entry come to; None when they come nowhere."""
    if entry.outcome == "good":
        return after.get(entry.operation_id)
    return {"rework": entry.back_to_id, "moved": entry.operation_id}.get(entry.outcome)


def check_open(place: Place, then: datetime | None = None) -> list[Flag]:
    """Refuse reports on a work order that is not in production; where everything is recorded, flag them.

    `then`: judged by that time, at which an order that is done by now was not yet. Raises `Conflict`.
    """
    was_open = place.order.state == "done" and then is not None and is_late(place, then)
    if (place.order.state in OPEN_STATES or was_open) and place.ticket.state in ("open", "done"):
        return []
    sentence = _("Work order %(number)s is not open for reports.", number=place.order.number)
    if _records_only(place.operation) and place.order.state == "done":
        return [Flag("order_done", str(sentence))]
    raise Conflict(sentence, reason="order_closed")


def check_gate(place: Place, then: datetime | None = None) -> list[Flag]:
    """Refuse to start an operation that has nothing to work on, naming the one it waits for; or flag it, by the policy
    of its work center. `then`: judged by what was known at that time. Raises `Conflict`.
    """
    policy = "soft" if _records_only(place.operation) else place.operation.work_center.gate
    if policy == "off" or _is_startable(place, standings(place, then)):
        return []
    refusal = _refusal(place)
    if policy == "hard":
        raise refusal
    return [Flag("gate", str(refusal))]


def _is_startable(place: Place, standing: dict[int, Standing]) -> bool:
    mine, lot = standing[place.operation.id], place.operation.transfer_lot
    if mine.here <= ZERO:
        return False
    earlier = [standing[o.id].here for o in place.operations if o.seq < place.operation.seq]
    return lot is None or mine.received >= lot or all(here <= ZERO for here in earlier)


def _refusal(place: Place) -> Conflict:
    waited_for = next((o for o in reversed(place.operations) if o.seq < place.operation.seq and o.here > ZERO), None)
    if waited_for is None:
        return Conflict(_("Everything of this operation has been reported."), reason="all_reported")
    return Conflict(
        _(
            "Nothing has arrived yet: operation %(seq)s %(name)s has to report first.",
            seq=waited_for.seq,
            name=waited_for.name,
        ),
        reason="gate",
    )


def check_report(place: Place, quantities: Iterable[Decimal], then: datetime | None = None) -> list[Flag]:
    """Refuse a report of more than is available, or flag it, by the policy of the work center.

    `then`: judged by what was known at that time; flagged when later reports have taken the pieces since. Raises
    `Conflict`.
    """
    amounts = list(quantities)
    if any(amount < ZERO for amount in amounts):
        raise Conflict(_("A quantity cannot be less than zero."), reason="negative")
    total, here = sum(amounts, ZERO), standings(place, then)[place.operation.id].here
    if total <= max(here, ZERO):
        return [] if total <= max(place.operation.here, ZERO) else [_taken_since(total - place.operation.here)]
    sentence = _("At most %(available)s can be reported here.", available=number_text(max(here, ZERO)))
    if not _records_only(place.operation) and total > here + allowance(place):
        raise Conflict(sentence, reason="too_many")
    return [Flag("over_report", gettext("%(quantity)s more than had arrived.", quantity=number_text(total - here)))]


def _taken_since(quantity: Decimal) -> Flag:
    sentence = gettext("Later reports have taken %(quantity)s of these pieces as well.", quantity=number_text(quantity))
    return Flag("taken_since", sentence)


def allowance(place: Place) -> Decimal:
    """By how many pieces an operation may have reported more than came to it, where that is limited."""
    center = place.operation.work_center
    return place.ticket.quantity * center.tolerance_percent / 100 if center.over_report == "tolerant" else ZERO


def _records_only(operation: Operation) -> bool:
    return operation.work_center.over_report == "record_only"


def check_balances(place: Place) -> None:
    """Refuse what would leave an operation with more reported than ever came, unless its work center only records.

    For changes after the fact, which what follows may have built on. Raises `Conflict`.
    """
    for operation in place.operations:
        here = Place(place.order, place.ticket, place.operations, operation)
        if operation.here < -allowance(here) and not _records_only(operation):
            raise reported_after(operation, -operation.here)


def reported_after(operation: Operation, quantity: Decimal) -> Conflict:
    """The refusal to take away pieces that an operation has reported or handed on."""
    return Conflict(
        _(
            "Operation %(seq)s %(name)s has already reported %(quantity)s of these pieces. Correct that first.",
            seq=operation.seq,
            name=operation.name,
            quantity=number_text(quantity),
        ),
        reason="reported_after",
    )


def ticket_remaining(ticket: JobTicket, operations: Sequence[Operation]) -> Decimal:
    """How many pieces of a ticket are neither made nor scrapped; below zero, more were reported than there were."""
    if not operations:
        return ticket.quantity
    return ticket.quantity - operations[-1].good - sum((o.scrap for o in operations), ZERO)


def remaining(order: WorkOrder) -> Decimal:
    """How many pieces of a work order are neither made nor scrapped."""
    if not order.tickets:
        return order.quantity
    return sum((max(ticket_remaining(t, t.operations), ZERO) for t in order.tickets), ZERO)


def count_wip(order_ids: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """By work order and operation id, the pieces that lie there: arrived and not yet reported. One statement."""
    query = select(Operation.work_order_id, Operation.id, Operation.here.label("here")).where(
        Operation.work_order_id.in_(sorted(set(order_ids)))
    )
    wip: dict[int, dict[int, Decimal]] = {}
    for order_id, operation_id, here in db.session.execute(query):
        wip.setdefault(order_id, {})[operation_id] = here
    return wip
