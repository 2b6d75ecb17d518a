"""The pages of production with the demonstration's data, looked at."""

from __future__ import annotations

import importlib

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from addons.mrp_routing.models import WorkOrder
from core.db import db
from tests.e2e.conftest import Site, Visitor


@pytest.fixture
def shop(site: Site) -> Site:
    """The machining shop at work."""
    site.write(lambda: [importlib.import_module(f"addons.{a}.demo").load() for a in ("masterdata", "mrp_routing")])
    return site


def test_every_page_of_production_can_be_looked_at(shop: Site, visitor: Visitor) -> None:
    visitor.sign_in(shop.administrator(name="林梅", login="linmei", language="zh"))
    under_way = shop.write(lambda: db.session.scalar(select(WorkOrder.id).where(WorkOrder.state == "in_progress")))
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
    }
    for name, path in pages.items():
        page = visitor.go(path)
        expect(page.locator("h1")).not_to_be_empty()
        visitor.picture(f"production-{name}")
        visitor.check()
