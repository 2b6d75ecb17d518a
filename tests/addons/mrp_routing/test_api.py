"""The address devices send their scans to."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from core.db import db, run_unit, utcnow
from core.testing.people import bearer, make_role, make_token, make_user
from core.testing.statements import statements
from tests.addons.mrp_routing.support import Floor, make_floor

ADDRESS = "/api/v1/mrp_routing/scan-events"
READ, REPORT = "mrp_routing.work_order.read", "mrp_routing.work_order.report"
MOST_STATEMENTS = 14  # for one scan over HTTP: rights, the inbox, the work, the audit trail

Send = Callable[..., Any]


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


@pytest.fixture
def send(any_app: Flask, floor: Floor) -> Send:
    return sender(any_app, READ, REPORT)


def sender(app: Flask, *permissions: str) -> Send:
    """Post events from a device that may do this much."""
    user = run_unit(lambda: make_user(make_role(*permissions)))
    headers = bearer(make_token(user, kind="device"))

    def send(*events: dict[str, Any], device: str = "pda-07") -> Any:
        return app.test_client().post(ADDRESS, json={"device": device, "events": list(events)}, headers=headers)

    return send


def event(*codes: str | None, **values: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "at": utcnow().isoformat(), "codes": list(codes), **values}


def test_a_device_starts_and_finishes_work(floor: Floor, send: Send) -> None:
    badge, ticket = floor.worker.badge, floor.ticket()
    started = send(event(badge, ticket, seq=1)).json["results"]
    finished = send(event(ticket, badge, seq=2, qty={"good": "4", "scrap": "1"})).json["results"]
    assert [(r["verdict"], r["code"], r["available"]) for r in started + finished] == [
        ("applied", "started", "10"),
        ("applied", "finished", "5"),
    ]
    assert finished[0]["operation"] == f"{floor.order.number}-1 · 1 {floor.order.operations[0].name}"
    assert (floor.operations[0].good, floor.operations[0].scrap) == (4, 1)


def test_the_answer_comes_after_the_commit_and_is_the_same_again(floor: Floor, send: Send) -> None:
    scan = event(floor.worker.badge, floor.ticket())
    first, second = send(scan).json["results"], send(scan).json["results"]
    assert second == [{**first[0], "verdict": "duplicate"}]
    assert first[0]["verdict"] == "applied"


def test_one_bad_event_stops_no_other_of_its_batch(floor: Floor, send: Send) -> None:
    batch = [event("nobody", "\x1d", seq=1), event(floor.worker.badge, floor.ticket(), seq=2)]
    answer = send(*batch)
    assert answer.status_code == 200
    assert [r["verdict"] for r in answer.json["results"]] == ["pending", "applied"]


def test_what_is_no_event_waits_with_its_reason_and_stops_no_other(floor: Floor, send: Send) -> None:
    wrong = [
        {**event("x"), "at": "2026-01-01T08:00:00"},
        {**event("x"), "codes": []},
        {**event("x"), "action": "dance"},
        {**event("x"), "qty": {"good": "-1"}},
        {**event("x"), "qty": {"good": 0.5}},
        {**event("x"), "extra": "a"},
    ]
    good = event(floor.worker.badge, floor.ticket())
    results = send(*wrong, good).json["results"]
    assert [(r["verdict"], r["code"]) for r in results] == [("applied", "started")] + [("pending", "unreadable")] * 6
    assert send(*wrong).json["results"] == [{**r, "verdict": "duplicate"} for r in results[1:]]


def test_what_has_no_id_is_refused_by_itself_and_a_batch_that_is_none_as_a_whole(floor: Floor, send: Send) -> None:
    results = send({**event("x"), "id": "7"}, event(floor.worker.badge, floor.ticket())).json["results"]
    assert [(r["verdict"], r["code"]) for r in results] == [("applied", "started"), ("rejected", "unreadable")]
    assert send(event("x"), device="").status_code == 422
    assert send(*[event("x")] * 101).status_code == 422


def test_a_device_without_the_right_to_report_is_refused(any_app: Flask, floor: Floor) -> None:
    assert sender(any_app, READ)(event("x")).status_code == 403


def test_a_device_that_may_not_read_the_work_order_finds_no_operation(any_app: Flask, floor: Floor) -> None:
    (result,) = sender(any_app, REPORT)(event(floor.worker.badge, floor.ticket())).json["results"]
    assert (result["verdict"], result["code"]) == ("pending", "not_found")


def test_what_scans_do_to_an_order_cannot_be_asked_for(any_app: Flask, floor: Floor) -> None:
    user = run_unit(lambda: make_user(make_role(READ, REPORT)))
    path = f"/api/v1/mrp_routing/work-orders/{floor.order.id}/start"
    assert any_app.test_client().post(path, json={}, headers=bearer(make_token(user))).status_code == 404


def test_a_scan_takes_few_statements(floor: Floor, send: Send) -> None:
    badge, machine, ticket = floor.worker.badge, floor.machine.code, floor.ticket()
    send(event(badge, ticket))  # the order starts: once only
    taken = []
    for scan in (
        event(badge, machine, ticket, qty={"good": "1"}),
        event(badge, machine, ticket),
        event(badge, machine, ticket, action="finish", qty={"good": "2"}),
    ):
        with statements() as found:
            assert send(scan).json["results"][0]["verdict"] == "applied"
        taken.append(len(found))
    assert max(taken) <= MOST_STATEMENTS, (taken, [str(f)[:150] for f in found])
    db.session.rollback()
