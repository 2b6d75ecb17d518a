"""Rows put together into records: one row each, or several rows to one document with its lines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.imports.files import Cell, Row, is_empty, show
from core.imports.guessing import normal
from core.imports.settings import Settings
from core.imports.targets import Target
from core.imports.values import loose

TOTALS = frozenset(
    {"合计", "总计", "小计", "共计", "累计", "本页合计", "total", "totals", "sum", "subtotal", "grandtotal"}
)


@dataclass
class LineCells:
    """The cells of one line by path, and the row they stand in."""

    row: int
    cells: dict[str, Cell]


@dataclass
class Document:
    """What the rows of one record say: its own cells by path, and its lines by relationship."""

    rows: list[int]
    head: dict[str, Cell]
    lines: dict[str, list[LineCells]] = field(default_factory=dict)

    @property
    def row(self) -> int:
        """The number of its first row."""
        return self.rows[0]


@dataclass(frozen=True)
class Grouped:
    """The documents of a sheet in order, and the rows that are left out: totals and repeated headings.

    `repeated` maps the row of a record whose key an earlier row has to that earlier row.
    """

    documents: list[Document]
    left_out: list[int]
    repeated: dict[int, int]


def headings(rows: Sequence[Row], settings: Settings) -> list[str]:
    """The texts of the heading row."""
    found = next((row for row in rows if row.number == settings.header), None)
    return [show(cell) for cell in found.cells] if found else []


def group(rows: Sequence[Row], settings: Settings, targets: Mapping[str, Target]) -> Grouped:
    """Everything below the headings, grouped by the key where the record has lines."""
    names = [normal(text) for text in headings(rows, settings)]
    below = [row for row in rows if row.number > settings.header]
    left_out = [row.number for row in below if _is_total(row) or _repeats(row, names)]
    dropped = set(left_out)
    kept = (row for row in below if row.number not in dropped)
    has_lines = any(targets[path].lines for path in settings.columns.values())
    single = (_document(row, settings, targets) for row in kept)
    documents = list(_merged(single, settings) if has_lines else single)
    return Grouped(documents, left_out, _repeated(documents, settings))


def _is_total(row: Row) -> bool:
    first = next(cell for cell in row.cells if not is_empty(cell))
    return normal(show(first)) in TOTALS


def _repeats(row: Row, names: Sequence[str]) -> bool:
    """Whether a row is the headings again, as printed lists have them on each page."""
    texts = [normal(show(cell)) for cell in row.cells]
    return sum(1 for text in texts if text) > 1 and texts == names[: len(texts)] and not any(names[len(texts) :])


def _document(row: Row, settings: Settings, targets: Mapping[str, Target]) -> Document:
    found = Document([row.number], {})
    for position, path in settings.columns.items():
        lines = targets[path].lines
        if not lines:
            found.head[path] = row.cell(position)
            continue
        here = found.lines.setdefault(lines, [])
        if not here:
            here.append(LineCells(row.number, {}))
        here[0].cells[path] = row.cell(position)
    for name, here in found.lines.items():
        found.lines[name] = [line for line in here if not all(map(is_empty, line.cells.values()))]
    return found


def _merged(single: Iterator[Document], settings: Settings) -> Iterator[Document]:
    """A row belongs to the record with the same key; without a key, to the one above it that says the same."""
    by_key: dict[tuple[str, ...], Document] = {}
    order: list[Document] = []
    for document in single:
        key = _key(document, settings)
        known = by_key.get(key) if key else _above(order, document)
        if known is None:
            order.append(document)
            if key:
                by_key[key] = document
        else:
            _append(known, document)
    yield from order


def _repeated(documents: Sequence[Document], settings: Settings) -> dict[int, int]:
    first: dict[tuple[str, ...], int] = {}
    found = {}
    for document in documents:
        key = _key(document, settings)
        if key and first.setdefault(key, document.row) != document.row:
            found[document.row] = first[key]
    return found


def _key(document: Document, settings: Settings) -> tuple[str, ...] | None:
    texts = tuple(loose(show(document.head.get(path))) for path in settings.key)
    return texts if all(texts) and texts else None


def _above(order: Sequence[Document], document: Document) -> Document | None:
    if not order:
        return None
    texts = [show(cell) for cell in document.head.values()]
    same = texts == [show(cell) for cell in order[-1].head.values()]
    return order[-1] if same or not any(texts) else None


def _append(known: Document, document: Document) -> None:
    known.rows += document.rows
    for path, cell in document.head.items():
        if is_empty(known.head[path]):
            known.head[path] = cell
    for name, lines in document.lines.items():
        known.lines[name] += lines
