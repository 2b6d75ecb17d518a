"""What looks wrong in what was reported: rules it contradicts, people and machines at two places, duplicates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import JobTicket, Machine, Operation, QuantityEntry, ScanEvent, ScanFlag, TimeEntry
from addons.mrp_routing.services.labour import day_begins
from core.db import db
from core.i18n import _, gettext
from core.people.colleagues import names_of
from core.web.format import datetime_text

RULES = {
    "gate": _("Started before anything had arrived"),
    "over_report": _("More than had arrived"),
    "taken_since": _("Pieces reported twice"),
    "order_done": _("Reported after the order was done"),
    "no_reason": _("Without a reason"),
    "no_time": _("No time at all"),
    "placeholder": _("Time not measured"),
    "span": _("Times that do not agree"),
    "clock": _("Wrong clock"),
    "overtaken": _("Out of order"),
    "same": _("Reported twice alike"),
    "worker_overlap": _("Worker at two places"),
    "machine_overlap": _("Machine at two places"),
}
Entry = Any


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that looks wrong: a key of `RULES`, when, who, at which machine and operation, and a sentence."""

    rule: str
    at: datetime
    worker: str
    machine: str
    operation: str
    message: str


def find_findings(first: date, last: date, rule: str | None = None) -> list[Finding]:
    """What was found of these days, by time. Five statements."""
    start, end = day_begins(first), day_begins(last + timedelta(days=1))
    entries = _entries(start, end)
    machines = dict(db.session.execute(select(Machine.id, Machine.name)).all())
    flagged = _flagged(start, end)
    names = names_of({entry.user_id for entry in entries} | {row.worker_id for row in flagged if row.worker_id})
    found = [_of_flag(row, names, machines) for row in flagged]
    found += [_of_pair("same", a, b, names, machines) for a, b in find_same(entries, _made(start, end))]
    for name, key in (("worker_overlap", "user_id"), ("machine_overlap", "machine_id")):
        found += [_of_pair(name, a, b, names, machines) for a, b in find_overlaps(entries, key)]
    return sorted((f for f in found if rule in (None, f.rule)), key=lambda f: (f.at, f.rule, f.worker))


def _entries(start: datetime, end: datetime) -> Sequence[Entry]:
    query = (
        select(
            TimeEntry.id,
            TimeEntry.user_id,
            TimeEntry.machine_id,
            TimeEntry.operation_id,
            TimeEntry.kind,
            TimeEntry.started_at,
            TimeEntry.finished_at,
            TimeEntry.finish_event,
            JobTicket.number,
            Operation.seq,
            Operation.name,
        )
        .join(Operation, Operation.id == TimeEntry.operation_id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .where(TimeEntry.started_at >= start, TimeEntry.started_at < end, TimeEntry.finished_at.is_not(None))
    )
    return db.session.execute(query.order_by(TimeEntry.started_at, TimeEntry.id)).all()


def find_overlaps(entries: Iterable[Entry], key: str) -> Iterator[tuple[Entry, Entry]]:
    """Each two entries of one worker (`user_id`) or machine (`machine_id`) that share time; they come by start."""
    open_: dict[Any, list[Entry]] = defaultdict(list)
    for entry in entries:
        owner = getattr(entry, key)
        if owner is None or entry.finished_at <= entry.started_at:
            continue
        going_on = [other for other in open_[owner] if other.finished_at > entry.started_at]
        yield from ((other, entry) for other in going_on)
        open_[owner] = [*going_on, entry]


def _made(start: datetime, end: datetime) -> Mapping[str, Any]:
    """What events of a time reported of pieces; entries that began in it may end after it."""
    query = select(QuantityEntry.event_id, QuantityEntry.outcome, QuantityEntry.quantity)
    query = query.where(QuantityEntry.at >= start, QuantityEntry.at < end + timedelta(days=2))
    made: dict[str, list[Any]] = defaultdict(list)
    for row in db.session.execute(query.order_by(QuantityEntry.outcome, QuantityEntry.id)):
        made[row.event_id or ""].append((row.outcome, row.quantity))
    return made


def find_same(entries: Iterable[Entry], made: Mapping[str, Any]) -> Iterator[tuple[Entry, Entry]]:
    """Each entry that says what one before it says: worker, machine, operation, kind, times and pieces."""
    seen: dict[Any, Entry] = {}
    for entry in entries:
        where = (entry.user_id, entry.machine_id, entry.operation_id)
        pieces = tuple(made.get(entry.finish_event or "", ()))
        key = (*where, entry.kind, entry.started_at, entry.finished_at, pieces)
        if key in seen:
            yield seen[key], entry
        seen.setdefault(key, entry)


def _flagged(start: datetime, end: datetime) -> Sequence[Any]:
    place = JobTicket.number, Operation.seq, Operation.name
    query = (
        select(ScanFlag.code, ScanFlag.message, ScanEvent.at, ScanEvent.worker_id, ScanEvent.machine_id, *place)
        .join(ScanEvent, ScanEvent.id == ScanFlag.event_id)
        .outerjoin(Operation, Operation.id == ScanEvent.operation_id)
        .outerjoin(JobTicket, JobTicket.id == Operation.ticket_id)
        .where(ScanEvent.at >= start, ScanEvent.at < end)
    )
    return db.session.execute(query.order_by(ScanEvent.at, ScanFlag.id)).all()


def _of_flag(row: Any, names: dict[int, str], machines: dict[int, str]) -> Finding:
    return Finding(
        rule=row.code,
        at=row.at,
        worker=names.get(row.worker_id, ""),
        machine=machines.get(row.machine_id, ""),
        operation=_place(row),
        message=row.message,
    )


def _of_pair(rule: str, first: Entry, second: Entry, names: dict[int, str], machines: dict[int, str]) -> Finding:
    sentence = gettext(
        "as %(operation)s, %(start)s – %(end)s",
        operation=_place(first),
        start=datetime_text(first.started_at),
        end=datetime_text(first.finished_at),
    )
    return Finding(
        rule=rule,
        at=second.started_at,
        worker=names.get(second.user_id, ""),
        machine=machines.get(second.machine_id, ""),
        operation=_place(second),
        message=sentence,
    )


def _place(row: Any) -> str:
    return f"{row.number} · {row.seq} {row.name}" if row.number else ""
