"""Reading quantities and days that were typed on a page."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import marshmallow

from core.db.types import Quantity
from core.errors import ValidationError
from core.i18n import _
from core.workflow.schema import ExactDecimal

TYPED = ExactDecimal(Quantity(), minimum=0)


def read_quantity(text: str) -> Decimal:
    """A quantity of zero or more, nothing typed being zero; `ValidationError` says what is wrong with it."""
    try:
        quantity: Decimal = TYPED.deserialize(text.strip() or "0")
    except marshmallow.ValidationError as error:
        why = " ".join(map(str, error.messages))
        raise ValidationError(_("Check the quantity “%(text)s”: %(why)s", text=text.strip()[:40], why=why)) from None
    return quantity


def read_day(text: str) -> date:
    """A day written as `2026-11-24`; `ValidationError` for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValidationError(_("“%(text)s” is not a date; write it as 2026-11-24.", text=text[:40])) from None
