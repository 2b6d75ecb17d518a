"""The life of a receipt, and its numbers."""

from __future__ import annotations

from addons.stock.events import ReceiptPosted
from addons.stock.models import Receipt
from addons.stock.services import post_receipt
from core.i18n import _
from core.kernel.manifest import NumberRuleSpec
from core.workflow.declare import State, Transition, Workflow


def posted(receipt: Receipt) -> ReceiptPosted:
    """The event that tells of a posting."""
    return ReceiptPosted(
        receipt_id=receipt.id,
        number=receipt.number,
        source_model=receipt.source_model,
        source_id=receipt.source_id,
    )


RECEIPT = Workflow(
    model="stock.receipt",
    states={
        "draft": State(title=_("Draft")),
        "posted": State(title=_("Posted"), colour="green"),
        "cancelled": State(title=_("Cancelled"), colour="red"),
    },
    initial="draft",
    editable_in=("draft",),
    deletable_in=("draft",),
    transitions=(
        Transition(
            name="post",
            title=_("Post to stock"),
            from_=("draft",),
            to="posted",
            permission="stock.receipt.post",
            effect=post_receipt,
            event=posted,
            approvable=True,
            colour="green",
            icon="check",
        ),
        Transition(
            name="cancel",
            title=_("Cancel"),
            from_=("draft",),
            to="cancelled",
            permission="stock.receipt.cancel",
            colour="red",
            icon="x",
        ),
    ),
)

WORKFLOWS = (RECEIPT,)

NUMBERS = (NumberRuleSpec(model="stock.receipt", pattern="RC{yyyy}{mm}-{n:4}"),)
