"""What the clock does: reminders before a task is late, and what its step says when it is.

Timers are rows, planned when a task comes up and fired under the request's lock, each at most once.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from core.approvals.models import ApprovalTimer
from core.approvals.store import Loaded
from core.db.session import db
from core.db.types import utcnow
from core.people.models import User
from core.reminders.spans import Clock, Span

BATCH = 100


def plan_timers(loaded: Loaded) -> None:
    """Plan the timers of tasks that have just come up. Flushes when there are any."""
    case = loaded.case
    for task in case.tasks:
        rules = case.rules_of(case.step(task.step))
        if task.state != "todo" or rules is None or rules.due is None or _is_planned(loaded, task.n):
            continue
        now, clock = utcnow(), _clock_of(task.assignee)
        for n, hours in enumerate(rules.due.remind):
            _add(loaded, task.n, "remind", n, clock.shift(now, Span(hours, "work_hours")))
        _add(loaded, task.n, "late", 0, clock.shift(now, Span(rules.due.hours, "work_hours")))


def _clock_of(user_id: int) -> Clock:
    """The calendar whoever is asked works by."""
    user = User.__table__
    return Clock.of_factory(db.session.scalar(select(user.c.org_unit_id).where(user.c.id == user_id)))


def _is_planned(loaded: Loaded, task: int) -> bool:
    query = select(ApprovalTimer.id).where(ApprovalTimer.request_id == loaded.request.id, ApprovalTimer.task == task)
    return db.session.scalar(query.limit(1)) is not None


def _add(loaded: Loaded, task: int, kind: str, n: int, due_at: datetime) -> None:
    db.session.add(ApprovalTimer(request_id=loaded.request.id, task=task, kind=kind, n=n, due_at=due_at))
    db.session.flush()


def find_due(now: datetime) -> list[int]:
    """The timers to fire now, the oldest first, a bounded number."""
    query = select(ApprovalTimer.id).where(ApprovalTimer.fired_at.is_(None), ApprovalTimer.due_at <= now)
    return list(db.session.scalars(query.order_by(ApprovalTimer.due_at, ApprovalTimer.id).limit(BATCH)))
