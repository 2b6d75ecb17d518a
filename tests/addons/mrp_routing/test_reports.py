"""The questions production answers, and the pages for scans that could not be applied."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.mrp_routing.models import Correction, ScanEvent, TimeEntry
from core.db import db, run_unit
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from tests.addons.mrp_routing.support import Floor, make_floor

CHIEF = ("mrp_routing.work_order.read", "mrp_routing.work_order.correct", "mrp_routing.work_order.report")


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


def reader(app: Flask, *permissions: str) -> FlaskClient:
    """Somebody signed in who may do this much, everything when nothing is named."""
    user = run_unit(lambda: make_user(make_role(*permissions)) if permissions else administrator())
    return sign_in(app.test_client(), user)


def test_hours_of_workers_add_up_and_can_be_taken_away(any_app: Flask, floor: Floor) -> None:
    run_unit(lambda: floor.report(good=4))
    client = reader(any_app)
    page = client.get("/reports/mrp_routing/hours")
    assert page.status_code == 200
    assert floor.worker.name in page.text
    assert client.get("/reports/mrp_routing/hours?format=csv").status_code == 200


def test_findings_name_the_rule_the_worker_and_the_place(any_app: Flask, floor: Floor) -> None:
    run_unit(lambda: setattr(floor.operations[1].work_center, "gate", "soft"))
    run_unit(lambda: floor.take(2))
    text = reader(any_app).get("/reports/mrp_routing/findings").text
    for said in ("Started before anything had arrived", floor.worker.name, f"{floor.order.number}-1"):
        assert said in text


def test_a_scan_that_waits_is_put_right_on_its_page(any_app: Flask, floor: Floor) -> None:
    run_unit(lambda: floor.take(2))
    client = reader(any_app, *CHIEF)
    (event,) = db.session.scalars(select(ScanEvent))
    address = f"/mrp_routing/waiting/{event.id}"
    assert event.message in client.get("/mrp_routing/waiting").text
    token = csrf(client)
    form = {"codes": f"{floor.worker.badge} {floor.order.number}/1", "good": "3", "csrf_token": token}
    assert "Say why." in client.post(address, data=form).text
    for no_time in ("yesterday", "0001-01-01T00:00", "9999-12-31T23:59"):
        assert "Write the time" in client.post(address, data={**form, "at": no_time, "why": "x"}).text
    assert "At most 10" in client.post(address, data={**form, "good": "11", "why": "x"}).text
    assert db.session.scalars(select(TimeEntry)).all() == []
    assert client.post(address, data={**form, "why": "meant the first"}).status_code == 302
    db.session.expire_all()
    assert (floor.operations[0].good, event.verdict) == (3, "settled")
    assert db.session.scalars(select(Correction)).one().reason == "meant the first"
    assert client.get(address).status_code == 404
    assert "Nothing waits" in client.get("/mrp_routing/waiting").text


def test_a_scan_that_waits_is_dismissed_on_its_page(any_app: Flask, floor: Floor) -> None:
    run_unit(lambda: floor.take(2))
    client = reader(any_app, *CHIEF)
    (event,) = db.session.scalars(select(ScanEvent))
    form = {"dismiss": "1", "why": "by mistake", "csrf_token": csrf(client)}
    assert client.post(f"/mrp_routing/waiting/{event.id}", data=form).status_code == 302
    db.session.expire_all()
    assert (event.verdict, event.settlement) == ("settled", "by mistake")


def test_settling_is_for_those_who_may_correct(any_app: Flask, floor: Floor) -> None:
    client = reader(any_app, "mrp_routing.work_order.read", "mrp_routing.work_order.report")
    assert client.get("/mrp_routing/waiting").status_code == 403


def test_pieces_are_split_off_and_put_together_again_on_a_page(any_app: Flask, floor: Floor) -> None:
    client = reader(any_app)
    operation = floor.operations[0]
    address = f"/mrp_routing/parting/{operation.id}"
    assert address in client.get(f"/m/mrp_routing/work-orders/{floor.order.id}").text
    token = csrf(client)
    assert "go on by themselves" in client.post(address, data={"quantity": "11", "csrf_token": token}).text
    assert client.post(address, data={"quantity": "4", "csrf_token": token}).status_code == 302
    assert [t.quantity for t in floor.order.tickets] == [6, 4]
    for nobody in ("²", "9" * 30, "-1"):
        assert client.post(address, data={"into": nobody, "csrf_token": token}).status_code == 200
    assert client.get(f"/mrp_routing/parting/{'9' * 30}").status_code == 404
    child = floor.order.tickets[1]
    assert child.number in client.get(address).text
    assert client.post(address, data={"into": str(child.id), "csrf_token": token}).status_code == 302
    db.session.expire_all()
    assert [(t.quantity, t.state) for t in floor.order.tickets] == [(0, "merged"), (10, "open")]


def test_tickets_are_parted_by_those_who_may(any_app: Flask, floor: Floor) -> None:
    client = reader(any_app, "mrp_routing.work_order.read", "mrp_routing.work_order.report")
    address = f"/mrp_routing/parting/{floor.operations[0].id}"
    assert address not in client.get(f"/m/mrp_routing/work-orders/{floor.order.id}").text
    assert client.get(address).status_code == 403
