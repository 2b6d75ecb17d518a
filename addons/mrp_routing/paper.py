"""What can be printed of production: the job ticket that travels with the parts, and the plate of a machine."""

from __future__ import annotations

from decimal import Decimal
from itertools import groupby
from typing import Any

from addons.mrp_routing.models import Machine, Operation, WorkOrder
from addons.mrp_routing.services import make_code
from core.i18n import _
from core.paper.declare import Document, Label


def codes_of(orders: list[WorkOrder]) -> dict[int, dict[str, Any]]:
    """For each work order its tickets with their operations, and the printed codes and standard minutes of these."""
    return {order.id: _of_order(order) for order in orders}


def _of_order(order: WorkOrder) -> dict[str, Any]:
    grouped = groupby(order.operations, key=lambda operation: operation.ticket)
    tickets = [(ticket, list(operations)) for ticket, operations in grouped]
    return {
        "tickets": tickets,
        "ticket_codes": {ticket.id: make_code("ticket", ticket.id) for ticket, _operations in tickets},
        "codes": {o.id: make_code("operation", o.id) for o in order.operations},
        "minutes": {o.id: standard_minutes(o, t.quantity) for t, operations in tickets for o in operations},
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
        loads=("item", "item.uom.code", "operations.work_center", "operations.ticket"),
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
