"""Rows of a list: order, counts, totals, groups, pages and columns, on both databases."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert

from addons.masterdata.factories import make_item, make_item_category, make_partner, pieces
from addons.masterdata.models import Item, ItemCategory
from core.actor import acting, current_actor
from core.db import db
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.testing.people import make_unit
from core.testing.statements import statements
from core.views.columns import columns_of, text_of
from core.views.listing import Listing
from core.views.state import COUNT_LIMIT, PER_PAGE, State
from tests.core.views.support import codes, items, list_view, listing, make_items, reader


def many_items(count: int) -> None:
    """Items in one statement."""
    uom = pieces()
    db.session.execute(
        insert(Item),
        [
            {"code": f"M-{n:06}", "name": "Many", "uom_id": uom.id, "state": "draft", "safety_stock": Decimal("0.1")}
            for n in range(count)
        ],
    )


def test_a_page_holds_eighty_rows_and_the_next_the_rest(any_app: Flask, system: Any) -> None:
    many_items(PER_PAGE + 3)
    first, second = listing(), listing(page=2)
    assert (len(first.rows), first.has_next, first.count) == (80, True, 83)
    assert ([r.code for r in second.rows], second.has_next) == (["M-000080", "M-000081", "M-000082"], False)


def test_beyond_ten_thousand_rows_are_neither_counted_nor_paged_nor_summed(any_app: Flask, system: Any) -> None:
    many_items(COUNT_LIMIT + 50)
    first = listing()
    assert first.is_cut and first.count == COUNT_LIMIT + 1
    last = listing(page=COUNT_LIMIT // PER_PAGE)
    assert (len(last.rows), last.has_next) == (PER_PAGE, False)


def test_totals_are_exact_and_over_all_pages(any_app: Flask, system: Any) -> None:
    many_items(PER_PAGE + 20)
    with list_view("masterdata.item", totals=("safety_stock",)):
        shown = listing(columns=("code", "safety_stock"))
        assert [c.path for c in shown.total_columns] == ["safety_stock"]
        assert shown.page.totals == {"safety_stock": Decimal("10.0")}
        assert listing(columns=("code",)).page.totals == {}


def test_rows_are_grouped_with_the_count_and_totals_of_each(any_app: Flask, system: Any) -> None:
    bars, plates = make_item_category(name="Bars"), make_item_category(name="Plates")
    make_items("P-2", "P-1", category=plates, safety_stock=Decimal("1.25"))
    make_items("B-1", category=bars, safety_stock=Decimal(3))
    make_items("N-1", category=None)
    with list_view("masterdata.item", totals=("safety_stock",)):
        shown = listing(group="category_id", sort=("-code",), columns=("code", "safety_stock"))
        assert [r.code for r in shown.rows] == ["B-1", "P-2", "P-1", "N-1"]
        assert shown.groups == {
            plates.id: (2, {"safety_stock": Decimal("2.5")}),
            bars.id: (1, {"safety_stock": Decimal(3)}),
            None: (1, {"safety_stock": Decimal(0)}),
        }


def test_a_link_sorts_by_the_name_it_shows(any_app: Flask, system: Any) -> None:
    first, last = make_item_category(code="Z", name="Axles"), make_item_category(code="A", name="Wheels")
    make_item(code="W", category=last)
    make_item(code="X", category=first)
    make_item(code="-", category=None)
    shown = ItemCategory.__meta__.display[0]
    ordered = ["X", "W", "-"] if shown == "name" else ["W", "X", "-"]
    assert codes(sort=("category",)) == ordered
    assert codes(sort=("-category_id",)) == [*reversed(ordered[:2]), "-"]


def test_every_word_of_a_search_must_be_somewhere(any_app: Flask, system: Any) -> None:
    make_item(code="SH-1", name="Shaft long")
    make_item(code="SH-2", name="Shaft short")
    make_item(code="100%", name="轴承")
    assert codes(query="sh LONG") == ["SH-1"]
    assert codes(query="sh shaft") == ["SH-1", "SH-2"]
    assert codes(query="轴") == ["100%"]
    assert codes(query="%") == ["100%"]
    assert codes(query="_") == []


def test_only_rows_within_reach_are_listed_counted_and_summed(any_app: Flask, system: Any) -> None:
    here, there = make_unit(), make_unit()
    make_partner(code="HERE", org_unit_id=here.id, payment_days=5)
    make_partner(code="THERE", org_unit_id=there.id, payment_days=7)
    spec = current_registry().model("masterdata.partner")
    insider = reader("masterdata.partner.read", scope="unit", unit=here)
    with list_view(spec.name, totals=("payment_days",)), acting(insider):
        shown = Listing(spec, insider, State(group="kind", columns=("code", "payment_days", "kind")))
        assert [r.code for r in shown.rows] == ["HERE"]
        assert (shown.count, shown.page.totals) == (1, {"payment_days": 5})
        assert shown.groups == {"both": (1, {"payment_days": 5})}
        assert shown.all_ids(10) == [shown.rows[0].id]


def test_more_columns_never_mean_more_statements(any_app: Flask, system: Any) -> None:
    for n in range(5):
        make_item(category=make_item_category(parent=make_item_category()), code=f"A{n}")
    db.session.commit()
    for columns in (("code",), ("code", "category", "uom", "second_uom", "name")):
        db.session.expunge_all()
        shown = listing(columns=columns)
        assert shown.columns  # whether there are custom fields is asked once a request
        with statements() as taken:
            told = [[text_of(c, c.value(record)) for c in shown.columns] for record in shown.rows]
        assert [row[0] for row in told] == ["A0", "A1", "A2", "A3", "A4"]
        assert len(taken) == 2


def test_a_list_shows_only_columns_of_its_view_and_its_model(any_app: Flask, system: Any) -> None:
    chosen = ("code", "weight", "category.parent.name", "nothing", "version", "uom")
    assert [c.path for c in columns_of(items(), current_actor(), chosen)] == ["code", "weight", "uom"]


def test_columns_of_a_group_hidden_from_the_reader_are_left_out(any_app: Flask, system: Any) -> None:
    with acting(reader("masterdata.item.read")) as actor:
        assert [c.path for c in columns_of(items(), actor, ("code", "standard_cost"))] == ["code"]
        with pytest.raises(ValidationError, match="sorted"):
            Listing(items(), actor, State(sort=("standard_cost",))).check()
        with pytest.raises(ValidationError, match="grouped"):
            Listing(items(), actor, State(group="standard_cost")).check()


def test_a_state_is_shown_by_its_title(any_app: Flask, system: Any) -> None:
    make_items("A", state="draft")
    shown = listing(columns=("state",))
    assert [text_of(shown.columns[0], shown.columns[0].value(r)) for r in shown.rows] == ["Draft"]
