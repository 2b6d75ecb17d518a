"""Receipts: proposing them, posting them, asking what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from addons.stock.models import Receipt, ReceiptLine
from addons.stock.services.documents import take_back
from addons.stock.services.ledger import Cause, Movement, arrivals_from, receive
from addons.stock.services.lots import NewLot, make_lots
from addons.stock.services.picking import note_returned
from addons.stock.services.places import find_default_location
from core.db import Quantity, db
from core.errors import ValidationError
from core.i18n import _
from core.kernel import hooks
from core.workflow.numbering import next_numbers, today

RECEIPT = "stock.receipt"


@dataclass(frozen=True, kw_only=True)
class ReceiptDraft:
    """A receipt to propose: what, how much (stock unit), and the document it is for (`source` names it to people)."""

    item_id: int
    quantity: Decimal
    source: str
    source_model: str
    source_id: int
    lot_number: str | None = None
    kind: str = "production"
    project_id: int | None = None
    unit_cost: Decimal | None = None


def propose_receipts(drafts: Sequence[ReceiptDraft]) -> list[Receipt]:
    """Write draft receipts into the default location, for the keeper to post. Flushes; returns them in order."""
    place = find_default_location()
    receipts = [
        Receipt(
            kind=draft.kind,
            location_id=place.id,
            project_id=draft.project_id,
            source=draft.source,
            source_model=draft.source_model,
            source_id=draft.source_id,
            lines=[
                ReceiptLine(
                    seq=1,
                    item_id=draft.item_id,
                    quantity=draft.quantity,
                    lot_number=draft.lot_number,
                    unit_cost=draft.unit_cost,
                )
            ],
        )
        for draft in drafts
    ]
    for receipt, number in zip(receipts, next_numbers(receipts), strict=True):
        receipt.number = number
    db.session.add_all(receipts)
    db.session.flush()
    return receipts


def post_receipt(receipt: Receipt) -> None:
    """Write a receipt into the ledger: the effect of posting it. Flushes.

    Makes the lots its lines name where they are new. What they are received as is asked of whoever is there
    (`receipt_status`). Raises `ValidationError` for no lines, a quantity that is not positive, or a lot missing or
    too many.
    """
    if not receipt.lines:
        raise ValidationError(_("Add at least one line before posting."))
    lots = make_lots([_new_lot(receipt, line) for line in receipt.lines if line.lot_number])
    for line in receipt.lines:
        line.lot_id = lots.get((line.item_id, line.lot_number or ""))
    for line, status in zip(receipt.lines, _statuses(receipt), strict=True):
        line.status = status
    note_returned(receipt)
    source = arrivals_from(receipt.kind)
    receive(
        [_arrival(receipt, line, source) for line in receipt.lines],
        cause=Cause(model=RECEIPT, id=receipt.id, title=receipt.number, booked_on=receipt.booked_on),
    )


def take_back_receipt(receipt: Receipt, reason: str) -> None:
    """Take a posted receipt out of stock again, for a reason: the effect of taking it back. Flushes."""
    note_returned(receipt, -1)  # its lines are locked before the goods, as picking does
    take_back(receipt, reason)


def _new_lot(receipt: Receipt, line: ReceiptLine) -> NewLot:
    return NewLot(
        item_id=line.item_id,
        number=line.lot_number or "",
        supplier_id=receipt.partner_id if receipt.kind == "purchase" else None,
        supplier_lot=line.supplier_lot,
        received_on=receipt.booked_on or today(),
        expires_on=line.expires_on,
    )


def _statuses(receipt: Receipt) -> list[str]:
    """What each line is received as: what the most specific addon says of it, available otherwise."""
    said: Mapping[int, str] = hooks.ask("receipt_status", receipt=receipt) or {}
    return [said.get(line.id, "available") for line in receipt.lines]


def _arrival(receipt: Receipt, line: ReceiptLine, source: int) -> Movement:
    return Movement(
        item_id=line.item_id,
        quantity=line.quantity,
        from_location_id=source,
        to_location_id=line.location_id or receipt.location_id,
        lot_id=line.lot_id,
        to_status=line.status or "available",
        from_project_id=receipt.project_id,
        to_project_id=receipt.project_id,
        value=None if line.unit_cost is None else line.unit_cost * line.quantity,
        cause_line=line.id,
    )


def count_received(source_model: str, source_ids: Collection[int]) -> dict[int, Decimal]:
    """How much posted receipts brought in for each of these documents; those without are left out. One statement."""
    query = (
        select(Receipt.source_id, func.sum(ReceiptLine.quantity, type_=Quantity))
        .join(ReceiptLine, ReceiptLine.receipt_id == Receipt.id)
        .where(
            Receipt.source_model == source_model,
            Receipt.source_id.in_(sorted(set(source_ids))),
            Receipt.state == "posted",
        )
        .group_by(Receipt.source_id)
    )
    found: Mapping[int | None, Decimal] = dict(db.session.execute(query).all())
    return {source: total for source, total in found.items() if source is not None}


def find_receipt_sources(receipt_ids: Collection[int], source_model: str) -> dict[int, int]:
    """Which document of a model each of these receipts was proposed for; others are left out. One statement."""
    query = select(Receipt.id, Receipt.source_id).where(
        Receipt.id.in_(sorted(set(receipt_ids))), Receipt.source_model == source_model
    )
    return {receipt: source for receipt, source in db.session.execute(query) if source is not None}
