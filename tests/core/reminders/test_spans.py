"""Hours and days, of the calendar and of work, forwards and backwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.reminders.spans import Clock, OfficeHours, Span

ZONE = ZoneInfo("Asia/Shanghai")
CLOCK = Clock(ZONE, OfficeHours(ZONE))
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)).map(
    lambda m: m.replace(second=0, microsecond=0)
)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "span", "end"),
    [
        ("2026-11-27 16:00", "2 work_hours", "2026-11-30 09:00"),
        ("2026-11-28 10:00", "1 work_hours", "2026-11-30 09:00"),
        ("2026-11-26 11:30", "1 work_hours", "2026-11-26 13:30"),
        ("2026-11-30 09:00", "-2 work_hours", "2026-11-27 16:00"),
        ("2026-11-29 10:00", "-1 work_hours", "2026-11-27 16:00"),
        ("2026-11-27 10:15", "1 work_days", "2026-11-30 10:15"),
        ("2026-11-29 10:15", "-1 work_days", "2026-11-27 10:15"),
        ("2026-11-27 10:15", "3 days", "2026-11-30 10:15"),
        ("2026-11-27 10:15", "-30 hours", "2026-11-26 04:15"),
        ("2026-11-28 10:15", "0 work_days", "2026-11-28 10:15"),
    ],
)
def test_spans_are_reckoned_by_office_hours(start: str, span: str, end: str) -> None:
    parsed = Span.read(span)
    assert parsed is not None
    assert CLOCK.shift(local(start), parsed) == local(end)
    assert str(parsed) == span


@pytest.mark.parametrize("text", ["", "3", "days", "3 weeks", "3.5 days", "99999 days", "3  days", "--3 days"])
def test_anything_else_is_no_span(text: str) -> None:
    assert Span.read(text) is None


@given(MOMENTS, st.integers(1, 60))
def test_so_much_work_lies_between_a_moment_and_the_one_so_much_work_before(moment: datetime, hours: int) -> None:
    before = CLOCK.shift(moment, Span(-hours, "work_hours"))
    assert CLOCK.work.minutes(before, moment) == hours * 60
    assert CLOCK.work.minutes(before + timedelta(minutes=1), moment) < hours * 60


@given(MOMENTS, st.integers(-40, 40), st.sampled_from(["days", "work_days"]))
def test_the_last_due_day_is_due_and_the_next_is_not(moment: datetime, amount: int, unit: str) -> None:
    span = Span(amount, unit)
    day = CLOCK.last_due_day(moment, span, "08:00")
    assert CLOCK.at(CLOCK.shift_day(day, span), "08:00") <= moment
    assert CLOCK.at(CLOCK.shift_day(day + timedelta(days=1), span), "08:00") > moment


@given(MOMENTS, st.times(), st.times(), st.booleans())
def test_what_is_allowed_is_outside_quiet_hours_and_the_first_such_moment(
    moment: datetime, begin: object, end: object, skip: bool
) -> None:
    quiet_from, quiet_to = str(begin)[:5], str(end)[:5]
    allowed = CLOCK.next_allowed(moment, quiet_from, quiet_to, skip)
    assert allowed >= moment
    assert CLOCK.next_allowed(allowed, quiet_from, quiet_to, skip) == allowed
    assert not skip or CLOCK.work.is_working_day(CLOCK.day_of(allowed))
    if allowed > moment:
        just_before = allowed - timedelta(minutes=1)
        assert CLOCK.next_allowed(just_before, quiet_from, quiet_to, skip) == allowed


def test_days_are_those_of_the_factory_not_of_greenwich() -> None:
    assert CLOCK.day_of(datetime(2026, 11, 26, 17, 0, tzinfo=UTC)) == date(2026, 11, 27)
