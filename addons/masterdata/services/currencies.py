"""Exchange rates and rounding of money."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select

from addons.masterdata.models import Currency, CurrencyRate
from addons.masterdata.services.refusals import marked
from core.db import Money, db
from core.db.types import plain
from core.errors import ValidationError
from core.i18n import _


def rate_on(currency: Currency, day: date) -> Decimal:
    """What one unit of a currency is worth in the home currency on a day, by the last rate until then.

    The home currency's is 1. Raises `ValidationError` when no rate is that old.
    """
    if currency.is_home:
        return Decimal(1)
    newest = (
        select(CurrencyRate.rate)
        .where(CurrencyRate.currency_id == currency.id, CurrencyRate.valid_on <= day)
        .order_by(CurrencyRate.valid_on.desc())
        .limit(1)
    )
    rate = db.session.scalar(newest)
    if rate is None:
        raise ValidationError(
            _("There is no rate of %(currency)s for %(day)s. Add one to the currency.", currency=currency.code, day=day)
        )
    return rate


def round_money(amount: Decimal, currency: Currency) -> Decimal:
    """An amount to the decimals of its currency, halves away from zero."""
    return plain(amount.quantize(Decimal(1).scaleb(-currency.decimals), rounding=ROUND_HALF_UP))


def check_rates(currency: Currency, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` for a second home currency, a rate of zero, two rates on a day, or decimals no
    amount keeps."""
    if changes.get("decimals", 0) > Money.places - 1:
        raise marked(_("At most %(places)s decimals.", places=Money.places - 1), "decimals")
    if changes.get("is_home") and _other_home(currency) is not None:
        raise marked(_("There is a home currency already: %(code)s.", code=_other_home(currency)), "is_home")
    days: set[date] = set()
    for position, line in enumerate(changes.get("rates", ())):
        if not line["rate"]:
            raise marked(_("Must be more than zero."), "rates", position, "rate")
        if line["valid_on"] in days:
            raise marked(_("There is a rate for this day already."), "rates", position, "valid_on")
        days.add(line["valid_on"])


def _other_home(currency: Currency) -> str | None:
    return db.session.scalar(select(Currency.code).where(Currency.is_home, Currency.id != (currency.id or 0)))
