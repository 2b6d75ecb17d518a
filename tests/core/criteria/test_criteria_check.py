"""What a condition may ask for, and what it may not."""

from __future__ import annotations

from typing import Any

import pytest
from addons.gauge.models import Maker, Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.criteria import check, order_by, to_clause, to_predicate
from core.db.session import db
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.kernel.switch import only_enabled
from core.testing import people
from core.testing.apps import actor_with
from tests.core.api.fixtures import make_maker, make_sheet

READER = actor_with("gauge.sheet.read", "gauge.maker.read", user_id=1)


def sheet_spec() -> Any:
    return current_registry().models["gauge.sheet"]


def refused(tree: Any, actor: Any = READER) -> ValidationError:
    with acting(SYSTEM), pytest.raises(ValidationError) as caught:
        check(sheet_spec(), tree, actor)
    return caught.value


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "title",
        {},
        {"and": {}},
        {"and": [], "or": []},
        {"xor": []},
        {"not": []},
        {"field": "title"},
        {"field": 7, "op": "eq", "value": 1},
        {"field": "title", "op": "eq", "value": "x", "more": 1},
        {"field": "title", "op": ["eq"], "value": "x"},
        {"field": "title", "op": "like", "value": "x"},
        {"field": "title", "op": "gt", "value": "x"},
        {"field": "urgent", "op": "contains", "value": "x"},
        {"field": "nothing", "op": "eq", "value": 1},
        {"field": "__class__", "op": "empty"},
        {"field": "lines", "op": "empty"},
        {"field": "title.x", "op": "empty"},
        {"field": "maker.", "op": "empty"},
        {"field": "maker.created_by.org_unit.parent.code", "op": "empty"},
        {"field": "title", "op": "eq", "value": None},
        {"field": "title", "op": "eq", "value": 5},
        {"field": "title", "op": "eq", "value": {"me": True}},
        {"field": "title", "op": "contains", "value": "x\u0000"},
        {"field": "title", "op": "contains", "value": "x" * 1001},
        {"field": "qty", "op": "gt", "value": 1.5},
        {"field": "qty", "op": "gt", "value": "1e999999"},
        {"field": "qty", "op": "gt", "value": "0.1234567"},
        {"field": "times", "op": "eq", "value": 2**31},
        {"field": "times", "op": "eq", "value": True},
        {"field": "colour", "op": "eq", "value": "pink"},
        {"field": "due_on", "op": "eq", "value": "2026-02-30"},
        {"field": "due_on", "op": "eq", "value": {"today": "7"}},
        {"field": "due_on", "op": "eq", "value": {"today": 10_001}},
        {"field": "due_on", "op": "eq", "value": {"tomorrow": 1}},
        {"field": "due_on", "op": "eq", "value": {}},
        {"field": "checked_at", "op": "gt", "value": "2026-01-31T08:00:00"},
        {"field": "checked_at", "op": "gt", "value": "9999-12-31T23:59:59-12:00"},
        {"field": "title", "op": "in", "value": "x"},
        {"field": "title", "op": "in", "value": ["x"] * 201},
        {"field": "qty", "op": "between", "value": ["1"]},
        {"field": "sum(lines)", "op": "gt", "value": "1"},
        {"field": "sum(lines.maker_id)", "op": "gt", "value": "1"},
        {"field": "min(lines.maker.code)", "op": "eq", "value": "A"},
        {"field": "count(lines.qty)", "op": "gt", "value": 1},
        {"field": "any(lines)", "op": "empty"},
        {"field": "any(maker.code)", "op": "empty"},
        {"field": "any(lines.nothing)", "op": "empty"},
        {"field": "any(nothing.qty)", "op": "empty"},
        {"field": "any(lines.maker.created_by.org_unit.parent.code)", "op": "empty"},
        {"field": "avg(lines.qty)", "op": "gt", "value": "1"},
        {"field": "sum(lines.qty", "op": "gt", "value": "1"},
        {"field": "sum(sum(lines.qty))", "op": "gt", "value": "1"},
        {"field": "count(lines)", "op": "gt", "value": "1.5"},
        {"field": "title", "op": "older_than", "value": 1},
        {"field": "due_on", "op": "older_than", "value": -1},
        {"field": "due_on", "op": "older_than", "value": "7"},
        {"field": "due_on", "op": "within_next", "value": True},
        {"field": "due_on", "op": "within_next", "value": 10_001},
        {"field": "due_on", "op": "within_next"},
        {"field": "maker_id", "op": "under", "value": 1},
        {"field": "org_unit_id", "op": "under", "value": "North"},
        {"field": "org_unit_id", "op": "under", "value": [1]},
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(one_app: Flask, tree: Any) -> None:
    refused(tree)


def test_the_refusal_names_the_field(one_app: Flask) -> None:
    error = refused({"and": [{"not": {"field": "maker.nothing", "op": "empty"}}]})
    assert list(error.fields) == ["maker.nothing"]


def nested(depth: int) -> Any:
    tree: Any = {"field": "title", "op": "empty"}
    for _n in range(depth - 1):
        tree = {"not": tree}
    return tree


def test_five_levels_are_enough(one_app: Flask) -> None:
    check(sheet_spec(), nested(5), SYSTEM)
    refused(nested(6))


def test_fifty_comparisons_are_enough(one_app: Flask) -> None:
    leaf = {"field": "title", "op": "empty"}
    check(sheet_spec(), {"and": [leaf] * 50}, SYSTEM)
    refused({"and": [leaf] * 51})
    refused({"and": [{"and": []}] * 300})


HIDDEN = ["price", "amount", "maker.rebate", "sum(lines.cost)", "max(lines.cost)", "any(lines.cost)"]


@pytest.mark.parametrize("path", [*HIDDEN, "all(lines.maker.rebate)", "sum(lines.maker.rebate)"])
def test_a_hidden_field_is_as_unknown_as_one_that_does_not_exist(one_app: Flask, path: str) -> None:
    hidden = refused({"field": path, "op": "gt", "value": "1"})
    unknown = refused({"field": "nothing", "op": "gt", "value": "1"})
    assert str(hidden).replace(path, "nothing") == str(unknown)
    seeing = actor_with("gauge.sheet.read", "gauge.maker.read", field_groups=("prices", "costs"))
    check(sheet_spec(), {"field": path, "op": "gt", "value": "1"}, seeing)


def test_following_a_link_needs_the_right_to_read_what_it_leads_to(one_app: Flask) -> None:
    refused({"field": "maker.code", "op": "eq", "value": "A"}, actor_with("gauge.sheet.read"))
    refused({"field": "any(lines.maker.code)", "op": "eq", "value": "A"}, actor_with("gauge.sheet.read"))
    refused({"field": "count(lines)", "op": "eq", "value": 1}, actor_with("gauge.maker.read"))


def test_a_link_into_an_app_that_is_off_leads_nowhere(one_app: Flask) -> None:
    with only_enabled(frozenset()):
        refused({"field": "maker.code", "op": "eq", "value": "A"}, SYSTEM)


def titles(tree: Any, actor: Any = SYSTEM) -> set[str]:
    query = select(Sheet.title).where(to_clause(sheet_spec(), tree, actor))
    return set(db.session.scalars(query))


def test_a_missing_value_makes_a_comparison_false_and_not_negates_that(gauge_app: Flask, system: Any) -> None:
    make_sheet("1", title="none")
    make_sheet("2", title="one", times=1)
    make_sheet("3", title="two", times=2)
    one = {"field": "times", "op": "eq", "value": 1}
    assert titles(one) == {"one"}
    assert titles({"not": one}) == {"none", "two"}
    assert titles({"field": "times", "op": "ne", "value": 1}) == {"two"}
    assert titles({"not": {"field": "times", "op": "empty"}}) == {"one", "two"}


def test_exact_decimals_are_compared_exactly(gauge_app: Flask, system: Any) -> None:
    make_sheet("1", title="a", qty="0.1")
    make_sheet("2", title="b", qty="0.100001")
    assert titles({"field": "qty", "op": "eq", "value": "0.100000"}) == {"a"}
    assert titles({"field": "qty", "op": "between", "value": ["0.100001", "1"]}) == {"b"}


def test_a_linked_record_out_of_reach_counts_as_missing(gauge_app: Flask, system: Any) -> None:
    user = people.make_user()
    maker = make_maker(code="far")
    mine = make_maker(code="near", owner_id=user.id)
    make_sheet("1", title="far", maker_id=maker.id)
    make_sheet("2", title="near", maker_id=mine.id)
    own = actor_with("gauge.sheet.read", "gauge.maker.read", scope="own", user_id=user.id)
    asked = {"field": "maker.code", "op": "contains", "value": "a"}
    assert titles(asked) == {"far", "near"}
    assert titles(asked, own) == {"near"}
    holds = to_predicate(sheet_spec(), asked, own)
    assert {s.title for s in db.session.scalars(select(Sheet)) if holds(s)} == {"near"}


def test_wildcards_are_ordinary_characters(gauge_app: Flask, system: Any) -> None:
    make_sheet("1", title="50% off")
    make_sheet("2", title="50 of them")
    assert titles({"field": "title", "op": "contains", "value": "0%"}) == {"50% off"}


def test_a_day_asked_of_a_moment_is_when_it_begins_at_the_factory(one_app: Flask) -> None:
    leaf: Any = check(sheet_spec(), {"field": "checked_at", "op": "gte", "value": "2026-11-24"}, SYSTEM)
    assert leaf.value.isoformat() == "2026-11-24T00:00:00+08:00"


def test_somebody_without_an_org_unit_finds_nothing_by_his_unit(one_app: Flask, system: Any) -> None:
    make_sheet("1", title="x")
    assert titles({"field": "org_unit_id", "op": "in", "value": [{"my_unit": True}]}) == set()
    assert titles({"not": {"field": "org_unit_id", "op": "eq", "value": {"my_unit": True}}}) == {"x"}


def order(sort: str, actor: Any = SYSTEM) -> list[str]:
    return list(db.session.scalars(select(Sheet.title).order_by(*order_by(sheet_spec(), sort, actor))))


def test_records_are_ordered_by_fields_and_links_and_the_empty_come_last(gauge_app: Flask, system: Any) -> None:
    late, early = make_maker(code="z"), make_maker(code="a")
    make_sheet("1", title="late", maker_id=late.id, times=1)
    make_sheet("2", title="none")
    make_sheet("3", title="early", maker_id=early.id, times=1)
    assert order("maker.code") == ["early", "late", "none"]
    assert order("-maker.code") == ["late", "early", "none"]
    assert order("times,-title") == ["late", "early", "none"]
    assert order("-id") == ["early", "none", "late"]
    assert order("") == ["late", "none", "early"]


@pytest.mark.parametrize("sort", ["price", "maker.rebate", "nothing", "--title", "title desc", "title;", "a,b,c,d,e,f"])
def test_nobody_sorts_by_what_he_may_not_see_or_what_is_not_there(one_app: Flask, sort: str) -> None:
    with acting(SYSTEM), pytest.raises(ValidationError):
        order_by(sheet_spec(), sort, READER)


def test_makers_are_ordered_as_their_model_says(one_app: Flask, system: Any) -> None:
    make_maker(code="b")
    make_maker(code="a")
    spec = current_registry().models["gauge.maker"]
    assert list(db.session.scalars(select(Maker.code).order_by(*order_by(spec, (), SYSTEM)))) == ["a", "b"]
