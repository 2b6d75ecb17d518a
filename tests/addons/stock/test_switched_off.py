"""Each of stock, production and sales switched off: its pages are gone, the other two go on, nothing is lost."""

from __future__ import annotations

import importlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.mrp_routing.models import WorkOrder
from addons.sales_shipping import services as sales
from addons.sales_shipping.models import SalesOrder, Shipment
from addons.stock import services
from addons.stock.factories import make_receipt
from addons.stock.models import Reservation, StockMove
from core.actor import SYSTEM, acting
from core.db import db
from core.errors import Conflict
from core.kernel.registry import current_registry
from core.kernel.switch import disable, enable
from core.testing.apps import actor_with, sqlite_app
from core.testing.people import administrator, sign_in
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import make_floor
from tests.addons.sales_shipping.support import confirmed, numbers, release, ship
from tests.addons.stock.support import commit, count_moves, held, stocked

PAGES = {
    "stock": ("/m/stock/balances", "/m/stock/receipts"),
    "sales_shipping": ("/m/sales_shipping/orders", "/sales_shipping/release"),
    "mrp_routing": ("/m/mrp_routing/work-orders",),
}
WITHOUT = [
    {"masterdata", "stock"},
    {"masterdata", "sales_shipping"},
    {"masterdata", "mrp_routing"},
    {"masterdata", "stock", "sales_shipping"},
    {"masterdata", "stock", "mrp_routing"},
    {"masterdata", "sales_shipping", "mrp_routing"},
]


@pytest.mark.parametrize("off", sorted(PAGES))
def test_its_pages_are_gone_and_those_of_the_others_stay(app: Flask, off: str) -> None:
    client = sign_in(app.test_client(), commit(administrator))
    commit(lambda: disable(off))
    for name, pages in PAGES.items():
        assert {client.get(page).status_code for page in pages} == {404 if name == off else 200}


def test_without_stock_goods_leave_unbooked_and_making_is_the_only_way(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    order = confirmed([(item, 8)])
    (line,) = order.lines
    release(line, "stock", 3)
    moves = count_moves()
    disable("stock")
    assert [route.name for route in sales.find_routes([line])] == ["make"]
    with pytest.raises(Conflict, match="Nobody offers"):
        release(line, "stock", 1)
    db.session.expire_all()
    ship(order, 5)
    (told,) = sales.progress([line])
    assert (told.shipped, told.reserved, count_moves()) == (5, 0, moves)
    enable("stock")
    assert (held(item), services.reconcile()) == ((10, 3), [])


@pytest.mark.parametrize("ending", ["close", "cancel"])
def test_what_was_reserved_for_an_order_that_ended_meanwhile_is_free_again(
    any_app: Flask, system: Any, ending: str
) -> None:
    item = stocked(10)
    ended, going_on = confirmed([(item, 4)]), confirmed([(item, 3)])
    for order in (ended, going_on):
        release(order.lines[0], "stock", order.lines[0].quantity)
    disable("stock")
    fire(ended, ending)
    with acting(actor_with()):
        enable("stock")
    assert (held(item), services.reconcile()) == ((10, 3), [])


def test_without_stock_what_is_made_asks_for_no_receipt(any_app: Flask, system: Any) -> None:
    disable("stock")
    floor = make_floor(quantity=5, steps=1)
    floor.report(1, good=5)
    assert floor.operations[0].good == 5


def test_without_production_stock_is_the_only_way(any_app: Flask, system: Any) -> None:
    disable("mrp_routing")
    item = stocked(10)
    order = confirmed([(item, 12)])
    (line,) = order.lines
    assert [route.name for route in sales.find_routes([line])] == ["stock"]
    release(line, "stock", 10)
    ship(order, 10)
    assert (numbers(order), held(item)) == ([(10, 10)], (0, 0))


def test_taking_back_without_production_leaves_its_work_orders_alone(any_app: Flask, system: Any) -> None:
    order = confirmed([(make_item(), 5)])
    made = release(order.lines[0], "make", 5)
    disable("mrp_routing")
    fire(order, "cancel")
    enable("mrp_routing")
    assert (order.state, db.session.get_one(WorkOrder, made.target_id).state) == ("cancelled", "draft")


def test_without_sales_stock_and_production_go_on(any_app: Flask, system: Any) -> None:
    order = confirmed([(stocked(10), 8)])
    release(order.lines[0], "stock", 8)
    disable("sales_shipping")
    receipt = fire(make_receipt(), "post")
    floor = make_floor(quantity=5, steps=1)
    floor.report(1, good=5)
    assert (held(receipt.lines[0].item), floor.operations[0].good) == ((10, 0), 5)
    enable("sales_shipping")
    assert sales.progress(order.lines)[0].reserved == 8


@pytest.mark.parametrize("only", WITHOUT, ids=lambda names: "+".join(sorted(names - {"masterdata"})))
def test_demonstration_data_loads_with_any_of_them_missing(tmp_path: Path, only: set[str]) -> None:
    with sqlite_app(tmp_path, only=frozenset(only)).fresh(), acting(SYSTEM):
        for addon in list(current_registry().addons.values())[1:]:
            importlib.import_module(f"{addon.package}.demo").load()
        db.session.flush()
        if "stock" in only:
            assert services.reconcile() == []
            assert db.session.scalar(select(func.sum(StockMove.quantity))) > 0


def test_demonstration_data_of_all_shows_every_state(app: Flask, system: Any) -> None:
    for name in ("masterdata", "sales_shipping", "stock"):
        importlib.import_module(f"addons.{name}.demo").load()
    assert set(db.session.scalars(select(SalesOrder.state))) == {"draft", "confirmed", "closed", "cancelled"}
    assert db.session.scalar(select(func.count()).select_from(Shipment)) == 3
    assert db.session.scalar(select(func.count()).select_from(Reservation)) > 3
    assert any(Decimal(0) < line.released < line.quantity for line in sales.find_open_lines())
    assert services.reconcile() == []
