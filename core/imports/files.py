"""Spreadsheets and text files from outside: which are read, and their rows as plain values.

Values only: formulas give what was last worked out, nothing in a file is ever evaluated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import PurePosixPath
from typing import Any

from core.errors import ValidationError
from core.i18n import _
from core.imports import texts, workbooks
from core.imports.limits import MOST_BYTES, MOST_COLUMNS, MOST_ROWS

PREVIEW_ROWS = 40
ENDINGS = (".xlsx", ".csv", ".txt")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

Cell = Any  # str, int, float, bool, datetime, date, time, `Wrong` or None


@dataclass(frozen=True)
class Row:
    """One row that is not empty: its number in the sheet, from 1, and its cells."""

    number: int
    cells: Sequence[Cell]

    def cell(self, position: int) -> Cell:
        """The cell of a column, None beyond the last."""
        return self.cells[position] if position < len(self.cells) else None


def check_file(name: str, content: bytes) -> None:
    """Raise `ValidationError` with what to do, unless the file is of a kind and size that is read."""
    ending = PurePosixPath(name.lower()).suffix
    if ending in (".xls", ".xlsm", ".et") or content.startswith(OLE):
        raise ValidationError(
            _("This is an old, protected or macro file. Save it as .xlsx without a password, or .csv.")
        )
    if ending not in ENDINGS:
        raise ValidationError(_("Choose a spreadsheet (.xlsx) or a text file (.csv)."))
    if not content:
        raise ValidationError(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise ValidationError(_("A file may have 20 MB. Split it, or remove pictures from it."))
    if ending == ".xlsx":
        workbooks.check_archive(content)


def preview(name: str, content: bytes) -> dict[str, list[list[str]]]:
    """The first rows of each sheet as text, empty rows included, by the sheet's name."""
    if _is_text(name):
        return {"": [[show(c) for c in cells] for _number, cells in texts.rows(content, most=PREVIEW_ROWS)]}
    found = workbooks.first_rows(content, PREVIEW_ROWS)
    return {sheet: [[show(c) for c in cells[:MOST_COLUMNS]] for cells in rows] for sheet, rows in found.items()}


def read_rows(name: str, content: bytes, sheet: str) -> list[Row]:
    """Every row of a sheet that is not empty; `ValidationError` when there are too many or it cannot be read."""
    found = texts.rows(content) if _is_text(name) else workbooks.rows(content, sheet)
    rows: list[Row] = []
    for number, cells in found:
        last = max((n for n, cell in enumerate(cells, start=1) if not is_empty(cell)), default=0)
        if last > MOST_COLUMNS:
            raise ValidationError(_("A sheet may have %(most)s columns.", most=MOST_COLUMNS))
        if last:
            rows.append(Row(number, cells[:last]))
        if len(rows) > MOST_ROWS + PREVIEW_ROWS:
            raise ValidationError(_("A file may have %(most)s rows. Split it.", most=MOST_ROWS))
    return rows


def is_empty(cell: Cell) -> bool:
    """Whether a cell says nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def show(cell: Cell) -> str:
    """A cell as people read it."""
    if cell is None:
        return ""
    if isinstance(cell, float):
        return format(cell, ".15g")
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, (datetime, date)):
        return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
    return str(cell).strip()[:500]


def _is_text(name: str) -> bool:
    return not name.lower().endswith(".xlsx")
