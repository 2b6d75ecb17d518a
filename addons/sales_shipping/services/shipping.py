"""Shipments: made from an order, then shipped."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import func, select

from addons.sales_shipping.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from addons.sales_shipping.services.booking import book, lock_lines
from addons.sales_shipping.services.routes import ZERO
from core.actor import current_actor
from core.db import Quantity, db
from core.errors import Conflict, ValidationError
from core.i18n import _
from core.kernel import hooks
from core.workflow.numbering import next_number

CREATE = "sales_shipping.shipment.create"


def make_shipment(order: SalesOrder) -> Shipment:
    """Write a draft shipment of what is neither shipped nor in another draft. Flushes.

    It belongs to whoever has the order, so that sales sees what the warehouse prepares. Needs the permission
    `sales_shipping.shipment.create`. Raises `Conflict` when nothing is left.
    """
    current_actor().require(CREATE)
    if order.state != "confirmed":
        raise Conflict(_("Order %(number)s is not confirmed.", number=order.number))
    lines = lock_lines([line.id for line in order.lines])
    drafted = _drafted(list(lines))
    rest = {line.id: line.quantity - line.shipped - drafted.get(line.id, ZERO) for line in lines.values()}
    shipment = Shipment(partner_id=order.partner_id, owner_id=order.owner_id, org_unit_id=order.org_unit_id)
    shipment.lines = [
        ShipmentLine(seq=seq, order_line_id=line_id, quantity=quantity)
        for seq, (line_id, quantity) in enumerate(((i, q) for i, q in rest.items() if q > ZERO), start=1)
    ]
    if not shipment.lines:
        raise Conflict(_("Everything of %(number)s is shipped or in a draft shipment.", number=order.number))
    shipment.number = next_number(shipment)
    db.session.add(shipment)
    db.session.flush()
    return shipment


def _drafted(line_ids: list[int]) -> dict[int, Decimal]:
    query = (
        select(ShipmentLine.order_line_id, func.sum(ShipmentLine.quantity, type_=Quantity))
        .join(Shipment, Shipment.id == ShipmentLine.shipment_id)
        .where(ShipmentLine.order_line_id.in_(line_ids), Shipment.state == "draft")
        .group_by(ShipmentLine.order_line_id)
    )
    return dict(db.session.execute(query).all())


def ship(shipment: Shipment) -> None:
    """Book the lines as shipped and have the goods delivered: the effect of shipping. Flushes.

    Raises `Conflict` beyond what was ordered, for another customer's order or one not confirmed, and whatever
    those who keep the goods refuse with.
    """
    if not shipment.lines:
        raise ValidationError(_("Add at least one line before shipping."))
    if any(line.quantity <= ZERO for line in shipment.lines):
        raise ValidationError(_("A quantity must be more than zero."))
    amounts: dict[int, Decimal] = defaultdict(Decimal)
    for line in shipment.lines:
        amounts[line.order_line_id] += line.quantity
    lines = lock_lines(amounts)
    _check(shipment, lines)
    book(SalesOrderLine.shipped, amounts, lines)
    hooks.tell("deliver_goods", shipment=shipment, lines=shipment.lines)


def _check(shipment: Shipment, lines: dict[int, SalesOrderLine]) -> None:
    for line in lines.values():
        if line.order.partner_id != shipment.partner_id:
            raise Conflict(_("%(line)s is for another customer. Take it off this shipment.", line=line.name))
        if line.order.state != "confirmed":
            raise Conflict(_("Order %(number)s is not confirmed.", number=line.order.number))
