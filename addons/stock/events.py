"""What stock tells others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ReceiptPosted:
    """Goods have come in. `source_model` and `source_id` name what the receipt was proposed for, None for nothing."""

    receipt_id: int
    number: str
    source_model: str | None
    source_id: int | None
