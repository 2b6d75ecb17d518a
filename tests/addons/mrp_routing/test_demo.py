"""The demonstration data: work orders in every state, with work that adds up."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata import demo as masterdata_demo
from addons.mrp_routing import demo
from addons.mrp_routing.models import ScanEvent, TimeEntry, WorkOrder
from addons.mrp_routing.services import count_wip
from core.db import db, run_unit
from core.kernel.switch import disable


@pytest.mark.parametrize("without", [(), ("stock",), ("stock", "sales_shipping")])
def test_it_loads_whatever_neighbours_are_there(app: Flask, system: Any, without: tuple[str, ...]) -> None:
    for addon in without:
        run_unit(lambda addon=addon: disable(addon))  # type: ignore[misc]
    masterdata_demo.load()
    demo.load()
    orders = db.session.scalars(select(WorkOrder)).all()
    assert Counter(order.state for order in orders) == {
        "draft": 2,
        "released": 2,
        "in_progress": 5,
        "done": 2,
        "cancelled": 1,
    }
    verdicts = Counter(db.session.scalars(select(ScanEvent.verdict)))
    assert (verdicts["pending"], set(verdicts)) == (1, {"applied", "pending"})
    at_work = db.session.scalars(select(TimeEntry).where(TimeEntry.finished_at.is_(None))).all()
    assert {entry.operation.work_order.state for entry in at_work} == {"in_progress"}
    lying = count_wip([order.id for order in orders])
    assert all(amount >= 0 for places in lying.values() for amount in places.values())
