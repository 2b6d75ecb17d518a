"""Writing rules of reminders: what a rule must have, and who may write which."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select

from core.actor import Actor, current_actor
from core.criteria import check
from core.db.base import Document
from core.db.session import db
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import Forbidden, NotFound, StaleVersion, ValidationError
from core.events.models import Robot
from core.events.notifications import CLOCK
from core.i18n import Text, _
from core.kernel.registry import current_registry, is_page
from core.kernel.snapshot import forget_snapshot
from core.kernel.switch import enabled_addons
from core.reminders.models import PERIODS, TRIGGERS, ReminderRule
from core.reminders.recipients import check_recipients
from core.reminders.spans import Span
from core.reminders.text import check_text

RULE = "core.reminder_rule"


@dataclass
class Draft:
    """A rule as somebody wrote it; spans as texts, see `core.reminders.spans`."""

    name: str = ""
    active: bool = False
    model: str = ""
    trigger: str = "date"
    field: str | None = None
    state: str | None = None
    offset: str | None = None
    at: str = "08:00"
    every: str | None = None
    on_day: int | None = None
    criteria: dict[str, Any] = dataclasses.field(default_factory=dict)
    recipients: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    text: str = ""
    email: bool = False
    robots: list[int] = dataclasses.field(default_factory=list)
    repeat: str | None = None
    escalate: str | None = None
    escalate_to: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    quiet_from: str | None = None
    quiet_to: str | None = None
    skip_days_off: bool = False

    @classmethod
    def of(cls, rule: ReminderRule) -> Draft:
        """A rule as it is kept."""
        return cls(**{f.name: getattr(rule, f.name) for f in fields(cls)})


def get_rule(rule_id: int) -> ReminderRule:
    """A rule; `NotFound` when it is gone."""
    rule = db.session.scalar(select(ReminderRule).where(ReminderRule.id == rule_id))
    if rule is None:
        raise NotFound(_("There is no such rule any more."))
    return rule


def save(draft: Draft, *, rule_id: int | None = None, version: int | None = None) -> ReminderRule:
    """Make a rule, or change the one read at `version`. Flushes. Raises `ValidationError`, `StaleVersion`.

    A rule looks at every record of its kind, so only who may read them all writes it; readers get only what
    they themselves may read.
    """
    actor = current_actor()
    actor.require(f"{RULE}.{'create' if rule_id is None else 'write'}")
    rule = ReminderRule() if rule_id is None else get_rule(rule_id)
    if rule_id is not None and rule.version != version:
        raise StaleVersion(
            _("Somebody changed this meanwhile. Look at it again, then repeat."), current=rule.version, sent=version
        )
    check_draft(draft, actor)
    if draft.active and not rule.active:
        rule.since = utcnow()
    for one in fields(Draft):
        setattr(rule, one.name, getattr(draft, one.name))
    rule.problem = None
    db.session.add(rule)
    db.session.flush()
    forget_snapshot()
    return rule


def check_draft(draft: Draft, actor: Actor) -> None:
    """Raise `ValidationError` with everything that is wrong, by field."""
    spec = spec_for(draft.model, actor)
    checks: tuple[Callable[[ModelSpec, Draft, Actor], None], ...] = (
        _check_name,
        _check_trigger,
        _check_times,
        _check_criteria,
        _check_people,
        _check_robots,
        _check_text,
    )
    problems: dict[str, Any] = {}
    for one in checks:
        try:
            one(spec, draft, actor)
        except ValidationError as error:
            problems |= error.fields or {"criteria": [error.message]}
    if problems:
        raise ValidationError(_("Please correct the marked fields."), fields=problems)


def spec_for(model: str, actor: Actor) -> ModelSpec:
    """The kind of record a rule is about, if this actor may write rules on it."""
    spec = current_registry().models.get(model)
    if spec is None or not may_watch(spec):
        raise _wrong("model", _("Choose the kind of record the rule is about."))
    if not actor.reach(spec.permission("read")).everything:
        raise Forbidden(
            _("You see only some of these records. Ask somebody who sees all of them to write this rule."),
            permission=spec.permission("read"),
        )
    return spec


def may_watch(spec: ModelSpec) -> bool:
    """Whether rules can be about this kind of record: documents with pages of their own, and their lines."""
    if spec.addon not in enabled_addons() or spec.meta.read_only or spec.name == RULE:
        return False
    return is_page(spec) or (spec.meta.parent is not None and spec.meta.generic and "seq" in spec.fields)


def watchable(actor: Actor) -> list[ModelSpec]:
    """The kinds of records this actor may write rules on, by title."""
    found = (s for s in current_registry().models.values() if may_watch(s))
    return sorted((s for s in found if actor.reach(s.permission("read")).everything), key=lambda s: str(s.meta.title))


def triggers_for(spec: ModelSpec) -> dict[str, Text]:
    """The triggers that make sense for a kind of record: lines have no life of their own."""
    names = set(TRIGGERS)
    if not issubclass(spec.model, Document):
        names -= {"created", "state", "changed", "silence"}
    if spec.name not in current_registry().workflows:
        names.discard("state")
    if not date_fields(spec):
        names.discard("date")
    return {name: title for name, title in TRIGGERS.items() if name in names}


def date_fields(spec: ModelSpec) -> dict[str, Text]:
    """The dates a rule can be about, with what people call them."""
    return {f.name: f.label for f in spec.fields.values() if f.kind in ("date", "datetime") and not f.info.hidden}


def _wrong(name: str, problem: Text) -> ValidationError:
    return ValidationError(problem, fields={name: [problem]})


def _check_name(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if not draft.name or len(draft.name) > 120:
        raise _wrong("name", _("Give the rule a name of 1 to %(max)s characters.", max=120))


def _check_trigger(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if draft.trigger not in triggers_for(spec):
        raise _wrong("trigger", _("Choose when the rule fires."))
    check_one = {
        "state": _check_state,
        "changed": _check_field,
        "date": _check_date,
        "silence": _check_silence,
        "schedule": _check_schedule,
    }.get(draft.trigger)
    if check_one is not None:
        check_one(spec, draft, actor)


def _check_state(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if draft.state not in current_registry().workflows[spec.name].states:
        raise _wrong("state", _("Choose the state."))


def _check_field(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    chosen = spec.fields.get(draft.field or "")
    if chosen is None or not actor.sees_group(chosen.info.group):
        raise _wrong("field", _("Choose the field."))


def _check_date(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    _check_field(spec, draft, actor)
    if draft.field not in date_fields(spec):
        raise _wrong("field", _("Choose the field."))
    span = Span.read(draft.offset)
    if span is None:
        raise _wrong("offset", _("Write how long before or after, as a whole number."))
    if spec.fields[draft.field].kind == "date" and span.unit not in ("days", "work_days"):
        raise _wrong("offset", _("This date has no time of day: choose days or working days."))


def _check_silence(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    span = Span.read(draft.offset)
    if span is None or span.amount < 1:
        raise _wrong("offset", _("Write after how long, as a whole number from 1."))


def _check_schedule(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if draft.every not in PERIODS:
        raise _wrong("every", _("Choose how often."))
    last = {"day": None, "week": 6, "month": 28}[draft.every]
    first = 1 if draft.every == "month" else 0
    if last is not None and (draft.on_day is None or not first <= draft.on_day <= last):
        raise _wrong("on_day", _("Choose the weekday, or a day of the month from 1 to 28."))


def _check_times(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    problems: dict[str, Any] = {
        name: [_("Write a time of day as 22:00.")]
        for name in ("at", "quiet_from", "quiet_to")
        if getattr(draft, name) and not CLOCK.fullmatch(getattr(draft, name))
    }
    if bool(draft.quiet_from) != bool(draft.quiet_to):
        problems["quiet_to"] = [_("Quiet hours need a beginning and an end.")]
    for name in ("repeat", "escalate"):
        span = Span.read(getattr(draft, name)) if getattr(draft, name) else None
        if getattr(draft, name) and (span is None or span.amount < 1):
            problems[name] = [_("Write after how long, as a whole number from 1.")]
    if problems:
        raise ValidationError(_("Please correct the marked fields."), fields=problems)


def _check_criteria(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if not draft.criteria:
        return
    if _names_reader(draft.criteria):
        raise _wrong("criteria", _("A rule runs for everybody: “me” and “my org unit” mean nobody in its conditions."))
    try:
        check(spec, draft.criteria, actor)
    except ValidationError as error:
        raise _wrong("criteria", error.message) from None


def _names_reader(tree: Any) -> bool:
    if isinstance(tree, Mapping):
        if tree.get("me") is True or tree.get("my_unit") is True:
            return True
        return any(_names_reader(part) for part in tree.values())
    return isinstance(tree, list) and any(_names_reader(part) for part in tree)


def _check_people(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    if draft.recipients or not draft.robots:
        check_recipients(spec, draft.recipients, actor)
    if draft.escalate:
        check_recipients(spec, draft.escalate_to, actor, "escalate_to")


def _check_robots(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    known = set(db.session.scalars(select(Robot.id).where(Robot.id.in_(draft.robots), Robot.active)))
    if set(draft.robots) - known:
        raise _wrong("robots", _("This robot is not there any more, or is switched off."))


def _check_text(spec: ModelSpec, draft: Draft, actor: Actor) -> None:
    check_text(spec, draft.text, actor, is_list=draft.trigger == "schedule")
