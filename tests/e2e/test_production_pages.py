"""The pages of production with the demonstration's data, looked at."""

from __future__ import annotations

import importlib
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from addons.mrp_routing.models import Operation, Routing, WagePeriod, WipCount, WorkOrder
from core.db import db
from core.workflow.fire import fire
from core.workflow.numbering import next_number, today
from tests.e2e.conftest import Site, Visitor


@pytest.fixture
def shop(site: Site) -> Site:
    """The machining shop at work."""
    site.write(lambda: [importlib.import_module(f"addons.{a}.demo").load() for a in ("masterdata", "mrp_routing")])
    return site


def make_count(work_center_id: int) -> int:
    """What lies at a work center, listed to be counted."""
    count = WipCount(work_center_id=work_center_id)
    count.number = next_number(count)
    db.session.add(count)
    db.session.flush()
    return int(fire(count, "begin").id)


def make_wages() -> int:
    """Two weeks of wages, reckoned."""
    period = WagePeriod(starts_on=today() - timedelta(days=14), ends_on=today())
    db.session.add(period)
    db.session.flush()
    return int(fire(period, "reckon").id)


def test_every_page_of_production_can_be_looked_at(shop: Site, visitor: Visitor) -> None:
    visitor.sign_in(shop.administrator(name="林梅", login="linmei", language="zh"))
    under_way = shop.write(lambda: db.session.scalar(select(WorkOrder.id).where(WorkOrder.state == "in_progress")))
    lying = shop.write(lambda: db.session.scalars(select(Operation).where(Operation.moved_at.is_not(None))).first())
    part = shop.write(lambda: db.session.scalars(select(Routing.item_id).order_by(Routing.id.desc())).first())
    count, wages = shop.write(lambda: (make_count(lying.work_center_id), make_wages()))
    pages = {
        "work-orders": "/m/mrp_routing/work-orders",
        "work-orders-board": "/m/mrp_routing/work-orders/kanban",
        "work-order": f"/m/mrp_routing/work-orders/{under_way}",
        "work-order-new": "/m/mrp_routing/work-orders/new",
        "routings": "/m/mrp_routing/routings",
        "routing": "/m/mrp_routing/routings/1",
        "operation-types": "/m/mrp_routing/operation-types",
        "machine": "/m/mrp_routing/machines/1",
        "scans": "/m/mrp_routing/scans",
        "scans-to-settle": "/mrp_routing/waiting",
        "corrections": "/m/mrp_routing/corrections",
        "reasons": "/m/mrp_routing/reasons",
        "machine-stops": "/m/mrp_routing/machine-stops",
        "findings": "/reports/mrp_routing/findings",
        "hours": "/reports/mrp_routing/hours",
        "scan-record": "/m/mrp_routing/scans/1",
        "wip": "/mrp_routing/wip",
        "wip-big": "/mrp_routing/wip?big=1",
        "workers": "/mrp_routing/workers",
        "ticket": f"/mrp_routing/tickets/{lying.ticket_id}",
        "similar": f"/mrp_routing/similar/{part}",
        "similar-beside": f"/mrp_routing/similar/{part}/1",
        "item": f"/m/masterdata/items/{part}",
        "work-center": f"/m/mrp_routing/work-centers/{lying.work_center_id}",
        "wip-count": f"/m/mrp_routing/wip-counts/{count}",
        "wage-period": f"/m/mrp_routing/wage-periods/{wages}",
        "wage-rates": "/m/mrp_routing/wage-rates",
    }
    for name, path in pages.items():
        page = visitor.go(path)
        expect(page.locator("h1")).not_to_be_empty()
        visitor.picture(f"production-{name}")
        visitor.check()
