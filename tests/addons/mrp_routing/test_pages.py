"""The generic pages of production, its panels, its menu, and jumping by a printed code."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata import demo as masterdata_demo
from addons.mrp_routing import demo
from addons.mrp_routing.services import make_code
from core.db import db, run_unit
from core.testing.people import administrator, sign_in
from core.testing.statements import statements
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker
from tests.core.paper.support import html_of

MOST_STATEMENTS = 12
LISTS = ("work-orders", "routings", "operation-types", "work-centers", "machines", "scans")


@pytest.fixture
def floor(app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    return sign_in(client, run_unit(lambda: administrator(language="zh")))


def test_every_list_and_form_opens_in_few_statements(admin: FlaskClient) -> None:
    run_unit(masterdata_demo.load)
    run_unit(demo.load)
    for resource in LISTS:
        with statements() as found:
            assert admin.get(f"/m/mrp_routing/{resource}").status_code == 200
        assert len(found) <= MOST_STATEMENTS, resource
        assert admin.get(f"/m/mrp_routing/{resource}/1").status_code == 200
    assert admin.get("/m/mrp_routing/work-orders/kanban").status_code == 200


def test_the_operations_panel_shows_what_lies_where_and_who_is_at_work(floor: Floor, admin: FlaskClient) -> None:
    run_unit(lambda: floor.report(good=4, scrap=1))
    run_unit(lambda: floor.take(2, worker=make_worker(name="Wang Gang")))
    page = admin.get(f"/m/mrp_routing/work-orders/{floor.order.id}").text
    for text in (floor.order.operations[0].name, "Wang Gang", make_code("operation", floor.order.operations[1].id)):
        assert text in page


def test_a_machine_shows_the_code_for_its_plate(floor: Floor, admin: FlaskClient) -> None:
    page = admin.get(f"/m/mrp_routing/machines/{floor.machine.id}").text
    assert make_code("machine", floor.machine.id) in page


def test_a_printed_code_in_the_search_field_leads_to_its_record(floor: Floor, admin: FlaskClient) -> None:
    found = {
        floor.ticket(2): f"/m/mrp_routing/work-orders/{floor.order.id}",
        make_code("machine", floor.machine.id): f"/m/mrp_routing/machines/{floor.machine.id}",
    }
    for code, address in found.items():
        answer = admin.get("/search", query_string={"q": code})
        assert (answer.status_code, answer.location) == (302, address)


def test_the_menu_offers_the_page_for_reports(admin: FlaskClient) -> None:
    assert 'href="/mrp_routing/scan"' in admin.get("/mrp_routing/wip").text


def test_a_ticket_says_what_is_special_about_an_operation(app: Flask, system: Any) -> None:
    floor = make_floor()
    first, second = floor.operations
    first.first_article, second.is_outsourced, second.instruction = True, True, "Mind the edge"
    db.session.flush()
    html = html_of("mrp_routing.work_order", "mrp_routing.job_ticket", floor.order)
    assert html.count("[First article]") == html.count("[Outsourced]") == html.count("Mind the edge") == 1
    assert "[Inspection]" not in html
