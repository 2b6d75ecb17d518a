"""The file as it came, with the reason beside each row that was refused: to mend and upload again."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from sqlalchemy import select

from core.db.session import db
from core.i18n import gettext
from core.imports import files
from core.imports.models import Import, ImportRow
from core.imports.settings import Settings
from core.imports.workbooks import Wrong
from core.views.export import cell_of, put_text
from core.workflow.attachments import storage

REFUSED = PatternFill("solid", fgColor="FADBD8")


def refused_rows(kept: Import) -> bytes:
    """A workbook with the heading row and every row, a column of reasons in front; refused rows are coloured."""
    settings = Settings.from_json(kept.settings)
    reasons = _reasons(kept.id)
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    for row in files.read_rows(kept.name, storage().read(kept.key), settings.sheet):
        if row.number == settings.header:
            sheet.append([cell_of(sheet, gettext("Reason")), *(cell_of(sheet, _plain(c)) for c in row.cells)])
        if row.number > settings.header:
            sheet.append(_row(sheet, row, reasons))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _row(sheet: Any, row: files.Row, reasons: Mapping[int, str]) -> list[Any]:
    reason = reasons.get(row.number)
    values = [reason, *map(_plain, row.cells)]
    if reason is None:
        return [cell_of(sheet, value) for value in values]
    return [_coloured(sheet, value) for value in values]


def _coloured(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value="" if isinstance(value, str) else value)
    if isinstance(value, str):
        put_text(cell, value)
    cell.fill = REFUSED
    return cell


def _plain(cell: files.Cell) -> Any:
    return cell.text if isinstance(cell, Wrong) else cell


def _reasons(import_id: int) -> dict[int, str]:
    """The reasons by row; the other rows of a refused document say where to look."""
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.outcome == "refused")
    found: dict[int, str] = {}
    for refused in db.session.scalars(query):
        for row, column, reason in refused.told.get("problems", []):
            text = f"{column}: {reason}" if column else reason
            found[row] = f"{found[row]} {text}" if row in found else text
        for row in (refused.row, *refused.told.get("rows", [])):
            found.setdefault(row, gettext("Another row of the same document is refused."))
    return found
