"""Looking for what is due and telling people, in small steps; the caller commits after each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, true

from core.db.session import db
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import QingmesError
from core.events.running import Progress
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.reminders import finding
from core.reminders.finding import LIST, Found
from core.reminders.models import EVENTS, Reminder, ReminderRule
from core.reminders.spans import Clock, Span
from core.reminders.telling import tell

TELL_AT_ONCE = 100
MOST_STEPS = 50
LOOK_AGAIN = timedelta(hours=1)


def active_rules(*conditions: ColumnElement[bool]) -> list[ReminderRule]:
    """The rules that are switched on and whose kind of record is there, in order of id."""
    query = select(ReminderRule).where(ReminderRule.active, *conditions).order_by(ReminderRule.id)
    return [rule for rule in db.session.scalars(query) if is_there(rule)]


def is_there(rule: ReminderRule) -> bool:
    """Whether the app a rule is about is installed and enabled."""
    spec = current_registry().models.get(rule.model)
    return spec is not None and spec.addon in enabled_addons()


def run(rule_id: int | None = None) -> Iterator[Progress]:
    """Look for what is due and tell it, a bounded batch a step; what is left is for the next run."""
    clock, done = Clock.of_factory(), 0
    chosen = [] if rule_id is None else [ReminderRule.id == rule_id]
    for one in [rule.id for rule in active_rules(*chosen)]:
        for _step in range(MOST_STEPS):
            found = look(db.session.get_one(ReminderRule, one), utcnow(), clock)
            done += found
            yield Progress(done=done)
            if found < finding.BATCH:
                break
    for _step in range(MOST_STEPS):
        told = tell_due(utcnow(), clock)
        yield Progress(done=done)
        if told < TELL_AT_ONCE:
            break


def look(rule: ReminderRule, now: datetime, clock: Clock) -> int:
    """Note a batch of what the clock has made due for one rule; returns how many there were. Flushes.

    A rule that cannot be evaluated any more says why on its page, and is passed over.
    """
    try:
        found = finding.find(rule, now, clock)
    except QingmesError as error:
        rule.problem = str(error)[:400]
        db.session.flush()
        return 0
    finding.note(rule, found, now)
    if rule.problem:
        rule.problem = None
    return len(found)


def take_event(model: str, record_id: int, version: int, created: bool, fields: Iterable[str], event: str) -> int:
    """Note the rules for which a change of a record is an occasion; `event` names it. Flushes.

    A change that was rolled back after all left the record at an older `version`, or without a row.
    """
    spec, noted = current_registry().models[model], 0
    record = db.session.scalar(select(spec.model).where(spec.model.id == record_id))
    if record is None or getattr(record, "version", version) < version:
        return 0
    for rule in active_rules(ReminderRule.model == model, ReminderRule.trigger.in_(EVENTS)):
        if _concerns(rule, record, created, set(fields)) and _holding(rule, spec, [record_id]):
            noted += finding.note(rule, [Found(record_id, f"event {event}")], utcnow())
    return noted


def _concerns(rule: ReminderRule, record: object, created: bool, fields: set[str]) -> bool:
    if rule.trigger == "created":
        return created
    if rule.trigger == "state":
        return (created or "state" in fields) and getattr(record, "state", None) == rule.state
    return not created and rule.field in fields


def _holding(rule: ReminderRule, spec: ModelSpec, ids: Iterable[int], *more: ColumnElement[bool]) -> set[int]:
    """Those of these records for which the rule's conditions hold now."""
    try:
        clause = finding.holds(rule, spec)
    except QingmesError as error:
        rule.problem = str(error)[:400]
        return set()
    query = select(spec.model.id).where(spec.model.id.in_(sorted(ids)), clause, *more)
    return set(db.session.scalars(query))


def tell_due(now: datetime, clock: Clock) -> int:
    """Tell a batch of what is waiting; returns how many occasions were looked at. Flushes.

    Several may do this at once: each takes rows nobody else has.
    """
    query = select(Reminder).where(Reminder.next_at <= now).order_by(Reminder.next_at, Reminder.id)
    locked = query.limit(TELL_AT_ONCE).with_for_update(skip_locked=True).execution_options(populate_existing=True)
    waiting = list(db.session.scalars(locked))
    for rule_id in sorted({reminder.rule_id for reminder in waiting}):
        rule = db.session.get_one(ReminderRule, rule_id)
        _tell_rule(rule, [r for r in waiting if r.rule_id == rule_id], now, clock)
    db.session.flush()
    return len(waiting)


def _tell_rule(rule: ReminderRule, waiting: list[Reminder], now: datetime, clock: Clock) -> None:
    if not rule.active:
        _end(waiting, now)
        return
    allowed = clock.next_allowed(now, rule.quiet_from, rule.quiet_to, rule.skip_days_off)
    if allowed > now or not is_there(rule):
        for reminder in waiting:
            reminder.next_at = allowed if allowed > now else now + LOOK_AGAIN
        return
    still = _still(rule, waiting)
    _end([r for r in waiting if r not in still], now)
    for is_late in (False, True):
        some = [r for r in still if _is_escalated(rule, r, now, clock) is is_late]
        if some:
            told = tell(rule, some, [*rule.recipients, *(rule.escalate_to if is_late else ())])
            for reminder in some:
                _note_told(rule, reminder, told.get(reminder.id, 0), now, clock)


def _end(over: Iterable[Reminder], now: datetime) -> None:
    """Nothing more to tell. What nobody was told of is forgotten: should it come about again, it is told then."""
    for reminder in over:
        if reminder.step:
            reminder.next_at, reminder.ended_at = None, now
        else:
            db.session.delete(reminder)


def _still(rule: ReminderRule, waiting: list[Reminder]) -> list[Reminder]:
    """Those whose record still fulfils the conditions, with the same date, state or silence as noted."""
    if rule.trigger == "schedule":
        return waiting
    spec = current_registry().models[rule.model]
    ids = {r.record_id for r in waiting}
    if rule.trigger in ("date", "silence"):
        now_at = _occasions(rule, spec, ids)
        return [r for r in waiting if (r.record_id, r.occurrence) in now_at]
    in_state = spec.model.state == rule.state if rule.trigger == "state" else true()  # type: ignore[attr-defined]
    holding = _holding(rule, spec, ids, in_state)
    return [r for r in waiting if r.record_id in holding]


def _occasions(rule: ReminderRule, spec: ModelSpec, ids: set[int]) -> set[tuple[int, str]]:
    """The occasions these records are at now."""
    holding = sorted(_holding(rule, spec, ids))
    if rule.trigger == "silence":
        column = finding.last_activity(spec)
    else:
        column = spec.fields[rule.field or ""].column_of(spec.model)
    rows = db.session.execute(select(spec.model.id, column).where(spec.model.id.in_(holding)))
    return {(record_id, finding.dated(record_id, value).occurrence) for record_id, value in rows if value is not None}


def _is_escalated(rule: ReminderRule, reminder: Reminder, now: datetime, clock: Clock) -> bool:
    span = Span.read(rule.escalate)
    return span is not None and reminder.first_at is not None and clock.shift(reminder.first_at, span) <= now


def _note_told(rule: ReminderRule, reminder: Reminder, told: int, now: datetime, clock: Clock) -> None:
    """Count the telling, and say when the next one is: the next repetition or the escalation, whichever is first."""
    was_late = _is_escalated(rule, reminder, now, clock)
    reminder.first_at = reminder.first_at or now
    reminder.last_at, reminder.told, reminder.step = now, told, reminder.step + 1
    repeat, escalate = Span.read(rule.repeat), Span.read(rule.escalate)
    if reminder.record_id == LIST:
        repeat = escalate = None
    coming = [clock.shift(now, repeat)] if repeat else []
    if escalate and not was_late:
        coming.append(clock.shift(reminder.first_at, escalate))
    reminder.next_at = min(coming, default=None)
