"""What the tests of reminders share: rules on sales orders and work orders of the factory's own addons."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.factories import make_work_order
from addons.mrp_routing.models import WorkOrder
from core.db.session import db
from core.db.types import utcnow
from core.events.models import Notification
from core.events.notifications import read_text
from core.i18n import in_locale
from core.reminders import firing
from core.reminders.models import Reminder, ReminderRule
from core.reminders.rules import Draft, save
from core.reminders.spans import Clock

WORK_ORDER = "mrp_routing.work_order"


def make_rule(**values: Any) -> ReminderRule:
    """An active rule: three days before a work order is due its owner is told. Flushes."""
    given = {
        "name": "Due soon",
        "active": True,
        "model": WORK_ORDER,
        "trigger": "date",
        "field": "due_on",
        "offset": "-3 days",
        "recipients": [{"kind": "owner"}],
        "text": "{number} is due on {due_on}",
        **values,
    }
    since = given.pop("since", utcnow() - timedelta(days=1))
    rule = save(Draft(**given))
    rule.since = since
    db.session.flush()
    return rule


def due_in(days: int, **values: Any) -> WorkOrder:
    """A work order due in so many days of the factory's calendar. Flushes."""
    return make_work_order(due_on=today() + timedelta(days=days), **values)


def today() -> date:
    """The factory's date."""
    return Clock.of_factory().day_of(utcnow())


def check(now: datetime | None = None) -> None:
    """What the job does, in one go and at a moment of one's choice."""
    now, clock = now or utcnow(), Clock.of_factory()
    for rule in firing.active_rules():
        firing.look(rule, now, clock)
    firing.tell_due(now, clock)
    db.session.flush()


def told(user: Any, locale: str = "en") -> list[str]:
    """What a user has been told, oldest first."""
    with in_locale(locale):
        rows = db.session.scalars(select(Notification).where(Notification.user_id == user.id).order_by(Notification.id))
        return [read_text(row) for row in rows]


def occasions(rule: ReminderRule) -> list[Reminder]:
    """The occasions of a rule, in order."""
    return list(db.session.scalars(select(Reminder).where(Reminder.rule_id == rule.id).order_by(Reminder.id)))


def moment(text: str) -> datetime:
    """An instant by the factory's clock (UTC+8): `2026-11-24 08:00`."""
    return datetime.fromisoformat(f"{text}+08:00").astimezone(UTC)


def draft_of(rule: ReminderRule, **changes: Any) -> Draft:
    """A rule as its page would send it, with changes."""
    return Draft(**{f.name: changes.get(f.name, getattr(rule, f.name)) for f in fields(Draft)})
