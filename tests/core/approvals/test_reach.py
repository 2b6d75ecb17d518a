"""Ways no document can take are found; those that some document takes never are."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import SYSTEM, acting
from core.approvals.facts import kinds
from core.approvals.logic.reading import read_definition
from core.approvals.reach import find_unreached
from core.criteria.facts import to_fact_predicate
from core.kernel.registry import current_registry


def known() -> Any:
    spec = current_registry().models["masterdata.item"]
    transition = current_registry().transition("masterdata.item", "release")
    assert transition is not None
    return kinds(spec, transition)


def branch(*conditions: Any, key: str = "b", nodes: Any = (), otherwise: Any = ()) -> dict[str, Any]:
    arms = [{"key": f"{key}_{n}", "name": "", "when": c, "nodes": []} for n, c in enumerate(conditions)]
    arms[0]["nodes"] = list(nodes)
    return {"type": "branch", "key": key, "arms": arms, "otherwise": list(otherwise)}


def unreached(*nodes: Any) -> list[tuple[str, bool]]:
    with acting(SYSTEM):
        found = find_unreached(read_definition({"nodes": list(nodes)}), known())
    return [(one.arm.key, one.is_certain) for one in found]


def price(op: str, value: str) -> dict[str, str]:
    return {"field": "list_price", "op": op, "value": value}


def kind(*values: str) -> dict[str, Any]:
    return {"field": "kind", "op": "in", "value": list(values)}


NEVER = [
    [price("gt", "100"), price("gt", "200")],
    [price("gte", "100"), price("eq", "100")],
    [{"or": [price("lt", "10"), price("gte", "10")]}, {"not": {"field": "list_price", "op": "empty"}}],
    [kind("part", "product"), kind("part")],
    [price("gt", "5"), {"and": [price("gt", "7"), price("lt", "3")]}],
    [{"field": "name", "op": "contains", "value": "x"}, {"field": "name", "op": "eq", "value": "axb"}],
]


@pytest.mark.parametrize("conditions", NEVER)
def test_a_way_that_is_covered_by_those_before_it_is_found(app: Flask, conditions: list[Any]) -> None:
    assert unreached(branch(*conditions)) == [("b_1", True)]


REACHED = [
    [price("gt", "100"), price("gte", "100")],
    [price("gt", "200"), price("gt", "100"), price("gt", "0")],
    [price("between", ["1", "2"]), price("lt", "1.5")],  # type: ignore[list-item]
    [kind("part"), kind("part", "product")],
    [{"field": "name", "op": "eq", "value": "a"}, {"field": "name", "op": "starts", "value": "a"}],
    [{"field": "initiator", "op": "eq", "value": 3}, {"field": "initiator", "op": "ne", "value": 4}],
    [
        {"field": "any(initiator.roles)", "op": "eq", "value": 3},
        {"field": "any(initiator.roles)", "op": "eq", "value": 4},
    ],
    [price("gt", "1"), {"field": "list_price", "op": "empty"}],
]


@pytest.mark.parametrize("conditions", REACHED)
def test_a_way_some_document_takes_is_not(app: Flask, conditions: list[Any]) -> None:
    assert unreached(branch(*conditions)) == []


def test_a_way_inside_a_way_is_asked_only_of_documents_that_come_there(app: Flask) -> None:
    inner = branch(price("lt", "50"), key="inner")
    assert unreached(branch(price("gt", "100"), nodes=[inner])) == [("inner_0", True)]
    assert unreached(branch(price("gt", "100"), otherwise=[inner])) == []


def test_too_many_combinations_are_tried_at_random_and_only_suspected(app: Flask) -> None:
    fields = ("list_price", "standard_cost", "safety_stock", "reorder_point", "reorder_qty", "weight")
    rare = {"and": [{"field": f, "op": "eq", "value": "7"} for f in fields]}
    never = {"and": [rare, price("gt", "8")]}
    found = unreached(branch(never))
    assert found == [("b_0", False)]


CONDITION = st.builds(
    price, st.sampled_from(["gt", "gte", "lt", "lte", "eq", "ne"]), st.sampled_from(["1", "2", "3", "2.5"])
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CONDITION, min_size=1, max_size=4), st.lists(st.decimals(0, 4, places=2), max_size=30))
def test_no_value_ever_takes_a_way_called_unreached(app: Flask, conditions: list[Any], prices: list[Decimal]) -> None:
    missed = {key for key, _certain in unreached(branch(*conditions))}
    with acting(SYSTEM):
        holds = [to_fact_predicate(known(), c, SYSTEM) for c in conditions]
    for value in prices:
        taken = next((n for n, h in enumerate(holds) if h({"list_price": str(value)})), None)
        assert f"b_{taken}" not in missed
