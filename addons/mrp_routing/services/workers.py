"""Who works on what now, and what was done today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from addons.masterdata.models import Item
from addons.masterdata.services import factory_zone
from addons.mrp_routing.models import (
    JobTicket,
    Machine,
    Operation,
    QuantityEntry,
    TimeEntry,
    WorkOrder,
)
from addons.mrp_routing.services.availability import ZERO
from addons.mrp_routing.services.labour import day_begins
from core.db import Quantity, db, utcnow
from core.people.colleagues import names_of


@dataclass(frozen=True, kw_only=True)
class Busy:
    """A worker and what he is at: which step of how many, since when, due when; what he has made today."""

    worker: str
    since: datetime
    machine: str
    ticket_id: int
    title: str
    steps: int
    item: str
    due_on: date | None


@dataclass(frozen=True, kw_only=True)
class Worked:
    """What a worker has reported today."""

    worker: str
    good: Decimal
    bad: Decimal
    reports: int


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Who works on what now, those at it longest first, and what was done today."""

    busy: Sequence[Busy]
    today: Sequence[Worked]


def find_panel(now: datetime | None = None) -> Panel:
    """Who works on what now, and what each has done today. Four statements."""
    now = now or utcnow()
    step = aliased(Operation)
    steps = select(func.count(step.id)).where(step.ticket_id == Operation.ticket_id).correlate(Operation)
    query = (
        select(
            TimeEntry.user_id,
            TimeEntry.started_at,
            Machine.name.label("machine"),
            Operation.ticket_id,
            Operation.seq,
            Operation.name,
            JobTicket.number,
            steps.scalar_subquery().label("steps"),
            WorkOrder.due_on,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
        )
        .select_from(TimeEntry)
        .join(Operation, Operation.id == TimeEntry.operation_id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(WorkOrder, WorkOrder.id == JobTicket.work_order_id)
        .join(Item, Item.id == WorkOrder.item_id)
        .outerjoin(Machine, Machine.id == TimeEntry.machine_id)
        .where(TimeEntry.finished_at.is_(None))
        .order_by(TimeEntry.started_at, TimeEntry.id)
    )
    rows = db.session.execute(query).all()
    done = _done_today(now)
    names = names_of({*(row.user_id for row in rows), *(row.user_id for row in done)})
    busy = [
        Busy(
            worker=names.get(row.user_id, ""),
            since=row.started_at,
            machine=row.machine or "",
            ticket_id=row.ticket_id,
            title=f"{row.number} · {row.seq} {row.name}",
            steps=row.steps,
            item=f"{row.item_code} {row.item_name}",
            due_on=row.due_on,
        )
        for row in rows
    ]
    today = [
        Worked(worker=names.get(row.user_id, ""), good=row.good or ZERO, bad=row.bad or ZERO, reports=row.reports)
        for row in done
    ]
    return Panel(busy=busy, today=sorted(today, key=lambda one: (-one.good, one.worker)))


def _done_today(now: datetime) -> Sequence[Any]:
    start = day_begins(now.astimezone(factory_zone()).date())
    good = func.sum(QuantityEntry.quantity, type_=Quantity).filter(QuantityEntry.outcome == "good")
    bad = func.sum(QuantityEntry.quantity, type_=Quantity).filter(
        QuantityEntry.outcome.in_(("scrap", "rework", "hold"))
    )
    query = (
        select(
            QuantityEntry.user_id,
            good.label("good"),
            bad.label("bad"),
            func.count(QuantityEntry.event_id.distinct()).label("reports"),
        )
        .where(QuantityEntry.at >= start, QuantityEntry.outcome != "moved", QuantityEntry.user_id.is_not(None))
        .group_by(QuantityEntry.user_id)
    )
    return db.session.execute(query).all()
