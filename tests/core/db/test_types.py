"""Exact numbers and instants, the same on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select

from core.db.session import db
from core.db.types import Money, Quantity, UtcDateTime, plain

metadata = MetaData()
table = Table(
    "core_types_probe",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("quantity", Quantity),
    Column("money", Money),
    Column("at", UtcDateTime),
)

quantities = st.decimals(min_value=-(10**12), max_value=10**12, places=6)
moneys = st.decimals(min_value=-(10**13), max_value=10**13, places=4)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(values=st.lists(st.tuples(quantities, moneys), min_size=1, max_size=30))
def test_sums_are_exact_to_the_last_digit(any_app: Flask, values: list[tuple[Decimal, Decimal]]) -> None:
    with db.engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(insert(table), [{"quantity": q, "money": m} for q, m in values])
        found = connection.execute(select(func.sum(table.c.quantity), func.sum(table.c.money))).one()
        rows = connection.execute(select(table.c.quantity, table.c.money).order_by(table.c.id)).all()
    assert tuple(found) == (sum(q for q, _m in values), sum(m for _q, m in values))
    assert [tuple(row) for row in rows] == values


def test_ten_thousand_tenths_are_a_thousand(any_app: Flask) -> None:
    """Where SQLite's own NUMERIC says 1000.0000000001588."""
    tenth = Decimal("0.1")
    with db.engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(insert(table), [{"quantity": tenth, "money": tenth}] * 10_000)
        sums = connection.execute(select(func.sum(table.c.quantity), func.sum(table.c.money))).one()
        found = connection.execute(select(func.count()).where(table.c.quantity == tenth)).scalar()
    assert tuple(sums) == (Decimal(1000), Decimal(1000))
    assert found == 10_000


@pytest.mark.parametrize("value", [0.1, Decimal("0.0000001"), Decimal("NaN"), Decimal("Infinity"), Decimal("1e13")])
def test_what_would_be_rounded_or_does_not_fit_is_refused(value: object) -> None:
    with pytest.raises(ValueError):
        Quantity().process_bind_param(value, None)  # type: ignore[arg-type]


def test_an_instant_comes_back_in_utc_whatever_zone_it_went_in_with(any_app: Flask) -> None:
    noon = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=8)))
    with db.engine.begin() as connection:
        metadata.drop_all(connection)
        metadata.create_all(connection)
        connection.execute(insert(table), [{"at": noon}])
        (found,) = connection.execute(select(table.c.at)).scalars()
    assert found == noon and found.tzinfo is UTC


def test_a_naive_datetime_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 1), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(("given_", "shown"), [("1.500000", "1.5"), ("1E+2", "100"), ("0.000001", "0.000001")])
def test_trailing_zeros_and_exponents_go(given_: str, shown: str) -> None:
    assert format(plain(Decimal(given_)), "f") == shown
