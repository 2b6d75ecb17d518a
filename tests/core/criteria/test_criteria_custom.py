"""Conditions on fields the customer added: every kind, the same in Python, in SQL and on facts."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from core.actor import SYSTEM
from core.criteria import check, describe, facts, to_clause, to_predicate
from core.criteria.tree import OPERATORS, fits
from core.db.session import db
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.views.conditions import Condition
from core.views.filters import filter_on
from core.views.listing import Listing
from core.views.state import State
from tests.core.custom.support import choices, define

ITEM = "masterdata.item"
CODES = ("red", "green", "blue")
DAYS = [date.today() + timedelta(days=n) for n in range(-3, 4)]
VALUES: dict[str, tuple[Any, ...]] = {
    "text": ("bolt", "BÄR", "50%", "a,b"),
    "integer": (-2, 0, 1, 3),
    "decimal": (Decimal("-1.25"), Decimal(0), Decimal("10.5")),
    "boolean": (True, False),
    "date": tuple(DAYS),
    "datetime": tuple(datetime(d.year, d.month, d.day, 15, 30, tzinfo=UTC) for d in DAYS),
    "choice": CODES,
    "multichoice": (",red,", ",blue,red,", ",blue,green,"),
}
PER_RUN = 300


@pytest.fixture
def fields(any_app: Flask, system: Any) -> dict[str, Any]:
    """One custom field of each kind on items, and items with values in some of them."""
    made = {}
    for kind in VALUES:
        more: dict[str, Any] = {"choices": choices(*CODES)} if kind in ("choice", "multichoice") else {}
        more |= {"places": 2} if kind == "decimal" else {}
        made[kind] = define(f"Of kind {kind}", kind=kind, **more).key
    spec, random = current_registry().models[ITEM], Random(5)
    for _n in range(16):
        item = make_item()
        for kind, key in made.items():
            value = None if random.random() < 0.3 else random.choice(VALUES[kind])
            if value is not None:
                spec.fields[key].set_on(item, value)
    db.session.flush()
    return {kind: spec.fields[key] for kind, key in made.items()}


def leaf(random: Random, field: Any) -> dict[str, Any]:
    op = random.choice([op for op in OPERATORS if fits(field, op)])
    if op == "empty":
        return {"field": field.name, "op": op}
    if op in ("older_than", "within_next"):
        return {"field": field.name, "op": op, "value": random.randint(0, 3)}
    several = {"in": random.randint(0, 3), "between": 2}.get(op)
    asked = [given(random, field.kind) for _n in range(several or 1)]
    return {"field": field.name, "op": op, "value": asked if several is not None else asked[0]}


def given(random: Random, kind: str) -> Any:
    value = random.choice(CODES if kind == "multichoice" else VALUES[kind])
    return facts.to_json(value)


def test_conditions_on_custom_fields_agree(fields: dict[str, Any]) -> None:
    spec, random = current_registry().models[ITEM], Random(7)
    items = list(db.session.scalars(select(spec.model)))
    names = [field.name for field in fields.values()]
    kinds = facts.kinds_of(spec, names)
    known = {item.id: json.loads(json.dumps(facts.collect(spec, names, item))) for item in items}
    told_apart = 0
    for _n in range(PER_RUN):
        one = leaf(random, random.choice(list(fields.values())))
        asked = {"not": one} if random.random() < 0.4 else one
        holds, held = to_predicate(spec, asked, SYSTEM), facts.to_fact_predicate(kinds, asked, SYSTEM)
        by_python = {item.id for item in items if holds(item)}
        assert by_python == set(db.session.scalars(select(spec.model.id).where(to_clause(spec, asked, SYSTEM)))), asked
        assert by_python == {record_id for record_id, values in known.items() if held(values)}, asked
        assert describe(spec, asked, SYSTEM)
        told_apart += 0 < len(by_python) < len(items)
    assert told_apart > PER_RUN / 3


def test_of_several_choices_one_is_asked_for_by_its_code(fields: dict[str, Any]) -> None:
    spec, name = current_registry().models[ITEM], fields["multichoice"].name
    with pytest.raises(ValidationError, match="no value of"):
        check(spec, {"field": name, "op": "contains", "value": "pink"}, SYSTEM)
    assert describe(spec, {"field": name, "op": "contains", "value": "red"}, SYSTEM).endswith("contains Label red")


def test_lists_are_filtered_by_several_choices_and_by_whether_there_is_a_file(fields: dict[str, Any]) -> None:
    spec, name = current_registry().models[ITEM], fields["multichoice"].name
    attachment = define("Certificate", kind="attachment").key

    def found(*conditions: Condition) -> int:
        return Listing(spec, SYSTEM, State(conditions=conditions)).count

    each = [found(Condition(name, "in", code)) for code in CODES]
    assert max(each) < found(Condition(name, "in", ",".join(CODES))) == found(Condition(name, "filled")) < sum(each)
    assert found(Condition(attachment, "empty")) == found()
    assert filter_on(spec, attachment, SYSTEM).operators.keys() == {"empty": 0, "filled": 0}.keys()  # type: ignore[union-attr]
