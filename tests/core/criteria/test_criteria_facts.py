"""Conditions on frozen facts, and what is said about them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from addons.gauge.models import Sheet
from flask import Flask

from core.actor import SYSTEM, acting
from core.criteria import describe, facts
from core.db.session import db
from core.errors import ValidationError
from core.i18n import in_locale
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from tests.core.api.fixtures import make_maker, make_sheet

PATHS = (
    "title",
    "qty",
    "amount",
    "due_on",
    "checked_at",
    "urgent",
    "maker_id",
    "maker.code",
    "sum(lines.qty)",
    "count(lines)",
    "max(lines.cost)",
    "any(lines.qty)",
)


def spec() -> Any:
    return current_registry().models["gauge.sheet"]


@pytest.fixture
def sheet(gauge_app: Flask, system: Any) -> Sheet:
    return make_sheet(
        "1",
        title="Bracket",
        qty="2.50",
        maker_id=make_maker(code="Kessel", name="Kessel").id,
        due_on=date(2026, 11, 24),
        checked_at=datetime(2026, 11, 24, 16, 30, tzinfo=UTC),
        lines=["1", "0.5"],
    )


def test_facts_are_plain_values_by_path(sheet: Sheet) -> None:
    found = facts.collect(spec(), PATHS, sheet)
    assert json.loads(json.dumps(found)) == found
    assert found == {
        "title": "Bracket",
        "qty": "2.5",
        "amount": None,
        "due_on": "2026-11-24",
        "checked_at": "2026-11-24T16:30:00+00:00",
        "urgent": False,
        "maker_id": sheet.maker_id,
        "maker.code": "Kessel",
        "sum(lines.qty)": "1.5",
        "count(lines)": 2,
        "max(lines.cost)": None,
        "any(lines.qty)": ["1", "0.5"],
    }


def test_facts_are_the_same_whoever_submits(sheet: Sheet) -> None:
    with acting(actor_with("gauge.sheet.read", scope="own", user_id=people.make_user().id)):
        assert facts.collect(spec(), PATHS, sheet)["maker.code"] == "Kessel"


def test_facts_take_one_statement_and_one_for_each_list_of_lines(sheet: Sheet) -> None:
    facts.collect(spec(), PATHS, sheet)
    assert count_statements(lambda: facts.collect(spec(), PATHS, sheet)) == 2


def test_once_built_a_condition_on_facts_needs_no_database(sheet: Sheet) -> None:
    kinds = facts.kinds_of(spec(), PATHS)
    tree = {
        "and": [
            {"field": "sum(lines.qty)", "op": "gt", "value": "1.4"},
            {"field": "due_on", "op": "older_than", "value": 0},
        ]
    }
    holds = facts.to_fact_predicate(kinds, tree, SYSTEM)
    db.session.remove()
    assert count_statements(lambda: holds({"sum(lines.qty)": "1.5", "due_on": "2020-01-01"})) == 0
    assert holds({"sum(lines.qty)": "1.5", "due_on": "2020-01-01"})
    assert not holds({"sum(lines.qty)": "1.4", "due_on": "2020-01-01"})


@pytest.mark.parametrize("broken", [None, "many", [], {}, True, float("nan"), "2026-11-24T10:00:00"])
@pytest.mark.parametrize("path", ["qty", "due_on", "checked_at", "maker_id", "any(lines.qty)"])
def test_a_fact_that_is_missing_or_of_another_kind_makes_comparisons_false(
    one_app: Flask, system: Any, path: str, broken: Any
) -> None:
    kinds = facts.kinds_of(spec(), [path])
    value: Any = {"qty": "0", "any(lines.qty)": "0", "maker_id": 5}.get(path, "2020-01-01")
    tree = {"field": path, "op": "eq", "value": value}
    assert not facts.to_fact_predicate(kinds, tree, SYSTEM)({path: broken})
    assert facts.to_fact_predicate(kinds, {"not": tree}, SYSTEM)({})


def test_a_condition_on_what_is_no_fact_is_refused(one_app: Flask, system: Any) -> None:
    with pytest.raises(ValidationError, match="There is no fact “qty”"):
        facts.to_fact_predicate({}, {"field": "qty", "op": "gt", "value": "1"}, SYSTEM)


def test_each_comparison_is_explained_with_what_it_met(sheet: Sheet) -> None:
    kinds = facts.kinds_of(spec(), PATHS)
    tree = {
        "or": [
            {"field": "sum(lines.qty)", "op": "gt", "value": "10000"},
            {"not": {"field": "maker_id", "op": "in", "value": [sheet.maker_id]}},
            {"and": [{"field": "any(lines.qty)", "op": "lt", "value": "1"}, {"field": "amount", "op": "empty"}]},
        ]
    }
    told = facts.explain(kinds, tree, facts.collect(spec(), PATHS, sheet))
    assert [tuple(one) for one in told] == [
        ("Lines, sum: Quantity", ">", "10,000", "1.5", False),
        ("Maker", "none of or is empty", "Kessel", "Kessel", False),
        ("Lines, any line: Quantity", "<", "1", "1, 0.5", True),
        ("Amount", "is empty", "", "nothing", True),
    ]


SENTENCES = [
    ({"field": "qty", "op": "gt", "value": "10000"}, "Quantity > 10,000", "Quantity > 10,000"),
    ({"field": "colour", "op": "eq", "value": "red"}, "Colour is Red", "Colour 是 Red"),
    (
        {"not": {"field": "note", "op": "contains", "value": "x"}},
        "Note does not contain “x” or is empty",
        "Note 不包含 “x”（或为空）",
    ),
    ({"not": {"field": "note", "op": "empty"}}, "Note is filled in", "Note 不为空"),
    ({"field": "due_on", "op": "older_than", "value": 7}, "Due more than 7 days ago", "Due 早于 7 天前"),
    ({"field": "due_on", "op": "lte", "value": {"today": -3}}, "Due ≤ today − 3 days", "Due ≤ 今天 − 3 天"),
    ({"field": "owner_id", "op": "eq", "value": {"me": True}}, "Owner is me", "负责人 是 我"),
    ({"field": "times", "op": "between", "value": [1, 2]}, "Times between 1 – 2", "Times 介于 1 – 2"),
    ({"field": "count(lines)", "op": "eq", "value": 2}, "Lines · number of lines = 2", "Lines · 行数 = 2"),
    (
        {"not": {"field": "any(lines.maker.code)", "op": "eq", "value": "K"}},
        "Lines, any line: Maker · Code not: is “K”",
        "Lines（任一行）Maker · Code 并非：是 “K”",
    ),
    ({"and": []}, "always", "始终成立"),
    ({"not": {"or": []}}, "not (never)", "并非（永不成立）"),
    (
        {
            "and": [
                {"or": [{"field": "urgent", "op": "eq", "value": True}, {"field": "times", "op": "gt", "value": 1}]},
                {"not": {"and": [{"field": "title", "op": "eq", "value": "a"}, {"field": "note", "op": "empty"}]}},
            ]
        },
        "(Urgent is Yes or Times > 1) and not (Title is “a” and Note is empty)",
        "（Urgent 是 是 或 Times > 1） 且 并非（Title 是 “a” 且 Note 为空）",
    ),
]


@pytest.mark.parametrize(("tree", "english", "chinese"), SENTENCES)
def test_a_condition_reads_as_a_sentence(one_app: Flask, system: Any, tree: Any, english: str, chinese: str) -> None:
    assert describe(spec(), tree, SYSTEM) == english
    with in_locale("zh"):
        assert describe(spec(), tree, SYSTEM) == chinese


def test_records_are_called_by_their_names_as_far_as_the_reader_reaches(one_app: Flask, system: Any) -> None:
    maker = make_maker(code="K1", name="Kessel")
    tree = {"field": "maker_id", "op": "in", "value": [maker.id, 10**9]}
    assert describe(spec(), tree, SYSTEM) == f"Maker one of Kessel, #{10**9}"
    narrow = actor_with("gauge.sheet.read", "gauge.maker.read", scope="own", user_id=people.make_user().id)
    with acting(narrow):
        assert describe(spec(), tree, narrow) == f"Maker one of #{maker.id}, #{10**9}"
