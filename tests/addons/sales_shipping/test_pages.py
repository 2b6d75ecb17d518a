"""The pages of sales with the demonstration's data, as people on their posts get them."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata import demo as masterdata
from addons.masterdata.factories import make_item, make_partner
from addons.sales_shipping import demo
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import SalesOrder
from core.db import db
from core.testing.people import administrator, csrf, sign_in
from core.testing.statements import count_statements
from tests.addons.masterdata.support import actor_on, on_post
from tests.addons.sales_shipping.support import confirmed
from tests.addons.stock.support import commit

MOST_STATEMENTS = 12


@pytest.fixture
def loaded(app: Flask) -> Flask:
    def load() -> None:
        masterdata.load()
        demo.load()

    commit(load)
    return app


def test_lists_and_boards_take_few_statements(loaded: Flask, client: FlaskClient) -> None:
    sign_in(client, commit(lambda: administrator(language="zh")))
    for page in ("orders", "shipments", "orders/kanban", "shipments/kanban"):
        assert client.get(f"/m/sales_shipping/{page}").status_code == 200
        assert count_statements(lambda page=page: client.get(f"/m/sales_shipping/{page}")) <= MOST_STATEMENTS, page


def test_the_form_of_an_order_takes_as_many_statements_however_many_lines(app: Flask, client: FlaskClient) -> None:
    sign_in(client, commit(administrator))
    few, many = (commit(lambda n=n: confirmed([(make_item(), 5) for _ in range(n)])).id for n in (2, 25))
    client.get(f"/m/sales_shipping/orders/{few}")
    taken = [count_statements(lambda i=i: client.get(f"/m/sales_shipping/orders/{i}")) for i in (few, many)]
    assert taken[0] == taken[1]


def test_a_clerk_sees_the_orders_of_his_department_and_confirms_them(app: Flask, client: FlaskClient) -> None:
    clerk = commit(lambda: on_post("sales_clerk"))
    sign_in(client, clerk)
    mine = commit(lambda: draft_of(clerk.org_unit_id))
    other = commit(lambda: draft_of(actor_on("planner").unit_id))
    page = client.get("/m/sales_shipping/orders").text
    assert (mine.number in page, other.number in page) == (True, False)
    assert client.get(f"/m/sales_shipping/orders/{other.id}").status_code == 404
    for order in (mine, other):
        client.post(f"/m/sales_shipping/orders/{order.id}/fire/confirm", data={"csrf_token": csrf(client)})
    states = commit(lambda: dict(db.session.execute(select(SalesOrder.id, SalesOrder.state)).all()))
    assert (states[mine.id], states[other.id]) == ("confirmed", "draft")


def draft_of(unit_id: int | None) -> SalesOrder:
    return make_sales_order(partner_id=make_partner(org_unit_id=unit_id).id, org_unit_id=unit_id)


def test_prices_are_hidden_from_those_without_the_group(app: Flask) -> None:
    order = commit(lambda: confirmed([(make_item(), 5)]))

    def price() -> None:
        db.session.get_one(SalesOrder, order.id).lines[0].price = 123456

    commit(price)
    seen = {}
    for post in ("finance", "warehouse_keeper"):
        client = sign_in(app.test_client(), commit(lambda post=post: on_post(post)))
        page = client.get(f"/m/sales_shipping/orders/{order.id}")
        seen[post] = (page.status_code, "123,456" in page.text or "123456" in page.text)
    assert seen == {"finance": (200, True), "warehouse_keeper": (200, False)}
