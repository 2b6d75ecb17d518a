"""Whose time it was: a worker who is at several operations at once has only one life.

His day is cut at every start and end. In each slice the seconds are divided among the operations he is at, by the
rule of their work centers: in equal parts, by standard time, or in full to each. Outside `full`, what is divided adds
up to the time he was at work, to the second.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import groupby, pairwise
from typing import Any

from sqlalchemy import select

from addons.masterdata.services import factory_zone, find_working_time
from addons.mrp_routing.models import JobTicket, Operation, TimeEntry, WorkCenter
from core.db import db, utcnow
from core.people.colleagues import units_of

Span = tuple[int, int]
NO_TIME: tuple[Span, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Stint:
    """A worker at an operation from `start` to `end`, in seconds. `rule` is a key of `TIME_SPLITS`; `weight` is how
    much of divided time it attracts by the rule `standard`."""

    key: int
    start: int
    end: int
    rule: str = "equal"
    weight: int = 1


@dataclass(frozen=True, kw_only=True)
class Share:
    """What a time entry comes to, in seconds: from start to end, of this within working hours, and the worker's share.

    `day` is the one its shift begins on. `is_off_shift`: it began outside working hours, so that all of it counts.
    """

    entry_id: int
    worker_id: int
    operation_id: int
    machine_id: int | None
    kind: str
    day: date
    gross: int
    net: int
    share: int
    is_off_shift: bool


def divide(stints: Iterable[Stint]) -> dict[int, int]:
    """How many seconds of a worker's time belong to each of his stints, by their keys."""
    all_of_them = [s for s in stints if s.end > s.start]
    shares = dict.fromkeys((s.key for s in all_of_them), 0)
    borders = sorted({border for s in all_of_them for border in (s.start, s.end)})
    for start, end in pairwise(borders):
        there = [s for s in all_of_them if s.start <= start and s.end >= end]
        for stint in there:
            if stint.rule == "full":
                shares[stint.key] += end - start
        _divide_slice(end - start, [s for s in there if s.rule != "full"], shares)
    return shares


def _divide_slice(seconds: int, there: Sequence[Stint], shares: dict[int, int]) -> None:
    """By weight, in whole seconds; what is left over goes to the largest remainders."""
    weights = [max(s.weight, 1) if s.rule == "standard" else 1 for s in there]
    total = sum(weights)
    parts = [divmod(seconds * weight, total) for weight in weights]
    left = seconds - sum(whole for whole, _rest in parts) if parts else 0
    largest = sorted(range(len(there)), key=lambda n: (-parts[n][1], there[n].key))[:left]
    for number, stint in enumerate(there):
        shares[stint.key] += parts[number][0] + (number in largest)


def within(start: int, end: int, hours: Sequence[Span] | None) -> list[Span]:
    """What of a stretch lies in working hours; all of it without a calendar, or when it begins outside them."""
    if hours is None or not any(a <= start < b for a, b in hours):
        return [(start, end)] if end > start else []
    return [(max(a, start), min(b, end)) for a, b in hours if min(b, end) > max(a, start)]


def find_shares(first: date, last: date, worker_ids: Collection[int] | None = None) -> list[Share]:
    """What the entries that began on these days come to, by worker and time. Open ones count until now.

    Two statements, and a few for each org unit whose calendar counts.
    """
    rows = _rows(first, last, worker_ids)
    units = units_of({row.user_id for row in rows})
    hours = {unit: _hours(unit, first, last) for unit in set(units.values())}
    shares: list[Share] = []
    for worker, entries in groupby(rows, key=lambda row: row.user_id):
        shares += _of_worker(list(entries), hours[units.get(worker)])
    return [share for share in shares if first <= share.day <= last]


def _rows(first: date, last: date, worker_ids: Collection[int] | None) -> Sequence[Any]:
    """Entries that touch these days, with what divides them; a day more on each side, for night shifts."""
    start, end = day_begins(first - timedelta(days=1)), day_begins(last + timedelta(days=2))
    query = (
        select(
            TimeEntry.id,
            TimeEntry.user_id,
            TimeEntry.operation_id,
            TimeEntry.machine_id,
            TimeEntry.kind,
            TimeEntry.started_at,
            TimeEntry.finished_at,
            WorkCenter.time_split,
            Operation.setup_minutes,
            Operation.run_minutes,
            JobTicket.quantity,
        )
        .join(Operation, Operation.id == TimeEntry.operation_id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(WorkCenter, WorkCenter.id == Operation.work_center_id)
        .where(TimeEntry.started_at >= start, TimeEntry.started_at < end)
    )
    if worker_ids is not None:
        query = query.where(TimeEntry.user_id.in_(sorted(set(worker_ids))))
    return db.session.execute(query.order_by(TimeEntry.user_id, TimeEntry.started_at, TimeEntry.id)).all()


def _hours(unit: int | None, first: date, last: date) -> list[Span] | None:
    """The working hours of an org unit around these days, in seconds since 1970; None without a calendar."""
    working = find_working_time(unit)
    if working is None:
        return None
    return [(a * 60, b * 60) for a, b in working.spans(first - timedelta(days=2), last + timedelta(days=2))]


def _of_worker(rows: Sequence[Any], hours: list[Span] | None) -> list[Share]:
    now = utcnow()
    stints, nets, gross, off_shift = [], {}, {}, set()
    for row in rows:
        start, end = _second(row.started_at), _second(row.finished_at or max(now, row.started_at))
        spans = within(start, end, hours)
        gross[row.id], nets[row.id] = end - start, sum(b - a for a, b in spans)
        if hours is not None and not any(a <= start < b for a, b in hours):
            off_shift.add(row.id)
        weight = int(row.setup_minutes + row.run_minutes * row.quantity)
        stints += [Stint(key=row.id, start=a, end=b, rule=row.time_split, weight=weight) for a, b in spans]
    shares = divide(stints)
    return [
        Share(
            entry_id=row.id,
            worker_id=row.user_id,
            operation_id=row.operation_id,
            machine_id=row.machine_id,
            kind=row.kind,
            day=shift_day(row.started_at, hours),
            gross=gross[row.id],
            net=nets[row.id],
            share=shares.get(row.id, 0),
            is_off_shift=row.id in off_shift,
        )
        for row in rows
    ]


def shift_day(at: datetime, hours: Sequence[Span] | None) -> date:
    """The day an instant belongs to: that on which its shift begins; a night shift is not torn at midnight."""
    second = _second(at)
    begins = next((a for a, b in hours or NO_TIME if a <= second < b), second)
    return datetime.fromtimestamp(begins, UTC).astimezone(factory_zone()).date()


def _second(at: datetime) -> int:
    return int(at.timestamp())


def day_begins(day: date) -> datetime:
    """The midnight a day of the factory begins with."""
    return datetime(day.year, day.month, day.day, tzinfo=factory_zone())


def minutes_of(seconds: int) -> Decimal:
    """Seconds as minutes, to a hundredth."""
    return (Decimal(seconds) / 60).quantize(Decimal("0.01"))
