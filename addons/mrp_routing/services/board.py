"""The WIP board: what lies at each work center, since when, and who is at work there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, select

from addons.masterdata.models import Item
from addons.masterdata.services import factory_zone
from addons.mrp_routing.models import (
    JobTicket,
    Machine,
    Operation,
    TimeEntry,
    WorkCenter,
    WorkOrder,
)
from addons.mrp_routing.services.availability import OPEN_STATES, ZERO
from core.db import Quantity, db, utcnow
from core.people.colleagues import names_of

CARDS = 12


@dataclass(frozen=True, kw_only=True)
class AtWork:
    """Somebody who is at an operation, at which machine, since when."""

    worker: str
    machine: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """Pieces that lie at an operation, since when nothing has come or gone, and who is at work on them."""

    operation_id: int
    ticket_id: int
    title: str
    item: str
    here: Decimal
    since: datetime
    due_on: date | None
    is_silent: bool
    at_work: Sequence[AtWork] = ()


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A work center: how many tickets lie there, with how many pieces, and those that have lain longest."""

    center_id: int
    name: str
    tickets: int
    pieces: Decimal
    working: int
    cards: Sequence[Card]


@dataclass(frozen=True, kw_only=True)
class Board:
    """All lanes with something in them; `tickets` and `late` of the whole factory."""

    lanes: Sequence[Lane]
    tickets: int
    late: int
    working: int


def lying(*columns: Any) -> Select[Any]:
    """What lies anywhere on the floor: few rows of many, by the index of `moved_at`."""
    return (
        select(*columns)
        .select_from(Operation)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(WorkOrder, WorkOrder.id == JobTicket.work_order_id)
        .where(Operation.moved_at.is_not(None), JobTicket.state == "open", WorkOrder.state.in_(OPEN_STATES))
    )


def find_board(now: datetime | None = None) -> Board:
    """What lies where, by work center. Five statements, however much there is."""
    now = now or utcnow()
    today = now.astimezone(factory_zone()).date()
    centers = db.session.scalars(select(WorkCenter).order_by(WorkCenter.code)).all()
    sums = {
        row.work_center_id: row
        for row in db.session.execute(
            lying(
                Operation.work_center_id,
                func.count().label("tickets"),
                func.sum(Operation.here, type_=Quantity).label("pieces"),
                func.count().filter(WorkOrder.due_on < today).label("late"),
            ).group_by(Operation.work_center_id)
        )
    }
    rows = _longest(sums)
    at_work = _at_work([row.id for row in rows])
    working = _count_working()
    limits = {center.id: _limit(center, now) for center in centers}
    cards: dict[int, list[Card]] = defaultdict(list)
    for row in rows:
        cards[row.work_center_id].append(_card(row, limits[row.work_center_id], at_work.get(row.id, ())))
    lanes = [_lane(center, sums[center.id], cards[center.id], working) for center in centers if center.id in sums]
    late = sum(row.late or 0 for row in sums.values())
    return Board(lanes=lanes, tickets=sum(lane.tickets for lane in lanes), late=late, working=sum(working.values()))


def _lane(center: WorkCenter, sums: Any, cards: Sequence[Card], working: Mapping[int, int]) -> Lane:
    return Lane(
        center_id=center.id,
        name=center.name,
        tickets=sums.tickets,
        pieces=sums.pieces or ZERO,
        working=working.get(center.id, 0),
        cards=cards,
    )


def _limit(center: WorkCenter, now: datetime) -> datetime | None:
    return now - hours_of(center.silent_hours) if center.silent_hours else None


def hours_of(hours: Decimal) -> timedelta:
    """Hours as a stretch of time, to the minute."""
    return timedelta(minutes=int(hours * 60))


def _longest(center_ids: Collection[int]) -> Sequence[Any]:
    """The cards of each lane: those that have lain longest. One statement."""
    place = func.row_number().over(partition_by=Operation.work_center_id, order_by=(Operation.moved_at, Operation.id))
    ranked = lying(Operation.id.label("id"), place.label("place")).subquery()
    query = (
        select(
            Operation.id,
            Operation.work_center_id,
            Operation.ticket_id,
            Operation.seq,
            Operation.name,
            Operation.here.label("here"),
            Operation.moved_at,
            JobTicket.number,
            WorkOrder.due_on,
            Item.code.label("item_code"),
            Item.name.label("item_name"),
        )
        .join(ranked, ranked.c.id == Operation.id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(WorkOrder, WorkOrder.id == JobTicket.work_order_id)
        .join(Item, Item.id == WorkOrder.item_id)
        .where(ranked.c.place <= CARDS)
        .order_by(Operation.moved_at, Operation.id)
    )
    return db.session.execute(query).all() if center_ids else []


def _card(row: Any, limit: datetime | None, at_work: Sequence[AtWork]) -> Card:
    return Card(
        operation_id=row.id,
        ticket_id=row.ticket_id,
        title=f"{row.number} · {row.seq} {row.name}",
        item=f"{row.item_code} {row.item_name}",
        here=row.here,
        since=row.moved_at,
        due_on=row.due_on,
        is_silent=limit is not None and row.moved_at < limit and not at_work,
        at_work=at_work,
    )


def _at_work(operation_ids: Collection[int]) -> dict[int, list[AtWork]]:
    """Who is at work on these operations. Two statements."""
    query = (
        select(TimeEntry.operation_id, TimeEntry.user_id, TimeEntry.started_at, Machine.name)
        .outerjoin(Machine, Machine.id == TimeEntry.machine_id)
        .where(TimeEntry.operation_id.in_(sorted(set(operation_ids))), TimeEntry.finished_at.is_(None))
        .order_by(TimeEntry.started_at, TimeEntry.id)
    )
    rows = db.session.execute(query).all()
    names = names_of({row.user_id for row in rows})
    found: dict[int, list[AtWork]] = defaultdict(list)
    for row in rows:
        one = AtWork(worker=names.get(row.user_id, ""), machine=row.name or "", since=row.started_at)
        found[row.operation_id].append(one)
    return found


def _count_working() -> dict[int, int]:
    """How many people are at work at each work center. One statement."""
    query = (
        select(Operation.work_center_id, func.count(TimeEntry.user_id.distinct()))
        .join(TimeEntry, TimeEntry.operation_id == Operation.id)
        .where(TimeEntry.finished_at.is_(None))
        .group_by(Operation.work_center_id)
    )
    return dict(db.session.execute(query).all())
