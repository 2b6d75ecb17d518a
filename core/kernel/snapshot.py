"""What every unit of work has to know of the settings, read in one statement at its first question.

Which apps are enabled, which kinds of documents have approval flows or are watched by reminders, whether webhooks
listen, and whether custom fields changed. A change counts from the next unit on, in every process.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import String, cast, func, literal, select, union_all

from core.db.session import db


@dataclass(frozen=True)
class Snapshot:
    """The settings at the beginning of a unit: names of apps, names of models, and a stamp of the custom fields."""

    apps: frozenset[str] = frozenset()
    gated: frozenset[str] = frozenset()
    watched: frozenset[str] = frozenset()
    has_webhooks: bool = False
    fields: str = ""


_current: ContextVar[Snapshot | None] = ContextVar("qingmes_snapshot", default=None)


def snapshot() -> Snapshot:
    """The settings as this unit of work sees them."""
    known = _current.get()
    if known is None:
        known = _read()
        _current.set(known)
    return known


def forget_snapshot() -> None:
    """Read again at the next question: at the start of each unit of work, and after a change."""
    _current.set(None)


def _read() -> Snapshot:
    found: dict[str, set[str]] = {}
    for kind, name in db.session.connection().execute(_query()):
        found.setdefault(kind, set()).add(name)
    named = {kind: frozenset(names) for kind, names in found.items()}
    return Snapshot(
        apps=named.get("app", frozenset()),
        gated=named.get("gated", frozenset()),
        watched=named.get("watched", frozenset()),
        has_webhooks="webhook" in named,
        fields="".join(named.get("fields", ())),
    )


@cache
def _query() -> Any:
    """Put together once: it is asked at the beginning of every request."""
    from core.approvals.models import ApprovalFlow
    from core.custom.models import CustomField
    from core.kernel.switch import AddonState
    from core.reminders.models import EVENTS, ReminderRule
    from core.webhooks.models import Webhook

    app, flow, rule = AddonState.__table__, ApprovalFlow.__table__, ReminderRule.__table__
    hook, field = Webhook.__table__, CustomField.__table__
    parts = (func.count(), func.sum(field.c.version), func.sum(field.c.id), func.max(field.c.updated_at))
    stamp: Any = literal("")
    for part in parts:
        stamp = stamp + func.coalesce(cast(part, String), "") + "/"
    return union_all(
        select(literal("app").label("kind"), app.c.name.label("name")).where(app.c.enabled),
        select(literal("gated"), flow.c.model).distinct(),
        select(literal("watched"), rule.c.model).where(rule.c.active, rule.c.trigger.in_(EVENTS)).distinct(),
        select(literal("webhook"), hook.c.name).where(hook.c.active),
        select(literal("fields"), stamp).select_from(field),
    )
