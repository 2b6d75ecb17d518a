"""Items entered twice under names written differently."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from addons.masterdata import services
from addons.masterdata.factories import make_item, pieces
from addons.masterdata.models import Item
from addons.masterdata.services.duplicates import levelled
from core.db import db
from core.testing.statements import count_statements


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("M6×20", "m6 * 20"),
        ("Ｍ６Ｘ２０", "M6x20"),
        ("Φ40×120", "ø40X120"),
        ("内六角 螺钉", "内六角螺钉"),
        ("45#圆钢", "45 圆钢"),
        ("HRC28-32", "HRC28~32"),
        ("O型圈（丁腈）", "o型圈(丁腈)"),
        ("GB/T 70.1", "GB-T70.1"),
    ],
)
def test_texts_written_differently_read_the_same(one: str, other: str) -> None:
    assert levelled(one) == levelled(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("1.5", "15"), ("10-5", "105"), ("6 20", "620"), ("M6×20", "M6×25"), ("1.5", "1-5"), ("45#", "40Cr")],
)
def test_texts_that_say_something_else_stay_apart(one: str, other: str) -> None:
    assert levelled(one) != levelled(other)


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_levelling_twice_is_levelling_once(text: str) -> None:
    assert levelled(levelled(text)) == levelled(text)


def test_groups_hold_what_looks_alike_largest_first(any_app: Flask, system: Any) -> None:
    for code, name, specification in (
        ("A1", "轴", "Φ40×120"),
        ("A2", "轴 ", "φ40*120"),
        ("B1", "螺钉", "M6×20"),
        ("B2", "螺 钉", "M6x20"),
        ("B3", "螺钉", "Ｍ6×20"),
        ("C1", "螺钉", "M6×25"),
    ):
        make_item(code=code, name=name, specification=specification)
    found = [[line.code for line in group.items] for group in services.find_duplicates()]
    assert found == [["B1", "B2", "B3"], ["A1", "A2"]]


def test_retired_items_are_left_out(app: Flask, system: Any) -> None:
    make_item(name="shaft")
    make_item(name="Shaft", active=False, state="retired")
    assert services.find_duplicates() == []


def test_ten_thousand_items_take_one_statement(app: Flask, system: Any) -> None:
    unit = pieces().id
    rows = [{"code": f"X{n}", "name": f"item {n % 9990}", "uom_id": unit} for n in range(10_000)]
    db.session.execute(insert(Item), rows)
    found: list[Any] = []
    assert count_statements(lambda: found.extend(services.find_duplicates())) == 1
    assert len(found) == 10
