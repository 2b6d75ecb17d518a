"""Receipts: proposing them, posting them, asking what came of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select, tuple_

from addons.stock.models import Lot, Receipt, ReceiptLine
from addons.stock.services.balances import insert_missing
from addons.stock.services.ledger import Cause, Movement, arrivals_from, find_items, receive
from addons.stock.services.places import find_default_location
from core.db import Quantity, db
from core.errors import ValidationError
from core.i18n import _
from core.workflow.audit import record_bulk
from core.workflow.numbering import next_numbers


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


def propose_receipts(drafts: Sequence[ReceiptDraft]) -> list[Receipt]:
    """Write draft receipts into the default location, for the keeper to post. Flushes; returns them in order."""
    place = find_default_location()
    receipts = [
        Receipt(
            kind=draft.kind,
            location_id=place.id,
            source=draft.source,
            source_model=draft.source_model,
            source_id=draft.source_id,
            lines=[ReceiptLine(seq=1, item_id=draft.item_id, quantity=draft.quantity, lot_number=draft.lot_number)],
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

    Makes the lots its lines name where they are new. Raises `ValidationError` for no lines, a quantity that is
    not positive, or a lot missing or too many.
    """
    if not receipt.lines:
        raise ValidationError(_("Add at least one line before posting."))
    lots = _lots(receipt.lines)
    source = arrivals_from(receipt.kind)
    for line in receipt.lines:
        line.lot_id = lots.get((line.item_id, line.lot_number or ""))
    receive(
        [
            Movement(
                item_id=line.item_id,
                quantity=line.quantity,
                from_location_id=source,
                to_location_id=receipt.location_id,
                lot_id=line.lot_id,
                cause_line=line.id,
            )
            for line in receipt.lines
        ],
        cause=Cause(model="stock.receipt", id=receipt.id, title=receipt.number),
    )


def _lots(lines: Sequence[ReceiptLine]) -> dict[tuple[int, str], int]:
    """The lots these lines name, those that are new made. Three statements at most."""
    wanted = sorted({(line.item_id, line.lot_number) for line in lines if line.lot_number})
    if not wanted:
        return {}
    find_items({item for item, _number in wanted})
    made = db.session.execute(
        insert_missing(Lot, [{"item_id": item, "number": number} for item, number in wanted]).returning(
            Lot.id, Lot.number
        )
    )
    record_bulk("create", "stock.lot", [{"id": lot_id, "title": number} for lot_id, number in made])
    query = select(Lot.item_id, Lot.number, Lot.id).where(tuple_(Lot.item_id, Lot.number).in_(wanted))
    return {(item, number): lot_id for item, number, lot_id in db.session.execute(query)}


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
