"""What a worker does at an operation: one function for scans, pages and programs, whatever he does."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from addons.mrp_routing.models import REASON_KINDS, JobTicket, MachineStop, Operation, Reason, TimeEntry
from addons.mrp_routing.services.availability import (
    ZERO,
    Flag,
    Place,
    check_gate,
    check_open,
    check_report,
    standings,
    ticket_remaining,
)
from addons.mrp_routing.services.booking import Made, Source, book
from addons.mrp_routing.services.timing import STARTS, Mark, mark_time
from addons.mrp_routing.services.wages import check_unlocked
from core.db import db
from core.errors import Conflict, ValidationError
from core.i18n import _, gettext
from core.kernel import hooks
from core.web.format import datetime_text, number_text
from core.workflow.fire import fire

GATED = ("start", "rework")  # setting up may begin before anything has arrived
SAID = {
    "good": _("%(quantity)s good"),
    "scrap": _("%(quantity)s scrap"),
    "rework": _("%(quantity)s for rework"),
    "hold": _("%(quantity)s held"),
}
ACTIONS = (*STARTS, "report", "finish", "pause", "leave", "given")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """What a worker says became of pieces, and why. `good` None: all that is there and not named otherwise.

    `back_to` is the place of the operation that pieces for rework go back to, None for the one that reports them.
    """

    good: Decimal | None = None
    scrap: Decimal = ZERO
    rework: Decimal = ZERO
    held: Decimal = ZERO
    scrap_reason: int | None = None
    rework_reason: int | None = None
    hold_reason: int | None = None
    back_to: int | None = None

    @property
    def is_given(self) -> bool:
        """Whether any quantity was said."""
        return self.good is not None or any((self.scrap, self.rework, self.held))


@dataclass(frozen=True, kw_only=True)
class Report:
    """Who does what at an operation, when, at which machine, told by which event of which device.

    `does` is one of `ACTIONS`. `is_offline`: it was told without network, when nobody could answer the worker. `since`:
    with `given`, when it began; the end is `at`. `kind` is the kind of that time.
    """

    does: str
    worker_id: int
    at: datetime
    event_id: str
    is_offline: bool = False
    machine_id: int | None = None
    device: str = ""
    seq: int | None = None
    amounts: Amounts = field(default_factory=Amounts)
    reason_id: int | None = None
    since: datetime | None = None
    kind: str = "run"

    @property
    def then(self) -> datetime | None:
        """The time it is judged by: its own when it was told without network, else now."""
        return self.at if self.is_offline else None


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a report came to: a word for programs, a sentence for the worker, and what it contradicts."""

    code: str
    message: str
    flags: Sequence[Flag] = ()


def report_work(place: Place, report: Report) -> Told:
    """Do what a worker reports at an operation. Flushes.

    Raises `Conflict` when that cannot be, `Veto` when another addon objects, and then nothing should be kept.
    """
    check_unlocked(report.since or report.at)
    flags = check_open(place, report.then)
    told = _verb(report.does)(place, report)
    if place.order.state == "released":
        fire(place.order, "start")
    report_done(place)
    return Told(code=told.code, message=told.message, flags=[*flags, *told.flags])


def _verb(does: str) -> Callable[[Place, Report], Told]:
    verbs: Mapping[str, Callable[[Place, Report], Told]] = {
        **dict.fromkeys(STARTS, _start),
        **dict.fromkeys(("leave", "pause"), _stop),
        "report": _report,
        "finish": _finish,
        "given": _given,
    }
    return verbs[does]


def _start(place: Place, report: Report) -> Told:
    _check_machine(report)
    flags = check_gate(place, report.then) if report.does in GATED else []
    hooks.object_if_any("before_operation_start", operation=place.operation)
    mark_time(place, report.worker_id, _mark(report))
    return Told(code="started", message=gettext("Started"), flags=flags)


def _stop(place: Place, report: Report) -> Told:
    mark_time(place, report.worker_id, _mark(report))
    message = gettext("Paused") if report.does == "pause" else gettext("Left")
    return Told(code="paused" if report.does == "pause" else "left", message=message)


def _report(place: Place, report: Report) -> Told:
    made = resolve(place, report)
    flags = _check_made(place, report, made)
    _book(place, report, made)
    return Told(code="reported", message=_summary(gettext("Reported"), made), flags=flags)


def _finish(place: Place, report: Report) -> Told:
    made = resolve(place, report)
    mark_time(place, report.worker_id, _mark(report))
    flags = _check_made(place, report, made)
    _book(place, report, made)
    return Told(code="finished", message=_summary(gettext("Finished"), made), flags=flags)


def _given(place: Place, report: Report) -> Told:
    """From when to when, and what was made in it, told at its end or afterwards."""
    began = report.since or report.at
    if began > report.at:
        raise ValidationError(_("It ends before it begins. Correct the times."), reason="ends_before_it_begins")
    made = resolve(place, report) if report.amounts.is_given else []
    flags = _check_made(place, report, made) if made else []
    entry = TimeEntry(
        operation_id=place.operation.id,
        user_id=report.worker_id,
        machine_id=report.machine_id,
        machine_key=report.machine_id or 0,
        kind=report.kind,
        started_at=began,
        finished_at=report.at,
        closed_by="scan",
        reason_id=report.reason_id,
        is_given=True,
        start_event=report.event_id,
        finish_event=report.event_id,
    )
    db.session.add(entry)
    _book(place, report, made)
    db.session.flush()
    if began == report.at:
        flags = [*flags, Flag("no_time", gettext("It took no time at all."))]
    return Told(code="recorded", message=_summary(gettext("Recorded"), made), flags=flags)


def resolve(place: Place, report: Report) -> list[Made]:
    """What a report says became of pieces, none of it left open. Raises `ValidationError` for an unknown place."""
    amounts = report.amounts
    bad = (amounts.scrap, amounts.rework, amounts.held)
    good = amounts.good
    if good is None:
        good = max(standings(place, report.then)[place.operation.id].here - sum(bad, ZERO), ZERO)
    back_to = place.operation if amounts.back_to is None else place.at(amounts.back_to)
    if back_to is None or back_to.seq > place.operation.seq:
        raise ValidationError(_("Pieces go back for rework to an operation that comes before."), reason="back_to")
    return [
        Made("good", good),
        Made("scrap", amounts.scrap, amounts.scrap_reason),
        Made("rework", amounts.rework, amounts.rework_reason, back_to.id),
        Made("hold", amounts.held, amounts.hold_reason),
    ]


def _check_made(place: Place, report: Report, made: Sequence[Made]) -> list[Flag]:
    flags = check_report(place, [part.quantity for part in made], report.then)
    silent = {p.outcome for p in made if p.quantity and p.reason_id is None} & set(REASON_KINDS)
    if not silent or not _has_reasons(silent):
        return flags
    sentence = _("Say why: choose or scan a reason.")
    if place.operation.work_center.over_report != "record_only":
        raise ValidationError(sentence, reason="no_reason")
    return [*flags, Flag("no_reason", gettext("No reason was given."))]


def _has_reasons(kinds: Collection[str]) -> bool:
    """Whether the factory has named reasons of these kinds; where it has, one is asked for."""
    query = select(Reason.id).where(Reason.kind.in_(sorted(kinds)), Reason.active)
    return db.session.scalar(query.limit(1)) is not None


def _book(place: Place, report: Report, made: Sequence[Made]) -> None:
    if not any(part.quantity for part in made):
        return
    source = Source(at=report.at, worker_id=report.worker_id, machine_id=report.machine_id, event_id=report.event_id)
    book(place, source, made)
    tell_of(place, made)


def tell_of(place: Place, made: Sequence[Made]) -> None:
    """Tell other addons what was booked."""
    by_outcome = {part.outcome: part.quantity for part in made}
    hooks.tell(
        "after_operation_report",
        operation=place.operation,
        good=by_outcome.get("good", ZERO),
        scrap=by_outcome.get("scrap", ZERO),
        is_last=place.is_last,
    )


def _summary(done: str, made: Sequence[Made]) -> str:
    """What was done, and the quantities: `Finished: 7 good · 1 scrap`."""
    told = [part for part in made if part.quantity or part.outcome in ("good", "scrap")]
    said = " · ".join(str(SAID[part.outcome]) % {"quantity": number_text(part.quantity)} for part in told)
    return gettext("%(done)s: %(made)s", done=done, made=said) if said else done


def _mark(report: Report) -> Mark:
    return Mark(
        at=report.at,
        does=report.does,
        event_id=report.event_id,
        machine_id=report.machine_id,
        reason_id=report.reason_id,
        device=report.device,
        seq=report.seq,
    )


def _check_machine(report: Report) -> None:
    """Refuse to start at a machine that stands still. Raises `Conflict`."""
    if report.machine_id is None:
        return
    stop = find_stop(report.machine_id)
    if stop is not None and stop.began_at <= report.at:
        since = datetime_text(stop.began_at)
        raise Conflict(
            _("This machine stands still since %(since)s. Report that it runs again first.", since=since),
            reason="machine_down",
        )


def find_stop(machine_id: int) -> MachineStop | None:
    """Why and since when a machine stands still; None while it runs."""
    query = select(MachineStop).where(MachineStop.machine_id == machine_id, MachineStop.ended_at.is_(None))
    return db.session.scalar(query)


def stop_machine(machine_id: int, worker_id: int, at: datetime, reason_id: int | None) -> Told:
    """Note that a machine stands still. Flushes. Raises `Conflict` when that is known."""
    if find_stop(machine_id) is not None:
        raise Conflict(_("That this machine stands still is known."), reason="started")
    db.session.add(MachineStop(machine_id=machine_id, user_id=worker_id, began_at=at, reason_id=reason_id))
    db.session.flush()
    return Told(code="machine_down", message=gettext("The machine stands still."))


def run_machine(machine_id: int, at: datetime) -> Told:
    """Note that a machine runs again. Flushes. Raises `Conflict` when it did not stand still."""
    stop = find_stop(machine_id)
    if stop is None:
        raise Conflict(_("This machine runs."), reason="not_started")
    stop.ended_at = max(at, stop.began_at)
    db.session.flush()
    minutes = int((stop.ended_at - stop.began_at).total_seconds() // 60)
    return Told(code="machine_up", message=gettext("It runs again after %(minutes)s minutes.", minutes=minutes))


def report_done(place: Place) -> None:
    """A ticket is done once all pieces are made or scrapped and nobody is at work; an order with its last ticket.

    What comes late or is corrected may show that it is not done after all.
    """
    is_done = ticket_remaining(place.ticket, place.operations) <= ZERO and not is_at_work(place.ticket.id)
    if is_done == (place.ticket.state == "done") or place.ticket.state not in ("open", "done"):
        return
    place.ticket.state = "done" if is_done else "open"
    db.session.flush()
    if is_done and place.order.state == "in_progress" and not _has_open_tickets(place.order.id):
        fire(place.order, "complete")
    elif not is_done and place.order.state == "done":
        fire(place.order, "reopen")


def _has_open_tickets(order_id: int) -> bool:
    query = select(JobTicket.id).where(JobTicket.work_order_id == order_id, JobTicket.state == "open")
    return db.session.scalar(query.limit(1)) is not None


def is_at_work(ticket_id: int) -> bool:
    """Whether somebody is at work on a ticket."""
    operations = select(Operation.id).where(Operation.ticket_id == ticket_id)
    query = select(TimeEntry.id).where(TimeEntry.operation_id.in_(operations), TimeEntry.finished_at.is_(None))
    return db.session.scalar(query.limit(1)) is not None
