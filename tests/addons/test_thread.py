"""A thread through the house, by API, on both databases: ordered, released, made, received, shipped.

Everybody does only what his starter post lets him. Any of the three addons may be switched off: the rest still works.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.mrp_routing.factories import make_routing
from addons.stock.factories import put_in_stock
from addons.stock.services import on_hand, reconcile
from core.actor import SYSTEM, acting
from core.db import db, run_unit, utcnow
from core.kernel.switch import disable
from core.people.models import OrgUnit, Post, User
from core.testing.people import bearer, make_token, make_user

ORDERED = 100
IN_STOCK = 30
POSTS = ("sales_clerk", "planner", "operator", "warehouse_keeper")
LISTS = {
    "stock": ("receipts", "moves", "balances"),
    "mrp_routing": ("work-orders", "routings", "scans"),
    "sales_shipping": ("orders", "shipments"),
}


@dataclass
class Factory:
    """The factory as its people reach it: one bearer token for each post."""

    app: Flask
    item_id: int
    partner_id: int
    badge: str
    tokens: dict[str, str] = field(default_factory=dict)
    seq: int = field(default=0)

    def get(self, post: str, path: str, *, status: int = 200) -> Any:
        """Read something."""
        return self._sent("get", post, path, status)

    def post(self, post: str, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        """Make or do something."""
        return self._sent("post", post, path, status, json=body or {})

    def _sent(self, verb: str, post: str, path: str, status: int, **options: Any) -> Any:
        address = f"/api/v1/{path}"
        answer = getattr(self.app.test_client(), verb)(address, headers=bearer(self.tokens[post]), **options)
        db.session.rollback()  # the test's context outlives the request, and with it a reader's transaction
        assert answer.status_code == status, f"{post} {verb} {path}: {answer.text}"
        return answer.json

    def scan(self, *codes: str, **values: Any) -> dict[str, Any]:
        """One event of the device on the floor."""
        self.seq += 1
        event = {"id": str(uuid.uuid4()), "seq": self.seq, "at": utcnow().isoformat(), "codes": codes, **values}
        body = {"device": "pda-07", "events": [event]}
        result: dict[str, Any] = self.post("operator", "mrp_routing/scan-events", body)["results"][0]
        return result


def open_factory(app: Flask, *off: str, in_stock: int = IN_STOCK) -> Factory:
    """A factory with a part that it makes and has some of, and somebody on each post."""

    def set_up() -> tuple[Factory, dict[str, User]]:
        for addon in off:
            disable(addon)
        item = make_item(source="make")
        if "mrp_routing" not in off:
            make_routing(item_id=item.id)
        if "stock" not in off:
            put_in_stock(item.id, in_stock)
        people = {code: _on_post(code) for code in POSTS}
        partner = make_partner(kind="customer", org_unit_id=people["sales_clerk"].org_unit_id)
        return Factory(app, item.id, partner.id, str(people["operator"].badge)), people

    with acting(SYSTEM):
        factory, people = run_unit(set_up)
        for code, user in people.items():
            factory.tokens[code] = make_token(user, kind="device" if code == "operator" else "api")
    return factory


def _on_post(code: str) -> User:
    post = db.session.scalars(select(Post).where(Post.code == code)).one()
    return make_user(unit=db.session.get(OrgUnit, post.org_unit_id), posts=[post], badge=f"E-{code}")


def order(factory: Factory) -> dict[str, Any]:
    """The clerk enters an order and confirms it."""
    line = {"item_id": factory.item_id, "quantity": str(ORDERED)}
    made = factory.post(
        "sales_clerk", "sales_shipping/orders", {"partner_id": factory.partner_id, "lines": [line]}, status=201
    )
    confirmed: dict[str, Any] = factory.post("sales_clerk", f"sales_shipping/orders/{made['id']}/confirm")
    assert confirmed["state"] == "confirmed"
    return confirmed


def release(factory: Factory, made: dict[str, Any], **routes: int) -> dict[str, int]:
    """The planner releases the line; returns what each portion became, by route."""
    line_id = made["lines"][0]["id"]
    portions = [{"line_id": line_id, "route": route, "quantity": str(n)} for route, n in routes.items()]
    released = factory.post("planner", "sales_shipping/releases", {"portions": portions})["portions"]
    return {portion["route"]: portion["id"] for portion in released}


def make(factory: Factory, work_order_id: int, *batches: int) -> None:
    """The planner releases the work order; the worker starts and finishes its operations by scans, batch by batch."""
    released = factory.post("planner", f"mrp_routing/work-orders/{work_order_id}/release")
    assert released["state"] == "released"
    for batch in batches:
        for step in (1, 2):
            codes = (f"{released['number']}/{step}", factory.badge)
            assert factory.scan(*codes)["code"] == "started"
            assert factory.scan(*codes, qty={"good": str(batch)})["code"] == "finished"
    assert factory.get("planner", f"mrp_routing/work-orders/{work_order_id}")["state"] == "done"


def receive(factory: Factory, number_of_receipts: int) -> None:
    """The keeper posts what was proposed."""
    drafts = [r for r in factory.get("warehouse_keeper", "stock/receipts")["items"] if r["state"] == "draft"]
    assert len(drafts) == number_of_receipts
    for draft in drafts:
        assert factory.post("warehouse_keeper", f"stock/receipts/{draft['id']}/post")["state"] == "posted"


def ship(factory: Factory, made: dict[str, Any], *, status: int = 200) -> None:
    """The keeper makes a shipment of everything and lets it go."""
    line = {"order_line_id": made["lines"][0]["id"], "quantity": str(ORDERED)}
    shipment = factory.post(
        "warehouse_keeper",
        "sales_shipping/shipments",
        {"partner_id": factory.partner_id, "lines": [line]},
        status=201,
    )
    factory.post("warehouse_keeper", f"sales_shipping/shipments/{shipment['id']}/ship", status=status)


def progress(factory: Factory, made: dict[str, Any]) -> dict[str, str]:
    """What the clerk is told of the line, without what is zero."""
    (line,) = factory.post("sales_clerk", "sales_shipping/progress", {"order_id": made["id"]})["lines"]
    return {name: amount for name, amount in line.items() if name != "line_id" and amount != "0"}


def stock_of(factory: Factory) -> Decimal:
    """What is on hand; the balances are the sums of the ledger."""
    with acting(SYSTEM):
        assert reconcile() == []
        return on_hand([factory.item_id])[factory.item_id].on_hand


def nothing_of(factory: Factory, addon: str) -> None:
    """Every address of the addon is gone, and the API does not speak of it."""
    for resource in LISTS[addon]:
        factory.get("planner", f"{addon}/{resource}", status=404)
    described = factory.get("planner", "openapi.json")["paths"]
    assert [path for path in described if path.startswith(f"/api/v1/{addon}/")] == []


def test_an_order_line_goes_through_the_whole_house(any_app: Flask) -> None:
    factory = open_factory(any_app)
    made = order(factory)
    became = release(factory, made, stock=IN_STOCK, make=ORDERED - IN_STOCK)
    assert progress(factory, made) == {"ordered": "100", "released": "100", "reserved": "30"}
    make(factory, became["make"], 40, 30)
    assert progress(factory, made) == {"ordered": "100", "released": "100", "reserved": "30", "made": "70"}
    ship(factory, made, status=409)  # not before it is received
    receive(factory, 2)
    assert stock_of(factory) == ORDERED
    second = factory.get("warehouse_keeper", "sales_shipping/shipments")["items"][0]
    factory.post("warehouse_keeper", f"sales_shipping/shipments/{second['id']}/ship")
    assert progress(factory, made) == {
        "ordered": "100",
        "released": "100",
        "made": "70",
        "received": "70",
        "shipped": "100",
    }
    assert stock_of(factory) == 0
    assert factory.post("sales_clerk", f"sales_shipping/orders/{made['id']}/close")["state"] == "closed"


def test_without_stock_orders_are_made_and_shipped(any_app: Flask) -> None:
    factory = open_factory(any_app, "stock")
    nothing_of(factory, "stock")
    made = order(factory)
    line = {"line_id": made["lines"][0]["id"], "route": "stock", "quantity": "1"}
    factory.post("planner", "sales_shipping/releases", {"portions": [line]}, status=409)
    make(factory, release(factory, made, make=ORDERED)["make"], ORDERED)
    ship(factory, made)
    assert progress(factory, made) == {"ordered": "100", "released": "100", "made": "100", "shipped": "100"}


def test_without_production_orders_are_met_from_stock(any_app: Flask) -> None:
    factory = open_factory(any_app, "mrp_routing", in_stock=ORDERED)
    nothing_of(factory, "mrp_routing")
    made = order(factory)
    line = {"line_id": made["lines"][0]["id"], "route": "make", "quantity": "1"}
    factory.post("planner", "sales_shipping/releases", {"portions": [line]}, status=409)
    release(factory, made, stock=ORDERED)
    ship(factory, made)
    assert progress(factory, made) == {"ordered": "100", "released": "100", "shipped": "100"}
    assert stock_of(factory) == 0


def test_without_sales_work_orders_are_made_into_stock(any_app: Flask) -> None:
    factory = open_factory(any_app, "sales_shipping")
    nothing_of(factory, "sales_shipping")
    body = {"item_id": factory.item_id, "quantity": str(ORDERED)}
    made = factory.post("planner", "mrp_routing/work-orders", body, status=201)
    make(factory, made["id"], ORDERED)
    receive(factory, 1)
    assert stock_of(factory) == ORDERED + IN_STOCK


@pytest.mark.parametrize("kept", ["stock", "mrp_routing", "sales_shipping"])
def test_each_of_the_three_works_alone(any_app: Flask, kept: str) -> None:
    factory = open_factory(any_app, *(addon for addon in LISTS if addon != kept))
    alone: dict[str, Callable[[Factory], None]] = {
        "stock": _stock_alone,
        "mrp_routing": _production_alone,
        "sales_shipping": _sales_alone,
    }
    alone[kept](factory)


def _stock_alone(factory: Factory) -> None:
    places = factory.get("warehouse_keeper", "stock/locations")["items"]
    place = next(found["id"] for found in places if found["kind"] == "internal")
    line = {"item_id": factory.item_id, "quantity": "5"}
    receipt = factory.post("warehouse_keeper", "stock/receipts", {"location_id": place, "lines": [line]}, status=201)
    factory.post("warehouse_keeper", f"stock/receipts/{receipt['id']}/post")
    assert stock_of(factory) == IN_STOCK + 5


def _production_alone(factory: Factory) -> None:
    body = {"item_id": factory.item_id, "quantity": "5"}
    make(factory, factory.post("planner", "mrp_routing/work-orders", body, status=201)["id"], 5)


def _sales_alone(factory: Factory) -> None:
    made = order(factory)
    ship(factory, made)
    assert progress(factory, made) == {"ordered": "100", "shipped": "100"}


def test_a_release_sent_again_under_its_key_is_made_once(any_app: Flask) -> None:
    factory = open_factory(any_app)
    made = order(factory)
    part = {"line_id": made["lines"][0]["id"], "route": "make", "quantity": "10"}
    headers = {**bearer(factory.tokens["planner"]), "Idempotency-Key": "release-1"}
    client = any_app.test_client()
    sent = [
        client.post("/api/v1/sales_shipping/releases", json={"portions": [part]}, headers=headers) for _n in range(2)
    ]
    assert sent[0].status_code == 200
    assert sent[0].json == sent[1].json
    assert progress(factory, made) == {"ordered": "100", "released": "10"}


def test_work_for_an_order_that_was_closed_is_not_begun(any_app: Flask) -> None:
    factory = open_factory(any_app)
    made = order(factory)
    work_order = release(factory, made, make=ORDERED)["make"]
    number = factory.post("planner", f"mrp_routing/work-orders/{work_order}/release")["number"]
    factory.post("sales_clerk", f"sales_shipping/orders/{made['id']}/close")
    refused = factory.scan(f"{number}/1", factory.badge)
    assert (refused["verdict"], refused["code"]) == ("pending", "vetoed")
    assert f"order {made['number']} is closed" in refused["message"]


def test_a_cancelled_order_takes_everything_back(any_app: Flask) -> None:
    factory = open_factory(any_app)
    made = order(factory)
    became = release(factory, made, stock=IN_STOCK, make=ORDERED - IN_STOCK)
    factory.post("sales_clerk", f"sales_shipping/orders/{made['id']}/cancel")
    assert factory.get("planner", f"mrp_routing/work-orders/{became['make']}")["state"] == "cancelled"
    assert progress(factory, made) == {"ordered": "100"}


def test_an_order_is_not_cancelled_once_work_for_it_has_begun(any_app: Flask) -> None:
    factory = open_factory(any_app)
    made = order(factory)
    became = release(factory, made, stock=IN_STOCK, make=ORDERED - IN_STOCK)
    number = factory.post("planner", f"mrp_routing/work-orders/{became['make']}/release")["number"]
    assert factory.scan(factory.badge, f"{number}/1")["verdict"] == "applied"
    factory.post("sales_clerk", f"sales_shipping/orders/{made['id']}/cancel", status=409)
    assert progress(factory, made) == {"ordered": "100", "released": "100", "reserved": "30"}


def test_no_more_is_received_than_was_made(any_app: Flask) -> None:
    factory = open_factory(any_app)
    body = {"item_id": factory.item_id, "quantity": "10"}
    make(factory, factory.post("planner", "mrp_routing/work-orders", body, status=201)["id"], 10)
    (draft,) = factory.get("warehouse_keeper", "stock/receipts")["items"]
    full = factory.get("warehouse_keeper", f"stock/receipts/{draft['id']}")
    lines = [{"id": full["lines"][0]["id"], "item_id": factory.item_id, "quantity": "11"}]
    client, headers = any_app.test_client(), bearer(factory.tokens["warehouse_keeper"])
    changed = client.patch(
        f"/api/v1/stock/receipts/{draft['id']}", json={"lines": lines, "version": full["version"]}, headers=headers
    )
    assert changed.status_code == 200, changed.text
    answer = factory.post("warehouse_keeper", f"stock/receipts/{draft['id']}/post", status=409)
    assert "at most 10" in answer["detail"]


def test_a_receipt_from_production_is_taken_back_and_can_be_made_anew(any_app: Flask) -> None:
    factory = open_factory(any_app)
    body = {"item_id": factory.item_id, "quantity": "10"}
    make(factory, factory.post("planner", "mrp_routing/work-orders", body, status=201)["id"], 10)
    (draft,) = factory.get("warehouse_keeper", "stock/receipts")["items"]
    before = stock_of(factory)
    factory.post("warehouse_keeper", f"stock/receipts/{draft['id']}/post")
    assert stock_of(factory) == before + 10
    taken_back = factory.post("warehouse_keeper", f"stock/receipts/{draft['id']}/reverse", {"reason": "wrong shelf"})
    assert (taken_back["state"], stock_of(factory)) == ("reversed", before)
