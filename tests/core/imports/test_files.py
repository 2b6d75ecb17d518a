"""Which files are read, and what stands in their rows."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from openpyxl import Workbook

from core.errors import ValidationError
from core.imports import files, limits, texts
from core.imports.workbooks import Wrong
from tests.core.imports.support import csv_file, xlsx

ROWS = (("编码", "名称"), ("A-1", "轴套"), ("A-2", "螺母, 镀锌"))


def cells(name: str, content: bytes, sheet: str = "Sheet") -> list[list[Any]]:
    files.check_file(name, content)
    return [list(row.cells) for row in files.read_rows(name, content, sheet)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_files_are_read_in_every_usual_encoding_and_separation(encoding: str, separator: str) -> None:
    assert cells("a.csv", csv_file(*ROWS, encoding=encoding, separator=separator)) == [list(row) for row in ROWS]


def test_a_quote_that_kept_a_text_from_being_a_formula_is_taken_off() -> None:
    assert [texts.plain(text) for text in ("'=1", "''x", "'x", "=1")] == ["=1", "'x", "'x", "=1"]


def test_workbooks_give_values() -> None:
    content = xlsx(("a", 1, 2.5, True, datetime(2026, 11, 24)), (None, None), ("z",))
    assert cells("a.xlsx", content) == [["a", 1, 2.5, True, datetime(2026, 11, 24)], ["z"]]


def test_a_formula_gives_its_last_result_and_is_refused_without_one() -> None:
    with pytest.raises(ValidationError, match="B2 has no result"):
        cells("a.xlsx", xlsx(("a", 1), ("b", "=1+1")))
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">'
        b'<c r="A1"><f>40+2</f><v>42</v></c><c r="B1" t="str"><f>""</f><v></v></c>'
        b'<c r="C1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row></sheetData></worksheet>'
    )
    ((answer, nothing, wrong),) = cells("a.xlsx", packed(xl__worksheets__sheet1=sheet))
    assert (answer, nothing, wrong) == (42, None, Wrong("#DIV/0!"))


def test_a_cell_merged_over_rows_says_the_same_in_each() -> None:
    book = Workbook()
    sheet: Any = book.active
    for row in (("类别", "编码"), ("紧固件", "A-1"), (None, "A-2"), (None, "A-3"), (None, "A-4")):
        sheet.append(row)
    sheet.merge_cells("A2:A4")
    buffer = io.BytesIO()
    book.save(buffer)
    assert [row[0] for row in cells("a.xlsx", buffer.getvalue())] == ["类别", "紧固件", "紧固件", "紧固件", None]


def packed(**members: bytes) -> bytes:
    """A workbook with members added or replaced (`__` stands for `/`)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx(*ROWS))) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        given = {name.replace("__", "/") + ".xml": content for name, content in members.items()}
        for member in old.infolist():
            new.writestr(member, given.pop(member.filename, None) or old.read(member))
        for name, content in given.items():
            new.writestr(name.removesuffix(".xml") if name.endswith(".bin.xml") else name, content)
    return buffer.getvalue()


ENTITY = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><worksheet>&a;</worksheet>'


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.xls", b"anything", "old"),
        ("a.xlsx", files.OLE + b"\x00" * 600, "protected"),
        ("a.xlsm", xlsx(*ROWS), "macro"),
        ("a.pdf", b"%PDF-", "spreadsheet"),
        ("a.csv", b"", "empty"),
        ("a.csv", b"\x81", "UTF-8"),
        ("a.csv", b"a,b\n\x00,c", "UTF-8"),
        ("a.xlsx", b"PK\x03\x04 and nothing more", "damaged"),
        ("a.xlsx", packed(**{"xl__vbaProject.bin": b"macro"}), "macros"),
        ("a.xlsx", packed(xl__worksheets__sheet1=ENTITY), "entities"),
        ("a.xlsx", packed(xl__worksheets__sheet1=ENTITY.decode().encode("utf-16")), "entities"),
        ("a.xlsx", packed(xl__sharedStrings=b" " * (limits.MOST_PART + 1)), "60 MB"),
        ("a.xlsx", packed(xl__worksheets__sheet1=b" " * (limits.MOST_UNPACKED + 1)), "200 MB"),
    ],
)
def test_what_is_not_read_is_refused_with_what_to_do(name: str, content: bytes, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        files.check_file(name, content)
        files.read_rows(name, content, "Sheet")


def test_too_many_rows_and_columns_are_refused() -> None:
    with pytest.raises(ValidationError, match="50000 rows"):
        files.read_rows("a.csv", b"x\n" * (limits.MOST_ROWS + 100), "")
    with pytest.raises(ValidationError, match="200 columns"):
        files.read_rows("a.csv", csv_file(["x"] * 201), "")


def sheet_of(first: str, last: str) -> bytes:
    """A sheet that says it is as large as can be, with a cell in the first and in the last row."""
    row = '<row r="{n}"><c r="{column}{n}" t="inlineStr"><is><t>x</t></is></c></row>'
    rows = row.format(n=1, column=first) + row.format(n=1_048_576, column=last)
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    return f'{start}<dimension ref="A1:XFD1048576"/><sheetData>{rows}</sheetData></worksheet>'.encode()


def test_a_sheet_that_says_it_is_huge_is_read_by_what_it_holds() -> None:
    with pytest.raises(ValidationError, match="200 columns"):
        files.read_rows("a.xlsx", packed(xl__worksheets__sheet1=sheet_of("A", "XFD")), "Sheet")
    found = files.read_rows("a.xlsx", packed(xl__worksheets__sheet1=sheet_of("A", "B")), "Sheet")
    assert [row.number for row in found] == [1, 1_048_576]
