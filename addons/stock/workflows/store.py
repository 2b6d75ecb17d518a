"""The lives of picking lists, extra issues, stocktakes and tool loans."""

from __future__ import annotations

from marshmallow import fields

from addons.stock.models import CONDITIONS
from addons.stock.services import (
    allow_extra,
    begin_count,
    bring_back,
    cancel_pick_list,
    end_count,
    extend,
    finish_pick_list,
    lend,
    pick_everything,
    post_stocktake,
    recount,
    release_pick_list,
    thaw,
)
from addons.stock.workflows.posting import asks_first, cancelling, taking_back
from core.i18n import _
from core.workflow.declare import State, Transition, Workflow
from core.workflow.schema import choice_input

PICK_LIST = Workflow(
    model="stock.pick_list",
    states={
        "draft": State(title=_("Draft")),
        "released": State(title=_("To be picked"), colour="blue"),
        "done": State(title=_("Picked"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="release",
            title=_("Release for picking"),
            from_=("draft",),
            to="released",
            permission="stock.pick_list.release",
            effect=release_pick_list,
            approvable=True,
            icon="send",
        ),
        Transition(
            name="pick_all",
            title=_("Pick everything"),
            from_=("released",),
            to="done",
            permission="stock.pick_list.pick",
            effect=pick_everything,
            confirm=_("Everything the way proposes is issued, and the list is done."),
            icon="checks",
        ),
        Transition(
            name="finish",
            title=_("Finish picking"),
            from_=("released",),
            to="done",
            permission="stock.pick_list.pick",
            effect=finish_pick_list,
            colour="green",
            icon="check",
        ),
        Transition(
            name="reopen",
            title=_("Pick more"),
            from_=("done",),
            to="released",
            permission="stock.pick_list.pick",
            by_program=True,
        ),
        cancelling("stock.pick_list", "draft", "released", effect=cancel_pick_list),
    ),
)

EXTRA_ISSUE = Workflow(
    model="stock.extra_issue",
    states={
        "draft": State(title=_("Draft")),
        "allowed": State(title=_("Allowed"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="allow",
            title=_("Allow"),
            from_=("draft",),
            to="allowed",
            permission="stock.extra_issue.allow",
            effect=allow_extra,
            approvable=asks_first("planner", _("The planner decides on extra issues"), _("Planner")),
            colour="green",
            icon="check",
        ),
        cancelling("stock.extra_issue", "draft"),
    ),
)

STOCKTAKE = Workflow(
    model="stock.stocktake",
    states={
        "draft": State(title=_("Draft")),
        "counting": State(title=_("Being counted"), colour="blue"),
        "counted": State(title=_("Counted"), colour="orange"),
        "posted": State(title=_("Posted"), colour="green"),
        "reversed": State(title=_("Taken back"), colour="orange"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="begin",
            title=_("Begin the count"),
            from_=("draft",),
            to="counting",
            permission="stock.stocktake.begin",
            effect=begin_count,
            approvable=True,
            icon="player-play",
        ),
        Transition(
            name="end",
            title=_("End the count"),
            from_=("counting",),
            to="counted",
            permission="stock.stocktake.count",
            effect=end_count,
            icon="flag",
        ),
        Transition(
            name="recount",
            title=_("Count differences again"),
            from_=("counted",),
            to="counting",
            permission="stock.stocktake.count",
            effect=recount,
            colour="orange",
            icon="refresh",
        ),
        Transition(
            name="post",
            title=_("Post differences"),
            from_=("counted",),
            to="posted",
            permission="stock.stocktake.post",
            effect=post_stocktake,
            approvable=asks_first("finance", _("Finance checks the books"), _("Finance")),
            colour="green",
            icon="check",
        ),
        taking_back("stock.stocktake"),
        cancelling("stock.stocktake", "draft", "counting", "counted", effect=thaw),
    ),
)

TOOL_LOAN = Workflow(
    model="stock.tool_loan",
    states={
        "draft": State(title=_("Draft")),
        "lent": State(title=_("Lent"), colour="blue"),
        "returned": State(title=_("Back"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="lend",
            title=_("Lend"),
            from_=("draft",),
            to="lent",
            permission="stock.tool_loan.lend",
            effect=lend,
            approvable=True,
            icon="hand-grab",
        ),
        Transition(
            name="return",
            title=_("Take the tool back"),
            from_=("lent",),
            to="returned",
            permission="stock.tool_loan.lend",
            effect=bring_back,
            params={"condition": choice_input(CONDITIONS, _("Tool condition"))},
            colour="green",
            icon="arrow-back-up",
        ),
        Transition(
            name="extend",
            title=_("Extend the loan"),
            from_=("lent",),
            to="lent",
            permission="stock.tool_loan.lend",
            effect=extend,
            params={"due_on": fields.Date(required=True, metadata={"title": _("Due back on")})},
            icon="calendar-event",
        ),
        cancelling("stock.tool_loan", "draft"),
    ),
)
