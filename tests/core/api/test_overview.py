"""Who am I, what is there, the description, and how many statements it all takes."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from core.api.web import blueprint
from core.kernel.registry import current_registry, is_page
from core.testing import people
from core.testing.statements import statements
from core.web.access import access_of
from tests.core.api.fixtures import (
    MAKERS,
    SHEETS,
    Caller,
    full_rights,
    make_caller,
    make_maker,
    make_sheet,
    system_unit,
)


def test_me_tells_who_the_token_speaks_for(one_app: Flask) -> None:
    unit = system_unit(people.make_unit)
    call = make_caller(one_app, "gauge.sheet.read", groups=("prices",), unit=unit)
    me = call("GET", "/api/v1/me", Accept_Language="zh").json
    assert me["id"] == call.user.id
    assert me["org_unit_id"] == unit.id
    assert me["permissions"] == ["gauge.sheet.read"]
    assert me["field_groups"] == ["prices"]
    assert me["language"] == "zh"
    assert me["addons"] == ["core", "gauge"]


def test_the_index_lists_what_the_caller_may_read_and_do(one_app: Flask) -> None:
    call = make_caller(one_app, "gauge.sheet.read", "gauge.sheet.write", "gauge.sheet.confirm", "core.user.create")
    (sheets,) = call("GET", "/api/v1/").json["resources"]
    assert sheets["href"] == SHEETS
    assert (sheets["verbs"], sheets["transitions"]) == (["read", "write"], ["confirm", "recheck"])


def test_search_finds_records_of_every_kind_within_reach(gauge_app: Flask) -> None:
    unit = system_unit(people.make_unit)
    call = make_caller(gauge_app, "gauge.sheet.read", "gauge.maker.read", scope="unit", unit=unit)
    system_unit(lambda: (make_sheet("1", title="Bolt M8", org_unit_id=unit.id), make_sheet("2", title="Bolt M9")))
    system_unit(lambda: make_maker(code="X", name="Bolt works", org_unit_id=unit.id))
    found = call("GET", "/api/v1/search?q=bolt").json["items"]
    assert sorted((hit["model"], hit["display"]) for hit in found) == [
        ("gauge.maker", "Bolt works"),
        ("gauge.sheet", "1 Bolt M8"),
    ]
    assert all(call("GET", hit["href"]).status_code == 200 for hit in found)
    assert call("GET", "/api/v1/search").json == {"items": []}
    assert call("GET", "/api/v1/search?q=%00").status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/me", "/api/v1/openapi.json", "/api/v1/search"])
def test_unknown_parameters_are_refused_everywhere(one_app: Flask, path: str) -> None:
    assert make_caller(one_app)("GET", f"{path}?nothing=1").status_code == 422


def description(call: Caller, language: str = "en") -> Any:
    return call("GET", "/api/v1/openapi.json", Accept_Language=language).json


def test_every_address_of_the_api_is_described(one_app: Flask) -> None:
    document = description(make_caller(one_app))
    assert document["openapi"] == "3.1.0"
    for spec in current_registry().models.values():
        base = f"/api/v1/{spec.addon}/{spec.meta.resource}"
        assert (base in document["paths"]) is is_page(spec), spec.name
    one = document["paths"][f"{SHEETS}/{{record_id}}"]
    assert {"get", "patch", "delete"} <= set(one)
    assert f"{SHEETS}/{{record_id}}/confirm" in document["paths"]


def test_the_description_says_what_may_be_written(one_app: Flask) -> None:
    schemas = description(make_caller(one_app))["components"]["schemas"]
    create = schemas["gauge.sheet.create"]
    assert create["required"] == ["title"]
    assert create["additionalProperties"] is False
    assert "state" not in create["properties"]
    assert create["properties"]["qty"]["type"] == "string"
    assert create["properties"]["colour"]["enum"] == ["red", "green", "blue", None]
    assert schemas["gauge.sheet"]["properties"]["state"]["enum"] == ["draft", "confirmed", "cancelled"]
    assert "version" in schemas["gauge.sheet.update"]["properties"]
    assert "reason" in schemas["gauge.sheet.cancel"]["properties"]


def test_every_reference_in_the_description_leads_somewhere(one_app: Flask) -> None:
    document = description(make_caller(one_app))
    for part in json.dumps(document).split('"$ref": "#/')[1:]:
        place: Any = document
        for step in part.split('"')[0].split("/"):
            place = place[step]


def test_the_description_is_valid(app: Flask) -> None:
    """Of everything installed: schemas of JSON Schema 2020-12, operations told apart, parameters of paths declared."""
    document = description(full_rights(app))
    schemas = document["components"]["schemas"]
    assert [name for name, schema in schemas.items() if not jsonschema_rs.meta.is_valid(schema)] == []
    names = []
    for path, item in document["paths"].items():
        declared = {p["name"] for p in item.get("parameters", ()) if p["in"] == "path" and p["required"]}
        assert declared == set(re.findall(r"{(\w+)}", path)), path
        for method, operation in item.items():
            if method != "parameters":
                names.append(operation["operationId"])
                assert operation["responses"], names[-1]
                assert ("Idempotency-Key" in str(operation.get("parameters"))) is (method == "post"), names[-1]
    assert len(names) == len(set(names)) > 100


def test_the_description_reads_in_the_callers_language(one_app: Flask) -> None:
    call = make_caller(one_app)
    titles = [
        description(call, language)["components"]["schemas"]["core.number_rule"]["properties"]["pattern"]["title"]
        for language in ("en", "zh", "en")
    ]
    assert titles == ["Pattern", "格式", "Pattern"]


def test_people_read_the_description_as_a_page(one_app: Flask) -> None:
    call = make_caller(one_app)
    page = people.sign_in(one_app.test_client(), call.user).get("/api/docs")
    assert page.status_code == 200
    for text in (f"{SHEETS}/{{record_id}}/confirm", "/api/v1/openapi.json", "gauge.sheet.read"):
        assert text in page.text


def test_every_route_of_the_api_says_who_may_use_it(one_app: Flask) -> None:
    routes = [r.endpoint for r in one_app.url_map.iter_rules() if r.endpoint.startswith(f"{blueprint.name}.")]
    assert len(routes) >= 11
    assert all(access_of(one_app.view_functions[endpoint]) is not None for endpoint in routes)
    assert all(access_of(one_app.view_functions[endpoint]).kind != "public" for endpoint in routes)  # type: ignore[union-attr]


def note_use(call: Caller) -> None:
    """That a token is in use is written down once in five minutes: let it be done before statements are counted."""
    call("GET", "/api/v1/me")


def prepare(lines: int) -> None:
    maker = make_maker(code=f"K{lines}")
    make_sheet(f"N{lines}", maker_id=maker.id, lines=("1",) * lines)


@pytest.mark.parametrize(
    ("method", "path", "body", "most"),
    [
        ("GET", SHEETS, None, 5),
        ("GET", f"{SHEETS}?q=n&sort=-maker.code&fields=title,lines,maker", None, 6),
        ("GET", f"{SHEETS}/1", None, 5),
        ("POST", MAKERS, {"code": "Z"}, 6),
        ("POST", SHEETS, {"title": "T", "maker_id": 1, "lines": [{"qty": "1"}]}, 11),
        ("PATCH", f"{SHEETS}/1", {"title": "T", "version": 1}, 8),
        ("POST", f"{SHEETS}/1/confirm", {}, 11),
        ("DELETE", f"{SHEETS}/1", None, 9),
    ],
)
def test_a_request_with_a_token_takes_few_statements(
    gauge_app: Flask, method: str, path: str, body: Any, most: int
) -> None:
    call = make_caller(gauge_app)
    note_use(call)
    system_unit(lambda: [prepare(n) for n in (5, 1, 2)])
    with statements() as seen:
        answer = call(method, path, body)
    assert answer.status_code < 300, answer.text
    assert len(seen) <= most, "\n".join(seen)


def test_a_longer_list_takes_no_more_statements(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    note_use(call)
    counts = []
    for start in (0, 100):
        system_unit(lambda start=start: [prepare(n) for n in range(start, start + 3 + start // 5)])
        with statements() as seen:
            call("GET", f"{SHEETS}?fields=title,lines,maker&per_page=200")
        counts.append(len(seen))
    assert counts[0] == counts[1]
