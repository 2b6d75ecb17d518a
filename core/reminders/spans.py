"""Spans of time as rules have them: hours and days, of the calendar or of work."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from flask import current_app

from core.i18n import _
from core.kernel import hooks

UNITS = {
    "hours": _("hours"),
    "days": _("days"),
    "work_hours": _("working hours"),
    "work_days": _("working days"),
}
SPAN = re.compile(r"(-?\d{1,4}) (hours|days|work_hours|work_days)")
OFFICE_HOURS = ((8 * 60, 12 * 60), (13 * 60, 17 * 60))
SATURDAY = 5
FARTHEST_DAYS = 3 * 366
HOUR = 60
SLACK_DAYS = 20  # longer than any run of days off


class WorkTime(Protocol):
    """What the hook `working_time` answers with."""

    def is_working_day(self, day: date) -> bool:
        """Whether anybody works on a day of the factory."""

    def minutes(self, start: datetime, end: datetime) -> int:
        """Working minutes from one instant to a later one."""

    def after(self, start: datetime, minutes: int) -> datetime | None:
        """The instant at which so many working minutes are done; None when there is too little working time."""


@dataclass(frozen=True)
class OfficeHours:
    """Working time where no calendar says otherwise: Monday to Friday, 8 to 12 and 13 to 17."""

    zone: ZoneInfo

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday."""
        return day.weekday() < SATURDAY

    def minutes(self, start: datetime, end: datetime) -> int:
        """Working minutes between two instants."""
        return sum(
            max(0, int((min(b, end) - max(a, start)).total_seconds() // 60)) for a, b in self._stretches(start, end)
        )

    def after(self, start: datetime, minutes: int) -> datetime | None:
        """The instant at which so many working minutes are done."""
        for a, b in self._stretches(start, start + timedelta(days=FARTHEST_DAYS)):
            begin = max(a, start)
            usable = max(0, int((b - begin).total_seconds() // 60))
            if usable >= minutes:
                return begin + timedelta(minutes=minutes)
            minutes -= usable
        return None

    def _stretches(self, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
        first, last = start.astimezone(self.zone).date(), end.astimezone(self.zone).date()
        days = (first + timedelta(days=n) for n in range((last - first).days + 1))
        return [
            (at_minute(day, a, self.zone), at_minute(day, b, self.zone))
            for day in days
            if self.is_working_day(day)
            for a, b in OFFICE_HOURS
        ]


def at_minute(day: date, minute: int, zone: ZoneInfo) -> datetime:
    """So many minutes after a day's midnight."""
    return datetime.combine(day, time(minute // 60, minute % 60), zone)


@dataclass(frozen=True)
class Span:
    """So many units, negative for before."""

    amount: int
    unit: str

    @classmethod
    def read(cls, text: str | None) -> Span | None:
        """From `-3 work_days`; None for anything else."""
        match = SPAN.fullmatch(text or "")
        return cls(int(match.group(1)), match.group(2)) if match else None

    def __str__(self) -> str:
        return f"{self.amount} {self.unit}"

    def __neg__(self) -> Span:
        return Span(-self.amount, self.unit)


@dataclass(frozen=True)
class Clock:
    """The factory's time zone and working time, taken once for a run."""

    zone: ZoneInfo
    work: WorkTime

    @classmethod
    def of_factory(cls, org_unit_id: int | None = None) -> Clock:
        """As the calendars say, a unit's own where it has one, or office hours where nobody keeps calendars."""
        zone = ZoneInfo(current_app.config["QINGMES"].timezone)
        return cls(zone, hooks.ask("working_time", org_unit_id=org_unit_id) or OfficeHours(zone))

    def day_of(self, moment: datetime) -> date:
        """The factory's date at an instant."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, clock: str) -> datetime:
        """A local time of day (`08:00`) on a day."""
        return datetime.combine(day, time.fromisoformat(clock), self.zone)

    def shift_day(self, day: date, span: Span) -> date:
        """A day so many days or working days later."""
        if span.unit == "days":
            return day + timedelta(days=span.amount)
        step = timedelta(days=1 if span.amount > 0 else -1)
        left = abs(span.amount)
        for _number in range(FARTHEST_DAYS):
            if not left:
                break
            day += step
            left -= self.work.is_working_day(day)
        return day

    def shift(self, moment: datetime, span: Span) -> datetime:
        """An instant so much later; days keep the local time of day."""
        if span.unit == "hours":
            return moment + timedelta(hours=span.amount)
        if span.unit == "work_hours":
            return self._shift_work(moment, span.amount * HOUR)
        local = moment.astimezone(self.zone)
        return datetime.combine(self.shift_day(local.date(), span), local.time(), self.zone).astimezone(moment.tzinfo)

    def _shift_work(self, moment: datetime, minutes: int) -> datetime:
        if minutes >= 0:
            return self.work.after(moment, minutes) or moment + timedelta(days=FARTHEST_DAYS)
        back = 1
        while self.work.minutes(moment - timedelta(days=back), moment) < -minutes and back < FARTHEST_DAYS:
            back *= 2
        low, high = 0, back * 24 * HOUR  # minutes before `moment`: enough work lies within `high`
        while high - low > 1:
            middle = (low + high) // 2
            enough = self.work.minutes(moment - timedelta(minutes=middle), moment) >= -minutes
            low, high = (low, middle) if enough else (middle, high)
        return moment - timedelta(minutes=high)

    def last_due_day(self, moment: datetime, span: Span, clock: str) -> date:
        """The latest day whose reminder (so much later, at that time of day) is due at an instant."""
        day = self.shift_day(self.day_of(moment), -span) + timedelta(days=SLACK_DAYS)
        while self.at(self.shift_day(day, span), clock) > moment:
            day -= timedelta(days=1)
        return day

    def next_allowed(
        self, moment: datetime, quiet_from: str | None, quiet_to: str | None, skip_days_off: bool
    ) -> datetime:
        """The instant itself, or the first later one outside quiet hours (and days off)."""
        from core.events.notifications import after_quiet_hours

        for _number in range(FARTHEST_DAYS):
            allowed = after_quiet_hours(moment, quiet_from, quiet_to, self.zone.key)
            if not skip_days_off or self.work.is_working_day(self.day_of(allowed)):
                return allowed
            midnight = self.at(self.day_of(allowed) + timedelta(days=1), "00:00")
            moment = midnight.astimezone(allowed.tzinfo)
        return moment
