"""Fields needed, shown and fixed by conditions: held at save, on the record itself, through links and on lines."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item, make_item_category, make_partner
from addons.sales_shipping.factories import make_sales_order
from core.actor import acting
from core.custom.rules import standings
from core.db.session import db
from core.errors import ValidationError
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.testing.apps import actor_with
from core.workflow.attachments import attach
from core.workflow.records import create_record, update_record
from tests.core.custom.support import ITEM, LINE, ORDER, PARTNER, choices, define, spec

RAW = {"field": "kind", "op": "eq", "value": "raw"}


def change(item: Any, **values: Any) -> Any:
    db.session.expire_all()
    return update_record(spec(), item.id, values, version=item.version)


def refused(item: Any, **values: Any) -> dict[str, Any]:
    """The sentences by field with which a change is refused."""
    with pytest.raises(ValidationError) as refusal:
        change(item, **values)
    db.session.rollback()
    return refusal.value.fields


def test_a_field_is_needed_where_its_condition_holds(any_app: Flask, system: Any) -> None:
    key = define("Heat no.", required_when=RAW).key
    item = make_item(kind="part")
    db.session.commit()
    change(item, name="Other")
    assert refused(item, kind="raw") == {key: ["This is needed."]}
    change(item, **{"kind": "raw", key: "H-1"})
    assert refused(item, **{key: None}) == {key: ["This is needed."]}
    change(item, name="Third")


def test_a_record_from_before_the_rule_can_be_changed_elsewhere(any_app: Flask, system: Any) -> None:
    item = make_item(kind="raw")
    define("Heat no.", required_when=RAW)
    db.session.commit()
    change(item, name="Other")


def test_a_field_that_does_not_apply_stays_empty(any_app: Flask, system: Any) -> None:
    key = define("Heat no.", visible_when=RAW, required=True).key
    item = make_item(kind="part")
    db.session.commit()
    assert refused(item, **{key: "H-1"}) == {key: ["This does not apply here; leave it empty."]}
    change(item, kind="part")
    assert refused(item, kind="raw") == {key: ["This is needed."]}


def test_a_fixed_field_keeps_its_value(any_app: Flask, system: Any) -> None:
    key = define("Heat no.", read_only_when={"field": "kind", "op": "eq", "value": "tool"}).key
    item = make_item(kind="part")
    db.session.commit()
    change(item, **{key: "H-1", "name": "A"})
    change(item, kind="tool")
    assert refused(item, **{key: "H-2"}) == {key: ["This can no longer be changed."]}
    change(item, **{key: "H-1", "name": "B"})


def test_a_condition_follows_the_link_as_it_is_after_the_change(any_app: Flask, system: Any) -> None:
    key = define("Heat no.", required_when={"field": "category.code", "op": "eq", "value": "RAW"}).key
    item = make_item(category=make_item_category(code="PART"))
    raw = make_item_category(code="RAW")
    db.session.commit()
    assert str(item.category.code) == "PART"
    assert refused(item, category_id=raw.id) == {key: ["This is needed."]}
    change(item, **{"category_id": raw.id, key: "H"})


def test_lines_are_held_to_their_own_rules(any_app: Flask, system: Any) -> None:
    key = define("Mark", model=LINE, required_when={"field": "quantity", "op": "gt", "value": "10"}).key
    order = make_sales_order([(make_item(), 1)])
    db.session.commit()
    line = order.lines[0]
    lines = [{"id": line.id, "item_id": line.item_id, "quantity": "11"}]
    with pytest.raises(ValidationError) as refusal:
        update_record(spec(ORDER), order.id, {"lines": lines}, version=order.version)
    assert refusal.value.fields == {"lines": {0: {key: ["This is needed."]}}}
    db.session.rollback()
    update_record(spec(ORDER), order.id, {"lines": [{**lines[0], key: "M"}]}, version=order.version)
    assert order.lines[0].x == {key: "M"}


def test_a_document_can_depend_on_the_sum_of_its_lines(any_app: Flask, system: Any) -> None:
    key = define("Reason", model=ORDER, required_when={"field": "sum(lines.quantity)", "op": "gt", "value": "10"}).key
    order = make_sales_order([(make_item(), 1)])
    db.session.commit()
    line = {"id": order.lines[0].id, "item_id": order.lines[0].item_id}
    with pytest.raises(ValidationError) as refusal:
        update_record(spec(ORDER), order.id, {"lines": [{**line, "quantity": "11"}]}, version=order.version)
    assert refusal.value.fields == {key: ["This is needed."]}


def test_defaults_are_filled_in_for_new_records_and_lines_only(any_app: Flask, system: Any) -> None:
    old = make_partner()
    grade = define("Grade", model=PARTNER, kind="integer", default="3").key
    since = define("Since", model=PARTNER, kind="date", default="today").key
    made = create_record(spec(PARTNER), {"name": "A", "kind": "customer"})
    other = create_record(spec(PARTNER), {"name": "B", "kind": "customer", grade: None})
    assert made.x[grade] == 3 and since in made.x
    assert grade not in (other.x or {}) and old.x is None


def test_a_retired_choice_stays_and_is_not_chosen_again(any_app: Flask, system: Any) -> None:
    field = define("Grade", kind="choice", choices=choices("a", "b"))
    item = make_item()
    db.session.commit()
    change(item, **{field.key: "a"})
    kept = [{"id": c.id, "code": c.code, "label": c.label, "retired": c.code == "a"} for c in field.choices]
    update_record(spec("core.custom_field"), field.id, {"choices": kept}, version=field.version)
    db.session.commit()
    change(item, **{field.key: "a", "name": "Same"})
    change(item, **{field.key: "b"})
    assert "not offered" in refused(item, **{field.key: "a"})[field.key][0]


def test_a_file_is_one_of_the_records_own(any_app: Flask, system: Any) -> None:
    key = define("Drawing", kind="attachment").key
    item, other = make_item(), make_item()
    own, foreign = (attach(of, "a.txt", b"text") for of in (item, other))
    db.session.commit()
    assert "none of the record's files" in refused(item, **{key: foreign.id})[key][0]
    assert change(item, **{key: own.id}).x == {key: own.id}


def test_addons_see_custom_fields_among_the_changes(any_app: Flask, system: Any, monkeypatch: Any) -> None:
    key = define("Heat no.").key
    item = make_item()
    db.session.commit()
    seen: list[dict[str, Any]] = []
    monkeypatch.setattr(hooks, "object_if_any", lambda hook, **told: seen.append(told.get("changes", {})))
    change(item, **{key: "H-1"})
    assert seen[0] == {key: "H-1"}


@contextmanager
def condition_in_code(model: str, field: str, **conditions: Any) -> Iterator[None]:
    """A model from code whose column has conditions, for a while."""
    models = current_registry().models
    declared = models[model]
    own = declared.own[field]
    changed = {**declared.own, field: replace(own, info=replace(own.info, **conditions))}
    models[model] = replace(declared, own=changed)
    try:
        yield
    finally:
        models[model] = declared


def test_models_from_code_have_conditions_too(app: Flask, system: Any) -> None:
    item = make_item(kind="part")
    db.session.commit()
    with condition_in_code(ITEM, "specification", required_when=RAW):
        assert refused(item, kind="raw") == {"specification": ["This is needed."]}


def test_who_may_not_see_a_field_is_told_nothing_of_it(app: Flask, system: Any) -> None:
    define("Cost", group="costs", required_when=RAW)
    item = make_item(kind="part")
    db.session.commit()
    with acting(actor_with("masterdata.item.read", "masterdata.item.write")) as clerk:
        change(item, kind="raw")
        assert standings(spec(), item, clerk) == {}
