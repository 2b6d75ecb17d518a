"""Working time as plain values: additivity, overlaps, nights, time zones that shift."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.masterdata.services.worktime import Stretch, WorkingTime, overlap, without

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
THREE_YEARS = timedelta(days=3 * 365)
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 4, 30), timezones=st.just(UTC))


@st.composite
def stretches(draw: st.DrawFn) -> tuple[Stretch, ...]:
    starts = draw(st.lists(st.integers(0, 1439), max_size=3))
    return tuple((start, start + draw(st.integers(1, 1439))) for start in starts)


TIMES = st.builds(
    WorkingTime,
    zone=st.sampled_from([SHANGHAI, BERLIN]),
    weekly=st.dictionaries(st.integers(0, 6), stretches()),
    special=st.dictionaries(st.dates(date(2026, 1, 1), date(2026, 4, 30)), stretches(), max_size=5),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def office() -> WorkingTime:
    return WorkingTime(zone=SHANGHAI, weekly=dict.fromkeys(range(5), ((480, 720), (780, 1020))))


@settings(deadline=None)
@given(time=TIMES, instants=st.lists(INSTANTS, min_size=3, max_size=3).map(sorted))
def test_minutes_of_adjacent_intervals_add_up(time: WorkingTime, instants: list[datetime]) -> None:
    first, middle, last = instants
    assert time.minutes(first, middle) + time.minutes(middle, last) == time.minutes(first, last)


@settings(deadline=None)
@given(time=TIMES, instants=st.lists(INSTANTS, min_size=2, max_size=2).map(sorted))
def test_working_minutes_never_exceed_those_that_passed(time: WorkingTime, instants: list[datetime]) -> None:
    first, last = (instant.replace(second=0, microsecond=0) for instant in instants)
    assert 0 <= time.minutes(first, last) <= (last - first) / timedelta(minutes=1)


@settings(deadline=None)
@given(time=TIMES, instants=st.lists(INSTANTS, min_size=2, max_size=2).map(sorted))
def test_every_minute_counted_one_by_one_gives_the_same(time: WorkingTime, instants: list[datetime]) -> None:
    first = instants[0].replace(second=0, microsecond=0)
    last = min(instants[1], first + timedelta(hours=30))
    passed = int((last - first) / timedelta(minutes=1))
    assert time.minutes(first, last) == sum(works_at(time, first + timedelta(minutes=m)) for m in range(passed))


def works_at(time: WorkingTime, instant: datetime) -> bool:
    """Whether a minute is worked, told apart from the code under test: by the wall clock."""
    local = instant.astimezone(time.zone)
    days = (local.date() - timedelta(days=1), local.date())
    spans = [
        (
            (datetime(d.year, d.month, d.day, tzinfo=time.zone) + timedelta(minutes=a)).astimezone(UTC),
            (datetime(d.year, d.month, d.day, tzinfo=time.zone) + timedelta(minutes=b)).astimezone(UTC),
        )
        for d in days
        for a, b in time.on(d)
    ]
    return any(a <= instant < b for a, b in spans)


@settings(deadline=None)
@given(time=TIMES, start=INSTANTS, minutes=st.integers(1, 5000))
def test_after_so_many_minutes_exactly_so_many_were_worked(time: WorkingTime, start: datetime, minutes: int) -> None:
    done = time.after(start, minutes)
    if done is not None:
        assert time.minutes(start, done) == minutes
        assert time.minutes(start, done - timedelta(minutes=1)) == minutes - 1
    else:
        assert time.minutes(start, start + THREE_YEARS) < minutes


def test_a_weekend_and_a_lunch_break_are_not_worked() -> None:
    assert office().minutes(at("2026-11-20T11:30"), at("2026-11-23T08:15")) == 30 + 240 + 15


def test_a_night_shift_belongs_to_the_day_it_begins_on() -> None:
    night = WorkingTime(zone=SHANGHAI, weekly={4: ((20 * 60, 28 * 60),)})
    assert night.minutes(at("2026-11-20T00:00"), at("2026-11-21T00:00")) == 4 * 60
    assert night.minutes(at("2026-11-21T00:00"), at("2026-11-22T00:00")) == 4 * 60
    assert not night.is_working_day(date(2026, 11, 21))


def test_overlapping_shifts_count_once() -> None:
    double = WorkingTime(zone=SHANGHAI, weekly={0: ((480, 720), (600, 800)), 6: ((1400, 2000),)})
    assert double.minutes(at("2026-11-22T00:00"), at("2026-11-24T00:00")) == 600 + 240


def test_the_hour_a_zone_skips_in_spring_is_not_worked() -> None:
    night = WorkingTime(zone=BERLIN, weekly={5: ((22 * 60, 30 * 60),)})
    start = datetime(2026, 3, 28, 12, tzinfo=BERLIN)
    assert night.minutes(start, start + timedelta(days=1)) == 7 * 60


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(ValueError, match="before"):
        office().minutes(at("2026-11-21T00:00"), at("2026-11-20T00:00"))


def test_a_calendar_without_working_time_never_gets_anything_done() -> None:
    assert WorkingTime(zone=SHANGHAI).after(at("2026-11-21T00:00"), 1) is None


def test_a_break_leaves_what_is_before_and_after_it() -> None:
    assert without((480, 1020), (720, 780)) == ((480, 720), (780, 1020))
    assert without((480, 1020), (480, 500)) == ((500, 1020),)
    assert without((480, 1020), None) == ((480, 1020),)


def test_touching_stretches_do_not_overlap() -> None:
    assert not overlap([(480, 720), (720, 800)])
    assert overlap([(480, 721), (720, 800)])
