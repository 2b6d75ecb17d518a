"""The answer of a report as its reader may see it: columns, texts, totals; and as a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.actor import Actor
from core.i18n import Text
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.reports.declare import Answer, Column, Report, Row
from core.views.export import exact
from core.web.format import local, value_text

NUMBERS = ("integer", "decimal", "quantity", "price", "money")


@dataclass(frozen=True)
class Table:
    """Columns the reader may see, and the rows. It is also the sheet an export writes (`core.views.export`)."""

    columns: Sequence[Column]
    all_rows: Sequence[Row]
    note: Text = ""

    @property
    def totals(self) -> dict[str, str]:
        """The sum of each column that has one, as people read it."""
        return {
            column.name: text_of(column, sum((row[column.name] or 0 for row in self.all_rows), Decimal(0)))
            for column in self.columns
            if column.total
        }

    def headings(self) -> list[str]:
        """The titles of the columns."""
        return [str(column.title) for column in self.columns]

    def rows(self, records: Sequence[Row]) -> Iterator[list[Any]]:
        """Rows as a spreadsheet keeps them."""
        for row in records:
            yield [_plain(column, row[column.name]) for column in self.columns]


def table_of(report: Report, answer: Answer, actor: Actor) -> Table:
    """The part of an answer that somebody may see."""
    shown = [column for column in (*report.columns, *answer.more) if actor.sees_group(column.group)]
    return Table(shown, answer.rows, answer.note)


def text_of(column: Column, value: Any) -> str:
    """A value as people read it; empty for None."""
    if value is None:
        return ""
    if column.choices:
        return str(column.choices.get(value, value))
    return value_text(column.kind, value)


def is_number(column: Column) -> bool:
    """Whether a column stands to the right."""
    return column.kind in NUMBERS


def leads_to(column: Column, row: Row, actor: Actor) -> int | None:
    """The id of the record a cell leads to, None for none or one of a kind the reader may not read."""
    if not column.target or not row.get(f"{column.name}_id"):
        return None
    spec = current_registry().model(column.target)
    readable = is_enabled(spec.addon) and actor.can(spec.permission("read"))
    return int(row[f"{column.name}_id"]) if readable else None


def _plain(column: Column, value: Any) -> Any:
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    if column.kind in NUMBERS or column.kind == "date":
        return exact(value)
    return text_of(column, value)
