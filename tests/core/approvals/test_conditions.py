"""A condition as rows of the designer: what is shown is what is kept."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from core.approvals.designer import conditions
from core.approvals.facts import kinds
from core.kernel.registry import current_registry


@pytest.fixture
def known(app: Flask) -> conditions.Kinds:
    spec = current_registry().models["masterdata.item"]
    transition = current_registry().transition("masterdata.item", "release")
    assert transition is not None
    return kinds(spec, transition)


TREES = [
    {"field": "list_price", "op": "gt", "value": "10000"},
    {"and": [{"field": "kind", "op": "eq", "value": "part"}, {"field": "category_id", "op": "in", "value": [1, 2]}]},
    {"or": [{"not": {"field": "name", "op": "contains", "value": "x"}}, {"field": "material", "op": "empty"}]},
    {"field": "list_price", "op": "between", "value": ["1", "2"]},
    {"field": "initiator", "op": "ne", "value": 7},
    {"and": []},
]


@pytest.mark.parametrize("tree", TREES)
def test_rows_give_back_the_tree_they_were_made_of(known: conditions.Kinds, tree: Any) -> None:
    shown = conditions.to_rows(tree)
    assert shown.kept is None
    assert conditions.to_tree(shown, known) == tree


DEEP = {"and": [{"or": [TREES[0], TREES[0]]}, TREES[0]]}


@pytest.mark.parametrize("tree", [DEEP, {"not": DEEP}, {"field": "initiator", "op": "eq", "value": {"me": True}}])
def test_what_rows_cannot_say_is_kept_as_it_is(known: conditions.Kinds, tree: Any) -> None:
    assert conditions.to_rows(tree).kept == tree
    form = MultiDict({"condition-kept": "1"})
    assert conditions.read_rows(form, known).kept is not None
    assert conditions.read_rows(MultiDict({**form, "do": "replace-condition"}), known).rows == []


def row(n: int, **values: Any) -> list[tuple[str, str]]:
    return [(f"condition-{n}{'-' + part if part else ''}", v) for part, v in values.items()]


def test_a_fact_just_changed_begins_with_its_first_comparison_and_no_value(known: conditions.Kinds) -> None:
    form = MultiDict({"condition-rows": "1", "condition-0": "kind", "condition-0-was": "list_price"})
    form.update({"condition-0-op": "gt", "condition-0-value": "5"})
    read = conditions.read_rows(form, known)
    assert (read.rows[0].op, read.rows[0].values) == ("eq", [])


def test_rows_are_added_and_taken_away(known: conditions.Kinds) -> None:
    form = MultiDict(
        {"condition-rows": "1", "condition-0": "kind", "condition-0-op": "eq", "condition-0-value": "part"}
    )
    assert len(conditions.read_rows(MultiDict({**form, "do": "add-condition"}), known).rows) == 2
    assert conditions.read_rows(MultiDict({**form, "do": "remove-condition-0"}), known).rows == []
    assert len(conditions.read_rows(MultiDict({**form, "condition-rows": "9999"}), known).rows) <= conditions.MOST_ROWS


def test_numbers_are_asked_for_being_larger_first(known: conditions.Kinds) -> None:
    assert next(iter(conditions.operators("list_price", known))) == "gt"
    assert conditions.operators("nothing", known) == {}
