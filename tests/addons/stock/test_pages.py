"""The pages of stock with the demonstration's data, as people on their posts get them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata import demo as masterdata
from addons.masterdata.factories import make_item
from addons.stock import demo, services
from addons.stock.factories import make_receipt
from addons.stock.models import Receipt, ReceiptLine
from core.db import db
from core.testing.people import administrator, csrf, sign_in
from core.testing.statements import count_statements
from tests.addons.masterdata.support import on_post
from tests.addons.stock.support import commit, held, need, stocked

LISTS = ("balances", "moves", "reservations", "receipts", "lots", "locations", "warehouses")
MOST_STATEMENTS = 14


@pytest.fixture
def admin(app: Flask, client: FlaskClient) -> FlaskClient:
    def load() -> Any:
        masterdata.load()
        demo.load()
        return administrator(language="zh")

    return sign_in(client, commit(load))


def test_every_list_takes_few_statements_and_leads_to_its_forms(admin: FlaskClient) -> None:
    commit(lambda: services.reserve([need(stocked(5), 2)]))
    for resource in LISTS:
        assert admin.get(f"/m/stock/{resource}").status_code == 200
        assert count_statements(lambda resource=resource: admin.get(f"/m/stock/{resource}")) <= MOST_STATEMENTS
        assert admin.get(f"/m/stock/{resource}/1").status_code == 200


def test_what_services_keep_is_not_entered_by_hand(admin: FlaskClient) -> None:
    for resource in ("balances", "moves", "reservations"):
        assert admin.get(f"/m/stock/{resource}/new").status_code in (403, 404)
        answer = admin.post(f"/m/stock/{resource}/1", data={"csrf_token": csrf(admin), "on_hand": "9"})
        assert answer.status_code in (403, 404)


def test_the_keeper_posts_a_receipt_with_the_button_on_its_form(app: Flask) -> None:
    client = sign_in(app.test_client(), commit(lambda: on_post("warehouse_keeper")))
    item = commit(make_item)
    lines = [ReceiptLine(seq=1, item_id=item.id, quantity=7)]
    receipt = commit(lambda: make_receipt(lines=lines))
    page = f"/m/stock/receipts/{receipt.id}"
    assert "Post to stock" in client.get(page).text
    client.post(f"{page}/fire/post", data={"csrf_token": csrf(client)})
    assert commit(lambda: held(item)) == (7, 0)
    assert "Post to stock" not in client.get(page).text


def test_who_may_only_look_gets_no_buttons(admin: FlaskClient, app: Flask) -> None:
    draft = commit(lambda: db.session.scalars(select(Receipt.id).where(Receipt.state == "draft")).first())
    client = sign_in(app.test_client(), commit(lambda: on_post("planner")))
    page = client.get(f"/m/stock/receipts/{draft}")
    assert (page.status_code, "Post to stock" in page.text) == (200, False)
    assert client.post(f"/m/stock/receipts/{draft}/fire/post", data={"csrf_token": csrf(client)}).status_code == 403


def test_a_form_with_many_lines_takes_as_many_statements_as_one_with_few(admin: FlaskClient) -> None:
    def opened(count: int) -> int:
        lines = [ReceiptLine(seq=seq, item_id=make_item().id, quantity=7) for seq in range(count)]
        receipt = make_receipt(lines=lines)
        return receipt.id

    few, many = commit(lambda: opened(2)), commit(lambda: opened(25))
    admin.get(f"/m/stock/receipts/{few}")
    taken = [count_statements(lambda i=i: admin.get(f"/m/stock/receipts/{i}")) for i in (few, many)]
    assert taken[0] == taken[1]


def test_only_a_material_return_asks_for_its_picking_list(client: FlaskClient) -> None:
    sign_in(client, commit(administrator))
    page = client.get("/m/stock/receipts/new").text
    assert re.search(r'data-standing="pick_list_id" hidden', page)
    told = client.get("/m/stock/receipts/standing?kind=material").json
    assert told["pick_list_id"]["visible"] is True
