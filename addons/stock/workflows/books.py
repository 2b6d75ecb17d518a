"""The lives of lots and months."""

from __future__ import annotations

from addons.stock.services import close_period, hold_lot, release_lot, reopen_period
from addons.stock.workflows.posting import REASON
from core.i18n import _
from core.workflow.declare import State, Transition, Workflow

LOT = Workflow(
    model="stock.lot",
    states={"open": State(title=_("Free"), colour="green"), "held": State(title=_("On hold"), colour="red")},
    initial="open",
    editable_in=("open", "held"),
    deletable_in=("open",),
    transitions=(
        Transition(
            name="hold",
            title=_("Put on hold"),
            from_=("open",),
            to="held",
            permission="stock.lot.hold",
            effect=hold_lot,
            params=REASON,
            colour="red",
            icon="hand-stop",
        ),
        Transition(
            name="release",
            title=_("Release from hold"),
            from_=("held",),
            to="open",
            permission="stock.lot.hold",
            effect=release_lot,
            params=REASON,
            approvable=True,
            colour="green",
            icon="check",
        ),
    ),
)

PERIOD = Workflow(
    model="stock.period",
    states={
        "open": State(title=_("Month open"), colour="blue"),
        "closed": State(title=_("Month closed"), colour="green"),
    },
    initial="open",
    editable_in=(),
    deletable_in=("open",),
    transitions=(
        Transition(
            name="close",
            title=_("Close the month"),
            from_=("open",),
            to="closed",
            permission="stock.period.close",
            effect=close_period,
            approvable=True,
            confirm=_("Close this month? Nothing can be booked on its days any more."),
            colour="green",
            icon="lock",
        ),
        Transition(
            name="reopen",
            title=_("Open again"),
            from_=("closed",),
            to="open",
            permission="stock.period.reopen",
            effect=reopen_period,
            params=REASON,
            approvable=True,
            colour="orange",
            icon="lock-open",
        ),
    ),
)
