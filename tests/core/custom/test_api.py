"""Custom fields through the API: written, read, refused, described, filtered by; and hidden with their group."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item
from addons.sales_shipping.factories import make_sales_order
from core.actor import acting
from core.custom.printing import values_of
from core.testing.apps import actor_with
from core.workflow.fire import fire
from tests.core.api.fixtures import make_caller, system_unit
from tests.core.custom.support import LINE, ORDER, choices, define, spec

ITEMS, ORDERS = "/api/v1/masterdata/items", "/api/v1/sales_shipping/orders"
DEFINITIONS: tuple[tuple[str, dict[str, Any], Any, dict[str, Any]], ...] = (
    ("text", {"mask": "AA-99"}, "AB-12", {"type": ["string", "null"], "maxLength": 255}),
    ("integer", {"minimum": "1", "maximum": "9"}, 7, {"type": ["integer", "null"], "minimum": 1, "maximum": 9}),
    ("decimal", {"places": 2}, "1.50", {"type": ["string", "null"], "format": "decimal"}),
    ("boolean", {}, True, {"type": "boolean"}),
    ("date", {}, "2026-11-24", {"type": ["string", "null"], "format": "date"}),
    ("datetime", {}, "2026-11-24T04:00:00+00:00", {"type": ["string", "null"], "format": "date-time"}),
    ("choice", {"choices": choices("a", "b")}, "a", {}),
    ("multichoice", {"choices": choices("a", "b")}, ["a", "b"], {"type": ["array", "null"]}),
    ("link", {"target": "masterdata.item"}, 1, {"type": ["integer", "null"]}),
)
REFUSED = {
    "text": ["ab-123", 7, "\x07", "x" * 300],
    "integer": [0, 10, 1.5, "much", True],
    "decimal": ["1.234", 1.5, "NaN", "1e400"],
    "boolean": ["maybe", 7],
    "date": ["24.11.2026", "2026-13-01", 7],
    "datetime": ["2026-11-24", "2026-11-24T04:00:00", 7],
    "choice": ["c", 7, ["a"]],
    "multichoice": [["c"], "c", [["a"]], {"a": 1}, 7],
    "link": [10**9, "x", {"id": 1}],
}


@pytest.mark.parametrize(("kind", "options", "value", "described"), DEFINITIONS, ids=[d[0] for d in DEFINITIONS])
def test_a_field_is_written_read_refused_and_described(
    any_app: Flask, kind: str, options: dict[str, Any], value: Any, described: dict[str, Any]
) -> None:
    key, item_id = system_unit(lambda: (define("Field", kind=kind, **options).key, make_item().id))
    call = make_caller(any_app)
    address = f"{ITEMS}/{item_id}"
    assert call("PATCH", address, {"version": 1, key: value}).status_code == 200
    read = call("GET", address).json
    assert read[key] == ("1.5" if kind == "decimal" else value)
    for wrong in REFUSED[kind]:
        answer = call("PATCH", address, {"version": read["version"], key: wrong})
        assert answer.status_code == 422 and list(answer.json["errors"]) == [key], (wrong, answer.json)
    assert call("GET", address).json == read
    schemas = call("GET", "/api/v1/openapi.json").json["components"]["schemas"]
    told = schemas["masterdata.item.update"]["properties"][key]
    assert {name: told.get(name) for name in described} == described
    assert key in schemas["masterdata.item"]["properties"] and told["title"] == "Field"


def test_records_are_found_sorted_and_narrowed_by_a_field(any_app: Flask) -> None:
    def prepare() -> str:
        key = define("Heat no.", searchable=True).key
        for number in ("H-2", "H-1", None):
            spec().fields[key].set_on(make_item(), number)
        return key

    key = system_unit(prepare)
    call = make_caller(any_app)
    found = call("GET", f"{ITEMS}?sort={key}&fields={key}").json["items"]
    assert [row[key] for row in found] == ["H-1", "H-2", None]
    tree = json.dumps({"field": key, "op": "eq", "value": "H-2"})
    assert call("GET", f"{ITEMS}?filter={tree}").json["total"] == 1
    assert call("GET", f"{ITEMS}?q=h-1").json["total"] == 1


def test_a_field_of_a_hidden_group_does_not_exist_for_the_reader(any_app: Flask) -> None:
    key, item_id = system_unit(
        lambda: (define("Cost", group="costs", searchable=True, in_list=True).key, make_item().id)
    )
    call = make_caller(any_app, "masterdata.item.read", "masterdata.item.write", groups=())
    assert key not in call("GET", f"{ITEMS}/{item_id}").json
    assert call("PATCH", f"{ITEMS}/{item_id}", {"version": 1, key: "7"}).json["errors"].keys() == {key}
    for asked in (f"sort={key}", f"fields={key}", f"filter={json.dumps({'field': key, 'op': 'empty'})}"):
        assert call("GET", f"{ITEMS}?{asked}").status_code == 422, asked


def test_lines_carry_their_fields(any_app: Flask) -> None:
    def prepare() -> tuple[str, int, int, int]:
        key = define("Mark", model=LINE, kind="integer").key
        order = make_sales_order([(make_item(), 1)])
        return key, order.id, order.lines[0].id, order.lines[0].item_id

    key, order_id, line_id, item_id = system_unit(prepare)
    call = make_caller(any_app)
    line = {"id": line_id, "item_id": item_id, "quantity": "1", key: 3}
    assert call("PATCH", f"{ORDERS}/{order_id}", {"version": 1, "lines": [line]}).status_code == 200
    assert call("GET", f"{ORDERS}/{order_id}").json["lines"][0][key] == 3
    wrong = call("PATCH", f"{ORDERS}/{order_id}", {"version": 2, "lines": [{**line, key: "much"}]})
    assert wrong.status_code == 422 and any(path.endswith(key) for path in wrong.json["errors"])


def test_a_retired_or_unknown_field_is_refused_and_no_longer_told(any_app: Flask) -> None:
    def prepare() -> tuple[str, int]:
        field, item = define("Heat no."), make_item()
        spec().fields[field.key].set_on(item, "H-1")
        fire(field, "retire")
        return field.key, item.id

    key, item_id = system_unit(prepare)
    call = make_caller(any_app)
    read = call("GET", f"{ITEMS}/{item_id}").json
    assert key not in read
    for name in (key, "x_nothing", "x"):
        assert call("PATCH", f"{ITEMS}/{item_id}", {"version": read["version"], name: "A"}).status_code == 422
    assert key not in call("GET", "/api/v1/openapi.json").text


def test_definitions_are_made_by_those_with_the_right_only(any_app: Flask) -> None:
    address, body = "/api/v1/core/custom-fields", {"model": "masterdata.item", "label": "Heat no."}
    assert make_caller(any_app, "masterdata.item.read")("POST", address, body).status_code == 403
    author = make_caller(any_app, "core.custom_field.read", "core.custom_field.create", "core.custom_field.write")
    made = author("POST", address, body)
    assert made.status_code == 201 and made.json["key"] == "x_heat_no" and made.json["state"] == "draft"
    one = f"{address}/{made.json['id']}"
    tree = {"field": "kind", "op": "eq", "value": "raw"}
    assert author("PATCH", one, {"version": 1, "required_when": tree}).json["required_when"] == tree
    assert author("POST", f"{one}/publish").status_code == 403
    assert make_caller(any_app)("POST", f"{one}/publish").status_code == 200


def test_printing_gives_labelled_texts_of_what_the_reader_may_see(any_app: Flask, system: Any) -> None:
    define("Weight", kind="decimal", places=2, unit="kg", seq=1)
    define("Cost", kind="integer", group="costs", seq=2)
    define("Old item", kind="link", target="masterdata.item", seq=3)
    define("Empty", seq=4)
    item, other = make_item(), make_item(code="OLD-1", name="Old")
    for key, value in (("x_weight", 2), ("x_cost", 5), ("x_old_item", other.id)):
        spec().fields[key].set_on(item, value)
    told = [(one.name, str(one.label), one.text, one.unit) for one in values_of(item)]
    assert told[:2] == [("x_weight", "Weight", "2", "kg"), ("x_cost", "Cost", "5", "")]
    assert told[2][2].startswith("OLD-1") and len(told) == 3
    with acting(actor_with("masterdata.item.read")):
        assert "x_cost" not in [one.name for one in values_of(item)]
    assert values_of(make_sales_order([(item, 1)])) == [] and spec(ORDER).own
