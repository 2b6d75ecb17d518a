"""What each filter of a list finds, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item_category
from core.actor import acting
from core.db import db
from core.errors import ValidationError
from core.views.conditions import OFFERED, OPERATORS, PERIODS, Condition
from core.workflow.numbering import today
from tests.core.views.support import codes, listing, make_items, reader


def found(field: str, op: str, value: str = "") -> list[str]:
    return codes(conditions=(Condition(field, op, value),))


def test_each_operator_finds_what_it_says(any_app: Flask, system: Any) -> None:
    plates, bars = make_item_category(code="P", name="Plates"), make_item_category(code="B", name="Bars")
    make_items("A-1", category=plates, kind="part", weight=Decimal("1.5"), lead_days=3)
    make_items("A-2", category=bars, kind="raw", weight=Decimal("2.5"), lead_days=None, material="45#")
    make_items("B_1", category=None, kind="product", weight=None, lead_days=10, state="draft")
    everything = ["A-1", "A-2", "B_1"]
    cases = {
        ("code", "contains", "-"): ["A-1", "A-2"],
        ("code", "contains", "_"): ["B_1"],
        ("code", "contains", "%"): [],
        ("code", "starts", "a"): ["A-1", "A-2"],
        ("code", "eq", "A-1"): ["A-1"],
        ("material", "empty", ""): ["A-1", "B_1"],
        ("material", "filled", ""): ["A-2"],
        ("kind", "in", "part,product"): ["A-1", "B_1"],
        ("state", "in", "draft"): ["B_1"],
        ("weight", "between", "1.5,2"): ["A-1"],
        ("weight", "between", "2,"): ["A-2"],
        ("weight", "between", ",2"): ["A-1"],
        ("weight", "between", ","): everything,
        ("weight", "eq", "2.500"): ["A-2"],
        ("weight", "gte", "1.5"): ["A-1", "A-2"],
        ("weight", "lte", "1.5"): ["A-1"],
        ("weight", "empty", ""): ["B_1"],
        ("lead_days", "eq", "10"): ["B_1"],
        ("category_id", "eq", str(plates.id)): ["A-1"],
        ("category_id", "ne", str(plates.id)): ["A-2"],
        ("category", "eq", str(bars.id)): ["A-2"],
        ("category_id", "empty", ""): ["B_1"],
        ("category_id", "filled", ""): ["A-1", "A-2"],
        ("category.name", "contains", "late"): ["A-1"],
        ("category.active", "eq", "true"): ["A-1", "A-2"],
        ("active", "eq", "true"): everything,
        ("active", "eq", "false"): [],
    }
    assert {case: found(*case) for case in cases} == cases


def test_filters_on_different_fields_hold_together(any_app: Flask, system: Any) -> None:
    make_items("A-1", "A-2", kind="part")
    make_items("A-3", kind="raw")
    both = (Condition("kind", "in", "part"), Condition("code", "contains", "2"))
    assert codes(conditions=both) == ["A-2"]
    assert codes(conditions=both[:1], query="name 1") == ["A-1"]
    assert codes(conditions=both[:1], criteria={"field": "code", "op": "eq", "value": "A-2"}) == ["A-2"]


def test_a_day_of_an_instant_is_the_day_of_the_factory(any_app: Flask, system: Any) -> None:
    """The factory of the tests is in Shanghai: its 24 November began at 16:00 UTC of the 23rd."""
    early, late, next_ = make_items("EARLY", "LATE", "NEXT")
    early.created_at = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    late.created_at = datetime(2026, 11, 24, 15, 59, 59, tzinfo=UTC)
    next_.created_at = datetime(2026, 11, 24, 16, 0, tzinfo=UTC)
    db.session.flush()
    assert found("created_at", "eq", "2026-11-24") == ["EARLY", "LATE"]
    assert found("created_at", "between", "2026-11-24,2026-11-24") == ["EARLY", "LATE"]
    assert found("created_at", "between", "2026-11-25,") == ["NEXT"]


def test_every_period_holds_today_or_ends_before_it(any_app: Flask, system: Any) -> None:
    now, past = make_items("NOW", "PAST")
    past.created_at = past.created_at - timedelta(days=400)
    db.session.flush()
    without_today = {"yesterday", "last_month"}
    assert {p for p in PERIODS if found("created_at", "period", p) != ["NOW"]} == without_today
    assert now.created_at.date() - today() in (timedelta(0), timedelta(days=-1))


def test_what_cannot_be_asked_is_refused_with_a_sentence(any_app: Flask, system: Any) -> None:
    refused = [
        ("code", "sounds_like", "x"),
        ("created_at", "period", "fortnight"),
        ("created_at", "between", "tomorrow,"),
        ("weight", "between", "heavy,"),
        ("weight", "gte", "NaN"),
        ("nothing", "eq", "1"),
        ("code", "gt", "1"),
        ("category.nothing", "eq", "1"),
        ("code.name", "eq", "1"),
        ("version", "in", "a"),
    ]
    for field, op, value in refused:
        with pytest.raises(ValidationError):
            listing(conditions=(Condition(field, op, value),)).check()


def test_a_field_of_a_group_hidden_from_the_reader_is_unknown(any_app: Flask, system: Any) -> None:
    make_items("A-1", standard_cost=Decimal(5))
    with acting(reader("masterdata.item.read")), pytest.raises(ValidationError, match="no field"):
        found("standard_cost", "gte", "1")


def test_every_operator_offered_has_a_meaning_and_a_word() -> None:
    offered = {op for operators in OFFERED.values() for op in operators}
    assert offered <= set(OPERATORS)
    assert {op for op in offered if not OPERATORS[op]} == {"period"}
