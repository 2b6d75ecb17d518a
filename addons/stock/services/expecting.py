"""What is going to come in: drafts of receipts, and whatever other addons expect."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from addons.stock.models import Receipt, ReceiptLine
from core.db import db
from core.kernel import hooks


@dataclass(frozen=True, kw_only=True)
class Expected:
    """So much of an item (stock unit) that is to come on a day, None for no known day; `title` names why to people."""

    item_id: int
    quantity: Decimal
    on: date | None
    title: str


def find_expected(item_ids: Collection[int]) -> list[Expected]:
    """Everything anybody expects of these items."""
    wanted = sorted(set(item_ids))
    answers: list[Sequence[Expected]] = hooks.ask("expected_receipts", item_ids=wanted)
    return [one for answer in answers for one in answer]


def count_expected(item_ids: Collection[int], until: date) -> dict[int, Decimal]:
    """How much of each item is expected by a day; what has no day counts as well. Items without are left out."""
    total: dict[int, Decimal] = defaultdict(Decimal)
    for one in find_expected(item_ids):
        if one.on is None or one.on <= until:
            total[one.item_id] += one.quantity
    return dict(total)


def drafted(item_ids: Collection[int]) -> list[Expected]:
    """What draft receipts say of these items. One statement."""
    query = (
        select(ReceiptLine.item_id, ReceiptLine.quantity, Receipt.booked_on, Receipt.number)
        .join(Receipt, Receipt.id == ReceiptLine.receipt_id)
        .where(Receipt.state == "draft", ReceiptLine.item_id.in_(sorted(set(item_ids))))
    )
    return [Expected(item_id=i, quantity=q, on=day, title=number) for i, q, day, number in db.session.execute(query)]
