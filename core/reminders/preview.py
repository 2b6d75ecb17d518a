"""What a rule would have done, so that its author sees before he switches it on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from core.actor import current_actor
from core.db.base import display
from core.db.session import db
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.reminders import finding
from core.reminders.models import Reminder, ReminderRule
from core.reminders.rules import Draft, check_draft
from core.reminders.spans import Clock, Span
from core.reminders.telling import record_link
from core.web.format import date_text, datetime_text
from core.workflow.models import AuditEntry

DAYS = 30
EXAMPLES = 5
MOST_ENTRIES = 5000


@dataclass(frozen=True)
class Example:
    """One record the rule is about, with its page, and the day."""

    name: str
    link: str
    at: date | datetime | None

    @property
    def day(self) -> str:
        """The day as people read it."""
        return datetime_text(self.at) if isinstance(self.at, datetime) else date_text(self.at)


@dataclass
class Preview:
    """How often, said in a sentence, and some of the records."""

    sentence: Text
    examples: list[Example] = field(default_factory=list)


def preview(draft: Draft) -> Preview:
    """What this rule would have done in the last 30 days, judged by what the records say today.

    Raises `ValidationError` when the rule is not complete. Reads only.
    """
    check_draft(draft, current_actor())
    rule = ReminderRule(**{name: getattr(draft, name) for name in draft.__dataclass_fields__})
    now, clock = utcnow(), Clock.of_factory()
    rule.since = now - timedelta(days=DAYS)
    by_trigger = {"date": _dates, "silence": _silences, "schedule": _list}
    return by_trigger.get(rule.trigger, _events)(rule, current_registry().models[rule.model], now, clock)


def _times(count: int, examples: list[Example]) -> Preview:
    sentence = _("Would have fired %(count)s times in the last %(days)s days.", count=count, days=DAYS)
    return Preview(sentence, examples)


def _dates(rule: ReminderRule, spec: ModelSpec, now: datetime, clock: Clock) -> Preview:
    column = spec.fields[rule.field or ""].column_of(spec.model)
    is_day = spec.fields[rule.field or ""].kind == "date"
    low, high = _last_days(rule, now, clock) if is_day else finding.moment_range(rule, now, clock)
    fits = (column.is_not(None), column >= low, column <= high, finding.holds(rule, spec))
    count = db.session.scalar(select(func.count()).select_from(spec.model).where(*fits)) or 0
    rows = db.session.execute(select(spec.model, column).where(*fits).order_by(column.desc()).limit(EXAMPLES))
    return _times(count, [Example(display(r), record_link(spec, r), value) for r, value in rows])


def _last_days(rule: ReminderRule, now: datetime, clock: Clock) -> tuple[Any, Any]:
    span = Span.read(rule.offset) or Span(0, "days")
    first = clock.last_due_day(now - timedelta(days=DAYS), span, rule.at) + timedelta(days=1)
    return first, clock.last_due_day(now, span, rule.at)


def _silences(rule: ReminderRule, spec: ModelSpec, now: datetime, clock: Clock) -> Preview:
    silent = finding.silent(rule, spec, now, clock)
    count = db.session.scalar(select(func.count()).select_from(silent.order_by(None).subquery())) or 0
    found = {record_id: last for record_id, last in db.session.execute(silent.limit(EXAMPLES))}  # noqa: C416 - rows, not pairs
    sentence = _("Nothing has happened for so long to %(count)s records now.", count=count)
    return Preview(sentence, _examples(spec, found))


def _list(rule: ReminderRule, spec: ModelSpec, now: datetime, clock: Clock) -> Preview:
    fits = finding.holds(rule, spec)
    count = db.session.scalar(select(func.count()).select_from(spec.model).where(fits)) or 0
    rows = db.session.scalars(select(spec.model).where(fits).order_by(spec.model.id).limit(EXAMPLES))
    sentence = _("The list would have %(count)s records today.", count=count)
    return Preview(sentence, [Example(display(r), record_link(spec, r), None) for r in rows])


def _events(rule: ReminderRule, spec: ModelSpec, now: datetime, clock: Clock) -> Preview:
    """Counted from the audit trail, the records' conditions as they are today."""
    entries = select(AuditEntry.record_id, AuditEntry.at, AuditEntry.action, AuditEntry.changes).where(
        AuditEntry.root_model == spec.name, AuditEntry.model == spec.name, AuditEntry.at >= rule.since
    )
    rows = db.session.execute(entries.order_by(AuditEntry.id.desc()).limit(MOST_ENTRIES))
    times = [(record_id, at) for record_id, at, action, changes in rows if _is_event(rule, action, changes)]
    ids = sorted({record_id for record_id, _at in times})
    query = select(spec.model.id).where(spec.model.id.in_(ids), finding.holds(rule, spec))
    fitting = set(db.session.scalars(query))
    fired = [(record_id, at) for record_id, at in times if record_id in fitting]
    return _times(len(fired), _examples(spec, dict(fired[:EXAMPLES])))


def _is_event(rule: ReminderRule, action: str, changes: dict[str, Any]) -> bool:
    if rule.trigger == "created":
        return action == "create"
    if rule.trigger == "changed":
        return action != "create" and rule.field in changes
    return "state" in changes and changes["state"][1] == rule.state


def _examples(spec: ModelSpec, found: dict[int, Any]) -> list[Example]:
    records = db.session.scalars(select(spec.model).where(spec.model.id.in_(sorted(found))))
    return [Example(display(r), record_link(spec, r), found[r.id]) for r in records]


@dataclass(frozen=True)
class Fired:
    """One occasion as the history shows it; `name` is empty where the reader may not see the record."""

    reminder: Reminder
    name: str
    link: str


def history(rule: ReminderRule, limit: int = 30) -> list[Fired]:
    """The latest occasions of a rule, the records named as far as the reader may see them. Two statements."""
    query = select(Reminder).where(Reminder.rule_id == rule.id).order_by(Reminder.id.desc()).limit(limit)
    found = list(db.session.scalars(query))
    spec = current_registry().models.get(rule.model)
    if spec is None or not current_actor().can(spec.permission("read")):
        return [Fired(reminder, "", "") for reminder in found]
    ids = {reminder.record_id for reminder in found}
    records: dict[int, Any] = {r.id: r for r in db.session.scalars(select(spec.model).where(spec.model.id.in_(ids)))}
    return [_fired(spec, reminder, records.get(reminder.record_id)) for reminder in found]


def _fired(spec: ModelSpec, reminder: Reminder, record: Any) -> Fired:
    return (
        Fired(reminder, display(record), record_link(spec, record)) if record is not None else Fired(reminder, "", "")
    )


def try_preview(draft: Draft) -> Preview:
    """The same, with what is missing as its sentence instead of an error."""
    try:
        return preview(draft)
    except ValidationError as error:
        first = next(iter(error.fields.values()), None)
        return Preview(
            _("Not complete yet: %(problem)s", problem=first[0] if isinstance(first, list) else error.message)
        )
