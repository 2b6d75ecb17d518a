"""How values are written for people: in the reader's language, in the factory's time zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from flask import Flask, current_app

from core.i18n import get_locale, gettext

BABEL_LOCALES = {"zh": "zh_CN", "en": "en_GB"}
MOST_DECIMALS = 6


def datetime_text(value: datetime | None) -> str:
    """An instant as 2026-11-24 08:03 of the factory's time zone; empty for None."""
    return format_datetime(local(value), "yyyy-MM-dd HH:mm", locale=_locale()) if value else ""


def date_text(value: date | None) -> str:
    """A date as 2026-11-24; empty for None."""
    return format_date(value, "yyyy-MM-dd", locale=_locale()) if value else ""


def number_text(value: Decimal | int | None) -> str:
    """A number with thousands separators and as many decimals as it has; empty for None."""
    if value is None:
        return ""
    pattern = "#,##0." + "#" * MOST_DECIMALS
    return format_decimal(value, pattern, locale=_locale(), decimal_quantization=False)


def money_text(value: Decimal | None, decimals: int = 2) -> str:
    """An amount with at least `decimals` decimals; empty for None."""
    if value is None:
        return ""
    pattern = "#,##0." + "0" * decimals + "#" * (4 - decimals)
    return format_decimal(value, pattern, locale=_locale(), decimal_quantization=False)


def local(value: datetime) -> datetime:
    """The same instant in the factory's time zone."""
    return value.astimezone(ZoneInfo(current_app.config["QINGMES"].timezone))


def _locale() -> str:
    return BABEL_LOCALES[get_locale()]


def install(app: Flask) -> None:
    """Offer these as template filters."""
    filters: dict[str, Any] = {
        "datetime": datetime_text,
        "date": date_text,
        "number": number_text,
        "money": money_text,
    }
    app.jinja_env.filters.update(filters)


WRITERS: Mapping[str, Callable[[Any], str]] = {
    "date": date_text,
    "datetime": datetime_text,
    "money": money_text,
    **dict.fromkeys(("integer", "decimal", "quantity", "price"), number_text),
}


def value_text(kind: str, value: Any) -> str:
    """A value of a kind of field as people read it; None is not one."""
    if kind == "boolean":
        return gettext("Yes") if value else gettext("No")
    return str(WRITERS.get(kind, str)(value))
