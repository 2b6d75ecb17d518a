"""Rules of reminders, and each occasion on which one fired."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Document, Meta, Record
from core.db.fields import choice, column
from core.db.types import Identity, Json, UtcDateTime
from core.i18n import Text as Words
from core.i18n import _
from core.kernel.registry import current_registry

TRIGGERS = {
    "created": _("A record is made"),
    "state": _("A record enters a state"),
    "changed": _("A field is changed"),
    "date": _("Before or after a date"),
    "silence": _("Nothing happens to a record"),
    "schedule": _("At fixed times, as one list"),
}
EVENTS = ("created", "state", "changed")
PERIODS = {"day": _("Every day"), "week": _("Every week"), "month": _("Every month")}
NEVER = {"write": "never"}


class KindsOfRecord(Mapping[str, Words]):
    """Every kind of record by its name, with what people call it; there once the addons are loaded."""

    def __getitem__(self, name: str) -> Words:
        return current_registry().models[name].meta.title

    def __iter__(self) -> Iterator[str]:
        return iter(current_registry().models)

    def __len__(self) -> int:
        return len(current_registry().models)

    def __bool__(self) -> bool:
        """Never empty, also while models are only being described."""
        return True


LONG = {"write": "never", "long": True}


class ReminderRule(Document):
    """When to tell whom what about records of one kind. Written on its own page, see `core.reminders.rules`.

    `field` is the date, or the field whose change counts. `offset`, `repeat` and `escalate` are spans as
    `core.reminders.spans` writes them: `-3 days` is three days before. `at` is a local time of day, for dates
    without one and for schedules; `on_day` the weekday (Monday is 0) or the day of the month.
    `recipients` and `escalate_to` are lists as `core.reminders.recipients` reads them, `robots` ids.
    `since` is when the rule was switched on; `problem` says why it could not be evaluated.
    """

    __tablename__ = "core_reminder_rule"
    __table_args__ = (Index("ix_core_reminder_rule_active", "active", "model"),)
    __meta__ = Meta(
        title=_("Reminder rule"),
        plural=_("Reminder rules"),
        resource="reminder-rules",
        search=("name",),
        order=("name",),
    )

    name: Mapped[str] = column(String(120), _("Name"), info=NEVER)
    active: Mapped[bool] = column(Boolean, _("Active"), default=False, info=NEVER)
    model: Mapped[str] = column(String(120), _("Kind of record"), info={**NEVER, "choices": KindsOfRecord()})
    trigger: Mapped[str] = choice(TRIGGERS, _("When"), info=NEVER)
    field: Mapped[str | None] = mapped_column(String(120))
    state: Mapped[str | None] = mapped_column(String(40))
    offset: Mapped[str | None] = mapped_column(String(20))
    at: Mapped[str] = mapped_column(String(5), default="08:00")
    every: Mapped[str | None] = mapped_column(String(10))
    on_day: Mapped[int | None] = mapped_column(Integer)
    criteria: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    recipients: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    text: Mapped[str] = column(Text, _("Text"), info=LONG)
    email: Mapped[bool] = column(Boolean, _("By e-mail too"), default=False, info=NEVER)
    robots: Mapped[list[int]] = mapped_column(Json, default=list)
    repeat: Mapped[str | None] = mapped_column(String(20))
    escalate: Mapped[str | None] = mapped_column(String(20))
    escalate_to: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_to: Mapped[str | None] = mapped_column(String(5))
    skip_days_off: Mapped[bool] = mapped_column(Boolean, default=False)
    since: Mapped[datetime | None] = column(UtcDateTime, _("Active since"), info=NEVER)
    problem: Mapped[str | None] = column(String(400), _("Problem"), info=NEVER)


class Reminder(Record):
    """One occasion of a rule on one record (0 for a list of many): unique, so that it is told once.

    `occurrence` names the occasion: the date it is about, the last activity before the silence, the event.
    `next_at` is when to tell (again); None when there is nothing more to do. `step` counts the tellings,
    `told` the people told the last time; `ended_at` is when it was found to be over.
    """

    __tablename__ = "core_reminder"
    __table_args__ = (
        UniqueConstraint("rule_id", "record_id", "occurrence"),
        Index("ix_core_reminder_next_at", "next_at"),
    )
    __meta__ = Meta(title=_("Reminder"), plural=_("Reminders"), generic=False, audited=False, display=("occurrence",))

    rule_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_reminder_rule.id", ondelete="CASCADE"))
    record_id: Mapped[int] = mapped_column(Identity)
    occurrence: Mapped[str] = mapped_column(String(80))
    anchor_on: Mapped[date | None] = mapped_column(Date)
    anchor_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    found_at: Mapped[datetime] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    step: Mapped[int] = mapped_column(Integer, default=0)
    told: Mapped[int] = mapped_column(Integer, default=0)
