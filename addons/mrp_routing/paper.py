"""What can be printed of production: the job ticket that travels with the parts, and the plate of a machine."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from addons.mrp_routing.models import Machine, Operation, WorkOrder
from addons.mrp_routing.services import make_code
from core.i18n import _
from core.paper.declare import Document, Label


def codes_of(orders: list[WorkOrder]) -> dict[int, dict[str, Any]]:
    """For each work order the printed code and the standard minutes of each operation, by the operation's id."""
    return {
        order.id: {
            "codes": {o.id: make_code("operation", o.id) for o in order.operations},
            "minutes": {o.id: standard_minutes(o, order.quantity) for o in order.operations},
        }
        for order in orders
    }


def standard_minutes(operation: Operation, quantity: Decimal) -> Decimal:
    """Setup, and the run time of every piece."""
    return operation.setup_minutes + operation.run_minutes * quantity


def plates_of(machines: list[Machine]) -> dict[int, dict[str, Any]]:
    """The printed code of each machine."""
    return {machine.id: {"code": make_code("machine", machine.id)} for machine in machines}


PAPERS = (
    Document(
        name="job_ticket",
        title=_("Job ticket"),
        model="mrp_routing.work_order",
        template="mrp_routing/paper/job_ticket.html",
        context=codes_of,
        loads=("item", "item.uom.code", "operations.work_center"),
    ),
    Label(
        name="machine_plate",
        title=_("Machine plate"),
        model="mrp_routing.machine",
        template="mrp_routing/paper/machine_plate.html",
        context=plates_of,
        formats=("roll-100x70", "roll-60x40", "sheet-3x8"),
        loads=("work_center",),
    ),
)
