"""Noticing what happens to records, in whatever channel: the session itself tells, after the commit a job looks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from core.db.base import Document
from core.events.outbox import defer
from core.kernel.snapshot import snapshot
from core.workflow.audit import UNTOLD, model_name

CHANGES = "qingmes_changed_documents"
Key = tuple[str, int]


def install(session: Any) -> None:
    """Attach to the session factory."""
    event.listen(session, "after_flush", _collect)
    event.listen(session, "before_commit", _defer)
    event.listen(session, "after_rollback", _forget)


def _collect(session: Session, context: Any) -> None:
    changes: dict[Key, dict[str, Any]] = session.info.setdefault(CHANGES, {})
    for record in (*session.new, *session.dirty):
        if isinstance(record, Document) and record.__meta__.audited:
            names = changed_fields(record)
            if names or record in session.new:
                _add(changes, record, names, created=record in session.new)


def changed_fields(record: Document) -> set[str]:
    """The names of the columns this flush writes another value to."""
    state = inspect(record)
    keys = (a.key for a in state.mapper.column_attrs if a.key not in UNTOLD)
    return {key for key in keys if state.attrs[key].history.has_changes()}


def _add(changes: dict[Key, dict[str, Any]], record: Document, names: set[str], *, created: bool) -> None:
    known = changes.setdefault((model_name(record), record.id), {"created": False, "fields": set(), "version": 0})
    known["created"] |= created
    known["fields"] |= names
    known["version"] = record.version


def _defer(session: Session) -> None:
    """Before the commit: a job for each changed document that has rules on events."""
    if session.in_nested_transaction() or not session.info.get(CHANGES):
        return
    changes: dict[Key, dict[str, Any]] = session.info.pop(CHANGES)
    for (model, record_id), change in changes.items():
        if model in snapshot().watched:
            _note(model, record_id, change)


def _note(model: str, record_id: int, change: dict[str, Any]) -> None:
    from core.builtin.jobs import note_change

    values = {"created": change["created"], "version": change["version"], "fields": sorted(change["fields"])}
    defer(note_change, model=model, record_id=record_id, **values)


def _forget(session: Session) -> None:
    session.info.pop(CHANGES, None)
