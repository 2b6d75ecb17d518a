"""Work calendars with real dates of 2026: holidays, days worked in exchange, which unit has which."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from addons.masterdata import services
from addons.masterdata.factories import make_calendar
from addons.masterdata.models import CalendarDay, CalendarShift, WorkCalendar
from core.actor import acting
from core.db import db
from core.errors import NotFound, ValidationError
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from tests.addons.masterdata.support import change, create, unit_id

SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=SHANGHAI)


@pytest.fixture
def filled(app: Flask, system: Any) -> WorkCalendar:
    calendar = make_calendar()
    services.fill_holidays(calendar, 2026)
    return calendar


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 2, 13), True),  # a Friday
        (date(2026, 2, 14), True),  # a Saturday worked for the Spring Festival
        (date(2026, 2, 15), False),
        (date(2026, 2, 17), False),  # the first day of the lunar year, a Tuesday
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 2, 28), True),  # the other Saturday worked for it
        (date(2026, 3, 1), False),  # a plain Sunday
        (date(2026, 9, 20), True),  # a Sunday worked for the National Day
        (date(2026, 10, 1), False),
        (date(2026, 10, 8), True),
    ],
)
def test_the_holidays_of_2026_are_free_and_the_days_in_exchange_worked(
    filled: WorkCalendar, day: date, working: bool
) -> None:
    assert services.is_working_day(filled, day) is working


def test_a_day_in_exchange_has_the_shifts_of_a_monday(filled: WorkCalendar) -> None:
    assert services.working_minutes(filled, local(2026, 2, 14), local(2026, 2, 15)) == 8 * 60


def test_the_spring_festival_leaves_nine_days_without_work(filled: WorkCalendar) -> None:
    assert services.working_minutes(filled, local(2026, 2, 14, 17), local(2026, 2, 24, 8)) == 0


def test_2026_has_248_working_days(filled: WorkCalendar) -> None:
    assert services.working_minutes(filled, local(2026, 1, 1), local(2027, 1, 1)) == 248 * 8 * 60


def test_work_begun_before_a_holiday_is_done_after_it(filled: WorkCalendar) -> None:
    done = services.add_working_minutes(filled, local(2026, 9, 30, 16, 30), 60)
    assert done == local(2026, 10, 8, 8, 30).astimezone(UTC)


def test_filling_twice_adds_nothing_and_keeps_what_was_changed_by_hand(filled: WorkCalendar) -> None:
    changed = next(day for day in filled.days if day.day_on == date(2026, 2, 23))
    changed.working = True
    db.session.flush()
    assert services.fill_holidays(filled, 2026) == []
    assert services.is_working_day(filled, date(2026, 2, 23))


def test_the_holidays_of_a_year_not_published_are_refused_with_what_to_do(app: Flask, system: Any) -> None:
    calendar = make_calendar()
    with pytest.raises(ValidationError, match=r"2042 are not known here\. Ask your administrator"):
        services.fill_holidays(calendar, 2042)
    assert calendar.days == []


def test_a_day_may_name_the_weekday_whose_shifts_it_has(app: Flask, system: Any) -> None:
    shifts = [
        CalendarShift(weekday="mon", start="08:00", end="16:00"),
        CalendarShift(weekday="fri", start="08:00", end="12:00"),
    ]
    days = [CalendarDay(day_on=date(2026, 11, 28), working=True, like_weekday="fri")]
    calendar = make_calendar(shifts=shifts, days=days)
    assert services.working_minutes(calendar, local(2026, 11, 28), local(2026, 11, 29)) == 4 * 60


def test_times_are_the_factorys_and_instants_any_zones(app: Flask, system: Any) -> None:
    calendar = make_calendar()
    start = datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    assert services.working_minutes(calendar, start, datetime(2026, 11, 24, 1, 0, tzinfo=UTC)) == 60


def test_an_instant_without_a_zone_is_refused(app: Flask, system: Any) -> None:
    with pytest.raises(ValueError, match="time zone"):
        services.working_minutes(make_calendar(), datetime(2026, 11, 24), local(2026, 11, 25))


def test_a_night_shift_with_a_break_after_midnight(app: Flask, system: Any) -> None:
    night = CalendarShift(weekday="tue", start="20:00", end="04:00", break_start="00:30", break_end="01:00")
    calendar = make_calendar(shifts=[night])
    assert services.working_minutes(calendar, local(2026, 11, 24), local(2026, 11, 26)) == 450
    assert services.working_minutes(calendar, local(2026, 11, 25, 0, 30), local(2026, 11, 25, 1)) == 0


def test_working_minutes_of_a_loaded_calendar_ask_the_database_nothing(filled: WorkCalendar) -> None:
    services.working_time(filled)
    assert count_statements(lambda: services.working_minutes(filled, local(2026, 1, 1), local(2027, 1, 1))) == 0


def test_a_unit_has_its_own_calendar_or_that_of_the_nearest_unit_above(any_app: Flask, system: Any) -> None:
    factory = make_calendar()
    plant = make_calendar(org_unit_id=unit_id("PLT"))
    assert services.calendar_of(unit_id("T1")) is plant
    assert services.calendar_of(unit_id("SAL")) is factory
    assert services.calendar_of(None) is factory


def test_a_reader_who_sees_no_org_unit_still_gets_his_units_calendar(app: Flask, system: Any) -> None:
    plant = make_calendar(org_unit_id=unit_id("PLT"))
    team = unit_id("T1")
    with acting(actor_with("masterdata.work_calendar.read", scope="own", user_id=1)):
        assert services.calendar_of(team).id == plant.id


def test_without_any_calendar_the_refusal_says_where_to_add_one(app: Flask, system: Any) -> None:
    with pytest.raises(NotFound, match="Add one under Master data"):
        services.calendar_of(unit_id("T1"))


def shift(**values: Any) -> dict[str, Any]:
    return {"weekday": "mon", "start": "08:00", "end": "17:00", **values}


@pytest.mark.parametrize(
    ("lines", "position", "field"),
    [
        ([shift(start="8 Uhr")], "0", "start"),
        ([shift(end="24:30")], "0", "end"),
        ([shift(break_start="12:00")], "0", "break_start"),
        ([shift(break_start="18:00", break_end="19:00")], "0", "break_start"),
        ([shift(), shift(start="16:59", end="20:00")], "0", "start"),
        ([shift(weekday="sun", start="20:00", end="09:00"), shift()], "0", "start"),
    ],
)
def test_shifts_that_cannot_be_are_refused_with_the_field_marked(
    app: Flask, system: Any, lines: list[dict[str, Any]], position: str, field: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.work_calendar", code="X", name="X", shifts=lines)
    assert field in refusal.value.fields["shifts"][position]


def test_shifts_that_only_touch_are_kept(app: Flask, system: Any) -> None:
    lines = [shift(), shift(start="17:00", end="00:00"), shift(weekday="tue", start="00:00", end="08:00")]
    calendar = create("masterdata.work_calendar", code="X", name="X", shifts=lines)
    assert services.working_minutes(calendar, local(2026, 11, 23), local(2026, 11, 25)) == 24 * 60


def test_a_special_day_is_changed_on_the_form(filled: WorkCalendar) -> None:
    kept = [{"id": d.id, "day_on": d.day_on.isoformat(), "working": True} for d in filled.days[:1]]
    change(filled, days=kept)
    assert [(d.day_on, d.working) for d in filled.days] == [(date(2026, 1, 1), True)]
