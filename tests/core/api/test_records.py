"""Reading and writing records over the API, with a real token."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from core.actor import SYSTEM, acting
from core.db.session import db
from core.kernel.registry import current_registry
from core.kernel.switch import disable
from core.testing import people
from tests.core.api.fixtures import MAKERS, SHEETS, make_caller, make_maker, make_sheet, system_unit

READ = ("gauge.sheet.read", "gauge.maker.read")


def made(work: Any) -> int:
    return int(system_unit(lambda: work().id))


def condition(**leaf: Any) -> str:
    return f"{SHEETS}?filter={json.dumps(leaf)}"


def titles(response: Any) -> list[str]:
    assert response.status_code == 200, response.text
    return [item["title"] for item in response.json["items"]]


def test_a_record_made_can_be_read_where_its_location_says(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    maker = call("POST", MAKERS, {"code": "A", "name": "Acme"}).json["id"]
    answer = call("POST", SHEETS, {"title": "T", "maker_id": maker, "qty": "1.50", "lines": [{"qty": "2"}]})
    assert answer.status_code == 201
    read = call("GET", answer.headers["Location"])
    assert read.json == answer.json
    assert read.headers["ETag"] == answer.headers["ETag"] == f'"{read.json["id"]}-1"'
    assert read.json["qty"] == "1.5"
    assert read.json["maker"] == {"id": maker, "display": "Acme"}
    assert read.json["number"].startswith("GS")
    assert read.json["state"] == "draft"
    assert [line["qty"] for line in read.json["lines"]] == ["2"]
    assert read.json["created_by"]["display"] == call.user.name


def test_a_link_out_of_reach_keeps_its_name_to_itself(gauge_app: Flask) -> None:
    unit = system_unit(people.make_unit)
    call = make_caller(gauge_app, *READ, scope="unit", unit=unit)
    maker = made(lambda: make_maker(code="far", name="Secret"))
    sheet = made(lambda: make_sheet("1", maker_id=maker, org_unit_id=unit.id))
    seen = call("GET", f"{SHEETS}/{sheet}").json
    assert (seen["maker_id"], seen["maker"]) == (maker, None)
    assert "Secret" not in call("GET", SHEETS).text


def test_a_name_that_is_public_stands_on_records_even_out_of_reach(gauge_app: Flask) -> None:
    unit = system_unit(people.make_unit)
    call = make_caller(gauge_app, *READ, scope="unit", unit=unit)
    other = system_unit(lambda: people.make_user(name="Li Lei"))
    sheet = made(lambda: make_sheet("1", org_unit_id=unit.id))

    def hand_over() -> None:
        from addons.gauge.models import Sheet

        db.session.get_one(Sheet, sheet).created_by_id = other.id

    system_unit(hand_over)
    assert call("GET", f"{SHEETS}/{sheet}").json["created_by"] == {"id": other.id, "display": "Li Lei"}


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE", "POST"])
def test_a_foreign_record_is_answered_like_one_that_is_not_there(gauge_app: Flask, method: str) -> None:
    call = make_caller(gauge_app, scope="own")
    foreign = made(lambda: make_sheet("1"))
    suffix = "/confirm" if method == "POST" else ""
    body = {"title": "x", "version": 1} if method == "PATCH" else None
    one = call(method, f"{SHEETS}/{foreign}{suffix}", body)
    other = call(method, f"{SHEETS}/987654{suffix}", body)
    assert one.status_code == other.status_code == 404
    assert {**one.json, "request_id": ""} == {**other.json, "request_id": ""}
    assert titles(call("GET", SHEETS)) == []


def test_without_the_permission_a_record_is_forbidden_whether_it_is_there_or_not(one_app: Flask) -> None:
    call = make_caller(one_app, "gauge.maker.read")
    there = made(lambda: make_sheet("1"))
    for path in (f"{SHEETS}/{there}", f"{SHEETS}/987654", SHEETS):
        answer = call("GET", path)
        assert answer.status_code == 403
        assert answer.json["details"] == {"permission": "gauge.sheet.read"}


def test_each_verb_needs_its_permission(one_app: Flask) -> None:
    call = make_caller(one_app, *READ)
    sheet = made(lambda: make_sheet("1"))
    attempts = [
        ("POST", SHEETS, {"title": "x"}, "gauge.sheet.create"),
        ("PATCH", f"{SHEETS}/{sheet}", {"title": "x", "version": 1}, "gauge.sheet.write"),
        ("DELETE", f"{SHEETS}/{sheet}", None, "gauge.sheet.delete"),
        ("POST", f"{SHEETS}/{sheet}/confirm", {}, "gauge.sheet.confirm"),
    ]
    for method, path, body, permission in attempts:
        answer = call(method, path, body)
        assert (answer.status_code, answer.json["details"]) == (403, {"permission": permission})


def test_who_may_write_but_not_read_learns_only_the_id(one_app: Flask) -> None:
    call = make_caller(one_app, "gauge.maker.create")
    assert call("POST", MAKERS, {"code": "A"}).json == {"id": 1, "version": 1}


def test_an_app_that_is_off_has_no_addresses(one_app: Flask) -> None:
    call = make_caller(one_app)
    system_unit(lambda: disable("gauge"))
    assert call("GET", SHEETS).status_code == 404
    assert call("POST", SHEETS, {"title": "x"}).status_code == 404
    assert not [r for r in call("GET", "/api/v1/").json["resources"] if r["model"].startswith("gauge.")]
    assert SHEETS not in call("GET", "/api/v1/openapi.json").json["paths"]


def test_lines_and_internal_tables_have_no_addresses(one_app: Flask) -> None:
    call = make_caller(one_app)
    for path in ("/api/v1/gauge/sheet-lines", "/api/v1/gauge/", "/api/v1/core/sessions", "/api/v1/core/audit-entries"):
        assert call("GET", path).status_code == 404


def test_a_change_names_the_version_it_saw(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    tag = call("GET", path).headers["ETag"]
    assert list(call("PATCH", path, {"title": "a"}).json["errors"]) == ["version"]
    assert call("PATCH", path, {"title": "b"}, If_Match=tag).headers["ETag"] != tag
    stale = call("PATCH", path, {"title": "c"}, If_Match=tag)
    assert (stale.status_code, stale.json["code"]) == (409, "stale_version")
    assert stale.json["details"] == {"current": 2, "sent": 1}
    assert call("PATCH", path, {"title": "d", "version": 2}).json["title"] == "d"


@pytest.mark.parametrize(
    ("tag", "status"), [("*", 422), ("1", 422), ('W/"1-1"', 422), ('"99-1"', 409), ('"1-9999999999"', 422)]
)
def test_a_tag_that_is_not_the_records_changes_nothing(one_app: Flask, tag: str, status: int) -> None:
    call = make_caller(one_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    assert call("PATCH", path, {"title": "x"}, If_Match=tag).status_code == status
    assert call("DELETE", path, If_Match=tag).status_code == status
    assert call("GET", path).json["version"] == 1


def test_two_versions_that_differ_are_refused(one_app: Flask) -> None:
    call = make_caller(one_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    answer = call("PATCH", path, {"title": "x", "version": 2}, If_Match='"1-1"')
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["version"])


def test_lines_are_changed_added_and_removed_with_their_document(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1', lines=('1', '2', '3')))}"
    first, second, _third = call("GET", path).json["lines"]
    lines = [{"id": second["id"], "qty": "20"}, {"id": first["id"], "qty": "1"}, {"qty": "4"}]
    changed = call("PATCH", path, {"version": 1, "lines": lines}).json
    assert [(line["seq"], line["qty"]) for line in changed["lines"]] == [(1, "20"), (2, "1"), (3, "4")]
    assert changed["version"] == 2


def test_a_deleted_record_is_gone(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1', lines=('1',)))}"
    assert (call("DELETE", path).status_code, call("GET", path).status_code) == (204, 404)


def test_a_record_others_refer_to_stays(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    maker = made(lambda: make_maker(code="A"))
    made(lambda: make_sheet("1", maker_id=maker))
    assert call("DELETE", f"{MAKERS}/{maker}").status_code == 409
    assert call("GET", f"{MAKERS}/{maker}").status_code == 200


def test_a_transition_moves_the_state_and_takes_its_parameters(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    confirmed = call("POST", f"{path}/confirm")
    assert (confirmed.status_code, confirmed.json["state"]) == (200, "confirmed")
    cancelled = call("POST", f"{path}/cancel", {"reason": "worn", "version": 2})
    assert (cancelled.json["state"], cancelled.json["note"]) == ("cancelled", "worn")
    assert cancelled.headers["ETag"] == '"1-3"'


@pytest.mark.parametrize(
    ("name", "body", "status", "code"),
    [
        ("confirm", {"version": 7}, 409, "stale_version"),
        ("confirm", {"reason": "x"}, 422, "invalid"),
        ("confirm", {"version": "1"}, 422, "invalid"),
        ("confirm", [], 422, "invalid"),
        ("cancel", {"reason": "x" * 41}, 422, "invalid"),
        ("cancel", {"reason": "never"}, 409, "conflict"),
        ("cancel", {"reason": "\u0000"}, 422, "invalid"),
        ("melt", {}, 404, "not_found"),
    ],
)
def test_a_refused_transition_leaves_the_record_as_it_was(
    gauge_app: Flask, name: str, body: Any, status: int, code: str
) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    before = call("GET", path).json
    answer = call("POST", f"{path}/{name}", body)
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert call("GET", path).json == before


def test_a_transition_from_the_wrong_state_is_a_conflict(one_app: Flask) -> None:
    call = make_caller(one_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1', state='cancelled'))}"
    assert call("POST", f"{path}/confirm").json["details"] == {"state": "cancelled"}
    assert call("PATCH", path, {"title": "x", "version": 1}).status_code == 409
    assert call("DELETE", path).status_code == 409


def test_a_list_is_filtered_searched_sorted_and_paged(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    system_unit(lambda: [make_sheet(str(n), title=f"t{n}", times=n % 3, colour="red") for n in range(9)])
    assert titles(call("GET", condition(field="times", op="eq", value=2))) == ["t2", "t5", "t8"]
    assert titles(call("GET", f"{SHEETS}?q=T7")) == ["t7"]
    assert titles(call("GET", f"{SHEETS}?sort=-times,title&per_page=4")) == ["t2", "t5", "t8", "t1"]
    second = call("GET", f"{SHEETS}?sort=title&per_page=4&page=3").json
    assert [i["title"] for i in second["items"]] == ["t8"]
    assert (second["page"], second["per_page"], second["total"]) == (3, 4, 9)
    assert call("GET", f"{SHEETS}?page=1000000").json["items"] == []


def test_a_list_answers_only_the_fields_asked_for(one_app: Flask) -> None:
    call = make_caller(one_app)
    made(lambda: make_sheet("1", title="t", lines=("3",)))
    (item,) = call("GET", f"{SHEETS}?fields=title,lines").json["items"]
    assert list(item) == ["id", "title", "lines"]
    assert "lines" not in call("GET", SHEETS).json["items"][0]
    assert list(call("GET", f"{SHEETS}/1?fields=number").json) == ["id", "number"]


@pytest.mark.parametrize(
    "query",
    [
        "colour=red",
        "page=0",
        "page=1000001",
        "page=x",
        "page=٣",
        "page=1&page=2",
        "per_page=201",
        "per_page=-1",
        "sort=nothing",
        "sort=lines",
        "sort=title;drop",
        "fields=password_hash",
        "fields=lines.qty",
        'filter={"field":"nothing","op":"empty"}',
        "filter=[]",
        "q=%00",
        "q=a%00b",
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(one_app: Flask, query: str) -> None:
    answer = make_caller(one_app)("GET", f"{SHEETS}?{query}")
    assert answer.status_code == 422, answer.text
    assert answer.content_type == "application/problem+json"


def test_a_filter_that_is_not_json_is_refused(one_app: Flask) -> None:
    call = make_caller(one_app)
    for text in ("{", "NaN", "[" * 5000, '{"not":' * 40 + "{}" + "}" * 40):
        assert call("GET", f"{SHEETS}?filter={text}").status_code in (400, 422)


HIDING = {"prices": ("price", "amount"), "costs": ("lines.0.cost",)}


def test_hidden_fields_are_neither_read_sorted_filtered_listed_nor_written(one_app: Flask) -> None:
    permissions = tuple(current_registry().permissions)
    call = make_caller(one_app, *permissions, groups=())
    path = f"{SHEETS}/{made(lambda: make_sheet('1', price='3', amount='4', lines=('1',)))}"
    seen = call("GET", path).json
    assert not {"price", "amount"} & set(seen)
    assert "cost" not in seen["lines"][0]
    assert call("GET", f"{SHEETS}?sort=price").status_code == 422
    assert call("GET", f"{SHEETS}?sort=maker.rebate").status_code == 422
    assert call("GET", f"{SHEETS}?fields=amount").status_code == 422
    assert call("GET", condition(field="price", op="gt", value="1")).status_code == 422
    for body in ({"price": "9"}, {"lines": [{"qty": "1", "cost": "9"}]}):
        refused = call("PATCH", path, {**body, "version": 1})
        assert refused.status_code == 422
        assert refused.json["errors"]
    assert call("POST", SHEETS, {"title": "x", "amount": "1"}).status_code == 422


def test_somebody_in_the_group_does_all_of_that(one_app: Flask) -> None:
    permissions = tuple(current_registry().permissions)
    call = make_caller(one_app, *permissions, groups=("prices",))
    path = f"{SHEETS}/{made(lambda: make_sheet('1', price='3', lines=('1',)))}"
    assert call("GET", path).json["price"] == "3"
    assert titles(call("GET", condition(field="price", op="gt", value="1"))) == ["Sheet 1"]
    assert call("PATCH", path, {"price": "9", "version": 1}).json["price"] == "9"
    assert "cost" not in call("GET", path).json["lines"][0]


def test_a_field_fixed_at_creation_cannot_be_changed_later(one_app: Flask) -> None:
    call = make_caller(one_app)
    made_ = call("POST", SHEETS, {"title": "T", "origin": "here"}).json
    assert made_["origin"] == "here"
    answer = call("PATCH", f"{SHEETS}/{made_['id']}", {"origin": "there", "version": 1})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["origin"])


def test_errors_name_the_path_of_each_field(one_app: Flask) -> None:
    call = make_caller(one_app)
    body = {"qty": "x", "colour": "pink", "lines": [{"qty": "1"}, {"qty": 1.5, "nothing": 1}, 7], "maker_id": "x"}
    errors = call("POST", SHEETS, body).json["errors"]
    assert set(errors) == {"title", "qty", "colour", "maker_id", "lines.1.qty", "lines.1.nothing", "lines.2"}


def test_a_link_may_only_point_within_reach(one_app: Flask) -> None:
    call = make_caller(one_app, scope="own")
    foreign = made(lambda: make_maker(code="A"))
    answer = call("POST", SHEETS, {"title": "T", "maker_id": foreign})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["maker_id"])


def test_refusals_read_in_the_callers_language(one_app: Flask) -> None:
    call = make_caller(one_app)
    english = call("POST", SHEETS, {}, Accept_Language="en").json
    chinese = call("POST", SHEETS, {}, Accept_Language="zh").json
    assert english["errors"] == {"title": ["This is needed."]}
    assert chinese["errors"] == {"title": ["此项必填。"]}


def test_reading_changes_nothing(one_app: Flask) -> None:
    with acting(SYSTEM):
        call = make_caller(one_app)
    path = f"{SHEETS}/{made(lambda: make_sheet('1'))}"
    before = call("GET", path).json
    for query in ("", "?q=x", "?sort=title", "?fields=title"):
        call("GET", SHEETS + query)
    assert call("GET", path).json == before
