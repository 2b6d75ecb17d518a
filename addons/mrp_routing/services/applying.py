"""Understanding what was scanned and doing it; what cannot be done yet is tried again when more is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from addons.mrp_routing.models import TIME_KINDS, ScanEvent, ScanFlag
from addons.mrp_routing.services.availability import ZERO, Flag, Place, lock_place
from addons.mrp_routing.services.identify import Meant, find_reason, identify
from addons.mrp_routing.services.messages import ACTIONS, MACHINE_ACTIONS, Answer, Kept, Scan, scan_of
from addons.mrp_routing.services.reporting import Amounts, Report, Told, report_work, run_machine, stop_machine
from core.db import db
from core.errors import QingmesError, ValidationError
from core.i18n import _, gettext

SAME_MOMENT = timedelta(seconds=5)


def understand(kept: Kept, flags: Sequence[Flag]) -> Answer:
    """Find out what was meant, and do it; what is refused has no effect and waits, with its reason, in the inbox.

    Events that waited for this one are tried again. Flushes.
    """
    meant, place = Meant(), None
    try:
        meant = identify(kept.scan.codes)
        if meant.operation_id is not None:
            place = lock_place(meant.operation_id)
            kept = _settled_in_time(kept, place)
        answer = apply(kept, meant, place, flags)
    except QingmesError as error:
        answer = _refused(kept, error)
        note(kept, answer, {})
    if place is not None:
        _after(kept, answer, place)
    return answer


def _settled_in_time(kept: Kept, place: Place) -> Kept:
    """Scans of the same moment that several devices send count in the order in which they get here."""
    last = place.ticket.last_at
    if kept.scan.offline or last is None or not timedelta() < last - kept.at < SAME_MOMENT:
        return kept
    return replace(kept, at=last)


def apply(kept: Kept, meant: Meant, place: Place | None, flags: Sequence[Flag] = ()) -> Answer:
    """Do what an event means, and note in the inbox what came of it. Flushes.

    What is refused leaves no effect, and is answered and noted as waiting.
    """
    scan = kept.scan
    columns: dict[str, Any] = {"at": kept.at, "worker_id": meant.worker_id, "machine_id": meant.machine_id}
    columns |= {"operation_id": meant.operation_id, "reason_id": meant.reason_id}
    try:
        columns["does"] = scan.means(meant.action)
        with db.session.begin_nested():
            told = _done(kept, meant, place, str(columns["does"]))
            answer = _applied(scan, place, told)
            note(kept, answer, columns)
            _flag(kept, [*flags, *told.flags, *_doubts(kept)])
    except QingmesError as error:
        _forget(place)
        answer = _refused(kept, error)
        note(kept, answer, columns)
    return answer


def _forget(place: Place | None) -> None:
    """What was booked and rolled back is not in the database."""
    for operation in place.operations if place is not None else ():
        db.session.expire(operation)


def _done(kept: Kept, meant: Meant, place: Place | None, does: str) -> Told:
    if meant.worker_id is None:
        raise ValidationError(_("Scan both a badge and an operation."), reason="incomplete")
    if does in MACHINE_ACTIONS:
        return _of_machine(kept, meant, does)
    if place is None:
        raise ValidationError(_("Scan both a badge and an operation."), reason="incomplete")
    return report_work(place, _report(kept, meant, does))


def _of_machine(kept: Kept, meant: Meant, does: str) -> Told:
    if meant.machine_id is None or meant.worker_id is None:
        raise ValidationError(_("Scan both a badge and a machine."), reason="incomplete")
    if does == "up":
        return run_machine(meant.machine_id, kept.at)
    return stop_machine(meant.machine_id, meant.worker_id, kept.at, _reason_of(kept.scan, meant, "down"))


def _report(kept: Kept, meant: Meant, does: str) -> Report:
    scan = kept.scan
    if scan.kind not in TIME_KINDS:
        raise ValidationError(_("This action is not known here."), reason="unknown_action")
    return Report(
        does=does,
        worker_id=meant.worker_id or 0,
        at=kept.at,
        event_id=scan.event_id,
        is_offline=scan.offline,
        machine_id=meant.machine_id,
        device=kept.device,
        seq=scan.seq,
        amounts=amounts_of(scan),
        reason_id=_reason_of(scan, meant, "pause") if does == "pause" else meant.reason_id,
        since=scan.since,
        kind=scan.kind,
    )


def amounts_of(scan: Scan) -> Amounts:
    """The quantities an event reports, its reasons looked up. Raises `NotFound` for one that is none."""
    return Amounts(
        good=scan.good,
        scrap=scan.scrap,
        rework=scan.rework,
        held=scan.held,
        scrap_reason=find_reason("scrap", scan.scrap_reason) if scan.scrap_reason else None,
        rework_reason=find_reason("rework", scan.rework_reason) if scan.rework_reason else None,
        hold_reason=find_reason("hold", scan.hold_reason) if scan.hold_reason else None,
        back_to=scan.back_to,
    )


def _reason_of(scan: Scan, meant: Meant, kind: str) -> int | None:
    return find_reason(kind, scan.reason) if scan.reason else meant.reason_id


def _applied(scan: Scan, place: Place | None, told: Told) -> Answer:
    return Answer(
        id=scan.event_id,
        verdict="applied",
        code=told.code,
        message=told.message,
        operation=place.title if place is not None else None,
        available=f"{max(place.operation.here, ZERO).normalize():f}" if place is not None else None,
        flags=[flag.code for flag in told.flags],
    )


def _refused(kept: Kept, error: QingmesError) -> Answer:
    code = str(error.details.get("reason", error.code))
    verdict = "ignored" if code == "started" else "pending"
    return Answer(id=kept.scan.event_id, verdict=verdict, code=code, message=str(error))


def note(kept: Kept, answer: Answer, columns: Mapping[str, Any]) -> None:
    """Write into the inbox what came of an event."""
    db.session.execute(
        update(ScanEvent)
        .where(ScanEvent.id == kept.row_id)
        .values(verdict=answer.verdict, message=answer.message[:400], answer=asdict(answer), **columns)
        .execution_options(synchronize_session=False)
    )


def _flag(kept: Kept, flags: Sequence[Flag]) -> None:
    rows = {f.code: {"event_id": kept.row_id, "code": f.code, "message": f.message[:400]} for f in flags}
    if rows:
        db.session.execute(insert(ScanFlag), list(rows.values()))


def _doubts(kept: Kept) -> list[Flag]:
    """What looks wrong about an event itself, whatever it reports."""
    scan = kept.scan
    if scan.minutes is None or scan.since is None:
        return []
    took = (kept.at - scan.since) // timedelta(minutes=1)
    if scan.minutes == 0 and took > 0:
        return [Flag("placeholder", gettext("%(minutes)s minutes, of which none was measured.", minutes=took))]
    if scan.minutes != took:
        sentence = gettext("%(minutes)s minutes by the clock, %(said)s as reported.", minutes=took, said=scan.minutes)
        return [Flag("span", sentence)]
    return []


def _after(kept: Kept, answer: Answer, place: Place) -> None:
    """Let what waited for this event have another try, and remember how far the ticket's scans have come."""
    if answer.verdict == "pending":
        _wait(kept, place)
        return
    _remember(place, kept.at)
    if answer.verdict == "applied" and place.ticket.waiting:
        _retry(place)


def _remember(place: Place, at: datetime) -> None:
    if place.ticket.last_at is None or at > place.ticket.last_at:
        place.ticket.last_at = at
        db.session.flush()


def _wait(kept: Kept, place: Place) -> None:
    """What was scanned without network may only lack what another device has not sent yet."""
    if kept.scan.offline:
        place.ticket.waiting += 1
        db.session.flush()


def _retry(place: Place) -> None:
    """Try the events of this ticket that wait, the earliest first, as long as one of them can be applied."""
    tried = True
    while tried:
        tried = any(_retry_one(row) for row in _waiting(place))


def _waiting(place: Place) -> Sequence[ScanEvent]:
    query = select(ScanEvent).where(
        ScanEvent.operation_id.in_([o.id for o in place.operations]),
        ScanEvent.verdict == "pending",
        ScanEvent.is_offline,
    )
    query = query.order_by(ScanEvent.at, ScanEvent.device, ScanEvent.device_seq).execution_options(
        populate_existing=True
    )
    return db.session.scalars(query).all()


def _retry_one(row: ScanEvent) -> bool:
    kept = Kept(row.id, row.device, row.at, scan_of(row))
    meant = Meant(
        worker_id=row.worker_id, machine_id=row.machine_id, operation_id=row.operation_id, reason_id=row.reason_id
    )
    place = lock_place(row.operation_id or 0)
    answer = apply(kept, replace(meant, action=row.does if row.does in ACTIONS else None), place)
    if answer.verdict == "pending":
        return False
    place.ticket.waiting = max(place.ticket.waiting - 1, 0)
    db.session.flush()
    _remember(place, kept.at)
    return answer.verdict == "applied"
