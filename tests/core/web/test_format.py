"""Numbers, dates and times as people read them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

from core.i18n import in_locale
from core.web.format import date_text, datetime_text, money_text, number_text


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_values_are_written_in_full_and_exactly(app: Flask, locale: str) -> None:
    with in_locale(locale):
        assert number_text(Decimal("1234567.890100")) == "1,234,567.8901"
        assert number_text(Decimal("-0.000001")) == "-0.000001"
        assert number_text(12345678901234567890) == "12,345,678,901,234,567,890"
        assert money_text(Decimal("1234.5")) == "1,234.50"
        assert money_text(Decimal("0.1234")) == "0.1234"
        assert date_text(date(2026, 11, 4)) == "2026-11-04"


def test_instants_are_told_in_the_factorys_time(app: Flask) -> None:
    assert datetime_text(datetime(2026, 11, 24, 16, 3, tzinfo=UTC)) == "2026-11-25 00:03"


def test_nothing_is_written_for_nothing(app: Flask) -> None:
    assert [number_text(None), money_text(None), date_text(None), datetime_text(None)] == ["", "", "", ""]
