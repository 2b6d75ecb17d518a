"""The documents that move goods."""

from __future__ import annotations

from addons.stock.events import ReceiptPosted
from addons.stock.models import Receipt
from addons.stock.services import (
    post_adjustment,
    post_issue,
    post_lot_change,
    post_receipt,
    post_scrap,
    post_transfer,
    take_back_receipt,
)
from addons.stock.workflows.posting import asks_first, posting
from core.i18n import _

OF_A_PROJECT = {
    "or": [
        {"not": {"field": "from_project_id", "op": "empty"}},
        {"not": {"field": "to_project_id", "op": "empty"}},
    ]
}


def posted(receipt: Receipt) -> ReceiptPosted:
    """The event that tells of a posting."""
    return ReceiptPosted(
        receipt_id=receipt.id,
        number=receipt.number,
        source_model=receipt.source_model,
        source_id=receipt.source_id,
    )


RECEIPT = posting("stock.receipt", post_receipt, back=take_back_receipt, event=posted)
ISSUE = posting("stock.issue", post_issue)
TRANSFER = posting(
    "stock.transfer",
    post_transfer,
    approvable=asks_first("planner", _("Goods of a project go to another"), _("Planner"), when=OF_A_PROJECT),
)
ADJUSTMENT = posting(
    "stock.adjustment", post_adjustment, approvable=asks_first("finance", _("Finance checks the books"), _("Finance"))
)
SCRAP = posting(
    "stock.scrap", post_scrap, approvable=asks_first("inspector", _("The inspector looks first"), _("Inspector"))
)
LOT_CHANGE = posting("stock.lot_change", post_lot_change)
