"""Work calendars: when an org unit works, and how much time that leaves between two instants."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
from flask import current_app
from sqlalchemy import select

from addons.masterdata.models import WEEKDAYS, CalendarDay, CalendarShift, WorkCalendar
from addons.masterdata.services.refusals import marked
from addons.masterdata.services.worktime import DAY, MONDAY, Stretch, WorkingTime, overlap, without
from core.actor import elevated
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _, gettext
from core.people.models import OrgUnit

NUMBER_OF = {code: number for number, code in enumerate(WEEKDAYS)}
CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")

HOLIDAYS = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "National Day": _("National Day"),
}


def calendar_of(org_unit_id: int | None) -> WorkCalendar:
    """The calendar an org unit works by: its own, that of the nearest unit above, or the factory's.

    Raises `NotFound` when none of them has one.
    """
    with elevated("the calendar may hang on a unit above the reader's reach"):
        path = db.session.scalar(select(OrgUnit.path).where(OrgUnit.id == org_unit_id)) or ""
    units = [int(step) for step in path.split("/") if step]
    found = {
        calendar.org_unit_id: calendar
        for calendar in db.session.scalars(
            select(WorkCalendar).where(
                WorkCalendar.active, WorkCalendar.org_unit_id.in_(units) | WorkCalendar.org_unit_id.is_(None)
            )
        )
    }
    for unit in (*reversed(units), None):
        if unit in found:
            return found[unit]
    raise NotFound(_("There is no work calendar for this org unit. Add one under Master data."))


def working_time(calendar: WorkCalendar) -> WorkingTime:
    """What a calendar says, as plain values: take it once when reckoning many intervals."""
    weekly: dict[int, tuple[Stretch, ...]] = {}
    for shift in calendar.shifts:
        number = NUMBER_OF[shift.weekday]
        weekly[number] = (*weekly.get(number, ()), *_stretches(shift))
    special = {day.day_on: _special(day, weekly) for day in calendar.days}
    return WorkingTime(zone=factory_zone(), weekly=weekly, special=special)


def find_working_time(org_unit_id: int | None) -> WorkingTime | None:
    """What the calendar of an org unit says; None when neither it nor the factory has one."""
    try:
        return working_time(calendar_of(org_unit_id))
    except NotFound:
        return None


def factory_zone() -> ZoneInfo:
    """The time zone all local times are in."""
    return ZoneInfo(current_app.config["QINGMES"].timezone)


def is_working_day(calendar: WorkCalendar, day: date) -> bool:
    """Whether anybody works on a day."""
    return working_time(calendar).is_working_day(day)


def working_minutes(calendar: WorkCalendar, start: datetime, end: datetime) -> int:
    """Working minutes from `start` to `end`, breaks left out; minutes of adjacent intervals add up.

    Raises ValueError when `end` is before `start` or either has no time zone.
    """
    _check_zone(start, end)
    return working_time(calendar).minutes(start, end)


def add_working_minutes(calendar: WorkCalendar, start: datetime, minutes: int) -> datetime:
    """The instant at which work of so many minutes begun at `start` is done.

    Raises `ValidationError` when the calendar leaves no room for it within three years.
    """
    _check_zone(start)
    done = working_time(calendar).after(start, minutes)
    if done is None:
        raise ValidationError(
            _("The calendar %(name)s has not enough working time. Add shifts to it.", name=calendar.name)
        )
    return done


def _check_zone(*instants: datetime) -> None:
    if any(instant.tzinfo is None for instant in instants):
        raise ValueError("a datetime without a time zone does not say when")


def _stretches(shift: CalendarShift) -> tuple[Stretch, ...]:
    start = _clock(shift.start)
    end = _later(start, _clock(shift.end))
    if not shift.break_start or not shift.break_end:
        return ((start, end),)
    pause = _later(start - 1, _clock(shift.break_start))
    return without((start, end), (pause, _later(pause, _clock(shift.break_end))))


def _special(day: CalendarDay, weekly: Mapping[int, tuple[Stretch, ...]]) -> tuple[Stretch, ...]:
    if not day.working:
        return ()
    if day.like_weekday:
        return weekly.get(NUMBER_OF[day.like_weekday], ())
    return weekly.get(day.day_on.weekday()) or weekly.get(MONDAY, ())


def _clock(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def _later(start: int, end: int) -> int:
    """`end`, on the next day when it is not after `start`."""
    return end if end > start else end + DAY


def fill_holidays(calendar: WorkCalendar, year: int) -> list[CalendarDay]:
    """Add the official holidays of a year, and the days worked in exchange, to a calendar. Flushes.

    Days the calendar already has are left as they are. Returns the days added. Raises `ValidationError` for
    a year whose holidays are not published yet.
    """
    present = {day.day_on for day in calendar.days}
    added = [
        CalendarDay(day_on=day, working=working, reason=reason)
        for day, working, reason in official_days(year)
        if day not in present
    ]
    calendar.days.extend(added)
    db.session.flush()
    return added


def official_days(year: int) -> list[tuple[date, bool, str]]:
    """Day, whether it is worked, and why, for each day of a year that differs from a plain week."""
    start = date(year, 1, 1)
    days = [start + timedelta(days=number) for number in range((date(year + 1, 1, 1) - start).days)]
    try:
        found = [(day, *chinese_calendar.get_holiday_detail(day)) for day in days]
    except NotImplementedError:
        raise ValidationError(
            _(
                "The official holidays of %(year)s are not known here. "
                "Ask your administrator for an update, or enter them by hand from the official notice.",
                year=year,
            )
        ) from None
    return [(day, not off, _reason(name, off)) for day, off, name in found if name is not None]


def _reason(name: str, off: bool) -> str:
    holiday = str(HOLIDAYS.get(name, name))
    return holiday if off else gettext("Worked in exchange for %(holiday)s", holiday=holiday)


def check_shifts(changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` for times that are none, breaks outside their shift, or shifts that overlap."""
    shifts = changes.get("shifts")
    if shifts is None:
        return
    for position, line in enumerate(shifts):
        _check_times(line, position)
    week = [_in_week(line) for line in shifts]
    first = min(week, default=(0, 0))
    if overlap([*week, (first[0] + 7 * DAY, first[1] + 7 * DAY)] if week else []):
        raise marked(_("Shifts overlap. Correct their times."), "shifts", 0, "start")


def _check_times(line: Mapping[str, Any], position: int) -> None:
    for name in ("start", "end", "break_start", "break_end"):
        if line.get(name) and not CLOCK.fullmatch(line[name]):
            raise marked(_("Write the time as hours and minutes, such as 08:00."), "shifts", position, name)
    if bool(line.get("break_start")) != bool(line.get("break_end")):
        raise marked(_("A break needs both its times."), "shifts", position, "break_start")
    if line.get("break_start") and not _contains_break(line):
        raise marked(_("The break must lie within the shift."), "shifts", position, "break_start")


def _contains_break(line: Mapping[str, Any]) -> bool:
    start = _clock(line["start"])
    end = _later(start, _clock(line["end"]))
    pause = _later(start - 1, _clock(line["break_start"]))
    return _later(pause, _clock(line["break_end"])) <= end


def _in_week(line: Mapping[str, Any]) -> Stretch:
    """A shift in minutes after Monday's midnight."""
    start = _clock(line["start"]) + NUMBER_OF[line["weekday"]] * DAY
    end = _later(_clock(line["start"]), _clock(line["end"]))
    return start, end + NUMBER_OF[line["weekday"]] * DAY
