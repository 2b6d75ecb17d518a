"""A calendar's year as twelve months of days, for the page."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from addons.masterdata.models import WorkCalendar
from addons.masterdata.services.calendars import working_time


@dataclass(frozen=True, kw_only=True)
class DayCell:
    """One day: whether it is worked, and the reason when it differs from the weekly pattern."""

    day: date
    working: bool
    special: bool
    reason: str


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month's weeks, Monday first; None fills up the first and last week."""

    number: int
    weeks: tuple[tuple[DayCell | None, ...], ...]
    working_days: int


@dataclass(frozen=True, kw_only=True)
class YearPage:
    """A year, with the number of its working days."""

    year: int
    months: tuple[Month, ...]
    working_days: int


def year_page(calendar: WorkCalendar, year: int) -> YearPage:
    """The year of a calendar, in three queries however many days differ."""
    time = working_time(calendar)
    reasons = {day.day_on: day.reason or "" for day in calendar.days}

    def cell(day: date) -> DayCell:
        return DayCell(day=day, working=time.is_working_day(day), special=day in reasons, reason=reasons.get(day, ""))

    months = tuple(_month(year, number, cell) for number in range(1, 13))
    return YearPage(year=year, months=months, working_days=sum(month.working_days for month in months))


def _month(year: int, number: int, cell: Callable[[date], DayCell]) -> Month:
    weeks = tuple(
        tuple(cell(day) if day.month == number else None for day in week)
        for week in Calendar().monthdatescalendar(year, number)
    )
    worked = sum(1 for week in weeks for day in week if day is not None and day.working)
    return Month(number=number, weeks=weeks, working_days=worked)
