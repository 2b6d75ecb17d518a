"""Sealing the audit trail: each day's entries hashed and chained to the day before."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from core.db.session import db
from core.db.types import utcnow
from core.workflow.models import AuditEntry, AuditSeal

HASHED = ("id", "at", "user_id", "user_name", "channel", "address", "model", "record_id", "action", "title", "changes")
BATCH = 2000


def seal_finished_days() -> list[date]:
    """Seal every past UTC day that has entries and no seal yet; returns the days. Flushes."""
    last = db.session.scalar(select(AuditSeal).order_by(AuditSeal.day.desc()).limit(1))
    sealed = []
    for day in _unsealed_days(last):
        last = _seal(day, last)
        sealed.append(day)
    return sealed


def verify() -> list[str]:
    """Recompute the chain: one sentence per day whose entries are no longer what was sealed."""
    problems = []
    before: AuditSeal | None = None
    for seal in db.session.scalars(select(AuditSeal).order_by(AuditSeal.day)).all():
        digest, entries, _last = _hash(seal.day, before)
        if (digest, entries) != (seal.hash, seal.entries):
            problems.append(f"{seal.day}: sealed {seal.entries} entries, found {entries}, or their content differs")
        before = seal
    return problems


def _unsealed_days(last: AuditSeal | None) -> Iterator[date]:
    first: datetime | None = db.session.scalar(select(AuditEntry.at).order_by(AuditEntry.at).limit(1))
    if first is None:
        return
    day = last.day + timedelta(days=1) if last else first.date()
    while day < utcnow().date():
        yield day
        day += timedelta(days=1)


def _seal(day: date, before: AuditSeal | None) -> AuditSeal:
    digest, entries, last_id = _hash(day, before)
    seal = AuditSeal(day=day, last_id=last_id, entries=entries, hash=digest)
    db.session.add(seal)
    db.session.flush()
    return seal


def _hash(day: date, before: AuditSeal | None) -> tuple[str, int, int]:
    """Hash of the previous seal and of the day's entries in order; how many, and the last id."""
    digest = hashlib.sha256((before.hash if before else "").encode())
    count = last_id = 0
    for entry in _entries_of(day):
        digest.update(_canonical(entry))
        count, last_id = count + 1, entry.id
    return digest.hexdigest(), count, last_id


def _entries_of(day: date) -> Iterator[Any]:
    start = datetime.combine(day, time(), UTC)
    table = AuditEntry.__table__
    query = (
        select(table)
        .where(table.c.at >= start, table.c.at < start + timedelta(days=1))
        .order_by(table.c.id)
        .execution_options(yield_per=BATCH)
    )
    yield from db.session.execute(query)


def _canonical(entry: Any) -> bytes:
    values = {name: getattr(entry, name) for name in HASHED}
    values["at"] = values["at"].isoformat()
    return json.dumps(values, sort_keys=True, ensure_ascii=False, default=str).encode() + b"\n"
