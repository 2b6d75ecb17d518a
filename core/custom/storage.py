"""How values of custom fields are kept in the JSON column `x`, and how SQL reads them, on both databases.

Kept are texts, whole numbers and true. A decimal is a whole number of its smallest unit, so that comparing,
sorting and summing are exact; a day is `2026-01-31`, an instant `2026-01-31T08:00:00.000000Z` in UTC, whose
order as texts is their order in time; several choices are `,a,b,`. What is empty, and “no”, is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Boolean, Dialect, String, cast, false, func, literal_column, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from core.db.types import Scaled, plain

INSTANT = "%Y-%m-%dT%H:%M:%S.%fZ"
SEPARATOR = ","


class Exact(Scaled):
    """A decimal with so many places, as a whole number of its smallest unit."""

    cache_ok = True

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places


class Day(TypeDecorator[date]):
    """A date as ISO text."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Date to text."""
        return None if value is None else day_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """Text to date."""
        return None if value is None else date.fromisoformat(value)


class Instant(TypeDecorator[datetime]):
    """An instant as text in UTC, always of the same width."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Aware datetime to text."""
        return None if value is None else instant_text(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Text to aware datetime."""
        return None if value is None else read_instant(value)


class Kept(FunctionElement[Any]):
    """The value under a key of a JSON column: `->>` on PostgreSQL, `json_extract` on SQLite.

    The key is written into the statement, not bound: an expression index is found by its text.
    """

    inherit_cache = True


@compiles(Kept, "sqlite")
def _kept_on_sqlite(element: Kept, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(part, **options) for part in element.clauses)
    return f"json_extract({column}, '$.{key}')"


@compiles(Kept, "postgresql")
def _kept_on_postgresql(element: Kept, compiler: Any, **options: Any) -> str:
    column, key = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} ->> '{key}')"


def expression(column: Any, key: str, kind: str, places: int | None) -> Any:
    """The typed value of a key in SQL. Keys are made of a-z, 0-9 and _ only; see `core.custom.keys`."""
    kept = Kept(column, literal_column(key))
    if kind == "boolean":
        return func.coalesce(cast(kept, Boolean), false(), type_=Boolean())
    if kind == "decimal":
        return type_coerce(cast(kept, BigInteger), Exact(places or 0))
    if kind in ("integer", "link", "attachment"):
        return cast(kept, BigInteger)
    types: dict[str, Any] = {"date": Day(), "datetime": Instant()}
    return type_coerce(kept, types.get(kind, String()))


def keep(kind: str, places: int | None, value: Any) -> Any:
    """A clean value as JSON keeps it; None for what is not kept."""
    if value is None or value is False or value == "":
        return None
    keepers: dict[str, Callable[[Any], Any]] = {
        "decimal": lambda number: int(Decimal(number).scaleb(places or 0)),
        "date": day_text,
        "datetime": instant_text,
        "multichoice": lambda codes: codes if isinstance(codes, str) else join(codes),
    }
    return keepers.get(kind, _same)(value)


def read(kind: str, places: int | None, kept: Any) -> Any:
    """What `keep` kept, as a value again; a yes-or-no without one is no."""
    if kind == "boolean":
        return kept is True
    if kept is None:
        return None
    readers: dict[str, Callable[[Any], Any]] = {
        "decimal": lambda number: plain(Decimal(number).scaleb(-(places or 0))),
        "date": date.fromisoformat,
        "datetime": read_instant,
    }
    return readers.get(kind, _same)(kept)


def _same(value: Any) -> Any:
    return value


def day_text(day: date) -> str:
    """A day as kept."""
    return day.isoformat()


def instant_text(moment: datetime) -> str:
    """An instant as kept; a time without a zone does not say when and is refused."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone does not say when")
    return moment.astimezone(UTC).strftime(INSTANT).rjust(len("2026-01-31T08:00:00.000000Z"), "0")


def read_instant(text: str) -> datetime:
    """An instant from what was kept."""
    return datetime.strptime(text, INSTANT).replace(tzinfo=UTC)


def join(codes: Iterable[str]) -> str | None:
    """Codes as one text, `,a,b,`: each once, in alphabetical order, so that equal sets are equal texts."""
    found = sorted({code for code in codes if code})
    return SEPARATOR + SEPARATOR.join(found) + SEPARATOR if found else None


def split(text: str | None) -> list[str]:
    """The codes of such a text."""
    return [code for code in (text or "").split(SEPARATOR) if code]
