"""With stock: what the last operation has made is proposed for receipt, and never more than that gets in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.mrp_routing import services
from addons.mrp_routing.models import Operation, WorkOrder
from addons.stock.services import ReceiptDraft, count_received, find_receipt_sources, propose_receipts
from core.actor import elevated
from core.db import db
from core.i18n import gettext
from core.kernel.hooks import hookimpl
from core.web.format import number_text

WORK_ORDER = "mrp_routing.work_order"
RECEIPT = "stock.receipt"


@hookimpl
def after_operation_report(operation: Operation, good: Decimal, scrap: Decimal, is_last: bool) -> None:
    """Good pieces of the last operation become a draft receipt, for the keeper to post."""
    if not is_last or good <= 0:
        return
    order = operation.work_order
    draft = ReceiptDraft(
        item_id=order.item_id,
        quantity=good,
        source=order.number,
        source_model=WORK_ORDER,
        source_id=order.id,
        lot_number=None if order.item.tracking == "none" else order.number,
    )
    propose_receipts([draft])


@hookimpl
def before_stock_post(moves: Sequence[Any], cause: Any) -> str | None:
    """No more is received for a work order than its last operation has reported good."""
    if cause.model != RECEIPT or cause.id is None:
        return None
    sources = find_receipt_sources([cause.id], WORK_ORDER)
    if not sources:
        return None
    coming: dict[int, Decimal] = defaultdict(Decimal)
    for move in moves:
        if move.reverses_id is None:  # what is taken back is not received
            coming[sources[cause.id]] += move.quantity
    return _objection(coming) if coming else None


def _objection(coming: dict[int, Decimal]) -> str | None:
    with elevated("a receipt counts what was made on work orders the keeper may not see"):
        made = services.find_made_under_lock(coming)
        numbers = dict(db.session.execute(select(WorkOrder.id, WorkOrder.number).where(WorkOrder.id.in_(coming))).all())
    received = count_received(WORK_ORDER, coming)
    for order_id, quantity in coming.items():
        left = made.get(order_id, Decimal(0)) - received.get(order_id, Decimal(0))
        if quantity > left:
            return gettext(
                "at most %(left)s of %(number)s are made and not received yet.",
                left=number_text(left),
                number=numbers[order_id],
            )
    return None
