"""Finding the occasions on which a rule fires: small queries, each bounded, evaluated by the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, true
from sqlalchemy.dialects import postgresql, sqlite

from core.actor import current_actor
from core.criteria import to_clause
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry
from core.reminders.models import Reminder, ReminderRule
from core.reminders.spans import Clock, Span
from core.workflow.models import AuditEntry, Comment

BATCH = 200
LIST = 0  # the record id of a list of many


@dataclass(frozen=True)
class Found:
    """A record (or, 0, a list) for which a rule fires, and the occasion."""

    record_id: int
    occurrence: str
    anchor_on: date | None = None
    anchor_at: datetime | None = None


def holds(rule: ReminderRule, spec: ModelSpec) -> ColumnElement[bool]:
    """The rule's conditions as SQL, for whoever is acting; `ValidationError` when a field is not there any more."""
    return to_clause(spec, rule.criteria, current_actor()) if rule.criteria else true()


def find(rule: ReminderRule, now: datetime, clock: Clock, limit: int = BATCH) -> list[Found]:
    """What the clock makes of a rule and has not been noted yet, the oldest first. Events are not found here."""
    finders = {"date": find_dates, "silence": find_silences, "schedule": find_list}
    finder = finders.get(rule.trigger)
    return finder(rule, now, clock, limit) if finder else []


def note(rule: ReminderRule, found: list[Found], now: datetime) -> int:
    """Write occasions down, each once whoever finds it; returns how many were new. One statement."""
    if not found:
        return 0
    insert: Any = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    rows = [
        {
            "rule_id": rule.id,
            "record_id": one.record_id,
            "occurrence": one.occurrence,
            "anchor_on": one.anchor_on,
            "anchor_at": one.anchor_at,
            "found_at": now,
            "next_at": now,
            "step": 0,
            "told": 0,
        }
        for one in found
    ]
    statement = insert(Reminder.__table__).values(rows).on_conflict_do_nothing()
    return len(db.session.execute(statement.returning(Reminder.__table__.c.id)).all())


def _unnoted(rule: ReminderRule, model: Any, *same: ColumnElement[bool]) -> ColumnElement[bool]:
    """No such occasion of this rule on this record is known."""
    return ~exists().where(Reminder.rule_id == rule.id, Reminder.record_id == model.id, *same)


def find_dates(rule: ReminderRule, now: datetime, clock: Clock, limit: int) -> list[Found]:
    """Records whose date makes them due: since the rule is active, or with the date still to come."""
    spec = current_registry().models[rule.model]
    field = spec.fields[rule.field or ""]
    column = field.column_of(spec.model)
    if field.kind == "date":
        low, high = day_range(rule, now, clock)
        mark = Reminder.anchor_on
    else:
        low, high = moment_range(rule, now, clock)
        mark = Reminder.anchor_at
    query = select(spec.model.id, column).where(
        column.is_not(None),
        column >= low,
        column <= high,
        holds(rule, spec),
        _unnoted(rule, spec.model, mark == column),
    )
    rows = db.session.execute(query.order_by(column, spec.model.id).limit(limit))
    return [dated(record_id, value) for record_id, value in rows]


def dated(record_id: int, value: date | datetime) -> Found:
    """The occasion of a date."""
    if isinstance(value, datetime):
        return Found(record_id, f"{value:%Y-%m-%dT%H:%M:%S.%f}Z", anchor_at=value)
    return Found(record_id, value.isoformat(), anchor_on=value)


def day_range(rule: ReminderRule, now: datetime, clock: Clock) -> tuple[date, date]:
    """The dates whose reminders are due now: those still to come, and those that came due since the rule is active."""
    span = Span.read(rule.offset) or Span(0, "days")
    since = clock.last_due_day(rule.since or now, span, rule.at) + timedelta(days=1)
    return min(since, clock.day_of(now)), clock.last_due_day(now, span, rule.at)


def moment_range(rule: ReminderRule, now: datetime, clock: Clock) -> tuple[datetime, datetime]:
    """The same for instants."""
    span = Span.read(rule.offset) or Span(0, "hours")
    return min(now, clock.shift(rule.since or now, -span)), clock.shift(now, -span)


def find_silences(rule: ReminderRule, now: datetime, clock: Clock, limit: int) -> list[Found]:
    """Records nothing has happened to for so long: no change, no change of a line, no comment."""
    spec = current_registry().models[rule.model]
    last = last_activity(spec)
    unnoted = _unnoted(rule, spec.model, Reminder.anchor_at >= last)
    rows = db.session.execute(silent(rule, spec, now, clock).where(unnoted).limit(limit))
    return [dated(record_id, at) for record_id, at in rows]


def silent(rule: ReminderRule, spec: ModelSpec, now: datetime, clock: Clock) -> Select[Any]:
    """The id and last activity of each record that has been silent for so long, the longest first."""
    model: Any = spec.model
    cutoff = clock.shift(now, -(Span.read(rule.offset) or Span(1, "days")))
    last = last_activity(spec)
    silence = (model.updated_at <= cutoff, last <= cutoff, holds(rule, spec))
    return select(model.id, last).where(*silence).order_by(model.updated_at, model.id)


def last_activity(spec: ModelSpec) -> Any:
    """When something last happened to a record: changed, a line of it changed, or remarked upon."""
    model: Any = spec.model
    changed = select(func.max(AuditEntry.at)).where(AuditEntry.root_model == spec.name, AuditEntry.root_id == model.id)
    remarked = select(func.max(Comment.at)).where(Comment.model == spec.name, Comment.record_id == model.id)
    latest = model.updated_at
    for other in (changed.correlate(model).scalar_subquery(), remarked.correlate(model).scalar_subquery()):
        latest = case((other > latest, other), else_=latest)
    return latest


def find_list(rule: ReminderRule, now: datetime, clock: Clock, limit: int) -> list[Found]:
    """The latest time at which the list was to be sent, if that was since the rule is active and is not noted."""
    at = latest_time(rule, now, clock)
    if rule.since is None or at < rule.since:
        return []
    known = select(Reminder.id).where(Reminder.rule_id == rule.id, Reminder.anchor_at >= at)
    return [] if db.session.scalar(known.limit(1)) else [dated(LIST, at.astimezone(now.tzinfo))]


def latest_time(rule: ReminderRule, now: datetime, clock: Clock) -> datetime:
    """The last instant, not after `now`, at which a rule of fixed times was to fire."""
    day = clock.day_of(now)
    while not _is_day(rule, day) or clock.at(day, rule.at) > now:
        day -= timedelta(days=1)
    return clock.at(day, rule.at)


def _is_day(rule: ReminderRule, day: date) -> bool:
    if rule.every == "week":
        return day.weekday() == rule.on_day
    return rule.every != "month" or day.day == rule.on_day
