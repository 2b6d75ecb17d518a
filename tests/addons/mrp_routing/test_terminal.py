"""What the server tells the terminal page, and the files with which it works without network."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.mrp_routing.factories import make_reason
from addons.mrp_routing.services import Scan, look, make_code, take_scans
from addons.mrp_routing.services.tickets import split
from core.db import run_unit
from core.testing.people import make_role, make_user, sign_in
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan, make_worker

PAGE = "/mrp_routing/scan"
RIGHTS = ("mrp_routing.work_order.read", "mrp_routing.work_order.report", "masterdata.item.read")


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def test_what_was_scanned_is_named(floor: Floor) -> None:
    floor.machine.work_center_id = floor.operations[0].work_center_id
    badge, machine = make_code("worker", floor.worker.id), make_code("machine", floor.machine.id)
    seen = look([machine, floor.ticket(), badge])
    assert (seen.worker and seen.worker.title, seen.worker and seen.worker.code) == (floor.worker.name, badge)
    assert (seen.machine and seen.machine.title, seen.machine and seen.machine.more) == (
        floor.machine.name,
        floor.machine.code,
    )
    assert seen.place is not None
    assert (seen.place.code, seen.available, seen.asks_machine, seen.is_at_work) == (floor.ticket(), "10", True, False)
    assert floor.order.item.name in seen.place.more


def test_typed_numbers_are_given_back_as_printed_codes(floor: Floor) -> None:
    seen = look([str(floor.worker.badge), f"{floor.order.number}-1/2", floor.machine.code])
    assert seen.worker is not None and seen.worker.code == make_code("worker", floor.worker.id)
    assert seen.place is not None and seen.place.code == floor.ticket(2)
    assert seen.machine is not None and seen.machine.code == make_code("machine", floor.machine.id)


def test_whoever_is_at_work_is_asked_what_he_made(floor: Floor) -> None:
    other = make_worker()
    floor.take()
    assert look([str(floor.worker.badge), floor.ticket()]).is_at_work
    assert not look([str(other.badge), floor.ticket()]).is_at_work
    machine = make_code("machine", floor.machine.id)
    assert look([str(floor.worker.badge), floor.ticket(), machine]).is_at_work  # he forgot to scan it at the start


def test_another_machine_is_one_more_to_start_on(floor: Floor) -> None:
    floor.take(1)
    machine = make_code("machine", floor.machine.id)
    (answer,) = take_scans("pda-1", [make_scan(floor.worker.badge, floor.ticket(2), machine, action="setup")])
    assert answer.verdict == "applied"
    assert look([str(floor.worker.badge), floor.ticket(2), machine]).is_at_work


def test_what_names_nothing_is_refused_with_a_sentence(floor: Floor) -> None:
    assert look(["nonsense"]).refusal == "This code belongs to no badge, machine or operation. Scan again."
    split(floor.operations[0].id, 4)
    assert look([floor.order.number]).refusal == (
        "This work order has several tickets. Scan the one that lies with the pieces."
    )


def test_the_same_event_sent_again_as_one_without_network_is_the_same(floor: Floor) -> None:
    scan = floor.scan()
    (first,) = take_scans("pda-1", [scan])
    (again,) = take_scans("pda-1", [Scan(**{**vars(scan), "offline": True})])
    assert (first.verdict, again.verdict) == ("applied", "duplicate")


@pytest.fixture
def terminal(app: Flask, system: Any, client: FlaskClient) -> FlaskClient:
    user = run_unit(lambda: make_user(make_role(*RIGHTS), language="en"))
    sign_in(client, user)
    return client


def config(client: FlaskClient) -> dict[str, Any]:
    text = client.get(PAGE).get_data(as_text=True)
    found = re.search(r'id="terminal-config">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    return dict(json.loads(found[1]))


def test_the_page_carries_what_it_needs_without_network(app: Flask, terminal: FlaskClient) -> None:
    reason = run_unit(lambda: make_reason(kind="scrap", name="Blow hole"))
    kept = config(terminal)
    assert kept["reasons"]["scrap"] == [
        {"code": make_code("reason", reason.id), "title": "Blow hole", "more": reason.code}
    ]
    assert kept["texts"]["kept"] == "Kept on this device. It is sent as soon as there is a network."
    for path in [*kept["keep"], *kept["reader"].values(), kept["addresses"]["worker"]]:
        assert terminal.get(path).status_code == 200


def test_the_worker_may_serve_the_page_and_the_page_can_be_installed(terminal: FlaskClient) -> None:
    worker = terminal.get(f"{PAGE}/worker.js")
    assert worker.headers["Service-Worker-Allowed"] == PAGE
    assert worker.mimetype == "text/javascript"
    about = terminal.get(f"{PAGE}/app.webmanifest").get_json()
    assert (about["start_url"], about["display"], about["name"]) == (PAGE, "standalone", "Report work")


def test_looking_at_nothing_says_that_the_server_is_there(terminal: FlaskClient) -> None:
    seen = terminal.get(f"{PAGE}/look").get_json()
    assert (seen["worker"], seen["refusal"]) == (None, "")


def test_only_reporters_may_look(app: Flask, system: Any, client: FlaskClient) -> None:
    sign_in(client, run_unit(make_user))
    for path in ("", "/look", "/worker.js", "/app.webmanifest"):
        assert client.get(PAGE + path).status_code == 403
