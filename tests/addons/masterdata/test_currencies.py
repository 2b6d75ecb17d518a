"""Exchange rates by date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata import services
from addons.masterdata.factories import make_currency
from addons.masterdata.models import Currency, CurrencyRate
from core.errors import ValidationError
from tests.addons.masterdata.support import create


@pytest.fixture
def dollar(any_app: Flask, system: Any) -> Currency:
    rates = [
        CurrencyRate(valid_on=date(2026, 1, 1), rate=Decimal("7.05")),
        CurrencyRate(valid_on=date(2026, 7, 1), rate=Decimal("6.98")),
    ]
    return make_currency(rates=rates)


@pytest.mark.parametrize(
    ("day", "rate"),
    [(date(2026, 1, 1), "7.05"), (date(2026, 6, 30), "7.05"), (date(2026, 7, 1), "6.98"), (date(2027, 1, 1), "6.98")],
)
def test_a_rate_holds_from_its_day_until_the_next(dollar: Currency, day: date, rate: str) -> None:
    assert services.rate_on(dollar, day) == Decimal(rate)


def test_a_day_before_the_first_rate_is_refused_with_what_to_do(dollar: Currency) -> None:
    with pytest.raises(ValidationError, match="Add one to the currency"):
        services.rate_on(dollar, date(2025, 12, 31))


def test_the_home_currency_is_always_worth_one(app: Flask, system: Any) -> None:
    assert services.rate_on(make_currency(is_home=True), date(1999, 1, 1)) == 1


def test_a_second_home_currency_is_refused(app: Flask, system: Any) -> None:
    home = make_currency(is_home=True)
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.currency", code="ZZZ", name="other", is_home=True)
    assert home.code in refusal.value.fields["is_home"][0]


@pytest.mark.parametrize(
    ("rates", "position", "field"),
    [
        ([{"valid_on": "2026-01-01", "rate": "0"}], "0", "rate"),
        ([{"valid_on": "2026-01-01", "rate": "1"}, {"valid_on": "2026-01-01", "rate": "2"}], "1", "valid_on"),
    ],
)
def test_rates_that_cannot_be_are_refused_at_their_line(
    app: Flask, system: Any, rates: list[dict[str, str]], position: str, field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.currency", code="ZZZ", name="other", rates=rates)
    assert field in refusal.value.fields["rates"][position]


@pytest.mark.parametrize(
    ("amount", "decimals", "rounded"),
    [("1.005", 2, "1.01"), ("-1.005", 2, "-1.01"), ("149.5", 0, "150"), ("2", 2, "2")],
)
def test_an_amount_is_rounded_to_the_currencys_decimals(amount: str, decimals: int, rounded: str) -> None:
    assert services.round_money(Decimal(amount), Currency(decimals=decimals)) == Decimal(rounded)
