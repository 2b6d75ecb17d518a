"""After a commit: tell the runner which deliveries are new. A lost poke costs a minute, never a delivery."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Protocol

from flask import Flask, current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from core.db.types import utcnow
from core.events.models import Delivery

RUNNER = "qingmes_runner"
NEW = "qingmes_new_deliveries"


class Runner(Protocol):
    """Whoever gets deliveries run: a thread of this process, or workers behind Redis."""

    def poke(self, ids: Iterable[int]) -> None:
        """Run these soon. Never raises: what is lost here the sweep finds."""

    def backlog(self) -> int:
        """How many pokes are still unanswered."""


def install(session: Any) -> None:
    """Attach to the session factory."""
    event.listen(session, "after_flush", _collect)
    event.listen(session, "after_commit", _poke)
    event.listen(session, "after_rollback", _forget)


def runner_of(app: Flask) -> Runner | None:
    """The runner of this process; None when jobs are another process's (a command without Redis, a test)."""
    runner: Runner | None = app.extensions.get(RUNNER)
    if runner is None and app.config["QINGMES"].redis_url is not None:
        from core.events.rq_runner import RqRunner

        runner = app.extensions[RUNNER] = RqRunner(app.config["QINGMES"].redis_url)
    return runner


def _collect(session: Session, context: Any) -> None:
    now = utcnow()
    for record in (*session.new, *session.dirty):
        if isinstance(record, Delivery) and record.state == "waiting" and record.due_at <= now:
            session.info.setdefault(NEW, set()).add(record.id)


def _poke(session: Session) -> None:
    if session.in_nested_transaction():
        return
    ids = session.info.pop(NEW, None)
    runner = runner_of(current_app._get_current_object()) if ids else None  # type: ignore[attr-defined]
    if runner is not None:
        runner.poke(sorted(ids))


def _forget(session: Session) -> None:
    session.info.pop(NEW, None)
