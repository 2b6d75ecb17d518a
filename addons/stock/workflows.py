"""The lives of what moves goods, of lots and months, and document numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from marshmallow import fields, validate

from addons.stock.events import ReceiptPosted
from addons.stock.models import Receipt
from addons.stock.services import (
    close_period,
    hold_lot,
    post_adjustment,
    post_issue,
    post_lot_change,
    post_receipt,
    post_scrap,
    post_transfer,
    release_lot,
    reopen_period,
    take_back,
)
from core.i18n import _
from core.kernel.manifest import NumberRuleSpec
from core.workflow.declare import Approvable, State, Transition, Workflow

STATES = {
    "draft": State(title=_("Draft")),
    "posted": State(title=_("Posted"), colour="green"),
    "reversed": State(title=_("Taken back"), colour="orange"),
    "cancelled": State(title=_("Cancelled"), colour="red"),
}
REASON = {
    "reason": fields.String(required=True, validate=validate.Length(min=1, max=200), metadata={"title": _("Reason")})
}


def posting(
    model: str,
    effect: Callable[[Any], None],
    *,
    event: Callable[[Any], Any] | None = None,
    approvable: bool | Approvable = True,
) -> Workflow:
    """The life of a document that moves goods: drafted, posted once, and perhaps taken back as a whole."""
    return Workflow(
        model=model,
        states=STATES,
        initial="draft",
        editable_in=("draft",),
        deletable_in=("draft",),
        transitions=(
            Transition(
                name="post",
                title=_("Post to stock"),
                from_=("draft",),
                to="posted",
                permission=f"{model}.post",
                effect=effect,
                event=event,
                approvable=approvable,
                colour="green",
                icon="check",
            ),
            Transition(
                name="reverse",
                title=_("Take back posting"),
                from_=("posted",),
                to="reversed",
                permission=f"{model}.reverse",
                effect=take_back,
                params=REASON,
                approvable=True,
                colour="orange",
                icon="arrow-back-up",
            ),
            Transition(
                name="cancel",
                title=_("Cancel"),
                from_=("draft",),
                to="cancelled",
                permission=f"{model}.cancel",
                colour="red",
                icon="x",
            ),
        ),
    )


def posted(receipt: Receipt) -> ReceiptPosted:
    """The event that tells of a posting."""
    return ReceiptPosted(
        receipt_id=receipt.id,
        number=receipt.number,
        source_model=receipt.source_model,
        source_id=receipt.source_id,
    )


RECEIPT = posting("stock.receipt", post_receipt, event=posted)
ISSUE = posting("stock.issue", post_issue)
TRANSFER = posting("stock.transfer", post_transfer)
ADJUSTMENT = posting("stock.adjustment", post_adjustment)
SCRAP = posting("stock.scrap", post_scrap)
LOT_CHANGE = posting("stock.lot_change", post_lot_change)

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

WORKFLOWS = (RECEIPT, ISSUE, TRANSFER, ADJUSTMENT, SCRAP, LOT_CHANGE, LOT, PERIOD)

NUMBERS = (
    NumberRuleSpec(model="stock.receipt", pattern="RC{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="stock.issue", pattern="IS{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="stock.transfer", pattern="TR{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="stock.adjustment", pattern="AD{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="stock.scrap", pattern="SC{yyyy}{mm}-{n:4}"),
    NumberRuleSpec(model="stock.lot_change", pattern="LC{yyyy}{mm}-{n:4}"),
)
