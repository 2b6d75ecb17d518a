"""The availability rule, in one place: what an operation may report is what arrived less what it has reported."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.mrp_routing.models import Operation, WorkOrder
from core.db import db
from core.errors import Conflict, NotFound
from core.i18n import _
from core.web.format import number_text

ZERO = Decimal(0)


@dataclass(frozen=True)
class Place:
    """An operation among the others of its work order, locked."""

    order: WorkOrder
    operations: Sequence[Operation]
    operation: Operation

    @property
    def title(self) -> str:
        """How people name the place: the work order's number, the operation's place and name."""
        return f"{self.order.number} · {self.operation.seq} {self.operation.name}"

    @property
    def previous(self) -> Operation | None:
        """The operation before it; None for the first."""
        return next((o for o in reversed(self.operations) if o.seq < self.operation.seq), None)

    @property
    def is_last(self) -> bool:
        """Whether nothing follows."""
        return self.operation.seq == max(o.seq for o in self.operations)


def lock_place(operation_id: int) -> Place:
    """Take the operation's work order FOR UPDATE and read all its operations again. Two statements.

    Whatever is then decided and added up stands still until the commit. Raises `NotFound`.
    """
    return get_place(operation_id, lock=True)


def get_place(operation_id: int, *, lock: bool = False) -> Place:
    """An operation with its work order and the other operations. Two statements. Raises `NotFound`."""
    query = select(WorkOrder).join(WorkOrder.operations).where(Operation.id == operation_id)
    query = query.options(joinedload(WorkOrder.item)).execution_options(populate_existing=True)
    order = db.session.scalar(query.with_for_update(of=WorkOrder) if lock else query)
    if order is None:
        raise NotFound(_("There is no such operation, or it is not yours to see."))
    steps = select(Operation).where(Operation.work_order_id == order.id).options(joinedload(Operation.work_center))
    operations = list(db.session.scalars(steps.order_by(Operation.seq).execution_options(populate_existing=True)))
    return Place(order, operations, next(o for o in operations if o.id == operation_id))


def available(place: Place) -> Decimal:
    """How many pieces the operation may still report: good of the previous one (or the order's quantity for the
    first) less what it has reported, good or scrap."""
    arrived = place.previous.good if place.previous is not None else place.order.quantity
    return arrived - place.operation.good - place.operation.scrap


def check_gate(place: Place) -> None:
    """Refuse to start an operation that has nothing to work on, naming the one it waits for."""
    if place.order.state not in ("released", "in_progress"):
        raise Conflict(_("Work order %(number)s is not open for reports.", number=place.order.number))
    if available(place) > ZERO:
        return
    if place.previous is None or place.previous.good + place.previous.scrap >= place.order.quantity:
        raise Conflict(_("Everything of this operation has been reported."))
    raise Conflict(
        _(
            "Nothing has arrived yet: operation %(seq)s %(name)s has to report first.",
            seq=place.previous.seq,
            name=place.previous.name,
        ),
        reason="gate",
    )


def check_report(place: Place, good: Decimal, scrap: Decimal) -> None:
    """Refuse a report of more than is available, or of less than nothing."""
    if good < ZERO or scrap < ZERO:
        raise Conflict(_("A quantity cannot be less than zero."))
    if good + scrap > available(place):
        raise Conflict(
            _("At most %(available)s can be reported here.", available=number_text(available(place))),
            reason="too_many",
        )


def remaining(order: WorkOrder, operations: Sequence[Operation]) -> Decimal:
    """How many pieces of a work order are neither made nor scrapped."""
    if not operations:
        return order.quantity
    return order.quantity - operations[-1].good - sum((o.scrap for o in operations), ZERO)


def count_wip(order_ids: Collection[int]) -> dict[int, dict[int, Decimal]]:
    """By work order and operation id, the pieces that lie there: arrived and not yet reported. One statement."""
    query = (
        select(Operation.work_order_id, Operation.id, Operation.good, Operation.scrap, WorkOrder.quantity)
        .join(WorkOrder, WorkOrder.id == Operation.work_order_id)
        .where(Operation.work_order_id.in_(sorted(set(order_ids))))
        .order_by(Operation.work_order_id, Operation.seq)
    )
    wip: dict[int, dict[int, Decimal]] = {}
    arrived: dict[int, Decimal] = {}
    for order_id, operation_id, good, scrap, quantity in db.session.execute(query):
        lying = arrived.get(order_id, quantity) - good - scrap
        wip.setdefault(order_id, {})[operation_id] = lying
        arrived[order_id] = good
    return wip
