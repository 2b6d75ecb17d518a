"""Work orders: making them, releasing, completing, taking them back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from addons.masterdata.services import check_item_usable
from addons.mrp_routing.models import Operation, Routing, RoutingOperation, WorkOrder
from addons.mrp_routing.services.availability import ZERO, remaining
from addons.mrp_routing.services.reporting import is_at_work
from addons.mrp_routing.services.tickets import open_ticket
from core.db import Quantity, db
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.web.format import number_text
from core.workflow.fire import fire
from core.workflow.numbering import next_numbers


@dataclass(frozen=True, kw_only=True)
class OrderDraft:
    """A work order to be made: `origin` names to people what it is for."""

    item_id: int
    quantity: Decimal
    due_on: date | None = None
    origin: str | None = None


def make_work_orders(drafts: Sequence[OrderDraft]) -> list[WorkOrder]:
    """Write draft work orders, in the order given. Flushes. A fixed number of statements for a batch."""
    orders = [WorkOrder(item_id=d.item_id, quantity=d.quantity, due_on=d.due_on, origin=d.origin) for d in drafts]
    for order, number in zip(orders, next_numbers(orders), strict=True):
        order.number = number
    db.session.add_all(orders)
    db.session.flush()
    return orders


def release(order: WorkOrder) -> None:
    """Freeze the approved routing of the item in a job ticket for the order: the effect of releasing it. Flushes.

    Raises `ValidationError` without a quantity or a routing, `Conflict` for an item that may not be used.
    """
    if order.quantity <= ZERO:
        raise ValidationError(_("A quantity must be more than zero."))
    check_item_usable(order.item)
    routing = db.session.scalar(
        select(Routing)
        .where(Routing.item_id == order.item_id, Routing.state == "approved")
        .options(selectinload(Routing.operations).joinedload(RoutingOperation.operation_type))
    )
    if routing is None:
        raise ValidationError(_("Item %(code)s has no approved routing. Approve one first.", code=order.item.code))
    order.routing_id = routing.id
    open_ticket(order, routing.operations)


def complete(order: WorkOrder) -> None:
    """Refuse to complete an order while pieces are under way or somebody is at work: the effect of completing it."""
    left = remaining(order)
    if left > ZERO:
        raise Conflict(_("%(left)s pieces are not reported yet.", left=number_text(left)))
    if any(is_at_work(ticket.id) for ticket in order.tickets):
        raise Conflict(_("Somebody is still at work on this order."))


def cancel_untouched(order_ids: Collection[int]) -> None:
    """Cancel these orders; raises `Conflict` naming one on which work has begun. Flushes."""
    query = select(WorkOrder).where(WorkOrder.id.in_(sorted(set(order_ids)))).order_by(WorkOrder.id)
    for order in db.session.scalars(query).all():
        if order.state in ("in_progress", "done"):
            raise Conflict(_("Work on %(number)s has begun; it cannot be cancelled.", number=order.number))
        if order.state != "cancelled":
            fire(order, "cancel")


def count_made(order_ids: Collection[int]) -> dict[int, Decimal]:
    """Good pieces of the last operations of each of these orders; those without operations left out. One statement."""
    last = (
        select(Operation.ticket_id, func.max(Operation.seq).label("seq"))
        .where(Operation.work_order_id.in_(sorted(set(order_ids))))
        .group_by(Operation.ticket_id)
        .subquery()
    )
    query = select(Operation.work_order_id, func.sum(Operation.good, type_=Quantity)).join(
        last, (Operation.ticket_id == last.c.ticket_id) & (Operation.seq == last.c.seq)
    )
    return dict(db.session.execute(query.group_by(Operation.work_order_id)).all())


def find_made_under_lock(order_ids: Collection[int]) -> dict[int, Decimal]:
    """As `count_made`, with the orders taken FOR UPDATE first, so that the figures stand still."""
    query = select(WorkOrder.id).where(WorkOrder.id.in_(sorted(set(order_ids)))).order_by(WorkOrder.id)
    db.session.execute(query.with_for_update())
    return count_made(order_ids)
