"""The story of a ticket: everything that happened to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.mrp_routing.models import (
    JobTicket,
    Machine,
    Operation,
    QuantityEntry,
    ScanEvent,
    TimeEntry,
    WorkOrder,
)
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.people.colleagues import names_of


@dataclass(frozen=True, kw_only=True)
class Happening:
    """Something that happened to a ticket: when, at which operation, what, and who."""

    at: datetime
    operation: str
    what: str
    detail: str
    who: str


@dataclass(frozen=True, kw_only=True)
class Story:
    """A ticket with its operations as they are now and everything that happened to it, the latest first."""

    ticket: JobTicket
    happenings: Sequence[Happening] = field(default_factory=list)


def find_story(ticket_id: int) -> Story:
    """A ticket's whole history. A fixed number of statements. Raises `NotFound`."""
    query = select(JobTicket).join(JobTicket.work_order).where(JobTicket.id == ticket_id)
    loads = (
        joinedload(JobTicket.work_order).joinedload(WorkOrder.item),
        joinedload(JobTicket.split_from),
        joinedload(JobTicket.operations).joinedload(Operation.work_center),
    )
    ticket = db.session.scalar(query.options(*loads))
    if ticket is None:
        raise NotFound(_("There is no such ticket, or it is not yours to see."))
    titles = {o.id: f"{o.seq} {o.name}" for o in ticket.operations}
    rows = [*_pieces(titles), *_times(titles), *_waiting(titles)]
    names = names_of({row[0] for row in rows if row[0]})
    told = [
        Happening(at=at, operation=titles[operation], what=what, detail=detail, who=names.get(user or 0, ""))
        for user, at, operation, what, detail in rows
    ]
    return Story(ticket=ticket, happenings=sorted(told, key=lambda one: one.at, reverse=True))


Told = tuple[int | None, datetime, int, str, Any]


def _pieces(titles: Collection[int]) -> Iterable[Told]:
    query = select(QuantityEntry).where(QuantityEntry.operation_id.in_(sorted(titles)))
    for entry in db.session.scalars(query):
        yield entry.user_id, entry.at, entry.operation_id, entry.outcome, entry.quantity


def _times(titles: Collection[int]) -> Iterable[Told]:
    query = select(TimeEntry, Machine.name).outerjoin(Machine, Machine.id == TimeEntry.machine_id)
    for entry, machine in db.session.execute(query.where(TimeEntry.operation_id.in_(sorted(titles)))):
        yield entry.user_id, entry.started_at, entry.operation_id, "start", machine or ""
        if entry.finished_at is not None:
            yield entry.user_id, entry.finished_at, entry.operation_id, f"end_{entry.closed_by}", machine or ""


def _waiting(titles: Collection[int]) -> Iterable[Told]:
    query = select(ScanEvent).where(ScanEvent.operation_id.in_(sorted(titles)), ScanEvent.verdict == "pending")
    for event in db.session.scalars(query):
        yield event.worker_id, event.at, event.operation_id or 0, "pending", event.message or ""
