"""Two hundred random fields on three models: their values survive everything, and mean the same everywhere."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.sales_shipping.factories import make_sales_order
from core.actor import SYSTEM
from core.criteria import to_clause, to_predicate
from core.custom import definitions, indexes
from core.custom.fields import CustomSpec
from core.custom.loading import custom_fields
from core.custom.models import CustomChoice, CustomField
from core.db.session import db
from core.views.export import export_xlsx
from core.workflow.fire import fire
from tests.core.api.fixtures import Caller, make_caller, system_unit
from tests.core.custom import randomly
from tests.core.custom.support import ITEM, LINE, PARTNER, define, listing, spec

FIELDS_EACH, RECORDS = 67, 4
ADDRESSES = {ITEM: "/api/v1/masterdata/items", PARTNER: "/api/v1/masterdata/partners"}
ORDERS = "/api/v1/sales_shipping/orders"
TREES = 600


@dataclass(frozen=True)
class World:
    """An application with 201 fields on items, partners and order lines, by model."""

    app: Flask
    random_: random.Random
    fields: dict[str, list[CustomSpec]]

    def values(self, model: str) -> dict[str, Any]:
        """Clean values for every field of a model."""
        return {field.name: randomly.value(self.random_, field) for field in self.fields[model]}

    def written(self, model: str, values: dict[str, Any]) -> dict[str, Any]:
        """As the API takes them."""
        return {field.name: randomly.as_json(field, values[field.name]) for field in self.fields[model]}

    def check(self, model: str, values: dict[str, Any], read: dict[str, Any]) -> None:
        """The API gives what was given to it."""
        for name, sent in self.written(model, values).items():
            number = isinstance(values[name], Decimal) and Decimal(read[name]) == values[name]
            assert number or sent == read[name], (name, sent, read[name])


@pytest.fixture
def world(any_app: Flask) -> World:
    """The world, made anew."""
    random_ = random.Random(20261124)

    def prepare() -> dict[str, list[CustomSpec]]:
        for model in (ITEM, PARTNER, LINE):
            for number in range(FIELDS_EACH):
                db.session.add(in_use(model, randomly.definition(random_, number)))
        db.session.flush()
        definitions.take_effect()
        return {model: custom_fields(spec(model)) for model in (ITEM, PARTNER, LINE)}

    return World(any_app, random_, system_unit(prepare))


def in_use(model: str, values: dict[str, Any]) -> CustomField:
    """A definition in use, written directly: entering two hundred of them takes a while."""
    offered = [CustomChoice(seq=n, **choice) for n, choice in enumerate(values.pop("choices", ()))]
    return CustomField(model=model, state="live", choices=offered, **values)


def send(call: Caller, model: str, world: World) -> None:
    """Write and read records of one model."""
    maker = make_item if model == ITEM else make_partner
    for _n in range(RECORDS):
        record_id = system_unit(lambda: maker().id)
        values = world.values(model)
        one = f"{ADDRESSES[model]}/{record_id}"
        answer = call("PATCH", one, {"version": 1, **world.written(model, values)})
        assert answer.status_code == 200, answer.text
        world.check(model, values, call("GET", one).json)


def send_lines(call: Caller, world: World) -> None:
    """The same for the lines of an order."""
    item_id, order_id = system_unit(lambda: (make_item().id, make_sales_order([(make_item(), 1)]).id))
    rows = [world.values(LINE) for _n in range(RECORDS)]
    lines = [{"item_id": item_id, "quantity": "1", **world.written(LINE, row)} for row in rows]
    answer = call("PATCH", f"{ORDERS}/{order_id}", {"version": 1, "lines": lines})
    assert answer.status_code == 200, answer.text
    for row, read in zip(rows, call("GET", f"{ORDERS}/{order_id}").json["lines"], strict=True):
        world.check(LINE, row, read)


def test_values_survive_the_api_the_export_retiring_and_an_upgrade(world: World) -> None:
    call = make_caller(world.app)
    for model in (ITEM, PARTNER):
        send(call, model, world)
    send_lines(call, world)
    described = call("GET", "/api/v1/openapi.json").json["components"]["schemas"]["masterdata.item.create"][
        "properties"
    ]
    assert {f"x_f{n}" for n in range(FIELDS_EACH)} <= set(described)
    exported()
    survive_retiring_and_upgrade()


def exported() -> None:
    """Each custom value stands in its cell of the exported list, and no cell is a formula."""

    def export() -> tuple[list[Any], list[list[str]]]:
        names = [field.name for field in custom_fields(spec())]
        shown = listing(columns=("code", *names))
        sheet = load_workbook(io.BytesIO(export_xlsx(shown))).active
        texts = [[c.field.value_of(record) for c in shown.columns] for record in shown.rows]
        return list(sheet.iter_rows(min_row=2)), texts

    cells, values = system_unit(export)
    assert len(cells) == len(values) >= RECORDS
    for row, expected in zip(cells, values, strict=True):
        assert all(cell.data_type != "f" for cell in row)
        assert all(
            cell.value is not None for cell, value in zip(row, expected, strict=True) if value not in (None, False)
        )


def survive_retiring_and_upgrade() -> None:
    """Retiring every second field and running `qingmes upgrade` again leaves `x` as it is."""

    def kept() -> list[Any]:
        return list(db.session.execute(select(spec().model.__table__.c.x)).scalars())

    def retire() -> list[Any]:
        before = kept()
        for field in db.session.scalars(select(CustomField).where(CustomField.model == ITEM)).all()[::2]:
            fire(field, "retire")
        assert indexes.ensure() == []
        return before

    before = system_unit(retire)
    assert system_unit(kept) == before
    assert system_unit(indexes.missing) == []


def test_conditions_on_custom_fields_mean_the_same_in_python_and_sql(any_app: Flask, system: Any) -> None:
    random_ = random.Random(7)
    for number, kind in enumerate(randomly.KINDS):
        values = {**randomly.definition(random.Random(number), number), "kind": kind, "group": None}
        if kind in ("choice", "multichoice"):
            values["choices"] = randomly.choices("c0", "c1", "c2")
        define(**{**values, "places": 2 if kind == "decimal" else None, "searchable": False})
    records = [make_item() for _n in range(30)]
    fields = custom_fields(spec())
    for record in records:
        for field in fields:
            field.set_on(record, randomly.value(random_, field))
    db.session.commit()
    held = [(record, {f.name: f.value_of(record) for f in fields}) for record in records]
    for _n in range(TREES):
        tree = random_tree(random_, fields, held, 2)
        holds = to_predicate(spec(), tree, SYSTEM)
        by_sql = set(db.session.scalars(select(spec().model.id).where(to_clause(spec(), tree, SYSTEM))))
        assert {record.id for record in records if holds(record)} == by_sql, tree


def random_tree(random_: random.Random, fields: Any, held: Any, depth: int) -> Any:
    """A condition on the fields, with values that some records hold."""
    if depth and random_.random() < 0.5:
        op = random_.choice(("and", "or", "not"))
        parts = [random_tree(random_, fields, held, depth - 1) for _n in range(1 if op == "not" else 2)]
        return {op: parts[0] if op == "not" else parts}
    field = random_.choice(fields)
    value = random_.choice(held)[1][field.name]
    if value is None:
        return {"field": field.name, "op": "empty"}
    if field.kind == "multichoice":
        return {"field": field.name, "op": "contains", "value": value.split(",")[1]}
    sent = randomly.as_json(field, value)
    ordered = ("gt", "gte", "lt", "lte") if field.kind in ("integer", "decimal", "date", "datetime") else ()
    texts = ("contains", "starts") if field.kind in ("text", "longtext") else ()
    op = random_.choice(("eq", "ne", *ordered, *texts))
    return {"field": field.name, "op": op, "value": sent}
