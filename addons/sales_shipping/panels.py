"""What the panels on the form of an order show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.sales_shipping import services
from addons.sales_shipping.models import SalesOrder, SalesOrderLine, Shipment, ShipmentLine
from core.actor import current_actor
from core.db import db
from core.kernel.registry import current_registry


def progress_of(order: SalesOrder) -> dict[str, Any]:
    """How far each line is, and whether something is left to be released by the reader."""
    query = select(SalesOrderLine).where(SalesOrderLine.order_id == order.id).options(joinedload(SalesOrderLine.item))
    lines = list(db.session.scalars(query.order_by(SalesOrderLine.seq)))
    return {
        "order": order,
        "progress": services.progress(lines),
        "can_release": _may(order, "sales_shipping.sales_order.release")
        and any(line.released < line.quantity for line in lines),
    }


def shipments_of(order: SalesOrder) -> dict[str, Any]:
    """The shipments with lines of this order, the newest first."""
    mine = select(SalesOrderLine.id).where(SalesOrderLine.order_id == order.id)
    holding = select(ShipmentLine.shipment_id).where(ShipmentLine.order_line_id.in_(mine))
    query = select(Shipment).where(Shipment.id.in_(holding)).order_by(Shipment.id.desc())
    return {
        "order": order,
        "shipments": list(db.session.scalars(query)),
        "states": current_registry().workflows["sales_shipping.shipment"].states,
        "can_ship": _may(order, "sales_shipping.shipment.create"),
    }


def _may(order: SalesOrder, permission: str) -> bool:
    return order.state == "confirmed" and current_actor().can(permission)
