"""Records as paper shows them: read in a fixed number of statements, with the rights of whoever prints."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from core.actor import Actor
from core.db.base import display
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.views.columns import Column, loading, resolve, text_of
from core.web.format import money_text, number_text

Path = str | tuple[str, Text]  # a field path, or one with a title of its own


@dataclass
class Reader:
    """Who reads records of a model, and what he may see of them; columns are resolved once."""

    spec: ModelSpec
    actor: Actor
    _columns: dict[tuple[str, str], Column | None] = field(default_factory=dict)

    def column(self, path: str, lines: str = "") -> Column | None:
        """The column of a path, of a line of `lines` when given; None when it is not to be seen."""
        key = (lines, path)
        if key not in self._columns:
            self._columns[key] = resolve(self.line_spec(lines) if lines else self.spec, path, self.actor)
        return self._columns[key]

    def line_spec(self, lines: str) -> ModelSpec:
        """The model of a line table."""
        return current_registry().models[self.spec.lines[lines].model]

    def read(self, ids: Sequence[int], paths: Iterable[str]) -> list[Sheet]:
        """The records of these ids in that order, with what `paths` show through links and lines.

        A statement, one for each line table, and one for each kind of public name. `NotFound` when the actor does
        not reach one of them.
        """
        model: Any = self.spec.model
        query = select(model).where(model.id.in_(ids), criterion(model, self.actor)).options(*self._options(paths))
        found = {record.id: record for record in db.session.scalars(query)}
        if any(record_id not in found for record_id in ids):
            raise NotFound(_("There is no such record, or it is not yours to see."))
        return [Sheet(self, found[record_id]) for record_id in ids]

    def _options(self, paths: Iterable[str]) -> list[Any]:
        own: list[Column] = []
        of_lines: dict[str, list[Column]] = {}
        for path in paths:
            first, _dot, rest = path.partition(".")
            lines = first if first in self.spec.lines else ""
            column = self.column(rest if lines else path, lines) if rest or not lines else None
            if lines:
                of_lines.setdefault(lines, [])
            if column is not None:
                (of_lines[lines] if lines else own).append(column)
        options = loading(self.spec, own)
        for lines, columns in of_lines.items():
            inner = loading(self.line_spec(lines), columns)
            options.append(selectinload(getattr(self.spec.model, lines)).options(*inner))
        return options


@dataclass(frozen=True)
class Extra:
    """A column a template's context works out: values by line id; `kind` money or quantity."""

    title: Text
    values: Mapping[int, Decimal | None]
    kind: str = "money"

    def write(self, value: Decimal | None) -> str:
        """A value as people read it."""
        return money_text(value) if self.kind == "money" else number_text(value)


@dataclass(frozen=True)
class Row:
    """One line: its cells, and for each total the sum up to this line, as `Quantity 120 · Amount 3,000.00`."""

    cells: list[str]
    carried: str
    line: Any


@dataclass(frozen=True)
class Table:
    """A line table: titles and whether each is of numbers, rows, totals by place of the column."""

    titles: list[tuple[Text, bool]]
    rows: list[Row]
    totals: dict[int, str]


@dataclass(frozen=True)
class Sheet:
    """One record for a template. What may not be seen is empty text and no column."""

    reader: Reader
    record: Any

    @property
    def title(self) -> str:
        """What names the record."""
        return display(self.record)

    @property
    def kind(self) -> Text:
        """What kind of record it is."""
        return self.reader.spec.meta.title

    def shows(self, path: str, lines: str = "") -> bool:
        """Whether whoever prints may see a field."""
        return self.reader.column(path, lines) is not None

    def label(self, path: str) -> Text:
        """What a field is called; empty when it may not be seen."""
        column = self.reader.column(path)
        return column.label if column is not None else ""

    def text(self, path: str) -> str:
        """A field as people read it."""
        column = self.reader.column(path)
        return text_of(column, column.value(self.record)) if column is not None else ""

    def value(self, path: str) -> Any:
        """A field's value, or None."""
        column = self.reader.column(path)
        return column.value(self.record) if column is not None else None

    def fields(self, *paths: Path, filled: bool = False) -> list[tuple[Text, str]]:
        """Label and text of each field that may be seen; with `filled` only of those that say something."""
        found = [(title, text_of(column, column.value(self.record))) for title, column in self._titled(paths, "")]
        return [(title, text) for title, text in found if text or not filled]

    def _titled(self, paths: Iterable[Path], lines: str) -> list[tuple[Text, Column]]:
        """The columns that may be seen, each under its label or the title given with its path."""
        found = []
        for path in paths:
            name, title = (path, None) if isinstance(path, str) else path
            column = self.reader.column(name, lines)
            if column is not None:
                found.append((title or column.label, column))
        return found

    def table(self, lines: str, *paths: Path, totals: Iterable[str] = (), extra: Sequence[Extra] = ()) -> Table:
        """The line table `lines` with these columns and those worked out; sums of `totals` and of every `extra`."""
        titled = self._titled(paths, lines)
        columns = [column for _title, column in titled]
        summed = {n: c for n, c in enumerate(columns) if c.path in set(totals)}
        sums: dict[int, Decimal] = {}
        rows = []
        for line in getattr(self.record, lines):
            values = [column.value(line) for column in columns]
            cells = [text_of(column, value) for column, value in zip(columns, values, strict=True)]
            more = [one.values.get(line.id) for one in extra]
            for n, value in [*((n, values[n]) for n in summed), *enumerate(more, start=len(columns))]:
                sums[n] = sums.get(n, Decimal(0)) + (value or 0)
            cells += [one.write(value) for one, value in zip(extra, more, strict=True)]
            rows.append(Row(cells, _carried(columns, extra, sums), line))
        titles = [(title, c.field.is_number) for title, c in titled] + [(one.title, True) for one in extra]
        return Table(titles, rows, {n: _written(columns, extra, n, total) for n, total in sums.items()})


def _written(columns: Sequence[Column], extra: Sequence[Extra], place: int, total: Decimal) -> str:
    return text_of(columns[place], total) if place < len(columns) else extra[place - len(columns)].write(total)


def _carried(columns: Sequence[Column], extra: Sequence[Extra], sums: Mapping[int, Decimal]) -> str:
    titles = [*(c.label for c in columns), *(one.title for one in extra)]
    return " · ".join(f"{titles[n]} {_written(columns, extra, n, total)}" for n, total in sums.items())
