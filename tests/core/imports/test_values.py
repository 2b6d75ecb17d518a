"""What people write in a cell is understood, or refused with the reason."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from flask import Flask

from core.db.fields import ColumnInfo
from core.db.spec import FieldSpec
from core.imports.values import Unreadable, choice_words, read
from core.imports.workbooks import Wrong
from tests.core.imports.support import spec_of


def field(kind: Any, **info: Any) -> FieldSpec:
    return FieldSpec(
        name="x",
        kind=kind,
        info=ColumnInfo(label="X", **info),
        required=False,
        unique=False,
        nullable=True,
        length=None,
        default=None,
    )


def said(kind: Any, cell: Any, dates: str = "ymd") -> Any:
    return read(field(kind), cell, {}, dates)


@pytest.mark.parametrize("cell", ["是", "Y", "yes", "TRUE", "√", 1, True, "１", " True "])
def test_yes_is_written_in_many_ways(app: Flask, cell: Any) -> None:
    assert said("boolean", cell) is True


@pytest.mark.parametrize("cell", ["否", "N", "no", "FALSE", "×", 0, False, "０"])
def test_no_is_written_in_many_ways(app: Flask, cell: Any) -> None:
    assert said("boolean", cell) is False


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        (0.1 + 0.2, "0.3"),
        (1e15, "1000000000000000"),
        ("１，２３４．５０", "1,234.50"),
        (" ¥ 1,234.50 ", "1,234.50"),
        (7, "7"),
        ("−3", "-3"),
        (1e-7, "0.0000001"),
    ],
)
def test_numbers_are_read_as_they_look(app: Flask, cell: Any, number: str) -> None:
    assert said("quantity", cell) == number


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-24",
        "2026/11/24",
        "2026.11.24",
        "2026年11月24日",
        "２０２６－１１－２４",
        datetime(2026, 11, 24),
        date(2026, 11, 24),
        46350,
        46350.0,
        " 2026-11-24 ",
    ],
)
def test_a_day_is_written_in_many_ways(app: Flask, cell: Any) -> None:
    assert said("date", cell) == "2026-11-24"


def test_the_order_of_day_and_month_is_as_chosen(app: Flask) -> None:
    assert said("date", "03/04/2026", "dmy") == "2026-04-03"
    assert said("date", "03/04/2026", "mdy") == "2026-03-04"
    with pytest.raises(Unreadable):
        said("date", "03/04/2026", "ymd")


def test_times_are_the_factorys(app: Flask) -> None:
    assert said("datetime", "2026-11-24 8:05") == "2026-11-24T08:05:00+08:00"
    assert said("datetime", datetime(2026, 11, 24, 8, 5, 7)) == "2026-11-24T08:05:07+08:00"


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("boolean", "perhaps"),
        ("date", "soon"),
        ("date", "2026-02-30"),
        ("date", "26-01-31"),
        ("date", datetime(2026, 1, 31, 8)),
        ("date", -1),
        ("date", 10**9),
        ("quantity", True),
        ("quantity", datetime(2026, 1, 31)),
        ("text", Wrong("#N/A")),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_reason(app: Flask, kind: str, cell: Any) -> None:
    with pytest.raises(Unreadable, match=r"\w"):
        said(kind, cell)


def test_numbers_in_text_fields_keep_no_trailing_zero(app: Flask) -> None:
    assert [said("text", cell) for cell in (1001, 1001.0, "00012", 12.5)] == ["1001", "1001", "00012", "12.5"]


@pytest.mark.parametrize("cell", ["lot", "LOT", "By lot", "按批次", "  按批次 "])
def test_choices_are_codes_or_labels_in_either_language(app: Flask, cell: str) -> None:
    tracking = spec_of().fields["tracking"]
    assert read(tracking, cell, choice_words(tracking), "ymd") == "lot"
    with pytest.raises(Unreadable, match="By lot"):
        read(tracking, "something else", choice_words(tracking), "ymd")
