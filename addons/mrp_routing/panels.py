"""What the panels on forms show."""

from __future__ import annotations

from typing import Any

import segno
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.mrp_routing import services
from addons.mrp_routing.models import Machine, Operation, Routing, TimeEntry, WorkOrder
from addons.mrp_routing.services.availability import OPEN_STATES
from core.actor import current_actor
from core.db import db


def operations_of(order: WorkOrder) -> dict[str, Any]:
    """A work order's operations with their codes to scan, what lies there, and who is at work. Two statements."""
    query = select(Operation).where(Operation.work_order_id == order.id)
    query = query.options(joinedload(Operation.work_center), joinedload(Operation.ticket))
    operations = list(db.session.scalars(query.order_by(Operation.ticket_id, Operation.seq)))
    entries = db.session.scalars(
        select(TimeEntry)
        .where(TimeEntry.operation_id.in_([o.id for o in operations]), TimeEntry.finished_at.is_(None))
        .options(joinedload(TimeEntry.user))
    )
    at_work: dict[int, list[str]] = {}
    for entry in entries:
        at_work.setdefault(entry.operation_id, []).append(entry.user.name)
    codes = {o.id: services.make_code("operation", o.id) for o in operations}
    return {
        "operations": operations,
        "codes": codes,
        "pictures": {operation_id: qr_picture(code) for operation_id, code in codes.items()},
        "may_part": may_part(order),
        "has_tickets": len({o.ticket_id for o in operations}) > 1,
        "at_work": at_work,
    }


def routings_of(item: Item) -> dict[str, Any]:
    """The routings of an item, the latest first. One statement; none for those who may not read them."""
    if not current_actor().can("mrp_routing.routing.read"):
        return {"routings": [], "may_read": False}
    query = select(Routing).where(Routing.item_id == item.id).order_by(Routing.revision.desc())
    return {"routings": db.session.scalars(query).all(), "may_read": True, "item": item}


def may_part(order: WorkOrder) -> bool:
    """Whether the reader may split and merge tickets of the order now."""
    return order.state in OPEN_STATES and current_actor().can("mrp_routing.work_order.split")


def plate_of(machine: Machine) -> dict[str, Any]:
    """The code for a machine's plate."""
    code = services.make_code("machine", machine.id)
    return {"code": code, "picture": qr_picture(code)}


def qr_picture(code: str) -> str:
    """A QR code as the address of a picture, for a gun or a phone to read off the screen."""
    return str(segno.make_qr(code).svg_data_uri(scale=4, border=2, light="white"))
