"""Orders: what may be confirmed, and what cancelling and closing do to what was released."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item, make_partner, make_uom
from addons.masterdata.models import PartnerAddress
from addons.mrp_routing.models import WorkOrder
from addons.sales_shipping import services
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import ReleasePortion, SalesOrder
from core.db import db
from core.errors import Conflict, QingmesError, ValidationError, Veto
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.records import create_record, update_record
from tests.addons.sales_shipping.support import confirmed, numbers, portion, release, ship
from tests.addons.stock.support import commit, held, refused, stocked


def test_an_order_is_made_as_a_form_would_and_gets_its_number(app: Flask, system: Any) -> None:
    values = {
        "partner_id": make_partner().id,
        "lines": [
            {"item_id": make_item().id, "quantity": "2.5", "price": "12.3456", "due_on": "2026-12-24"},
            {"item_id": make_item().id, "quantity": "1"},
        ],
    }
    order = create_record(current_registry().model("sales_shipping.sales_order"), values)
    assert (order.state, order.number[:2], [line.seq for line in order.lines]) == ("draft", "SO", [1, 2])
    assert (str(order.lines[0].quantity), order.lines[0].due_on) == ("2.5", date(2026, 12, 24))


def test_confirming_fills_in_where_the_customer_gets_goods(app: Flask, system: Any) -> None:
    addresses = [
        PartnerAddress(kind="bill_to", address="1 Office Road"),
        PartnerAddress(kind="ship_to", address="2 Gate Road", is_default=True),
    ]
    customer = make_partner(addresses=addresses)
    assert confirmed(partner_id=customer.id).ship_to == "2 Gate Road"
    assert confirmed(partner_id=customer.id, ship_to="3 Site Road").ship_to == "3 Site Road"


def test_an_order_that_cannot_be_met_is_not_confirmed(any_app: Flask) -> None:
    def orders() -> list[tuple[SalesOrder, type[QingmesError], str]]:
        return [
            (make_sales_order(lines=[]), ValidationError, "at least one line"),
            (make_sales_order([(make_item(), 0)]), ValidationError, "more than zero"),
            (make_sales_order([(make_item(state="draft"), 1)]), Conflict, "not released"),
            (make_sales_order(partner_id=make_partner(kind="supplier").id), Conflict, "supplier"),
            (make_sales_order(partner_id=make_partner(state="blocked").id), Conflict, "blocked"),
        ]

    for order, kind, words in commit(orders):
        error = refused(kind, lambda order=order: fire(db.session.get_one(SalesOrder, order.id), "confirm"))
        assert words in str(error.message)
        assert commit(lambda order=order: db.session.get_one(SalesOrder, order.id).state) == "draft"


def test_cancelling_takes_everything_back(any_app: Flask, system: Any) -> None:
    item, other = stocked(10), stocked(10)
    order, bystander = confirmed([(item, 9)]), confirmed([(item, 3), (other, 3)])
    release(order.lines[0], "stock", 5)
    made = release(order.lines[0], "make", 4)
    release(bystander.lines[0], "stock", 3)
    assert held(item) == (10, 8)
    fire(order, "cancel")
    assert (held(item), numbers(order), order.state) == ((10, 3), [(0, 0)], "cancelled")
    assert db.session.get_one(WorkOrder, made.target_id).state == "cancelled"
    taken_back = {p.line_id: p.taken_back_at is not None for p in db.session.query(ReleasePortion)}
    assert taken_back == {order.lines[0].id: True, bystander.lines[0].id: False}


def test_an_order_shipped_in_part_is_closed_and_not_cancelled(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    order = confirmed([(item, 8)])
    release(order.lines[0], "stock", 8)
    ship(order, 3)
    with pytest.raises(Conflict, match="Close it instead"):
        fire(order, "cancel")
    assert held(item) == (7, 5)
    fire(order, "close")
    assert held(item) == (7, 0)


def test_nothing_is_released_or_shipped_for_an_order_that_is_closed(any_app: Flask) -> None:
    order = commit(lambda: confirmed([(stocked(10), 8)]))
    shipment = commit(lambda: services.make_shipment(order))
    commit(lambda: fire(db.session.get_one(SalesOrder, order.id), "close"))
    line = order.lines[0]
    for work in (
        lambda: services.release([portion(line, "stock", 1)]),
        lambda: services.make_shipment(db.session.get_one(SalesOrder, order.id)),
        lambda: fire(db.session.get_one(type(shipment), shipment.id), "ship"),
    ):
        assert "not confirmed" in str(refused(Conflict, work).message)


def test_a_confirmed_order_is_not_edited(app: Flask, system: Any) -> None:
    order = confirmed()
    with pytest.raises(Conflict):
        update_record(current_registry().spec_of(order), order.id, {"note": "x"}, version=order.version)


def test_an_ordered_item_keeps_its_unit(app: Flask, system: Any) -> None:
    item = make_item()
    make_sales_order([(item, 1)])
    with pytest.raises(Veto, match="stands on sales orders"):
        update_record(current_registry().spec_of(item), item.id, {"uom_id": make_uom().id}, version=item.version)
