"""A value of every kind: kept, read, sorted, summed, found, told, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from core.actor import SYSTEM
from core.criteria import to_clause, to_predicate
from core.db.session import db
from core.views.columns import text_of
from core.views.conditions import Condition
from core.workflow import history
from core.workflow.fire import fire
from core.workflow.records import create_record, update_record
from tests.core.custom.support import choices, codes, define, listing, spec

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
EXAMPLES: dict[str, tuple[dict[str, Any], Any, Any]] = {
    "text": ({}, "A 7", "A 7"),
    "longtext": ({}, "one\ntwo", "one\ntwo"),
    "integer": ({"minimum": "-5", "maximum": "100"}, 42, 42),
    "decimal": ({"places": 3}, "12.345", Decimal("12.345")),
    "boolean": ({}, True, True),
    "date": ({}, "2026-11-24", date(2026, 11, 24)),
    "datetime": ({}, "2026-11-24T12:00:00+08:00", NOON),
    "choice": ({"choices": choices("a", "b")}, "b", "b"),
    "multichoice": ({"choices": choices("a", "b", "c")}, ["c", "a"], ",a,c,"),
}


def new_item(**values: Any) -> Any:
    base = make_item()
    made = {
        "code": f"N{base.id}",
        "name": "New",
        "category_id": base.category_id,
        "uom_id": base.uom_id,
        "kind": "part",
    }
    return create_record(spec(), {**made, **values})


@pytest.mark.parametrize("kind", EXAMPLES)
def test_a_value_is_read_as_it_was_written_and_found_by_sql(any_app: Flask, system: Any, kind: str) -> None:
    options, written, value = EXAMPLES[kind]
    key = define("Field", kind=kind, **options).key
    item, other = new_item(**{key: written}), make_item()
    db.session.commit()
    db.session.expire_all()
    field = spec().fields[key]
    assert field.value_of(item) == value
    assert db.session.scalar(select(field.column_of(Item)).where(Item.id == item.id)) == value
    assert db.session.scalars(select(Item.id).where(field.column_of(Item) == value)).all() == [item.id]
    assert db.session.get_one(Item, other.id).x is None


def test_what_is_emptied_leaves_no_trace(any_app: Flask, system: Any) -> None:
    key = define("Field").key
    item = new_item(**{key: "A"})
    update_record(spec(), item.id, {key: None}, version=item.version)
    db.session.commit()
    assert db.session.scalar(select(Item.__table__.c.x.is_(None)).where(Item.__table__.c.id == item.id))


def test_decimals_are_compared_sorted_and_summed_exactly(any_app: Flask, system: Any) -> None:
    key = define("Hardness", kind="decimal", places=2, in_list=True, total=True).key
    for n, number in enumerate(("9.90", "10.10", "-1.05", "100")):
        spec().fields[key].set_on(make_item(code=f"D{n}"), Decimal(number))
    make_item(code="D4")
    db.session.commit()
    assert codes(sort=(key,)) == ["D2", "D0", "D1", "D3", "D4"]
    assert codes(sort=(f"-{key}",)) == ["D3", "D1", "D0", "D2", "D4"]
    assert codes(conditions=(Condition(key, "gte", "9.9"),), sort=("code",)) == ["D0", "D1", "D3"]
    assert listing(columns=("code", key)).page.totals == {key: Decimal("118.95")}


def test_a_list_is_grouped_filtered_and_searched_by_custom_fields(any_app: Flask, system: Any) -> None:
    grade = define("Grade", kind="choice", choices=choices("a", "b")).key
    heat = define("Heat no.", searchable=True, in_list=True).key
    for code, of, number in (("G1", "a", "H-1"), ("G2", "b", "H-2"), ("G3", "a", None)):
        item = make_item(code=code)
        spec().fields[grade].set_on(item, of)
        spec().fields[heat].set_on(item, number)
    db.session.commit()
    assert {value: count for value, (count, _sums) in listing(group=grade).groups.items()} == {"a": 2, "b": 1}
    assert codes(conditions=(Condition(grade, "in", "a"),), sort=("code",)) == ["G1", "G3"]
    assert codes(query="h-2") == ["G2"]
    shown = listing()
    assert [c.path for c in shown.columns][-1] == heat
    assert {text_of(c, c.value(shown.rows[0])) for c in shown.columns if c.path == heat} <= {"H-1", "H-2", ""}


def test_a_change_is_told_field_by_field(any_app: Flask, system: Any) -> None:
    heat, when = define("Heat no.").key, define("Melted on", kind="date").key
    item = new_item(**{heat: "H-1", when: "2026-11-24"})
    update_record(spec(), item.id, {heat: "H-2"}, version=item.version)
    db.session.commit()
    told = [[(str(c.label), c.before, c.after) for c in line.changes] for line in history.of_record(item)]
    assert told[0] == [("Heat no.", "H-1", "H-2")]
    assert {("Heat no.", "", "H-1"), ("Melted on", "", "2026-11-24")} <= set(told[1])


def test_a_retired_field_keeps_its_values_and_its_past(any_app: Flask, system: Any) -> None:
    field = define("Heat no.", searchable=True)
    item = new_item(**{field.key: "H-1"})
    fire(field, "retire")
    update_record(spec(), item.id, {"name": "Other"}, version=item.version)
    db.session.commit()
    assert field.key not in spec().fields
    assert item.x == {field.key: "H-1"}
    assert ("Heat no.", "", "H-1") in [(str(c.label), c.before, c.after) for c in history.of_record(item)[-1].changes]
    fire(field, "publish")
    assert spec().fields[field.key].value_of(item) == "H-1"


def test_conditions_mean_the_same_to_python_and_to_sql(any_app: Flask, system: Any) -> None:
    key = define("Yes", kind="boolean").key
    field = spec().fields[key]
    yes, no = make_item(code="Y"), make_item(code="N")
    field.set_on(yes, True)
    db.session.commit()
    for tree in ({"field": key, "op": "eq", "value": True}, {"not": {"field": key, "op": "eq", "value": True}}):
        holds = to_predicate(spec(), tree, SYSTEM)
        by_python = {i.code for i in (yes, no) if holds(i)}
        assert set(db.session.scalars(select(Item.code).where(to_clause(spec(), tree, SYSTEM)))) == by_python
