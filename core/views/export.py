"""Lists as a spreadsheet or as text, with every cell a value and never a formula.

Either exactly what is shown, for people, or every field, written so that an import of the file changes nothing.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.errors import ValidationError
from core.i18n import _
from core.views.columns import Column, text_of
from core.views.listing import Listing
from core.web.format import local

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

MOST_ROWS = 50_000
LARGE = 5000
BATCH = 1000
EXACT_DIGITS = 15  # a spreadsheet keeps no more of a number
TAKEN_FOR_MORE = ("=", "#")
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


class Sheet(Protocol):
    """What is written into a file: headings, and the rows of some records."""

    def headings(self) -> list[str]:
        """The first row."""

    def rows(self, records: Sequence[Any]) -> Iterator[list[Any]]:
        """The rows of these records, in order."""


class Shown:
    """Exactly the columns a list shows, one row a record."""

    def __init__(self, listing: Listing) -> None:
        self.columns = listing.columns

    def headings(self) -> list[str]:
        """The labels of the columns."""
        return [str(column.label) for column in self.columns]

    def rows(self, records: Sequence[Any]) -> Iterator[list[Any]]:
        """One row a record."""
        for record in records:
            yield [plain(column, record) for column in self.columns]


def export_xlsx(listing: Listing) -> bytes:
    """The list as an xlsx file: numbers and dates as such, texts as text, never a formula."""
    return to_xlsx(Shown(listing), records_of(listing))


def export_csv(listing: Listing) -> bytes:
    """The list as UTF-8 text with commas; a text a spreadsheet would take for a formula begins with `'`."""
    return to_csv(Shown(listing), records_of(listing))


def to_xlsx(what: Sheet, batches: Iterable[Sequence[Any]]) -> bytes:
    """Batches of records as an xlsx file."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([cell_of(sheet, heading) for heading in what.headings()])
    for records in batches:
        for values in what.rows(records):
            sheet.append([cell_of(sheet, value) for value in values])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def to_csv(what: Sheet, batches: Iterable[Sequence[Any]]) -> bytes:
    """Batches of records as UTF-8 text with commas."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([neutral(heading) for heading in what.headings()])
    for records in batches:
        for values in what.rows(records):
            writer.writerow([_in_text(value) for value in values])
    return buffer.getvalue().encode("utf-8-sig")


def _in_text(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return neutral(value) if isinstance(value, str) else value


def neutral(text: str) -> str:
    """A text that no spreadsheet evaluates; one that begins with `'` gets a second, so that both can be told apart."""
    return f"'{text}" if text.startswith((*RISKY, "'")) else text


def records_of(listing: Listing) -> Iterator[list[Any]]:
    """The records in the list's order, in batches."""
    listing.actor.require(listing.spec.permission("export"))
    ids = listing.all_ids(MOST_ROWS)
    if len(ids) > MOST_ROWS:
        raise ValidationError(_("Narrow the list first: at most %(rows)s rows are exported.", rows=MOST_ROWS))
    for start in range(0, len(ids), BATCH):
        yield listing.records(ids[start : start + BATCH])


def is_large(listing: Listing) -> bool:
    """Whether an export takes longer than anybody waits. One statement."""
    return len(listing.all_ids(LARGE)) > LARGE


def plain(column: Column, record: Any) -> Any:
    """A value as a spreadsheet keeps it: numbers, dates, local times without zone, otherwise what people read."""
    value = column.value(record)
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    if isinstance(value, (int, Decimal, date)) and column.field.kind != "boolean":
        return exact(value)
    return text_of(column, value)


def exact(value: Any) -> Any:
    """A number as it is; one with more digits than a spreadsheet keeps as text."""
    if isinstance(value, Decimal) and len(value.as_tuple().digits) > EXACT_DIGITS:
        return format(value, "f")
    return value


def cell_of(sheet: Any, value: Any) -> Any:
    """A value as it is; a text that would be taken for a formula or an error in a cell that says it is text."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith(TAKEN_FOR_MORE):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell


def put_text(cell: Any, text: str) -> None:
    """Write a text into a cell, never as a formula."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    cell.data_type = "s"
