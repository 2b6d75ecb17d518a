"""Work calendars: a weekly pattern of shifts, and the days that differ from it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Boolean, Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from core.db import Document, Meta, Record, choice, column, link
from core.i18n import _

WEEKDAYS = {
    "mon": _("Monday"),
    "tue": _("Tuesday"),
    "wed": _("Wednesday"),
    "thu": _("Thursday"),
    "fri": _("Friday"),
    "sat": _("Saturday"),
    "sun": _("Sunday"),
}
TIME_HELP = _("Local time such as 08:00.")


class WorkCalendar(Document):
    """When an org unit works. Units without a calendar have that of the unit above.

    `org_unit_id` None is the calendar of the whole factory. Times are in the factory's time zone.
    """

    __tablename__ = "masterdata_work_calendar"
    __meta__ = Meta(
        title=_("Work calendar"),
        plural=_("Work calendars"),
        resource="work-calendars",
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    org_unit_id: Mapped[int | None] = link(
        "core_org_unit.id",
        _("Org unit"),
        unique=True,
        index=False,
        info={"help": _("Leave empty for the whole factory.")},
    )
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    org_unit: Mapped[Any] = relationship("OrgUnit")
    shifts: Mapped[list[CalendarShift]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="CalendarShift.id"
    )
    days: Mapped[list[CalendarDay]] = relationship(
        back_populates="calendar", cascade="all, delete-orphan", order_by="CalendarDay.day_on"
    )


class CalendarShift(Record):
    """A stretch of working time on a weekday, with at most one break; a day may have several.

    Times are text such as `08:00`; an end not after its start is on the next day (20:00 to 04:00).
    """

    __tablename__ = "masterdata_calendar_shift"
    __meta__ = Meta(title=_("Shift"), plural=_("Shifts"), parent="calendar", display=("weekday", "start"))

    calendar_id: Mapped[int] = link("masterdata_work_calendar.id", _("Work calendar"), ondelete="CASCADE")
    weekday: Mapped[str] = choice(WEEKDAYS, _("Weekday"))
    start: Mapped[str] = column(String(5), _("Starts at"), info={"help": TIME_HELP})
    end: Mapped[str] = column(String(5), _("Ends at"), info={"help": TIME_HELP})
    break_start: Mapped[str | None] = column(String(5), _("Break starts at"), info={"help": TIME_HELP})
    break_end: Mapped[str | None] = column(String(5), _("Break ends at"), info={"help": TIME_HELP})

    calendar: Mapped[WorkCalendar] = relationship(back_populates="shifts")


class CalendarDay(Record):
    """A day that differs from the weekly pattern: a holiday, or a day worked in exchange.

    `like_weekday` names whose shifts a working day has; None is its own weekday's, or Monday's when
    that weekday has none.
    """

    __tablename__ = "masterdata_calendar_day"
    __table_args__ = (UniqueConstraint("calendar_id", "day_on"),)
    __meta__ = Meta(title=_("Special day"), plural=_("Special days"), parent="calendar", display=("day_on",))

    calendar_id: Mapped[int] = link("masterdata_work_calendar.id", _("Work calendar"), ondelete="CASCADE")
    day_on: Mapped[date] = column(Date, _("Date"))
    working: Mapped[bool] = column(Boolean, _("Working day"), default=False)
    like_weekday: Mapped[str | None] = choice(WEEKDAYS, _("Works like"))
    reason: Mapped[str | None] = column(String(120), _("Reason"))

    calendar: Mapped[WorkCalendar] = relationship(back_populates="days")
