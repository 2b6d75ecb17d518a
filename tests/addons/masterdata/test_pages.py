"""The pages of masterdata as a signed-in person gets them."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata import demo, services
from addons.masterdata.factories import make_calendar, make_item
from core.actor import SYSTEM, acting
from core.db import db
from core.testing.people import administrator, csrf, sign_in
from core.testing.statements import count_statements
from tests.addons.masterdata.support import on_post

MOST_STATEMENTS = 12
LISTS = ("items", "item-categories", "uoms", "uom-families", "partners", "currencies", "work-calendars")


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    demo.load()
    return sign_in(client, administrator(language="zh"))


def as_post(client: FlaskClient, code: str) -> FlaskClient:
    return sign_in(client, on_post(code))


@pytest.mark.parametrize("resource", LISTS)
def test_a_list_page_takes_few_statements(admin: FlaskClient, resource: str) -> None:
    answers: list[Any] = []
    taken = count_statements(lambda: answers.append(admin.get(f"/m/masterdata/{resource}")))
    assert answers[0].status_code == 200
    assert taken <= MOST_STATEMENTS


@pytest.mark.parametrize("resource", LISTS)
def test_every_form_opens_empty_and_filled(admin: FlaskClient, resource: str) -> None:
    assert admin.get(f"/m/masterdata/{resource}/new").status_code == 200
    assert admin.get(f"/m/masterdata/{resource}/1").status_code == 200


def test_the_board_of_items_shows_their_states(admin: FlaskClient) -> None:
    page = admin.get("/m/masterdata/items/kanban").text
    for title in ("草稿", "在用", "已停用"):
        assert title in page


def test_the_menu_leads_to_every_list(admin: FlaskClient) -> None:
    page = admin.get("/m/masterdata/items").text
    assert "基础数据" in page
    for resource in LISTS:
        assert f'href="/m/masterdata/{resource}"' in page


def test_the_item_form_is_titled_in_chinese(admin: FlaskClient) -> None:
    page = admin.get("/m/masterdata/items/1").text
    for title in ("图纸与材质", "单位与追踪", "计划", "成本与价格", "安全库存"):
        assert title in page


def test_the_page_of_duplicates_links_to_each_item(admin: FlaskClient) -> None:
    page = admin.get("/masterdata/duplicates").text
    with acting(SYSTEM):
        groups = services.find_duplicates()
    assert len(groups) == 3
    for item in (line for group in groups for line in group.items):
        assert f'href="/m/masterdata/items/{item.id}"' in page


def test_the_page_of_duplicates_says_so_when_there_are_none(app: Flask, client: FlaskClient, system: Any) -> None:
    page = as_post(client, "warehouse_keeper").get("/masterdata/duplicates")
    assert "No two items look alike" in page.text


def test_the_year_of_a_calendar_shows_its_days_and_their_reasons(admin: FlaskClient) -> None:
    page = admin.get("/masterdata/calendars/1?year=2026").text
    assert "共 248 个工作日" in page
    assert 'title="春节"' in page
    assert 'title="春节调休上班"' in page


def test_holidays_are_filled_in_from_the_page(app: Flask, client: FlaskClient, system: Any) -> None:
    calendar = make_calendar()
    planner = as_post(client, "planner")
    token = csrf(planner)
    answer = planner.post(f"/masterdata/calendars/{calendar.id}/holidays", data={"year": "2026", "csrf_token": token})
    assert answer.location == f"/masterdata/calendars/{calendar.id}?year=2026"
    db.session.expire_all()
    assert len(calendar.days) == 39


def test_a_year_not_published_yet_is_refused_on_the_page(app: Flask, client: FlaskClient, system: Any) -> None:
    calendar = make_calendar()
    planner = as_post(client, "planner")
    token = csrf(planner)
    answer = planner.post(f"/masterdata/calendars/{calendar.id}/holidays", data={"year": "2042", "csrf_token": token})
    assert answer.status_code == 422
    assert "2042 are not known here" in answer.text


@pytest.mark.parametrize("year", ["x", "1", "99999", "²"])
def test_something_that_is_no_year_is_refused(app: Flask, client: FlaskClient, system: Any, year: str) -> None:
    calendar = make_calendar()
    assert as_post(client, "planner").get(f"/masterdata/calendars/{calendar.id}?year={year}").status_code == 422


def test_only_those_who_may_edit_calendars_fill_them(app: Flask, client: FlaskClient, system: Any) -> None:
    calendar = make_calendar()
    operator = as_post(client, "section_chief")
    page = operator.get(f"/masterdata/calendars/{calendar.id}?year=2026")
    assert page.status_code == 200
    assert "Fill in official holidays" not in page.text
    token = csrf(operator)
    answer = operator.post(f"/masterdata/calendars/{calendar.id}/holidays", data={"year": "2026", "csrf_token": token})
    assert answer.status_code == 403


@pytest.mark.parametrize(("post", "sees"), [("buyer", True), ("warehouse_keeper", False)])
def test_costs_are_on_the_form_only_for_those_who_see_them(
    app: Flask, client: FlaskClient, system: Any, post: str, sees: bool
) -> None:
    item = make_item(standard_cost=123456)
    page = as_post(client, post).get(f"/m/masterdata/items/{item.id}")
    assert page.status_code == 200
    assert ("123456" in page.text.replace(",", "")) is sees


def test_a_scanned_item_code_jumps_to_the_item(app: Flask, client: FlaskClient, system: Any) -> None:
    item = make_item(code="SHF-77")
    answer = as_post(client, "operator").get("/search?q=SHF-77")
    assert answer.location == f"/m/masterdata/items/{item.id}"
