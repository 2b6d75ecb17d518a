"""The inbox of scans: first kept, then understood. A scan is never lost and never has its effect twice."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import false, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from addons.mrp_routing.models import TIME_KINDS, ScanEvent, ScanFlag
from addons.mrp_routing.services.availability import ZERO, Flag, Place, lock_place
from addons.mrp_routing.services.codes import printable
from addons.mrp_routing.services.identify import Meant, find_reason, identify
from addons.mrp_routing.services.reporting import Amounts, Report, Told, report_work, run_machine, stop_machine
from addons.mrp_routing.services.timing import STARTS
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import QingmesError, ValidationError
from core.i18n import _, gettext

REPORT = "mrp_routing.work_order.report"
MACHINE_ACTIONS = ("down", "up")
ACTIONS = (*STARTS, "report", "finish", "pause", "leave", *MACHINE_ACTIONS)
MOST_KEPT = 4000  # characters of what cannot be read
SAME_MOMENT = timedelta(seconds=5)
CLOCK_SECONDS = 30  # a clock that is off by more is put right


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One event of a device: what was scanned, in any order, and when.

    `event_id` is a UUID made on the device, `seq` its running number there (None where a device has none).
    `action` None is worked out: start, or finish when a quantity is given. `since`: the work began then and ends `at`,
    both told together; `kind` says what kind of time it was. `good` None with the action finish means all that is
    available. Reasons are printed codes of reasons, or what people call them. `back_to` is the place of the operation
    that pieces for rework go back to. `minutes` is how long it took by the device's own reckoning, `offline` that it
    was scanned without network, `note` anything the device wants kept.
    """

    event_id: str
    at: datetime
    codes: Sequence[str]
    seq: int | None = None
    action: str | None = None
    good: Decimal | None = None
    scrap: Decimal = ZERO
    rework: Decimal = ZERO
    held: Decimal = ZERO
    scrap_reason: str | None = None
    rework_reason: str | None = None
    hold_reason: str | None = None
    back_to: int | None = None
    reason: str | None = None
    since: datetime | None = None
    kind: str = "run"
    minutes: int | None = None
    offline: bool = False
    note: str | None = None

    def means(self, scanned: str | None = None) -> str:
        """What the worker wants, unless he `scanned` it. A second scan alone never ends anything: finishing needs a
        quantity or the word."""
        action = self.action or scanned
        if action is not None and action not in ACTIONS:
            raise ValidationError(_("This action is not known here."), reason="unknown_action")
        if self.since is not None:
            return "given"
        if action is not None:
            return action
        return "finish" if self.good is not None or any((self.scrap, self.rework, self.held)) else "start"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an event.

    `verdict`: applied, ignored, pending (kept for a person to look at), duplicate (had its effect before; the
    rest is the first answer), rejected (not kept: its id or number belongs to another event). `code` is for
    programs, `message` for the worker. `available` is what the operation may still report, as decimal text. `flags`
    names the rules that what was recorded contradicts.
    """

    id: str
    verdict: str
    code: str
    message: str
    operation: str | None = None
    available: str | None = None
    flags: Sequence[str] = ()


@dataclass(frozen=True)
class Kept:
    """An event in the inbox that is being understood: its row, its device, and when it was by our clock."""

    row_id: int
    device: str
    at: datetime
    scan: Scan


def take_scans(device: str, scans: Sequence[Scan], clock_offset: timedelta = timedelta()) -> list[Answer]:
    """Keep and apply a device's events, each by itself: one that fails stops no other. Flushes.

    In the order of their numbers, and answered in that order. `clock_offset` is how much the device's clock is behind
    ours. Needs the permission `mrp_routing.work_order.report`.
    """
    current_actor().require(REPORT)
    behind = clock_offset if abs(clock_offset) >= timedelta(seconds=CLOCK_SECONDS) else timedelta()
    return [_take(device, scan, behind) for scan in _in_order(scans)]


def _in_order(scans: Sequence[Scan]) -> Iterator[Scan]:
    """By the device's numbers; a clock that was set back between two of them does not turn them around."""
    reached: datetime | None = None
    for scan in sorted(scans, key=lambda s: (s.seq is None, s.seq or 0)):
        if scan.seq is not None and reached is not None and scan.at < reached:
            yield replace(scan, at=reached)
        else:
            yield scan
        reached = max(scan.at, reached or scan.at) if scan.seq is not None else reached


def keep_unreadable(device: str, raw: Any, messages: Any) -> Answer:
    """Keep an event that is none, as far as it has an id, for somebody to look at; else say what is wrong. Flushes."""
    current_actor().require(REPORT)
    what = gettext("Unreadable: %(what)s", what=printable(json.dumps(messages, ensure_ascii=False, default=str)))
    event_id = _id_in(raw)
    answer = Answer(id=event_id or "", verdict="pending" if event_id else "rejected", code="unreadable", message=what)
    if event_id is None:
        return answer
    text = printable(json.dumps(raw, ensure_ascii=False, default=str))[:MOST_KEPT]
    payload, digest = {"device": device, "unreadable": text}, hashlib.sha256(text.encode()).hexdigest()
    scan = Scan(event_id=event_id, at=utcnow(), codes=())
    row = _keep(device, scan, scan.at, timedelta(), payload, digest)
    if row is None:
        return _again(device, scan, digest)
    _note(Kept(row.id, device, scan.at, scan), answer, {})
    return answer


def _id_in(raw: Any) -> str | None:
    try:
        return str(uuid.UUID(str(raw["id"])))
    except (KeyError, TypeError, ValueError):
        return None


def find_answer(event_id: str) -> Answer | None:
    """The answer an event has had, as a duplicate; None for one that is not known."""
    answer = db.session.scalar(select(ScanEvent.answer).where(ScanEvent.event_id == event_id))
    return replace(Answer(**answer), verdict="duplicate") if answer else None


def _take(device: str, scan: Scan, behind: timedelta) -> Answer:
    scan = replace(scan, codes=tuple(printable(code) for code in scan.codes))
    payload = _payload(device, scan)
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    at = min(scan.at + behind, utcnow())
    row = _keep(device, scan, at, behind, payload, digest)
    if row is None:
        return _again(device, scan, digest)
    kept = Kept(row.id, device, at, replace(scan, since=scan.since + behind if scan.since else None))
    flags = [Flag("clock", gettext("The device's clock is wrong."))] if behind or scan.at > at else []
    if row.is_overtaken:
        flags.append(Flag("overtaken", gettext("A later scan of this device came first.")))
    return _understand(kept, flags)


def _payload(device: str, scan: Scan) -> dict[str, Any]:
    """What is kept of an event as it came; what was not said is left out, so that new fields change no old event."""
    said = {
        field.name: getattr(scan, field.name) for field in fields(scan) if getattr(scan, field.name) != field.default
    }
    payload: dict[str, Any] = json.loads(json.dumps({"device": device, **said}, default=str))
    return payload


def _keep(device: str, scan: Scan, at: datetime, behind: timedelta, payload: dict[str, Any], digest: str) -> Any:
    """Put the event into the inbox; None when its id or its number is there already.

    Tells its row's `id`, and with `is_overtaken` whether an event with a larger number of the device is there.

    A concurrent duplicate waits here for the first to commit.
    """
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {
        "event_id": scan.event_id,
        "device": device,
        "device_seq": scan.seq,
        "at": at,
        "clock_offset": int(behind.total_seconds()),
        "is_offline": scan.offline,
        "payload": payload,
        "payload_hash": digest,
        "verdict": "pending",
        "answer": {},
        "user_id": current_actor().user_id,
    }
    other = aliased(ScanEvent)
    latest = select(func.max(other.device_seq)).where(other.device == device).scalar_subquery()
    overtaken = (latest > scan.seq).label("is_overtaken") if scan.seq is not None else false().label("is_overtaken")
    insertion = dialect.insert(ScanEvent).values([row]).on_conflict_do_nothing()
    return db.session.execute(insertion.returning(ScanEvent.id, overtaken)).first()


def _again(device: str, scan: Scan, digest: str) -> Answer:
    """The stored answer of the same event; a refusal when the id or number was used for another."""
    query = select(ScanEvent.event_id, ScanEvent.payload_hash, ScanEvent.answer).where(
        or_(ScanEvent.event_id == scan.event_id, (ScanEvent.device == device) & (ScanEvent.device_seq == scan.seq))
    )
    known = {row.event_id: row for row in db.session.execute(query)}.get(scan.event_id)
    if known is not None and known.payload_hash == digest:
        return replace(Answer(**known.answer), verdict="duplicate")
    code = "event_reused" if known is not None else "number_reused"
    sentence = gettext(
        "This device has sent something else under the same number. Ask the administrator to look at it."
    )
    return Answer(id=scan.event_id, verdict="rejected", code=code, message=sentence)


def _understand(kept: Kept, flags: Sequence[Flag]) -> Answer:
    """Find out what was meant, and do it; what is refused has no effect and waits, with its reason, in the inbox."""
    meant, place = Meant(), None
    try:
        meant = identify(kept.scan.codes)
        if meant.operation_id is not None:
            place = lock_place(meant.operation_id)
            kept = _settled_in_time(kept, place)
        answer = apply(kept, meant, place, flags)
    except QingmesError as error:
        answer = _refused(kept, error)
        _note(kept, answer, {})
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
            _note(kept, answer, columns)
            _flag(kept, [*flags, *told.flags, *_doubts(kept)])
    except QingmesError as error:
        _forget(place)
        answer = _refused(kept, error)
        _note(kept, answer, columns)
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


def _note(kept: Kept, answer: Answer, columns: Mapping[str, Any]) -> None:
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


def scan_of(row: ScanEvent) -> Scan:
    """The event as it came, its times by our clock."""
    said = {name: value for name, value in row.payload.items() if name != "device"}
    for name in ("good", "scrap", "rework", "held"):
        if said.get(name) is not None:
            said[name] = Decimal(said[name])
    said["at"] = row.at
    if said.get("since"):
        said["since"] = datetime.fromisoformat(said["since"]) + timedelta(seconds=row.clock_offset)
    return Scan(**said)
