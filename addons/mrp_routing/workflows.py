"""The lives of routings, work orders, counts and wages, and their numbers."""

from __future__ import annotations

from addons.mrp_routing.events import WorkOrderDone
from addons.mrp_routing.models import WorkOrder
from addons.mrp_routing.services.counts import finish_count, list_pieces
from addons.mrp_routing.services.orders import complete, count_made, release
from addons.mrp_routing.services.routings import approve
from addons.mrp_routing.services.wages import approve_wages, reckon
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
            name="reopen",
            title=_("Open the order again"),
            from_=("done",),
            to="in_progress",
            permission="mrp_routing.work_order.report",
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

WIP_COUNT = Workflow(
    model="mrp_routing.wip_count",
    states={
        "draft": State(title=_("Draft")),
        "counting": State(title=_("Being counted"), colour="blue"),
        "done": State(title=_("Done"), colour="green"),
    },
    initial="draft",
    editable_in=("draft", "counting"),
    deletable_in=("draft", "counting"),
    transitions=(
        Transition(
            name="begin",
            title=_("List what lies there"),
            from_=("draft",),
            to="counting",
            permission="mrp_routing.wip_count.count",
            effect=list_pieces,
            icon="list-check",
        ),
        Transition(
            name="finish",
            title=_("Finish the count"),
            from_=("counting",),
            to="done",
            permission="mrp_routing.wip_count.count",
            effect=finish_count,
            approvable=True,
            colour="green",
            icon="check",
        ),
    ),
)

WAGE_PERIOD = Workflow(
    model="mrp_routing.wage_period",
    states={
        "draft": State(title=_("Draft")),
        "approved": State(title=_("Approved"), colour="green"),
    },
    initial="draft",
    editable_in=(),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="reckon",
            title=_("Reckon"),
            from_=("draft",),
            to="draft",
            permission="mrp_routing.wage_period.reckon",
            effect=reckon,
            icon="refresh",
        ),
        Transition(
            name="approve",
            title=_("Approve"),
            from_=("draft",),
            to="approved",
            permission="mrp_routing.wage_period.approve",
            effect=approve_wages,
            approvable=True,
            colour="green",
            icon="lock",
        ),
    ),
)

WORKFLOWS = (ROUTING, WORK_ORDER, WIP_COUNT, WAGE_PERIOD)

NUMBERS = (
    NumberRuleSpec(model="mrp_routing.work_order", pattern="WO{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="mrp_routing.wip_count", pattern="WC{yyyy}{mm}-{n:3}"),
)
