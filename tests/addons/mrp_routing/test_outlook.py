"""When open tickets will be done: the backlog as it is in the database, planned and told to people."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.models import CalendarShift, WorkCalendar
from addons.mrp_routing.factories import make_machine
from addons.mrp_routing.services import take_scans
from addons.mrp_routing.services.planning import build_backlog, find_outlook
from core.db import db, run_unit, utcnow
from core.testing.people import administrator, sign_in
from core.testing.statements import count_statements
from core.workflow.numbering import today
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan

STATEMENTS = 6


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    made: Floor = run_unit(make_floor)
    return made


def test_what_is_left_is_what_lies_there_and_what_is_still_to_come(floor: Floor) -> None:
    run_unit(lambda: floor.report(good=4, scrap=1))
    backlog = build_backlog(utcnow())
    (job,) = backlog.problem.jobs
    assert [(op.id, op.minutes) for op in job.ops] == [
        (floor.operations[0].id, 5 * 5),
        (floor.operations[1].id, 9 * 5),
    ]


def test_a_late_ticket_says_what_it_waits_for(floor: Floor) -> None:
    center = floor.operations[0].work_center_id
    run_unit(lambda: make_machine(work_center_id=center, name="Lathe"))
    other = run_unit(lambda: make_floor(quantity=500))

    def same_place() -> None:
        for each in other.operations:
            each.work_center_id, each.run_minutes = center, Decimal(20)
        floor.order.due_on = other.order.due_on = today() - timedelta(days=3)
        other.order.priority = 0

    run_unit(same_place)
    told = {o.ticket.work_order_id: o for o in find_outlook()}
    late = told[floor.order.id]
    assert late.end is not None
    assert late.late > 0
    assert "waits" in late.because or "alone takes" in late.because
    assert find_outlook()[0].late >= late.late


def test_work_somebody_is_at_stays_on_its_machine(floor: Floor) -> None:
    machine = run_unit(lambda: make_machine(work_center_id=floor.operations[0].work_center_id))
    run_unit(lambda: take_scans("pda-1", [make_scan(floor.worker.badge, machine.code, floor.ticket())]))
    backlog = build_backlog(utcnow())
    (fixed,) = backlog.problem.fixed.values()
    assert fixed.machine == machine.id


def test_nothing_is_planned_outside_the_factorys_hours(floor: Floor) -> None:
    days = ("mon", "tue", "wed", "thu", "fri")
    shifts = [CalendarShift(weekday=day, start="08:00", end="09:00") for day in days]
    run_unit(lambda: db.session.add(WorkCalendar(code="C", name="An hour a day", shifts=shifts)))
    (told,) = find_outlook()
    assert told.end is not None
    assert told.end - utcnow() > timedelta(hours=12)  # 100 minutes of work, 60 a day


def test_the_forecast_is_a_page_and_takes_few_statements(any_app: Flask, floor: Floor) -> None:
    for _ in range(3):
        run_unit(make_floor)
    assert count_statements(find_outlook) <= STATEMENTS
    text = sign_in(any_app.test_client(), run_unit(administrator)).get("/reports/mrp_routing/outlook").text
    assert f"{floor.order.number}-1" in text


def test_a_work_center_has_its_own_hours_efficiency_and_capacity(floor: Floor) -> None:
    def set_up() -> None:
        first, second = (operation.work_center for operation in floor.operations)
        shifts = [CalendarShift(weekday="sun", start="08:00", end="09:00")]
        first.calendar = WorkCalendar(code="S", name="Sunday", shifts=shifts, active=False)
        first.efficiency, second.capacity = Decimal(50), 3

    run_unit(set_up)
    problem = build_backlog(utcnow()).problem
    (job,) = problem.jobs
    assert [op.minutes for op in job.ops] == [10 * 5 * 2, 10 * 5]
    assert [len(op.machines) for op in job.ops] == [1, 3]
    hours = {machine.id: machine.calendar for machine in problem.machines}
    assert hours[job.ops[0].machines[0]] != hours[job.ops[1].machines[0]]
    (told,) = find_outlook()
    assert told.end is not None
    assert told.end - utcnow() > timedelta(days=7)  # 110 minutes of work, 60 a week


def test_waits_ways_lots_and_days_outside_are_planned(floor: Floor) -> None:
    def set_up() -> None:
        first, second = floor.operations
        first.move_minutes, second.queue_minutes, second.transfer_lot = Decimal(15), Decimal(30), Decimal(2)
        second.is_outsourced, second.lead_days = True, 3

    run_unit(set_up)
    (job,) = build_backlog(utcnow()).problem.jobs
    first, second = job.ops
    assert (first.first_lot, first.after) == (2 * 5, 45)
    assert (second.machines, second.minutes) == ((), 3 * 24 * 60)
    (told,) = find_outlook()
    assert told.end is not None
    assert timedelta(days=3) < told.end - utcnow() < timedelta(days=4)
