"""Putting right what was reported, entering what was not, settling what waits: always with who and why."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.mrp_routing import services
from addons.mrp_routing.models import Correction, QuantityEntry, ScanEvent, TimeEntry
from addons.mrp_routing.services import Interval, Scan
from core.actor import acting
from core.db import db, utcnow
from core.errors import Conflict, Forbidden, ValidationError
from core.testing.apps import actor_with
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def quantities(good: int, scrap: int = 0) -> Scan:
    return Scan(event_id="", at=utcnow(), codes=(), good=Decimal(good), scrap=Decimal(scrap))


def last_event() -> str:
    return db.session.scalars(select(ScanEvent.event_id).order_by(ScanEvent.id.desc())).first() or ""


def test_a_quantity_is_put_right_beside_what_was_reported(floor: Floor) -> None:
    floor.report(good=8, scrap=2)
    correction = services.correct_quantity(last_event(), quantities(9, 1), "miscounted")
    assert (floor.operations[0].good, floor.operations[0].scrap, floor.operations[1].here) == (9, 1, 9)
    assert (correction.before, correction.after, correction.reason) == (
        "8 Good, 2 Scrap",
        "9 Good, 1 Scrap",
        "miscounted",
    )
    booked = db.session.execute(
        select(QuantityEntry.outcome, QuantityEntry.quantity, QuantityEntry.is_correction).order_by(QuantityEntry.id)
    ).all()
    assert [tuple(row) for row in booked] == [
        ("good", 8, False),
        ("scrap", 2, False),
        ("good", 1, True),
        ("scrap", -1, True),
    ]


def test_pieces_the_next_operation_has_reported_are_not_taken_back(floor: Floor) -> None:
    floor.report(good=8)
    first = last_event()
    floor.report(2, good=8)
    with pytest.raises(Conflict, match=r"Operation 2 .* has already reported 2 of these pieces"):
        services.correct_quantity(first, quantities(6), "miscounted")


def test_a_time_is_put_right_and_scans_change_it_no_more(floor: Floor) -> None:
    floor.take()
    (entry,) = db.session.scalars(select(TimeEntry))
    start = utcnow() - timedelta(hours=5)
    interval = Interval(started_at=start, finished_at=start + timedelta(hours=1))
    services.correct_time(entry.id, interval, "forgot to finish")
    db.session.refresh(entry)
    assert (entry.started_at, entry.finished_at, entry.closed_by) == (start, interval.finished_at, "supervisor")
    assert floor.take(action="leave").code == "not_started"
    with pytest.raises(ValidationError, match="before it begins"):
        services.correct_time(entry.id, Interval(started_at=start, finished_at=start - timedelta(1)), "x")
    with pytest.raises(ValidationError, match="still to come"):
        services.correct_time(entry.id, Interval(started_at=start, finished_at=utcnow() + timedelta(1)), "x")


def back_entry(floor: Floor, good: int) -> Scan:
    end = utcnow() - timedelta(hours=1)
    return floor.scan(at=end, since=end - timedelta(minutes=30), good=Decimal(good))


def test_what_was_not_scanned_is_entered_afterwards_with_who_and_why(floor: Floor) -> None:
    scan = back_entry(floor, 6)
    assert services.back_enter(scan, "scanner was broken").verdict == "applied"
    (entry,) = db.session.scalars(select(TimeEntry))
    assert (entry.is_given, entry.finished_at) == (True, scan.at)
    correction = db.session.scalars(select(Correction)).one()
    assert (correction.kind, correction.worker_id) == ("back_entry", floor.worker.id)


def test_a_back_entry_that_cannot_be_is_refused_with_its_reason(floor: Floor) -> None:
    with pytest.raises(Conflict, match="At most 10"), db.session.begin_nested():
        services.back_enter(back_entry(floor, 11), "x")
    with pytest.raises(ValidationError, match="Say why"), db.session.begin_nested():
        services.back_enter(back_entry(floor, 1), "  ")
    assert db.session.scalars(select(ScanEvent)).all() == []


def test_a_scan_that_waits_is_settled_by_what_was_meant_or_dismissed(floor: Floor) -> None:
    floor.take(2, worker=make_worker())
    meant = last_event()
    answer = services.settle(meant, back_entry(floor, 3), "meant the first operation")
    assert (answer.verdict, floor.operations[0].good) == ("applied", 3)
    floor.take(2, action="finish", good=Decimal(9))
    services.dismiss(last_event(), "by mistake")
    settled = db.session.scalars(select(ScanEvent).where(ScanEvent.verdict == "settled").order_by(ScanEvent.id)).all()
    assert [e.settlement for e in settled] == ["meant the first operation", "by mistake"]
    assert all(e.settled_at for e in settled)
    with pytest.raises(Conflict, match="waits for nobody"):
        services.dismiss(meant, "again")


def test_only_whom_the_role_allows_corrects(floor: Floor) -> None:
    floor.report(good=8)
    event = last_event()
    with acting(actor_with("mrp_routing.work_order.read", "mrp_routing.work_order.report")):
        for work in (
            lambda: services.correct_quantity(event, quantities(9), "x"),
            lambda: services.back_enter(back_entry(floor, 1), "x"),
            lambda: services.dismiss(event, "x"),
            lambda: services.settle(event, back_entry(floor, 1), "x"),
            lambda: services.correct_time(1, Interval(started_at=utcnow(), finished_at=utcnow()), "x"),
        ):
            with pytest.raises(Forbidden):
                work()
    assert uuid.UUID(event)


def test_a_correction_that_leaves_pieces_opens_the_order_again(floor: Floor) -> None:
    floor.report(1, good=10)
    floor.take(2)
    (answer,) = services.take_scans("pda-1", [floor.scan(2, action="finish", good=Decimal(10))])
    assert floor.order.state == "done"
    services.correct_quantity(
        answer.id, Scan(event_id="", at=utcnow(), codes=(), good=Decimal(8)), "Two were found under the bench"
    )
    assert floor.order.state == "in_progress"
    assert floor.report(2, good=2).verdict == "applied"
    assert floor.order.state == "done"
