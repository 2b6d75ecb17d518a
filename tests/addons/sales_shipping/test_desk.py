"""The release desk as people use it, and the panels on the form of an order."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.sales_shipping.desk import read_portions, read_quantity
from addons.sales_shipping.models import SalesOrder, Shipment
from addons.sales_shipping.services import Portion
from core.db import db
from core.errors import ValidationError
from core.testing.people import administrator, csrf, sign_in
from core.testing.statements import count_statements
from core.workflow.numbering import today
from tests.addons.masterdata.support import on_post
from tests.addons.sales_shipping.support import confirmed, numbers, release, ship
from tests.addons.stock.support import commit, held, stocked

DESK = "/sales_shipping/release"
MOST_STATEMENTS = 14


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    return sign_in(client, commit(administrator))


def post(client: FlaskClient, path: str = DESK, **fields: str) -> Any:
    return client.post(path, data={"csrf_token": csrf(client), **fields})


def field(order: SalesOrder, route: str, seq: int = 1) -> str:
    return f"release-{order.lines[seq - 1].id}-{route}"


def test_the_desk_proposes_stock_first_and_making_the_rest(admin: FlaskClient) -> None:
    item = commit(lambda: stocked(4, source="make"))
    order = commit(lambda: confirmed([(item, 10)]))
    page = admin.get(DESK).text
    for route, amount in (("stock", "4"), ("make", "6")):
        assert f'name="{field(order, route)}" value="{amount}"' in " ".join(page.split())
    assert "4 free in stock" in page


def test_what_is_entered_is_released_and_told(admin: FlaskClient) -> None:
    item = commit(lambda: stocked(4))
    order = commit(lambda: confirmed([(item, 10)]))
    answer = post(admin, **{field(order, "stock"): "4", field(order, "make"): " 2.5 "})
    assert (answer.status_code, answer.location) == (303, DESK)
    assert "2 portions released." in admin.get(DESK).text
    assert commit(lambda: (numbers(order), held(item))) == ([(Decimal("6.5"), 0)], (4, 4))


def test_a_refusal_shows_the_grid_as_it_was_typed_and_releases_nothing(admin: FlaskClient) -> None:
    first, second = commit(lambda: confirmed([(make_item(), 10)])), commit(lambda: confirmed([(make_item(), 10)]))
    answer = post(admin, **{field(first, "make"): "11", field(first, "stock"): ""})
    page = " ".join(answer.text.split())
    assert answer.status_code == 409
    assert "Only 10 of" in page
    assert f'name="{field(first, "make")}" value="11"' in page
    assert page.count("data-pick checked") == 1
    assert post(admin, **{field(first, "make"): "many"}).status_code == 422
    assert commit(lambda: numbers(first) + numbers(second)) == [(0, 0), (0, 0)]


def test_an_order_leads_to_its_own_lines_and_back(admin: FlaskClient) -> None:
    order, other = commit(lambda: confirmed([(make_item(), 10)])), commit(lambda: confirmed([(make_item(), 10)]))
    form = admin.get(f"/m/sales_shipping/orders/{order.id}").text
    assert f'href="{DESK}?order={order.id}"' in form
    page = admin.get(f"{DESK}?order={order.id}").text
    assert order.number in page
    assert other.number not in page
    answer = post(admin, f"{DESK}?order={order.id}", **{field(order, "make"): "10"})
    assert answer.location == f"{DESK}?order={order.id}"


def test_a_line_past_its_day_is_marked(admin: FlaskClient) -> None:
    def order_due(days: int) -> None:
        confirmed([(make_item(), 1)]).lines[0].due_on = today() + timedelta(days=days)

    commit(lambda: order_due(0))
    assert not re.search(r"\blate\b", admin.get(DESK).text)
    commit(lambda: order_due(-1))
    assert re.search(r"\blate\b", admin.get(DESK).text)


def test_an_empty_desk_says_so(admin: FlaskClient) -> None:
    assert "Nothing waits to be released" in admin.get(DESK).text


def test_the_desk_is_open_to_those_who_may_release(app: Flask) -> None:
    expected = {"planner": 200, "sales_clerk": 200, "warehouse_keeper": 403, "inspector": 403}
    for post_code, status in expected.items():
        client = sign_in(app.test_client(), commit(lambda post_code=post_code: on_post(post_code)))  # type: ignore[misc]
        assert client.get(DESK).status_code == status


def test_the_desk_takes_few_statements_however_many_lines(admin: FlaskClient) -> None:
    def page() -> int:
        return count_statements(lambda: admin.get(DESK))

    commit(lambda: confirmed([(make_item(), 5)]))
    one = page()
    commit(lambda: [confirmed([(make_item(), 5) for _ in range(10)]) for _ in range(4)])
    assert one == page() <= MOST_STATEMENTS


def test_a_shipment_is_made_from_the_form_of_its_order(admin: FlaskClient) -> None:
    order = commit(lambda: confirmed([(stocked(10), 8)]))
    page = admin.get(f"/m/sales_shipping/orders/{order.id}").text
    assert "Nothing has been shipped yet." in page
    answer = post(admin, f"/sales_shipping/orders/{order.id}/shipment")
    shipment = commit(lambda: db.session.scalars(select(Shipment)).one())
    assert (answer.status_code, answer.location) == (303, f"/m/sales_shipping/shipments/{shipment.id}")
    assert shipment.number in admin.get(f"/m/sales_shipping/orders/{order.id}").text


def test_the_form_of_an_order_shows_its_progress(admin: FlaskClient) -> None:
    def half_way() -> SalesOrder:
        order = confirmed([(stocked(10), 8)])
        release(order.lines[0], "stock", 6)
        ship(order, 4)
        return order

    page = admin.get(f"/m/sales_shipping/orders/{commit(half_way).id}").text
    assert "50 % shipped, 25 % under way" in page


def test_only_fields_of_the_grid_with_a_quantity_in_them_are_read() -> None:
    form = {
        "csrf_token": "x",
        "release-7-stock": "1.5",
        "release-7-make": " ",
        "release-8-make": "0",
        "release-x-make": "4",
        "release-9-a-b": "2",
        "other-7-stock": "3",
    }
    assert read_portions(form) == [
        Portion(line_id=7, route="stock", quantity=Decimal("1.5")),
        Portion(line_id=9, route="a-b", quantity=Decimal(2)),
    ]


def test_a_quantity_is_a_plain_number_of_six_decimals() -> None:
    assert [read_quantity(text) for text in ("", " 2 ", "0.000001", "１２")] == [0, 2, Decimal("0.000001"), 12]
    for text in ("x", "1,5", "nan", "inf", "0.0000001", "1e13", "--1"):
        with pytest.raises(ValidationError):
            read_quantity(text)


def test_a_negative_quantity_is_refused_by_the_service(admin: FlaskClient) -> None:
    order = commit(lambda: confirmed([(make_item(), 10)]))
    assert post(admin, **{field(order, "make"): "-1"}).status_code == 422
