"""Putting right what was reported, entering what was not, and settling scans that could not be applied.

Nothing that was scanned is changed or deleted: a correction is booked beside it, with who did it and why.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import OUTCOMES, Correction, QuantityEntry, ScanEvent, TimeEntry
from addons.mrp_routing.services.applying import amounts_of
from addons.mrp_routing.services.availability import ZERO, check_balances, lock_place
from addons.mrp_routing.services.booking import Made, Source, book
from addons.mrp_routing.services.messages import Answer, Scan
from addons.mrp_routing.services.reporting import Report, report_done, resolve, tell_of
from addons.mrp_routing.services.scans import take_scans
from addons.mrp_routing.services.wages import check_unlocked
from core.actor import current_actor
from core.db import db, utcnow
from core.db.session import refusal_of
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _, gettext
from core.web.format import datetime_text, number_text

CORRECT = "mrp_routing.work_order.correct"
DESK = "desk"
Key = tuple[str, int | None, int | None]


@dataclass(frozen=True, kw_only=True)
class Interval:
    """From when to when somebody worked at what machine."""

    started_at: datetime
    finished_at: datetime
    machine_id: int | None = None


def correct_quantity(event_id: str, new: Scan, reason: str) -> Correction:
    """Let an event have reported other quantities: those of `new`, whose codes and times do not count. Flushes.

    Raises `Conflict` when later operations have reported what would not have come to them.
    """
    current_actor().require(CORRECT)
    event = _event(event_id)
    check_unlocked(event.at)
    place = lock_place(event.operation_id or 0)
    before = _booked(event.event_id)
    report = Report(
        does="report",
        worker_id=event.worker_id or 0,
        at=event.at,
        event_id=event_id,
        amounts=amounts_of(replace(new, good=new.good or ZERO)),
    )
    made = resolve(place, report)
    after = {(m.outcome, m.reason_id, m.back_to_id): m.quantity for m in made if m.quantity}
    source = Source(
        at=event.at,
        worker_id=event.worker_id,
        machine_id=event.machine_id,
        event_id=event_id,
        is_correction=True,
    )
    changes = _differences(before, after)
    book(place, source, changes)
    check_balances(place)
    tell_of(place, changes)
    report_done(place)
    return _write_down(
        Correction(
            kind="quantity",
            operation_id=place.operation.id,
            worker_id=event.worker_id,
            event_id=event_id,
            before=_said(before),
            after=_said(after),
        ),
        reason,
    )


def _event(event_id: str) -> ScanEvent:
    event = db.session.scalar(select(ScanEvent).where(ScanEvent.event_id == event_id))
    if event is None:
        raise NotFound(_("There is no such scan."))
    if event.verdict != "applied" or event.operation_id is None:
        raise Conflict(_("This scan reported nothing that could be corrected."))
    return event


def _booked(event_id: str) -> dict[Key, Decimal]:
    """What an event's quantities are now, corrections counted in."""
    booked: dict[Key, Decimal] = defaultdict(Decimal)
    for entry in db.session.scalars(select(QuantityEntry).where(QuantityEntry.event_id == event_id)):
        booked[entry.outcome, entry.reason_id, entry.back_to_id] += entry.quantity
    return {key: quantity for key, quantity in booked.items() if quantity}


def _differences(before: dict[Key, Decimal], after: dict[Key, Decimal]) -> list[Made]:
    keys = [*after, *(key for key in before if key not in after)]
    found = [(key, after.get(key, ZERO) - before.get(key, ZERO)) for key in keys]
    return [Made(outcome, quantity, reason, back_to) for (outcome, reason, back_to), quantity in found if quantity]


def _said(quantities: dict[Key, Decimal]) -> str:
    parts = [f"{number_text(quantity)} {OUTCOMES[outcome]}" for (outcome, _r, _b), quantity in quantities.items()]
    return ", ".join(parts)[:200] or "0"


def correct_time(entry_id: int, interval: Interval, reason: str) -> Correction:
    """Let a time entry be from when to when somebody says; scans change it no more. Flushes.

    Raises `ValidationError` for an end before the start or in the future.
    """
    current_actor().require(CORRECT)
    entry = db.session.scalar(select(TimeEntry).where(TimeEntry.id == entry_id))
    if entry is None:
        raise NotFound(_("There is no such time entry, or it is not yours to see."))
    place = lock_place(entry.operation_id)
    db.session.refresh(entry)
    _check_interval(interval)
    for at in (entry.started_at, interval.started_at):
        check_unlocked(at)
    before = _when(entry.started_at, entry.finished_at)
    entry.started_at, entry.finished_at = interval.started_at, interval.finished_at
    entry.machine_id, entry.machine_key = interval.machine_id, interval.machine_id or 0
    entry.closed_by, entry.is_corrected = "supervisor", True
    db.session.flush()
    report_done(place)
    return _write_down(
        Correction(
            kind="time",
            operation_id=entry.operation_id,
            worker_id=entry.user_id,
            event_id=entry.start_event,
            before=before,
            after=_when(entry.started_at, entry.finished_at),
        ),
        reason,
    )


def _check_interval(interval: Interval) -> None:
    if interval.finished_at < interval.started_at:
        raise ValidationError(_("It ends before it begins. Correct the times."), reason="ends_before_it_begins")
    if interval.finished_at > utcnow():
        raise ValidationError(_("Work that is still to come cannot be entered."))


def _when(start: datetime, end: datetime | None) -> str:
    return f"{datetime_text(start)} – {datetime_text(end)}"


def back_enter(scan: Scan, reason: str) -> Answer:
    """Enter a report after the fact: an event like any other, with who entered it and why beside it. Flushes.

    Raises `Conflict` with the reason why when it cannot be applied; nothing is kept then.
    """
    current_actor().require(CORRECT)
    if scan.since is not None:
        _check_interval(Interval(started_at=scan.since, finished_at=scan.at))
    (answer,) = take_scans(DESK, [scan])
    if answer.verdict != "applied":
        raise Conflict(answer.message, reason=answer.code)
    event = db.session.scalars(select(ScanEvent).where(ScanEvent.event_id == scan.event_id)).one()
    _write_down(
        Correction(
            kind="back_entry",
            operation_id=event.operation_id,
            worker_id=event.worker_id,
            event_id=scan.event_id,
            before=datetime_text(utcnow()),
            after=_when(scan.since or event.at, event.at),
        ),
        reason,
    )
    return answer


def settle(event_id: str, changed: Scan, reason: str) -> Answer:
    """Do in its place what a scan that waits should have said: `changed` gets an id of its own. Flushes.

    Raises `Conflict` with the reason why when that cannot be applied either; nothing is changed then.
    """
    current_actor().require(CORRECT)
    _close(event_id, reason)
    return back_enter(replace(changed, event_id=str(uuid.uuid4()), seq=None), reason)


def dismiss(event_id: str, reason: str) -> None:
    """Let a scan that waits have no effect for good. Flushes."""
    current_actor().require(CORRECT)
    _close(event_id, reason)


def _close(event_id: str, reason: str) -> None:
    operation_id = db.session.scalar(select(ScanEvent.operation_id).where(ScanEvent.event_id == event_id))
    place = lock_place(operation_id) if operation_id is not None else None
    query = select(ScanEvent).where(ScanEvent.event_id == event_id).with_for_update()
    event = db.session.scalar(query.execution_options(populate_existing=True))
    if event is None or event.verdict != "pending":
        raise Conflict(_("This scan waits for nobody any more."))
    if place is not None and event.is_offline:
        place.ticket.waiting = max(place.ticket.waiting - 1, 0)
    event.verdict, event.settled_at, event.settlement = "settled", utcnow(), _checked(reason)
    event.settled_by_id = current_actor().user_id
    event.answer = {**event.answer, "verdict": "settled", "message": gettext("Settled: %(why)s", why=event.settlement)}
    db.session.flush()


def _write_down(correction: Correction, reason: str) -> Correction:
    correction.reason, correction.user_id = _checked(reason), current_actor().user_id
    db.session.add(correction)
    db.session.flush()
    return correction


def _checked(reason: str) -> str:
    if not reason.strip():
        raise ValidationError(_("Say why."))
    return reason.strip()[:200]


def try_to_settle(event_id: str, changed: Scan | None, reason: str) -> str:
    """Settle a scan that waits, or dismiss it without a change: says why that cannot be, nothing when it was done."""
    if changed is None:
        return refusal_of(lambda: dismiss(event_id, reason))
    return refusal_of(lambda: settle(event_id, changed, reason))


@dataclass(frozen=True)
class Waiting:
    """A scan that waits: the row, who is meant by it as far as that is known, and the codes as they were scanned."""

    event: ScanEvent
    codes: str
    said: Mapping[str, Any]


def find_waiting(most: int = 200) -> list[Waiting]:
    """Scans that could not be applied, the latest first. One statement."""
    query = select(ScanEvent).where(ScanEvent.verdict == "pending").order_by(ScanEvent.at.desc(), ScanEvent.id.desc())
    return [_waiting(event) for event in db.session.scalars(query.limit(most))]


def get_waiting(scan_id: int) -> Waiting:
    """One of them. Raises `NotFound` when it does not wait any more."""
    event = db.session.scalar(select(ScanEvent).where(ScanEvent.id == scan_id, ScanEvent.verdict == "pending"))
    if event is None:
        raise NotFound(_("This scan waits for nobody any more."))
    return _waiting(event)


def _waiting(event: ScanEvent) -> Waiting:
    said = event.payload
    return Waiting(event, " ".join(said.get("codes", ())) or str(said.get("unreadable", "")), said)
