"""Whatever is sent, the answer is a problem that says what to do: never a 5xx."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask

from core.testing import people
from tests.core.api.fixtures import MAKERS, SHEETS, Caller, make_caller, make_sheet, system_unit

JSON = "application/json"


def send(call: Caller, data: bytes, content_type: str = JSON, path: str = MAKERS, method: str = "POST") -> Any:
    return call.send(path, method=method, data=data, content_type=content_type)


def deep(levels: int) -> bytes:
    return b'{"name":' + b"[" * levels + b"]" * levels + b"}"


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"{", 400),
        (b"\xff\xfe", 400),
        (b'{"code": "\xff"}', 400),
        (b"NaN", 400),
        (b'{"code": Infinity}', 400),
        (b'{"code": "A", "code": "B"}', 400),
        (b'{"rebate": ' + b"9" * 5000 + b"}", 400),
        (b"[]", 422),
        (b"null", 422),
        (b'"text"', 422),
        (b"7", 422),
        (deep(40), 422),
        (deep(100_000), 422),
        (b'{"code": "a\\u0000"}', 422),
        (b'{"a\\u0000": 1}', 422),
        (b'{"code": "\\ud800"}', 422),
        (b'{"\\udfff": 1}', 422),
        (b'{"rebate": ' + b"9" * 400 + b"}", 422),
        (b'{"code": "A", "rebate": 1e400}', 422),
        (b'{"code": "A", "rebate": 1.5}', 422),
        (b'{"code": "A", "rebate": "1e999999999"}', 422),
        (b"", 422),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(gauge_app: Flask, data: bytes, status: int) -> None:
    answer = send(make_caller(gauge_app), data)
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == status


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_a_body_of_another_type_is_refused(one_app: Flask, content_type: str) -> None:
    answer = send(make_caller(one_app), b'{"code": "A"}', content_type)
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported_content")


def test_a_body_of_more_than_two_megabytes_is_refused(one_app: Flask) -> None:
    call = make_caller(one_app)
    big = json.dumps({"code": "A", "name": "x" * 2**21}).encode()
    assert send(call, big).status_code == 413
    with_key = call.send(MAKERS, method="POST", data=big, content_type=JSON, headers={"Idempotency-Key": "k"})
    assert with_key.status_code == 413


def test_an_unknown_method_is_refused_with_those_there_are(one_app: Flask) -> None:
    call = make_caller(one_app)
    answer = call("PUT", MAKERS, {})
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"
    assert call("POST", f"{MAKERS}/1").status_code == 405


@pytest.mark.parametrize("record_id", ["0", "abc", "-1", "1.0", "9" * 18, "9" * 19, "9" * 5000, "٣", "%00", "1%00"])
def test_an_id_that_cannot_be_one_is_not_found(gauge_app: Flask, record_id: str) -> None:
    call = make_caller(gauge_app)
    for path in (f"{MAKERS}/{record_id}", f"{SHEETS}/{record_id}/confirm"):
        answer = call("POST" if "confirm" in path else "GET", path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_addresses_with_odd_characters_are_not_found(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    narrow = make_caller(gauge_app, "core.user.read")
    for path in ("/api/v1/%00/%00", "/api/v1/gauge/%ff", f"{SHEETS}/1/%00", "/api/v2/", "/api/v1/gauge/sheets/1/a/b"):
        assert call("POST", path).status_code in (404, 405), path
        assert narrow("POST", path).status_code in (403, 404, 405), path


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "Bearer \u00e9", "Bearer " + "x" * 5000]
)
def test_nobody_in_particular_is_told_to_sign_in(one_app: Flask, authorization: str) -> None:
    client = one_app.test_client()
    headers = {"Authorization": authorization} if authorization else {}
    for method, path in (("GET", SHEETS), ("POST", SHEETS), ("DELETE", f"{SHEETS}/1"), ("GET", "/api/v1/openapi.json")):
        answer = client.open(path, method=method, headers=headers)
        assert answer.status_code == 401, (method, path)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        assert answer.content_type == "application/problem+json"


def test_a_browsers_session_needs_its_csrf_token_to_write(one_app: Flask) -> None:
    call = make_caller(one_app)
    browser = people.sign_in(one_app.test_client(), call.user)
    assert browser.get(SHEETS).status_code == 200
    assert browser.post(MAKERS, json={"code": "A"}).status_code == 400
    with_token = browser.post(MAKERS, json={"code": "A"}, headers={"X-CSRFToken": people.csrf(browser)})
    assert with_token.status_code == 201


@pytest.mark.parametrize("value", ["2147483648", 2147483648, -(2**31), 1.0, "x", True, [], {}, ""])
def test_a_whole_number_that_is_none_is_refused(gauge_app: Flask, value: Any) -> None:
    answer = make_caller(gauge_app)("POST", SHEETS, {"title": "T", "times": value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["times"])


@pytest.mark.parametrize(
    ("value", "kept"),
    [("0.000001",) * 2, ("9223372036854.775807",) * 2, ("１．５", "1.5"), ("1,000.50", "1000.5")],
)
def test_a_quantity_is_kept_exactly(gauge_app: Flask, value: str, kept: str) -> None:
    assert make_caller(gauge_app)("POST", SHEETS, {"title": "T", "qty": value}).json["qty"] == kept


@pytest.mark.parametrize(
    "value",
    [
        *("-1", "0.0000001", "0.123456789012", "9223372036854.775808", "1" + "0" * 18, "1e3", "1e18", "1,5"),
        "1_000",
        "NaN",
        "Infinity",
        "",
        "--1",
        "1 2",
        1.5,
        10**18,
        True,
    ],
)
def test_a_quantity_that_would_have_to_be_guessed_or_rounded_is_refused(gauge_app: Flask, value: Any) -> None:
    answer = make_caller(gauge_app)("POST", SHEETS, {"title": "T", "qty": value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["qty"])


@pytest.mark.parametrize(
    "value", ["2026-02-30", "2026-13-01", "0000-01-01", "20261124", "2026-W48-2", "24:00", "2026-11-24T00:00:00", 0]
)
def test_a_day_that_is_none_is_refused(gauge_app: Flask, value: Any) -> None:
    answer = make_caller(gauge_app)("POST", SHEETS, {"title": "T", "due_on": value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["due_on"])


@pytest.mark.parametrize(
    "value",
    ["2026-11-24T24:00:00Z", "2026-11-24T08:00:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", 5],
)
def test_a_moment_that_is_none_is_refused(gauge_app: Flask, value: Any) -> None:
    answer = make_caller(gauge_app)("POST", SHEETS, {"title": "T", "checked_at": value})
    assert (answer.status_code, list(answer.json["errors"])) == (422, ["checked_at"])


def test_a_moment_is_kept_whatever_its_time_zone(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    made = call("POST", SHEETS, {"title": "T", "checked_at": "2026-11-24T08:00:00+08:00", "due_on": "2028-02-29"}).json
    assert (made["checked_at"], made["due_on"]) == ("2026-11-24T00:00:00+00:00", "2028-02-29")


PAYLOADS = (
    "' OR 1=1 --",
    '"; DROP TABLE gauge_sheet; --',
    "1) UNION SELECT password_hash FROM core_user",
    "%' AND SLEEP(5)#",
)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_sql_in_a_parameter_is_a_value_or_refused(gauge_app: Flask, payload: str) -> None:
    call = make_caller(gauge_app)
    system_unit(lambda: make_sheet("1"))
    for name in ("sort", "fields", "page", "per_page"):
        assert call.send(SHEETS, query_string={name: payload}).status_code == 422
    found = call.send(SHEETS, query_string={"q": payload})
    assert (found.status_code, found.json["total"]) == (200, 0)
    asked = json.dumps({"field": "title", "op": "eq", "value": payload})
    found = call.send(SHEETS, query_string={"filter": asked})
    assert (found.status_code, found.json["total"]) == (200, 0)


def test_a_fault_of_ours_tells_nothing(one_app: Flask, monkeypatch: Any) -> None:
    from core.api import records

    def breaks(*arguments: Any) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr(records, "find_page", breaks)
    answer = make_caller(one_app)("GET", SHEETS)
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "secret" not in answer.text
    assert answer.json["request_id"]
