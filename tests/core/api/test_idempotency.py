"""The same POST twice: one effect, the same answer."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

from addons.gauge.models import Maker
from flask import Flask
from sqlalchemy import func, select, update

from core.api import idempotency
from core.api.models import IdempotencyKey
from core.db.session import db
from core.db.types import utcnow
from core.kernel.registry import current_registry
from core.testing.statements import statements
from tests.core.api.fixtures import MAKERS, SHEETS, Caller, make_caller, make_sheet, system_unit


def makers() -> int:
    return int(system_unit(lambda: db.session.scalar(select(func.count(Maker.id)))))


def kept() -> int:
    return int(system_unit(lambda: db.session.scalar(select(func.count(IdempotencyKey.id)))))


def post(call: Caller, key: str, body: Any, path: str = MAKERS) -> Any:
    return call("POST", path, body, Idempotency_Key=key)


def test_the_same_request_gets_the_same_answer_and_has_one_effect(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    first = post(call, "k1", {"code": "A"})
    again = post(call, "k1", {"code": "A"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    for header in ("Location", "ETag", "Content-Type"):
        assert again.headers[header] == first.headers[header]
    assert "Idempotent-Replayed" not in first.headers
    assert again.headers["Idempotent-Replayed"] == "true"
    assert makers() == 1


def test_another_request_under_the_same_key_is_refused(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    post(call, "k1", {"code": "A"})
    for body, path in (({"code": "B"}, MAKERS), ({"code": "A"}, SHEETS)):
        answer = post(call, "k1", body, path)
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["Idempotency-Key"])
    assert makers() == 1


def test_a_key_is_its_users_own(gauge_app: Flask) -> None:
    one, other = make_caller(gauge_app), make_caller(gauge_app)
    assert post(one, "k1", {"code": "A"}).json["id"] != post(other, "k1", {"code": "B"}).json["id"]


def test_a_refusal_is_kept_as_well(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    refused = post(call, "k1", {})
    again = post(call, "k1", {})
    assert (refused.status_code, again.status_code) == (422, 422)
    assert again.data == refused.data
    assert again.headers["Idempotent-Replayed"] == "true"


def test_a_transition_fires_once(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    sheet = system_unit(lambda: make_sheet("1").id)
    first, again = (post(call, "k1", None, f"{SHEETS}/{sheet}/confirm") for _n in range(2))
    assert (first.status_code, again.status_code, again.json) == (200, 200, first.json)
    assert again.json["version"] == 2


def test_a_request_that_broke_leaves_no_answer_behind(gauge_app: Flask, monkeypatch: Any) -> None:
    call = make_caller(gauge_app)
    workflow = current_registry().workflows["gauge.sheet"]
    transition = workflow.transition("cancel")
    sheet = system_unit(lambda: make_sheet("1").id)

    def breaks(record: Any, **params: Any) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        patch.setitem(transition.__dict__, "effect", breaks)
        assert post(call, "k1", {}, f"{SHEETS}/{sheet}/cancel").status_code == 500
    assert kept() == 0
    assert post(call, "k1", {}, f"{SHEETS}/{sheet}/cancel").status_code == 200


def test_sixteen_duplicates_at_once_have_one_effect(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    answers: list[Any] = []

    def send() -> None:
        own = Caller(gauge_app, call.user, call.headers["Authorization"].removeprefix("Bearer "))
        answers.append(post(own, "k1", {"code": "A", "name": "Acme"}))

    threads = [threading.Thread(target=send) for _n in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {a.status_code for a in answers} == {201}
    assert len({a.data for a in answers}) == 1
    assert sum("Idempotent-Replayed" not in a.headers for a in answers) == 1
    assert makers() == 1


def test_a_key_is_printable_and_not_too_long(one_app: Flask) -> None:
    call = make_caller(one_app)
    for key in ("", "x" * 201, "é", "a\tb"):
        assert post(call, key, {"code": "A"}).status_code == 422, key
    assert makers() == 0


def age(days: int) -> None:
    old = utcnow() - timedelta(days=days, hours=1)
    system_unit(lambda: db.session.execute(update(IdempotencyKey).values(created_at=old)))


def test_after_thirty_days_a_key_is_free_again(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    post(call, "k1", {"code": "A"})
    age(29)
    assert post(call, "k1", {"code": "B"}).status_code == 422
    age(30)
    assert post(call, "k1", {"code": "B"}).status_code == 201
    assert makers() == 2


def test_old_answers_are_forgotten(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    post(call, "k1", {"code": "A"})
    age(30)
    post(call, "k2", {"code": "B"})
    assert system_unit(idempotency.forget_old) == 1
    assert kept() == 1


def test_a_key_costs_two_statements(one_app: Flask) -> None:
    call = make_caller(one_app)
    call("GET", MAKERS)  # notes once that the token is in use
    with statements() as without:
        call("POST", MAKERS, {"code": "A"})
    with statements() as with_key:
        post(call, "k1", {"code": "B"})
    assert len(with_key) == len(without) + 2
