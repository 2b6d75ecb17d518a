"""Column types whose values and sums are exact and equal on SQLite and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, Integer
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator

LARGEST = 2**63 - 1


class Scaled(TypeDecorator[Decimal]):
    """An exact decimal kept as a scaled 64-bit integer; sums are integer sums.

    `places` decimals fit; more are refused with ValueError, never rounded in silence.
    """

    impl = BigInteger
    cache_ok = True
    places = 6

    @property
    def largest(self) -> Decimal:
        """The largest absolute value that fits."""
        return Decimal(LARGEST).scaleb(-self.places)

    def process_bind_param(self, value: Any, dialect: Dialect) -> int | None:
        """Decimal (or int, or decimal text) to the scaled integer."""
        if value is None:
            return None
        if isinstance(value, float):
            raise ValueError("a float is not exact: use Decimal")
        number = Decimal(value)
        if not number.is_finite() or abs(number) > self.largest:
            raise ValueError(f"{value} is not a number that fits")
        scaled = number.scaleb(self.places)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{value} has more than {self.places} decimals")
        return int(scaled)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """Scaled integer (PostgreSQL sums it as numeric) back to Decimal, trailing zeros gone."""
        if value is None:
            return None
        return plain(Decimal(int(value)).scaleb(-self.places))


class Quantity(Scaled):
    """A quantity in the stock unit, six decimals, up to about 9.2 million million."""

    cache_ok = True


class Price(Scaled):
    """A unit price or rate, six decimals."""

    cache_ok = True


class Money(Scaled):
    """An amount of money, four decimals (currencies have at most three)."""

    cache_ok = True
    places = 4


class UtcDateTime(TypeDecorator[datetime]):
    """An instant in UTC; naive datetimes are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Aware datetime to UTC (naive UTC on SQLite, which keeps no zone)."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a datetime without a time zone does not say when")
        instant = value.astimezone(UTC)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Always aware, always UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Identity = BigInteger().with_variant(Integer(), "sqlite")
Json = JSON().with_variant(JSONB(), "postgresql")


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros or exponent: 1.500000 is 1.5, 1E+2 is 100."""
    if number == number.to_integral_value():
        return number.quantize(Decimal(1))
    return number.normalize()


def utcnow() -> datetime:
    """Now, in UTC, aware."""
    return datetime.now(UTC)
