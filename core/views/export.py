"""Exactly what a list shows, as a spreadsheet or as text, with every cell a value and never a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from core.errors import ValidationError
from core.i18n import _
from core.views.columns import Column, text_of
from core.views.listing import Listing
from core.web.format import local

MOST_ROWS = 50_000
BATCH = 1000
TAKEN_FOR_MORE = ("=", "#")
RISKY = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def export_xlsx(listing: Listing) -> bytes:
    """The list as an xlsx file: numbers and dates as such, texts as text, never a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([_cell(sheet, str(column.label)) for column in listing.columns])
    for values in _rows(listing):
        sheet.append([_cell(sheet, value) for value in values])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def export_csv(listing: Listing) -> bytes:
    """The list as UTF-8 text with commas; a text a spreadsheet would take for a formula begins with `'`."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([neutral(str(c.label)) for c in listing.columns])
    for values in _rows(listing):
        writer.writerow([neutral(v) if isinstance(v, str) else v for v in values])
    return buffer.getvalue().encode("utf-8-sig")


def neutral(text: str) -> str:
    """A text that no spreadsheet evaluates."""
    return f"'{text}" if text.startswith(RISKY) else text


def _rows(listing: Listing) -> Iterator[list[Any]]:
    """The rows in the list's order, read in batches."""
    listing.actor.require(listing.spec.permission("export"))
    ids = listing.all_ids(MOST_ROWS)
    if len(ids) > MOST_ROWS:
        raise ValidationError(_("Narrow the list first: at most %(rows)s rows are exported.", rows=MOST_ROWS))
    for start in range(0, len(ids), BATCH):
        for record in listing.records(ids[start : start + BATCH]):
            yield [plain(column, record) for column in listing.columns]


def plain(column: Column, record: Any) -> Any:
    """A value as a spreadsheet keeps it: numbers, dates, local times without zone, otherwise what people read."""
    value = column.value(record)
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    if isinstance(value, (int, Decimal, date)) and column.field.kind != "boolean":
        return value
    return text_of(column, value)


def _cell(sheet: Any, value: Any) -> Any:
    """A value as it is; a text that would be taken for a formula or an error in a cell that says it is text."""
    if not isinstance(value, str):
        return value
    text = ILLEGAL_CHARACTERS_RE.sub("", value)
    if not text.startswith(TAKEN_FOR_MORE):
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.data_type = "s"
    return cell
