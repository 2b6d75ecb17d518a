"""Time at an operation: what the starts and ends that were scanned say, whatever order they arrive in.

The entries of a worker at an operation are a fold over his marks there, in the order of their times. A mark that comes
in time continues from the open entries; one that comes late folds all of them again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select

from addons.mrp_routing.models import ScanEvent, TimeEntry
from addons.mrp_routing.services.availability import Place, is_late
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.web.format import datetime_text

STARTS = {"start": "run", "setup": "setup", "rework": "rework", "inspect": "inspect", "indirect": "indirect"}
ENDS = {"finish": "scan", "leave": "scan", "pause": "pause", "auto": "auto"}
MARKS = (*STARTS, *ENDS)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A start or an end: `does` is a key of `STARTS` or `ENDS`. Of one moment, a device's numbers say the order."""

    at: datetime
    does: str
    event_id: str
    machine_id: int | None = None
    reason_id: int | None = None
    device: str = ""
    seq: int | None = None

    @property
    def order(self) -> tuple[datetime, str, int]:
        """What marks are sorted by."""
        return self.at, self.device, self.seq or 0


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """From a start to an end, None while it is open."""

    machine_id: int | None
    kind: str
    started_at: datetime
    start_event: str
    finished_at: datetime | None = None
    finish_event: str | None = None
    closed_by: str | None = None
    reason_id: int | None = None


@dataclass(frozen=True)
class Folded:
    """The stretches that marks make, and which marks had none to begin or to end."""

    stretches: Sequence[Stretch]
    idle: frozenset[str]


def fold(marks: Iterable[Mark], begun: Iterable[Stretch] = ()) -> Folded:
    """Put marks together, which are in order, after the stretches that are open.

    A start of what is under way at the machine is idle; of another kind of work there it ends the one before. An end
    without a machine ends all that is open, one with a machine what is open there, or the only one.
    """
    open_: dict[int | None, Stretch] = {stretch.machine_id: stretch for stretch in begun}
    closed: list[Stretch] = []
    idle: set[str] = set()
    for mark in marks:
        ending = _ended_by(mark, open_)
        closed += [_end(open_.pop(stretch.machine_id), mark) for stretch in ending]
        if mark.does in STARTS and mark.machine_id not in open_:
            open_[mark.machine_id] = _begin(mark)
        elif not ending:
            idle.add(mark.event_id)
    return Folded([*closed, *open_.values()], frozenset(idle))


def _ended_by(mark: Mark, open_: dict[int | None, Stretch]) -> list[Stretch]:
    there = open_.get(mark.machine_id)
    if mark.does in STARTS:
        return [there] if there is not None and there.kind != STARTS[mark.does] else []
    if mark.machine_id is None:
        return list(open_.values())
    if there is not None:
        return [there]
    return list(open_.values()) if len(open_) == 1 else []


def _begin(mark: Mark) -> Stretch:
    return Stretch(machine_id=mark.machine_id, kind=STARTS[mark.does], started_at=mark.at, start_event=mark.event_id)


def _end(stretch: Stretch, mark: Mark) -> Stretch:
    closed_by = ENDS.get(mark.does, "scan")
    return replace(
        stretch, finished_at=mark.at, finish_event=mark.event_id, closed_by=closed_by, reason_id=mark.reason_id
    )


def find_open_entries(operation_id: int, worker_id: int) -> list[TimeEntry]:
    """The worker's entries at an operation that are not finished, one for each machine. One statement."""
    query = select(TimeEntry).where(
        TimeEntry.operation_id == operation_id, TimeEntry.user_id == worker_id, TimeEntry.finished_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(TimeEntry.started_at, TimeEntry.id)))


def mark_time(place: Place, worker_id: int, mark: Mark) -> None:
    """Begin or end the worker's time at an operation. Flushes.

    Raises `Conflict` with the reason `started` for a start of what is under way, which changes nothing, and with
    `not_started` for an end of nothing.
    """
    if is_late(place, mark.at):
        rows = _entries(place.operation.id, worker_id)
        marks = [*_marks(place.operation.id, worker_id, rows), mark]
        told = fold(sorted(marks, key=lambda one: one.order))
        rows = [row for row in rows if not (row.is_given or row.is_corrected)]
    else:
        rows = find_open_entries(place.operation.id, worker_id)
        told = fold([mark], [_stretch(row) for row in rows])
    if mark.event_id in told.idle and mark.does in ENDS:
        raise Conflict(_("This operation was not started. Scan to start it first."), reason="not_started")
    _write(place.operation.id, worker_id, rows, told.stretches)
    if mark.event_id in told.idle:
        raise _already(rows, mark)


def _already(rows: Sequence[TimeEntry], mark: Mark) -> Conflict:
    began = max((row.started_at for row in rows if row.started_at <= mark.at), default=mark.at)
    return Conflict(_("Already started at %(at)s.", at=datetime_text(began)), reason="started")


def _entries(operation_id: int, worker_id: int) -> list[TimeEntry]:
    query = select(TimeEntry).where(TimeEntry.operation_id == operation_id, TimeEntry.user_id == worker_id)
    return list(db.session.scalars(query))


def _marks(operation_id: int, worker_id: int, rows: Sequence[TimeEntry]) -> list[Mark]:
    """The marks that count: not those of entries that were put right."""
    settled = {event for row in rows if row.is_corrected for event in (row.start_event, row.finish_event)}
    query = select(ScanEvent).where(
        ScanEvent.operation_id == operation_id,
        ScanEvent.worker_id == worker_id,
        ScanEvent.verdict.in_(("applied", "ignored")),
        ScanEvent.does.in_(MARKS),
    )
    found = db.session.scalars(query.order_by(ScanEvent.id))
    return [_mark(event) for event in found if event.event_id not in settled]


def _mark(event: ScanEvent) -> Mark:
    return Mark(
        at=event.at,
        does=str(event.does),
        event_id=event.event_id,
        machine_id=event.machine_id,
        reason_id=event.reason_id,
        device=event.device,
        seq=event.device_seq,
    )


def _stretch(row: TimeEntry) -> Stretch:
    return Stretch(
        machine_id=row.machine_id, kind=row.kind, started_at=row.started_at, start_event=row.start_event or ""
    )


def _write(operation_id: int, worker_id: int, rows: Sequence[TimeEntry], stretches: Sequence[Stretch]) -> None:
    """Make the rows say what the stretches say: each start has its row."""
    known = {row.start_event or "": row for row in rows}
    told = {stretch.start_event for stretch in stretches}
    for row in rows:
        if (row.start_event or "") not in told:
            db.session.delete(row)
    db.session.flush()
    for stretch in sorted(stretches, key=lambda s: s.finished_at is None):
        row = known.get(stretch.start_event) or TimeEntry(start_event=stretch.start_event)
        row.operation_id, row.user_id, row.machine_key = operation_id, worker_id, stretch.machine_id or 0
        for name in ("machine_id", "kind", "started_at", "finished_at", "finish_event", "closed_by", "reason_id"):
            setattr(row, name, getattr(stretch, name))
        db.session.add(row)
        db.session.flush()
