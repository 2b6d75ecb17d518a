"""Scans that arrive at the same moment, on PostgreSQL: each counts once, and never too much is reported."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.mrp_routing.models import QuantityEntry, Routing, ScanEvent, TimeEntry
from addons.mrp_routing.services import Answer, Scan, take_scans
from core.actor import SYSTEM, acting
from core.db import db, run_unit
from core.errors import QingmesError
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan, make_worker
from tests.addons.mrp_routing.test_routings import draft

pytestmark = pytest.mark.postgres
DEVICES = 8


@pytest.fixture
def floor(pg_app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


def at_once(app: Flask, works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run each in a transaction and a thread of its own, all starting together."""
    together = threading.Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        with app.app_context(), acting(SYSTEM):
            together.wait()
            try:
                return run_unit(work)
            except QingmesError as error:
                return error
            finally:
                db.session.remove()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def send(app: Flask, scans: Sequence[Scan]) -> list[Answer]:
    """Each scan from a request of its own."""
    return at_once(app, [lambda scan=scan: take_scans("pda-1", [scan])[0] for scan in scans])  # type: ignore[misc]


def test_the_same_event_sent_many_times_at_once_is_applied_once(pg_app: Flask, floor: Floor) -> None:
    answers = send(pg_app, [floor.scan()] * DEVICES)
    assert sorted(a.verdict for a in answers) == ["applied"] + ["duplicate"] * (DEVICES - 1)
    assert db.session.scalar(select(func.count()).select_from(ScanEvent)) == 1
    assert db.session.scalar(select(func.count()).select_from(TimeEntry)) == 1


def test_two_terminals_start_the_same_work_once(pg_app: Flask, floor: Floor) -> None:
    answers = send(pg_app, [floor.scan() for _n in range(DEVICES)])
    assert sorted(a.verdict for a in answers) == ["applied"] + ["ignored"] * (DEVICES - 1)
    assert db.session.scalar(select(func.count()).select_from(TimeEntry)) == 1


def test_workers_who_report_at_once_never_report_more_than_there_is(pg_app: Flask, floor: Floor) -> None:
    workers = run_unit(lambda: [make_worker() for _n in range(DEVICES)])
    badges = [str(worker.badge) for worker in workers]
    ticket = floor.ticket()
    assert {a.verdict for a in send(pg_app, [make_scan(badge, ticket) for badge in badges])} == {"applied"}
    answers = send(pg_app, [make_scan(badge, ticket, good=Decimal(3)) for badge in badges])
    assert sorted(a.verdict for a in answers) == ["applied"] * 3 + ["pending"] * (DEVICES - 3)
    assert floor.operations[0].good == db.session.scalar(select(func.sum(QuantityEntry.quantity))) == 9


def test_one_of_two_revisions_approved_at_once_counts(pg_app: Flask, system: Any) -> None:
    item_id = run_unit(lambda: draft(make_floor().order.item_id).item_id)
    ids = [run_unit(lambda: draft(item_id).id) for _n in range(4)]
    made = at_once(pg_app, [lambda i=i: fire(db.session.get_one(Routing, i), "approve").state for i in ids])  # type: ignore[misc]
    assert made == ["approved"] * 4
    db.session.rollback()
    counting = db.session.scalars(select(Routing.id).where(Routing.item_id == item_id, Routing.state == "approved"))
    assert len(counting.all()) == 1
