"""The lives of routings and work orders, and the numbers of work orders."""

from __future__ import annotations

from addons.mrp_routing.events import WorkOrderDone
from addons.mrp_routing.models import WorkOrder
from addons.mrp_routing.services.orders import complete, count_made, release
from addons.mrp_routing.services.routings import approve
from core.i18n import _
from core.kernel.manifest import NumberRuleSpec
from core.workflow.declare import State, Transition, Workflow


def done(order: WorkOrder) -> WorkOrderDone:
    """The event that tells of the end."""
    good = count_made([order.id]).get(order.id, 0)
    return WorkOrderDone(work_order_id=order.id, number=order.number, item_id=order.item_id, good=f"{good:f}")


ROUTING = Workflow(
    model="mrp_routing.routing",
    states={
        "draft": State(title=_("Draft")),
        "approved": State(title=_("Approved"), colour="green"),
        "superseded": State(title=_("Superseded"), colour="orange"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="approve",
            title=_("Approve"),
            from_=("draft", "superseded"),
            to="approved",
            permission="mrp_routing.routing.approve",
            effect=approve,
            approvable=True,
            colour="green",
            icon="check",
        ),
        Transition(
            name="supersede",
            title=_("Withdraw"),
            from_=("approved",),
            to="superseded",
            permission="mrp_routing.routing.approve",
            confirm=_("Withdraw this routing? No work order can be released by it any more."),
            icon="ban",
        ),
    ),
)

WORK_ORDER = Workflow(
    model="mrp_routing.work_order",
    states={
        "draft": State(title=_("Draft")),
        "released": State(title=_("Released for production"), colour="azure"),
        "in_progress": State(title=_("In progress"), colour="blue"),
        "done": State(title=_("Done"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="release",
            title=_("Release for production"),
            from_=("draft",),
            to="released",
            permission="mrp_routing.work_order.release",
            effect=release,
            approvable=True,
            icon="player-play",
        ),
        Transition(
            name="start",
            title=_("Start work"),
            from_=("released",),
            to="in_progress",
            permission="mrp_routing.work_order.report",
            by_program=True,
        ),
        Transition(
            name="complete",
            title=_("Complete the order"),
            from_=("in_progress",),
            to="done",
            permission="mrp_routing.work_order.report",
            effect=complete,
            event=done,
            by_program=True,
        ),
        Transition(
            name="cancel",
            title=_("Cancel"),
            from_=("draft", "released"),
            to="cancelled",
            permission="mrp_routing.work_order.cancel",
            confirm=_("Cancel this work order?"),
            colour="red",
            icon="x",
        ),
    ),
)

WORKFLOWS = (ROUTING, WORK_ORDER)

NUMBERS = (NumberRuleSpec(model="mrp_routing.work_order", pattern="WO{yyyy}{mm}-{n:4}"),)
