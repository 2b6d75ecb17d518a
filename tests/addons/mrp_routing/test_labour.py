"""A worker's time is divided among the operations he is at, and never counted twice."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from addons.mrp_routing import services
from addons.mrp_routing.services.labour import Stint, divide, within
from core.db import db
from tests.addons.mrp_routing.support import make_floor

HOUR = 3600
STINT = st.tuples(st.integers(0, 200), st.integers(0, 100), st.integers(1, 9))


def stint(key: int, start: float, end: float, **values: Any) -> Stint:
    return Stint(key=key, start=int(start * HOUR), end=int(end * HOUR), **values)


def test_three_machines_over_a_morning_come_to_the_morning() -> None:
    shares = divide([stint(1, 8, 12), stint(2, 9, 12), stint(3, 10, 11)])
    assert {key: seconds // 60 for key, seconds in shares.items()} == {1: 140, 2: 80, 3: 20}


def test_by_standard_time_the_heavier_work_gets_more() -> None:
    shares = divide([stint(1, 8, 12, rule="standard", weight=3), stint(2, 8, 12, rule="standard", weight=1)])
    assert shares == {1: 3 * HOUR, 2: HOUR}


def test_in_full_to_each_is_what_each_took() -> None:
    shares = divide([stint(1, 8, 12, rule="full"), stint(2, 8, 12, rule="full"), stint(3, 8, 12)])
    assert shares == {1: 4 * HOUR, 2: 4 * HOUR, 3: 4 * HOUR}


@given(st.lists(STINT, max_size=8))
def test_divided_time_is_the_time_he_was_there(days: list[tuple[int, int, int]]) -> None:
    stints = [
        Stint(key=key, start=start, end=start + length, rule=("equal", "standard")[key % 2], weight=weight)
        for key, (start, length, weight) in enumerate(days)
    ]
    there = {second for s in stints for second in range(s.start, s.end)}
    assert sum(divide(stints).values()) == len(there)


def test_breaks_do_not_count_and_work_outside_all_hours_does() -> None:
    hours = [(8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)]
    assert within(11 * HOUR, 14 * HOUR, hours) == [(11 * HOUR, 12 * HOUR), (13 * HOUR, 14 * HOUR)]
    assert within(18 * HOUR, 19 * HOUR, hours) == [(18 * HOUR, 19 * HOUR)]
    assert within(11 * HOUR, 14 * HOUR, None) == [(11 * HOUR, 14 * HOUR)]


def test_two_operations_over_lunch_share_the_hours_of_the_calendar(any_app: Flask, system: Any) -> None:
    from addons.masterdata.models import CalendarShift, WorkCalendar

    shifts = [CalendarShift(weekday="wed", start="08:00", end="17:00", break_start="12:00", break_end="13:00")]
    db.session.add(WorkCalendar(code="C", name="Day", shifts=shifts))
    db.session.flush()
    floor = make_floor(steps=2)
    # The second begins in the break, outside all hours, so that all of it counts.
    start = datetime(2026, 11, 25, 3, tzinfo=UTC)  # 11:00 in Shanghai
    floor.take(at=start)
    floor.take(action="report", good=5, at=start)
    floor.take(2, at=start.replace(hour=4, minute=30))  # 12:30
    floor.take(action="leave", at=start.replace(hour=6))  # 14:00
    floor.take(2, action="leave", at=start.replace(hour=6))
    shares = services.find_shares(date(2026, 11, 25), date(2026, 11, 25))
    assert [(s.gross // 60, s.net // 60, s.share // 60) for s in shares] == [(180, 120, 90), (90, 90, 60)]
    assert [s.is_off_shift for s in shares] == [False, True]
    assert {s.day for s in shares} == {date(2026, 11, 25)}
