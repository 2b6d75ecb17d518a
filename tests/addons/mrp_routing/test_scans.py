"""The inbox: a scan is never lost and never has its effect twice."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.mrp_routing.models import ScanEvent, TimeEntry
from addons.mrp_routing.services import take_scans
from core.actor import acting
from core.db import db, utcnow
from core.errors import Forbidden
from core.testing.apps import actor_with
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan

GARBAGE = 1500
ALPHABET = "0123456789０１２３/ \t\x1d\x00\u202e\u200bEWABC员工🔩½²٣\U00010a40-'\"%;<"


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def kept(event_id: str) -> ScanEvent:
    db.session.expire_all()
    return db.session.scalars(select(ScanEvent).where(ScanEvent.event_id == event_id)).one()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_same_event_again_gets_the_same_answer_and_has_no_effect(floor: Floor) -> None:
    scan = floor.scan()
    (first,) = take_scans("pda-1", [scan])
    again = [take_scans("pda-1", [scan])[0] for _time in range(3)]
    assert first.verdict == "applied"
    assert again == [replace(first, verdict="duplicate")] * 3
    assert count(TimeEntry) == count(ScanEvent) == 1


def test_an_event_twice_in_one_batch_counts_once(floor: Floor) -> None:
    scan = floor.scan()
    assert [a.verdict for a in take_scans("pda-1", [scan, scan])] == ["applied", "duplicate"]
    assert count(TimeEntry) == 1


def test_the_same_id_with_other_content_is_rejected_and_changes_nothing(floor: Floor) -> None:
    scan = floor.scan()
    take_scans("pda-1", [scan])
    payload = kept(scan.event_id).payload
    others = (
        replace(scan, action="finish", good=Decimal(3)),
        replace(scan, codes=[floor.ticket(2)]),
        replace(scan, at=scan.at + timedelta(seconds=1)),
    )
    answers = [take_scans("pda-1", [other])[0] for other in others] + take_scans("pda-2", [scan])
    assert {(a.verdict, a.code) for a in answers} == {("rejected", "event_reused")}
    assert kept(scan.event_id).payload == payload
    assert floor.operations[0].good == 0
    assert count(TimeEntry) == count(ScanEvent) == 1


def test_a_running_number_belongs_to_one_event_of_a_device(floor: Floor) -> None:
    first, second = floor.scan(seq=1), floor.scan(2)
    first, second = replace(first, seq=7), replace(second, seq=7)
    take_scans("pda-1", [first])
    (refused,) = take_scans("pda-1", [second])
    assert (refused.verdict, refused.code) == ("rejected", "number_reused")
    assert take_scans("pda-2", [second])[0].verdict == "pending"
    assert count(ScanEvent) == 2


def test_what_cannot_be_applied_waits_in_the_inbox_with_its_reason(floor: Floor) -> None:
    scan = floor.scan(2)
    (answer,) = take_scans("pda-1", [scan])
    assert (answer.verdict, answer.code) == ("pending", "gate")
    event = kept(scan.event_id)
    assert (event.verdict, event.message) == ("pending", answer.message)
    assert floor.order.operations[0].name in answer.message
    assert event.payload["codes"] == list(scan.codes)
    assert count(TimeEntry) == 0


def test_a_second_start_is_ignored(floor: Floor) -> None:
    assert floor.take().verdict == "applied"
    assert (floor.take().verdict, count(TimeEntry)) == ("ignored", 1)


def test_one_event_that_fails_stops_no_other_of_its_batch(floor: Floor) -> None:
    batch = [
        replace(floor.scan(), seq=1),
        replace(floor.scan(2), seq=2),
        replace(make_scan("no such badge", floor.ticket()), seq=3),
        replace(floor.scan(action="dance"), seq=4),
        replace(floor.scan(action="finish", good=Decimal(99)), seq=5),
        replace(floor.scan(action="finish", good=Decimal(4)), seq=6),
    ]
    answers = take_scans("pda-1", batch)
    assert [a.code for a in answers] == ["started", "gate", "not_found", "unknown_action", "too_many", "finished"]
    assert floor.operations[0].good == 4
    assert count(ScanEvent) == 6


def test_a_batch_is_applied_in_the_order_of_the_devices_numbers(floor: Floor) -> None:
    finish = replace(floor.scan(good=Decimal(4)), seq=2)
    start = replace(floor.scan(), seq=1)
    answers = take_scans("pda-1", [finish, start])
    assert [(a.id, a.code) for a in answers] == [(start.event_id, "started"), (finish.event_id, "finished")]


def test_a_batch_sent_again_in_any_order_changes_nothing(floor: Floor) -> None:
    batch = [replace(floor.scan(), seq=1), replace(floor.scan(good=Decimal(4)), seq=2)]
    take_scans("pda-1", batch)
    again = batch * 3
    random.Random(7).shuffle(again)
    assert {a.verdict for a in take_scans("pda-1", again)} == {"duplicate"}
    assert (floor.operations[0].good, count(TimeEntry)) == (4, 1)


def test_work_counts_from_the_scan_and_never_from_the_future(floor: Floor) -> None:
    earlier = utcnow() - timedelta(minutes=30)
    floor.take(at=earlier)
    floor.take(action="finish", at=utcnow() + timedelta(days=3))
    (entry,) = db.session.scalars(select(TimeEntry))
    assert entry.started_at == earlier
    assert entry.finished_at is not None
    assert earlier < entry.finished_at <= utcnow()


def test_scrap_alone_finishes_too(floor: Floor) -> None:
    floor.take()
    answer = floor.take(scrap=Decimal(2))
    assert (answer.code, answer.available) == ("finished", "0")
    assert (floor.operations[0].good, floor.operations[0].scrap) == (8, 2)


def test_an_answer_tells_what_the_operation_may_still_report(floor: Floor) -> None:
    assert floor.take().available == "10"
    assert floor.take(good=Decimal("2.5")).available == "7.5"


def test_nobody_reports_without_the_right_to(floor: Floor) -> None:
    scan = floor.scan()
    with acting(actor_with("mrp_routing.work_order.read")), pytest.raises(Forbidden):
        take_scans("pda-1", [scan])
    assert count(ScanEvent) == 0


def test_any_garbage_is_kept_and_answered_with_a_sentence(floor: Floor) -> None:
    chance = random.Random(20261122)
    ticket = floor.ticket()
    texts = ["".join(chance.choices(ALPHABET, k=chance.randint(1, 40))) for _n in range(GARBAGE)]
    texts += ["9" * 4096, "\x00", "\ud800", "(01)06901234567892\x1d10A", ticket[:15], ticket + ticket[:8], "🔩" * 2000]
    answers = take_scans("gun", [make_scan(text, ticket) for text in texts])
    assert {a.verdict for a in answers} == {"pending"}
    assert [a for a in answers if not a.message.endswith(".")] == []
    assert count(ScanEvent) == len(texts)
    assert count(TimeEntry) == 0


def test_an_event_is_marked_with_who_sent_it_and_when(floor: Floor) -> None:
    scan = floor.scan()
    before = utcnow()
    with acting(actor_with("mrp_routing.work_order.read", "mrp_routing.work_order.report", user_id=floor.worker.id)):
        take_scans("pda-9", [scan])
    event = kept(scan.event_id)
    assert (event.device, event.user_id, event.at) == ("pda-9", floor.worker.id, scan.at)
    assert before <= event.received_at <= utcnow()
    assert uuid.UUID(event.event_id)
