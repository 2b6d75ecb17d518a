"""Labels: where they stand, how many of each, and the frames that show whether the printer agrees."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import zxingcpp
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from addons.masterdata.factories import make_item
from core.errors import ValidationError
from core.kernel.registry import Declared, current_registry
from core.paper.declare import Label
from core.paper.sizes import FORMATS, LabelFormat, label_format
from tests.core.paper.support import html_of, page_count, page_mm, picture, printed, ready, scanned

ITEM, LABEL = "masterdata.item", "masterdata.item_label"


@pytest.fixture
def by_quantity(app: Flask) -> Iterator[str]:
    """A label that an item takes as many of as its safety stock says."""
    paper = Label(name="many", title="Many", model=ITEM, template="paper/label.html", quantity="safety_stock")
    current_registry().papers["core.many"] = Declared("core", paper)
    yield "core.many"
    del current_registry().papers["core.many"]


def places(pdf: bytes, page: int = 0) -> list[tuple[float, float]]:
    """Where the codes of a page begin, in millimetres from the left and from the top, row by row."""
    image = picture(pdf, page)
    corners = [found.position.top_left for found in zxingcpp.read_barcodes(image)]
    per_mm = image.width / page_mm(pdf, page)[0]
    return sorted((round(corner.y / per_mm), round(corner.x / per_mm)) for corner in corners)


def test_labels_fill_the_sheet_row_by_row_where_the_format_says(app: Flask, system: Any) -> None:
    pdf = printed(ITEM, LABEL, *(make_item() for _n in range(5)), format="sheet-3x8")
    assert page_mm(pdf) == (210, 297)
    found = places(pdf)
    lefts, tops = [left for _top, left in found], [top for top, _left in found]
    assert [left - lefts[0] for left in lefts] == [0, 70, 140, 0, 70]
    assert tops[3] - tops[0] == 37


def test_a_sheet_begun_is_gone_on_with(app: Flask, system: Any) -> None:
    pdf = printed(ITEM, LABEL, make_item(), make_item(), format="sheet-3x8", start=24)
    assert page_count(pdf) == 2
    ((top, left),) = places(pdf)
    assert top > 7 * 37 and left > 140
    assert places(pdf, 1)[0][0] < 37


@pytest.mark.parametrize("start", [0, 25, -3])
def test_a_start_off_the_sheet_is_refused(app: Flask, system: Any, start: int) -> None:
    with pytest.raises(ValidationError, match="Start at a label from 1 to 24"):
        ready(ITEM, LABEL, make_item(), start=start)


@pytest.mark.parametrize(("how", "size"), [("roll-60x40", (60, 40)), ("75x50", (75, 50)), ("roll-100x150", (100, 150))])
def test_a_roll_has_one_label_a_page(app: Flask, system: Any, how: str, size: tuple[int, int]) -> None:
    item = make_item(code="R-1")
    pdf = printed(ITEM, LABEL, item, format=how, copies=3)
    assert page_count(pdf) == 3 and page_mm(pdf) == size
    assert [scanned(pdf, page) for page in range(3)] == [["R-1"]] * 3


def test_a_record_takes_as_many_labels_as_its_quantity_says(system: Any, by_quantity: str) -> None:
    items = (
        make_item(safety_stock=Decimal("2.2")),
        make_item(safety_stock=Decimal(1)),
        make_item(safety_stock=Decimal(0)),
    )
    html = html_of(ITEM, by_quantity, *items)
    assert [html.count(f"<strong>{item.code}") for item in items] == [3, 1, 0]
    html = html_of(ITEM, by_quantity, *items, copies=2)
    assert [html.count(f"<strong>{item.code}") for item in items] == [2, 2, 2]
    with pytest.raises(ValidationError, match="the quantity is zero"):
        ready(ITEM, by_quantity, items[2])
    items[0].safety_stock = Decimal(2001)
    with pytest.raises(ValidationError, match="At most 2000 labels"):
        ready(ITEM, by_quantity, items[0])


def test_too_many_copies_are_refused(app: Flask, system: Any) -> None:
    with pytest.raises(ValidationError, match="At most 500 copies"):
        ready(ITEM, LABEL, make_item(), copies=501)


def test_a_test_print_shows_where_every_label_should_be(app: Flask, system: Any) -> None:
    html = html_of(ITEM, LABEL, make_item(), frames=True)
    assert html.count('class="frame"') == 24 and html.count('class="ruler"') == 1
    pixels = picture(printed(ITEM, LABEL, make_item(), frames=True, format="sheet-2x7"))
    left, top = (round(edge * pixels.width / 210) for edge in (4.7 + 99.1 + 2.5, 15.1))
    assert min(pixels.getpixel((left + dx, top + 20)) for dx in (-2, -1, 0, 1, 2)) < 200


@given(position=st.integers(0, 500))
def test_every_label_of_every_format_lies_on_its_page_and_beside_the_others(position: int) -> None:
    for format in FORMATS.values():
        at = position % format.per_page
        left, top = format.place(at)
        width, height = format.page_size
        assert left >= 0 and left + format.width <= width + 0.2 and top >= 0 and top + format.height <= height + 0.2
        assert all(_apart(format, (left, top), format.place(n)) for n in range(format.per_page) if n != at)


def _apart(format: LabelFormat, one: tuple[float, float], other: tuple[float, float]) -> bool:
    return abs(one[0] - other[0]) >= format.width - 0.001 or abs(one[1] - other[1]) >= format.height - 0.001


@pytest.mark.parametrize("name", ["", "sheet-9x9", "75*50", "0x0", "A4"])
def test_a_format_that_is_none_is_refused_and_a_page_is_one_label(name: str) -> None:
    if name == "A4":
        assert label_format(name).page_size == (210, 297)
        return
    with pytest.raises(ValidationError, match="is no size of paper"):
        label_format(name)
