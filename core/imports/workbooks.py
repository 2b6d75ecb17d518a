"""Workbooks as rows: checked before anything is unpacked, read as a stream, values only."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from openpyxl import load_workbook

from core.errors import QingmesError, ValidationError
from core.i18n import _
from core.imports.limits import MOST_PART, MOST_UNPACKED

MOST_PARTS = 5000
MOST_SHEETS = 50
CHUNK = 1024 * 1024
DECLARATIONS = tuple(
    word.encode(encoding) for word in ("<!DOCTYPE", "<!ENTITY") for encoding in ("ascii", "utf-16-le", "utf-16-be")
)
MERGED = re.compile(rb'<(?:\w+:)?mergeCell [^>]*ref="([A-Z]{1,3})([0-9]{1,7}):[A-Z]{1,3}([0-9]{1,7})"')
# A formula without a result: its cell would read as empty. (One whose result is the empty text says t="str".)
UNWORKED = re.compile(
    rb'<(?:\w+:)?c (?![^>]*t="str")[^>]*?r="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f(?: [^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
LONGEST_CELL = 20_000
# What the library raises on a damaged file; it promises nothing narrower.
BROKEN = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    zipfile.BadZipFile,
    zlib.error,
)


@dataclass(frozen=True)
class Wrong:
    """A cell whose formula has failed (#N/A)."""

    text: str

    def __str__(self) -> str:
        return self.text


@contextmanager
def _explained() -> Iterator[None]:
    """Whatever a damaged file makes the library raise becomes a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except QingmesError:
        raise
    except BROKEN:
        raise ValidationError(_("This file is damaged or is not a workbook. Open it, save it anew as .xlsx.")) from None


def check_archive(content: bytes) -> None:
    """Raise `ValidationError` for bombs, macros, protected files, and XML that declares entities."""
    with _explained(), zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = archive.infolist()
        if len(members) > MOST_PARTS or sum(member.file_size for member in members) > MOST_UNPACKED:
            raise ValidationError(_("Unpacked, this file is larger than 200 MB. Split it."))
        if any(member.flag_bits & 1 for member in members):
            raise ValidationError(_("This file is protected by a password. Save it without one."))
        for member in members:
            _check_part(archive, member)


def _check_part(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename.lower()
    if name.endswith("vbaproject.bin"):
        raise ValidationError(_("This file contains macros. Save it as .xlsx without them."))
    if member.file_size > MOST_PART and not name.startswith("xl/worksheets/"):
        raise ValidationError(_("Unpacked, a part of this file is larger than 60 MB. Split it."))
    if not name.endswith((".xml", ".rels")):
        return
    before = b""
    with archive.open(member) as part:
        while chunk := part.read(CHUNK):
            if any(word in before + chunk for word in DECLARATIONS):
                raise ValidationError(_("This file declares entities, which no spreadsheet needs; it is not read."))
            before = chunk[-20:]


def first_rows(content: bytes, most: int) -> dict[str, list[list[Any]]]:
    """The first rows of each visible sheet, empty ones included."""
    with _opened(content) as book:
        return {sheet.title: _start_of(sheet, most) for sheet in _visible(book)}


def _visible(book: Any) -> list[Any]:
    found = [s for s in book.worksheets if getattr(s, "sheet_state", "visible") == "visible"][:MOST_SHEETS]
    if not found:
        raise ValidationError(_("This file has no sheet with rows."))
    return found


def _start_of(sheet: Any, most: int) -> list[list[Any]]:
    sheet.reset_dimensions()
    return [[_value(cell) for cell in row] for row in sheet.iter_rows(max_row=most)]


@contextmanager
def _opened(content: bytes) -> Iterator[Any]:
    with _explained():
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            yield book
        finally:
            book.close()


def rows(content: bytes, title: str) -> Iterator[tuple[int, list[Any]]]:
    """Number, from 1, and cells of each row. A cell merged over several rows says the same in each."""
    with _opened(content) as book:
        sheet = next((s for s in _visible(book) if s.title == title), None)
        if sheet is None:
            raise ValidationError(_("There is no sheet “%(name)s” in this file.", name=title[:60]))
        sheet.reset_dimensions()
        fill = _filling(_look_through(content, sheet))
        for number, row in enumerate(sheet.iter_rows(), start=1):
            yield number, fill(number, [_value(cell) for cell in row])


def _value(cell: Any) -> Any:
    if cell.value is None:
        return None
    return Wrong(str(cell.value)[:20]) if cell.data_type == "e" else cell.value


def _look_through(content: bytes, sheet: Any) -> dict[int, list[tuple[int, int]]]:
    """Cells merged over several rows, by their first row: column, from 0, and last row.

    Raises `ValidationError` for a formula that has never been worked out.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    before = b""
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(sheet._worksheet_path) as part:
        while chunk := part.read(CHUNK):
            if unworked := UNWORKED.search(before + chunk):
                cell = unworked.group(1).decode()
                raise ValidationError(
                    _("The formula in %(cell)s has no result: open the file, save it, try again.", cell=cell)
                )
            for letters, first, last in MERGED.findall(before + chunk):
                if int(last) > int(first):
                    found.setdefault(int(first), []).append((_position(letters), int(last)))
            before = chunk[-LONGEST_CELL:]
    return found


def _position(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _filling(merged: dict[int, list[tuple[int, int]]]) -> Callable[[int, list[Any]], list[Any]]:
    open_: dict[int, tuple[int, Any]] = {}

    def fill(number: int, cells: list[Any]) -> list[Any]:
        for column, last in merged.get(number, ()):
            open_[column] = (last, cells[column] if column < len(cells) else None)
        for column, (last, value) in list(open_.items()):
            if number > last:
                del open_[column]
            elif column < len(cells) and cells[column] is None:
                cells[column] = value
        return cells

    return fill
