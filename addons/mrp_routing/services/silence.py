"""What nobody has scanned for too long: pieces that lie, and work that goes on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import (
    JobTicket,
    Operation,
    TimeEntry,
    WorkCenter,
    WorkOrder,
)
from addons.mrp_routing.services.board import hours_of, lying
from core.db import db, utcnow
from core.people.colleagues import names_of


@dataclass(frozen=True, kw_only=True)
class Silence:
    """Something nobody has scanned for too long: `kind` is `silent` (nobody begins) or `long` (nobody ends)."""

    kind: str
    key: str
    since: datetime
    order_id: int
    title: str
    center: str
    responsible_id: int | None
    owner_id: int | None
    who: str = ""


def find_silences(now: datetime | None = None) -> list[Silence]:
    """Pieces that lie untouched, and work that goes on, for longer than their work center allows. Three statements."""
    now = now or utcnow()
    return sorted([*_silent(now), *_long(now)], key=lambda one: one.since)


SILENCE = (
    Operation.id,
    Operation.seq,
    Operation.name,
    Operation.moved_at,
    JobTicket.number,
    JobTicket.work_order_id,
    WorkOrder.owner_id,
    WorkCenter.name.label("center"),
    WorkCenter.responsible_id,
    WorkCenter.silent_hours,
    WorkCenter.long_hours,
)


def _silent(now: datetime) -> Iterable[Silence]:
    recent = (
        select(TimeEntry.id)
        .where(TimeEntry.operation_id == Operation.id)
        .where(TimeEntry.finished_at.is_(None))
        .correlate(Operation)
    )
    query = lying(*SILENCE).join(WorkCenter, WorkCenter.id == Operation.work_center_id)
    for row in db.session.execute(query.where(WorkCenter.silent_hours > 0, ~recent.exists())):
        if row.moved_at < now - hours_of(row.silent_hours):
            yield _silence("silent", f"{row.id}:{row.moved_at:%Y%m%d%H%M%S}", row.moved_at, row)


def _long(now: datetime) -> Iterable[Silence]:
    query = (
        select(*SILENCE, TimeEntry.id.label("entry_id"), TimeEntry.started_at, TimeEntry.user_id)
        .select_from(TimeEntry)
        .join(Operation, Operation.id == TimeEntry.operation_id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(WorkOrder, WorkOrder.id == JobTicket.work_order_id)
        .join(WorkCenter, WorkCenter.id == Operation.work_center_id)
        .where(TimeEntry.finished_at.is_(None), WorkCenter.long_hours > 0)
    )
    rows = [row for row in db.session.execute(query) if row.started_at < now - hours_of(row.long_hours)]
    names = names_of({row.user_id for row in rows})
    for row in rows:
        yield _silence("long", str(row.entry_id), row.started_at, row, names.get(row.user_id, ""))


def _silence(kind: str, key: str, since: datetime, row: Any, who: str = "") -> Silence:
    return Silence(
        kind=kind,
        key=f"mrp_routing.{kind}:{key}",
        since=since,
        order_id=row.work_order_id,
        title=f"{row.number} · {row.seq} {row.name}",
        center=row.center,
        responsible_id=row.responsible_id,
        owner_id=row.owner_id,
        who=who,
    )
