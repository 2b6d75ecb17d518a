"""How far the lines of an order are, whoever knows something about it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.mrp_routing.factories import make_machine, make_routing
from addons.mrp_routing.models import WorkOrder
from addons.sales_shipping import services
from addons.sales_shipping.services import Progress
from addons.stock.factories import put_in_stock
from addons.stock.models import Receipt
from core.db import db
from core.testing.statements import count_statements
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import Floor, make_worker
from tests.addons.sales_shipping.support import confirmed, release, ship
from tests.addons.stock.support import stocked


def told(line: Any) -> dict[str, Decimal]:
    (found,) = services.progress([line])
    return {name: getattr(found, name) for name in ("ordered", "released", "reserved", "made", "received", "shipped")}


def test_a_line_tells_what_is_released_reserved_made_received_and_shipped(any_app: Flask, system: Any) -> None:
    routing = make_routing(steps=1)
    item = routing.item
    put_in_stock(item.id, 4)
    order = confirmed([(item, 12)])
    (line,) = order.lines
    release(line, "stock", 4)
    work_order = db.session.get_one(WorkOrder, release(line, "make", 6).target_id)
    floor = Floor(fire(work_order, "release"), make_machine(), make_worker())
    floor.report(1, good=5, scrap=1)
    fire(db.session.scalars(select(Receipt).where(Receipt.source_id == work_order.id)).one(), "post")
    ship(order, 3)
    assert told(line) == {"ordered": 12, "released": 10, "reserved": 1, "made": 5, "received": 5, "shipped": 3}


def test_what_was_taken_back_counts_no_more(app: Flask, system: Any) -> None:
    order = confirmed([(stocked(10), 8)])
    release(order.lines[0], "stock", 5)
    fire(order, "cancel")
    assert told(order.lines[0]) == {"ordered": 8, "released": 0, "reserved": 0, "made": 0, "received": 0, "shipped": 0}


def test_the_bar_shows_what_left_and_what_is_under_way() -> None:
    def bar(ordered: int, released: int, shipped: int) -> tuple[int, int]:
        amounts = {"ordered": Decimal(ordered), "released": Decimal(released), "shipped": Decimal(shipped)}
        found = Progress(line=None, **amounts)  # type: ignore[arg-type]
        return found.percent, found.percent_under_way

    assert [bar(8, 6, 2), bar(8, 0, 8), bar(3, 3, 1), bar(0, 0, 0)] == [(25, 50), (100, 0), (33, 66), (0, 0)]


def test_many_lines_take_as_many_statements_as_one(app: Flask, system: Any) -> None:
    lines = confirmed([(make_item(), 10) for _ in range(20)]).lines
    for line in lines:
        release(line, "make", 2)
    services.progress(lines)
    assert count_statements(lambda: services.progress(lines[:1])) == count_statements(lambda: services.progress(lines))
