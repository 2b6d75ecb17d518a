"""What the scan kernel does besides starting and finishing: rework, holds, policies, pauses, machines, tickets."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.mrp_routing import services
from addons.mrp_routing.factories import make_reason
from addons.mrp_routing.models import JobTicket, MachineStop, ScanEvent, ScanFlag, TimeEntry, WorkCenter
from addons.mrp_routing.services import Answer, make_code, take_scans
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan, make_worker


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor(steps=3)


def policy(floor: Floor, seq: int, **values: Any) -> None:
    """Change how strict the work center of an operation is."""
    center = db.session.get_one(WorkCenter, floor.operations[seq - 1].work_center_id)
    for name, value in values.items():
        setattr(center, name, value)
    db.session.flush()


def flags() -> list[str]:
    return list(db.session.scalars(select(ScanFlag.code).order_by(ScanFlag.id)))


def entries() -> list[TimeEntry]:
    db.session.expire_all()
    return list(db.session.scalars(select(TimeEntry).order_by(TimeEntry.started_at, TimeEntry.id)))


def test_pieces_sent_back_for_rework_come_again_and_are_counted_apart(floor: Floor) -> None:
    floor.report(good=10)
    floor.report(2, good=6)
    answer = floor.take(2, action="report", good=Decimal(0), rework=Decimal(3), back_to=1)
    assert answer.verdict == "applied", answer
    first, second, _third = floor.operations
    assert (first.received, first.reworked, first.here) == (13, 3, 3)
    assert (second.rework, second.here) == (3, 1)
    assert floor.report(1, good=3).verdict == "applied"
    assert floor.operations[1].received == 13


def test_pieces_do_not_go_back_to_an_operation_that_comes_after(floor: Floor) -> None:
    answer = floor.take(action="report", good=Decimal(0), rework=Decimal(1), back_to=3)
    assert (answer.verdict, answer.code) == ("pending", "back_to")


def test_held_pieces_are_neither_here_nor_gone(floor: Floor) -> None:
    floor.take()
    floor.take(action="finish", good=Decimal(7), held=Decimal(3))
    assert (floor.operations[0].here, floor.operations[0].held) == (0, 3)
    assert floor.order.state == "in_progress"


def test_a_reason_is_asked_for_as_soon_as_the_factory_has_named_some(floor: Floor) -> None:
    make_reason(kind="scrap", code="R1")
    floor.take()
    refused = floor.take(action="finish", good=Decimal(9), scrap=Decimal(1))
    assert (refused.verdict, refused.code) == ("pending", "no_reason")
    taken = floor.take(action="finish", good=Decimal(9), scrap=Decimal(1), scrap_reason="R1")
    assert taken.verdict == "applied"
    wrong = floor.take(2, action="report", good=Decimal(1), scrap=Decimal(1), scrap_reason="nonsense")
    assert (wrong.verdict, wrong.code) == ("pending", "not_found")


def test_a_tolerant_center_takes_a_little_too_much_and_flags_it(floor: Floor) -> None:
    policy(floor, 1, over_report="tolerant", tolerance_percent=Decimal(10))
    assert floor.report(good=12).code == "too_many"
    answer = floor.take(action="finish", good=Decimal(11))
    assert (answer.verdict, list(answer.flags), flags()) == ("applied", ["over_report"], ["over_report"])


def test_a_center_that_only_records_takes_everything_and_says_what_it_contradicts(floor: Floor) -> None:
    for seq in (1, 2, 3):
        policy(floor, seq, over_report="record_only")
    assert list(floor.take(2).flags) == ["gate"]
    assert list(floor.take(2, action="finish", good=Decimal(4)).flags) == ["over_report"]
    assert floor.operations[1].here == -4
    floor.report(good=10)
    assert floor.operations[1].here == 6


def test_a_soft_gate_lets_start_and_flags_it_and_none_does_not_look(floor: Floor) -> None:
    policy(floor, 2, gate="soft")
    policy(floor, 3, gate="off")
    assert list(floor.take(2).flags) == ["gate"]
    assert list(floor.take(3).flags) == []


def test_an_operation_begins_with_as_many_pieces_as_it_is_told(floor: Floor) -> None:
    floor.operations[1].transfer_lot = Decimal(5)
    floor.take()
    floor.take(action="report", good=Decimal(4))
    assert floor.take(2).code == "gate"
    floor.take(action="report", good=Decimal(1))
    assert floor.take(2).verdict == "applied"


def test_a_pause_ends_the_time_with_its_reason_and_the_next_start_resumes(floor: Floor) -> None:
    reason = make_reason(kind="pause", code="P1")
    floor.take()
    assert floor.take(action="pause", reason="P1").code == "paused"
    assert floor.take().code == "started"
    first, second = entries()
    assert (first.closed_by, first.reason_id, second.finished_at) == ("pause", reason.id, None)


def test_running_ends_setting_up_and_is_another_kind_of_time(floor: Floor) -> None:
    floor.take(action="setup")
    floor.take(action="start")
    assert [(e.kind, e.finished_at is None) for e in entries()] == [("setup", False), ("run", True)]


def test_a_worker_tends_two_machines_and_leaves_one(floor: Floor) -> None:
    from addons.mrp_routing.factories import make_machine

    other = make_machine()
    for machine in (floor.machine, other):
        take_scans("pda-1", [make_scan(floor.worker.badge, machine.code, floor.ticket())])
    take_scans("pda-1", [make_scan(floor.worker.badge, other.code, floor.ticket(), action="leave")])
    assert [(e.machine_id, e.finished_at is None) for e in entries()] == [(floor.machine.id, True), (other.id, False)]


def test_nothing_is_started_at_a_machine_that_stands_still(floor: Floor) -> None:
    def at_machine(*codes: str, action: str | None = None) -> Answer:
        (answer,) = take_scans("pda-1", [make_scan(floor.worker.badge, floor.machine.code, *codes, action=action)])
        return answer

    assert at_machine(action="down").code == "machine_down"
    assert at_machine(floor.ticket()).code == "machine_down"
    assert entries() == []
    assert at_machine(action="up").code == "machine_up"
    assert at_machine(floor.ticket()).verdict == "applied"
    (stop,) = db.session.scalars(select(MachineStop))
    assert stop.ended_at is not None


def test_a_clock_that_is_wrong_is_put_right_and_flagged(floor: Floor) -> None:
    scan = floor.scan(at=utcnow() - timedelta(hours=3))
    (answer,) = take_scans("pda-1", [scan], timedelta(hours=2))
    assert answer.verdict == "applied"
    assert (entries()[0].started_at, flags()) == (scan.at + timedelta(hours=2), ["clock"])


def test_a_clock_set_back_between_two_scans_of_a_device_does_not_turn_them_around(floor: Floor) -> None:
    start = floor.scan(seq=1)
    start = make_scan(*start.codes, at=utcnow() - timedelta(minutes=5))
    from dataclasses import replace

    batch = [replace(start, seq=1), replace(floor.scan(good=Decimal(2)), seq=2, at=start.at - timedelta(minutes=1))]
    assert [a.code for a in take_scans("pda-1", batch)] == ["started", "finished"]


def test_what_was_scanned_without_network_waits_for_what_came_before_it(floor: Floor) -> None:
    then = utcnow() - timedelta(hours=2)
    late = floor.take(2, at=then + timedelta(minutes=30), offline=True)
    assert (late.verdict, late.code) == ("pending", "gate")
    floor.take(at=then)
    floor.take(at=then + timedelta(minutes=20), action="finish", good=Decimal(10))
    assert [(e.operation_id, e.started_at) for e in entries()] == [
        (floor.operations[0].id, then),
        (floor.operations[1].id, then + timedelta(minutes=30)),
    ]
    verdicts = db.session.scalars(select(ScanEvent.verdict)).all()
    assert set(verdicts) == {"applied"}


def test_a_late_report_is_judged_by_its_own_time_and_says_that_the_pieces_are_gone(floor: Floor) -> None:
    then = utcnow() - timedelta(hours=2)
    floor.take(at=then)
    other = make_worker()
    floor.take(at=then, worker=other)
    floor.take(action="finish", good=Decimal(10), at=then + timedelta(minutes=60))
    late = floor.take(worker=other, action="finish", good=Decimal(4), at=then + timedelta(minutes=30), offline=True)
    assert (late.verdict, list(late.flags)) == ("applied", ["taken_since"])
    assert floor.operations[0].here == -4


def test_a_ticket_stands_for_the_operation_its_pieces_are_at(floor: Floor) -> None:
    ticket = make_code("ticket", floor.order.tickets[0].id)
    (first,) = take_scans("pda-1", [make_scan(floor.worker.badge, ticket)])
    assert first.operation == f"{floor.order.number}-1 · 1 {floor.order.operations[0].name}"
    floor.take(action="finish", good=Decimal(4))
    (unclear,) = take_scans("pda-1", [make_scan(floor.worker.badge, floor.order.number)])
    assert (unclear.verdict, "several operations" in unclear.message) == ("pending", True)


def test_pieces_split_off_go_on_by_themselves_and_come_together_again(floor: Floor) -> None:
    floor.report(good=10)
    child = services.split(floor.operations[1].id, Decimal(4))
    assert (child.number, child.quantity, child.split_seq) == (f"{floor.order.number}-2", 4, 2)
    assert [o.here for o in child.operations] == [0, 4, 0]
    with pytest.raises(ValidationError, match="several tickets"):
        services.identify.identify([f"{floor.order.number}/2"])
    (started,) = take_scans("pda-1", [make_scan(floor.worker.badge, f"{child.number}/2")])
    assert started.verdict == "applied"
    with pytest.raises(Conflict, match="still at work"):
        services.merge(child.operations[1].id, floor.order.tickets[0].id)
    take_scans("pda-1", [make_scan(floor.worker.badge, f"{child.number}/2", action="leave")])
    into = services.merge(child.operations[1].id, floor.order.tickets[0].id)
    assert (into.quantity, into.operations[1].here, child.state) == (10, 10, "merged")


def test_no_more_is_split_off_than_lies_there_and_not_all_of_it(floor: Floor) -> None:
    operation = floor.operations[0]
    for quantity in (0, 11):
        with pytest.raises(Conflict, match="go on by themselves"):
            services.split(operation.id, Decimal(quantity))
    with pytest.raises(Conflict, match="Nothing would be left"):
        services.split(operation.id, Decimal(10))


def test_an_order_is_done_with_the_last_of_its_tickets(any_app: Flask, system: Any) -> None:
    floor = make_floor(steps=1)
    child = services.split(floor.operations[0].id, Decimal(4))
    floor.report(good=6)
    assert floor.order.state == "in_progress"
    for values in ({}, {"action": "finish", "good": Decimal(4)}):
        take_scans("pda-1", [make_scan(floor.worker.badge, make_code("operation", child.operations[0].id), **values)])
    db.session.expire_all()
    assert (floor.order.state, services.count_made([floor.order.id])) == ("done", {floor.order.id: Decimal(10)})
    assert {t.state for t in db.session.scalars(select(JobTicket))} == {"done"}
