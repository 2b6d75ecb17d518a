"""The inbox of scans: first kept, then understood. A scan is never lost and never has its effect twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from addons.mrp_routing.models import ScanEvent
from addons.mrp_routing.services.availability import ZERO, Place, available, lock_place
from addons.mrp_routing.services.codes import printable
from addons.mrp_routing.services.identify import identify
from addons.mrp_routing.services.reporting import Report, finish_operation, start_operation
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import QingmesError, ValidationError
from core.i18n import _, gettext
from core.web.format import number_text

REPORT = "mrp_routing.work_order.report"
ACTIONS = ("start", "finish")


@dataclass(frozen=True, kw_only=True)
class Scan:
    """One event of a device: what was scanned, in any order, and when.

    `event_id` is a UUID made on the device, `seq` its running number there (None where a device has none).
    `action` None is worked out: start, or finish when a quantity is given. `good` None with the action
    finish means all that is available.
    """

    event_id: str
    at: datetime
    codes: Sequence[str]
    seq: int | None = None
    action: str | None = None
    good: Decimal | None = None
    scrap: Decimal = ZERO

    @property
    def means(self) -> str:
        """What the worker wants. A second scan alone never ends anything: finishing needs a quantity or the word."""
        if self.action is None:
            return "start" if self.good is None and self.scrap == ZERO else "finish"
        if self.action not in ACTIONS:
            raise ValidationError(_("This action is not known here."), reason="unknown_action")
        return self.action


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of an event.

    `verdict`: applied, ignored, pending (kept for a person to look at), duplicate (had its effect before; the
    rest is the first answer), rejected (not kept: its id or number belongs to another event). `code` is for
    programs, `message` for the worker. `available` is what the operation may still report, as decimal text.
    """

    id: str
    verdict: str
    code: str
    message: str
    operation: str | None = None
    available: str | None = None


def take_scans(device: str, scans: Sequence[Scan]) -> list[Answer]:
    """Keep and apply a device's events, each by itself: one that fails stops no other. Flushes.

    In the order of their numbers, and answered in that order. Needs the permission `mrp_routing.work_order.report`.
    """
    current_actor().require(REPORT)
    return [_take(device, scan) for scan in sorted(scans, key=lambda s: (s.seq is None, s.seq or 0))]


def find_answer(event_id: str) -> Answer | None:
    """The answer an event has had, as a duplicate; None for one that is not known."""
    stored = db.session.scalar(select(ScanEvent.answer).where(ScanEvent.event_id == event_id))
    return replace(Answer(**stored), verdict="duplicate") if stored else None


def _take(device: str, scan: Scan) -> Answer:
    scan = replace(scan, codes=tuple(printable(code) for code in scan.codes))
    payload = json.loads(json.dumps({"device": device, **asdict(scan)}, default=str))
    digest = hashlib.sha256(json.dumps(payload, sort_keys=True).encode()).hexdigest()
    row_id = _keep(device, scan, payload, digest)
    if row_id is None:
        return _again(device, scan, digest)
    answer = _applied(scan)
    db.session.execute(
        update(ScanEvent)
        .where(ScanEvent.id == row_id)
        .values(verdict=answer.verdict, message=answer.message[:400], answer=asdict(answer))
        .execution_options(synchronize_session=False)
    )
    return answer


def _keep(device: str, scan: Scan, payload: dict[str, Any], digest: str) -> int | None:
    """Put the event into the inbox; None when its id or its number is there already.

    A concurrent duplicate waits here for the first to commit.
    """
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    row = {
        "event_id": scan.event_id,
        "device": device,
        "device_seq": scan.seq,
        "at": scan.at,
        "payload": payload,
        "payload_hash": digest,
        "verdict": "pending",
        "answer": {},
        "user_id": current_actor().user_id,
    }
    insert = dialect.insert(ScanEvent).values([row]).on_conflict_do_nothing().returning(ScanEvent.id)
    kept: int | None = db.session.execute(insert).scalar()
    return kept


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


def _applied(scan: Scan) -> Answer:
    """Apply the event; what is refused leaves no effect and waits, with its reason, in the inbox."""
    try:
        with db.session.begin_nested():
            return _apply(scan)
    except QingmesError as error:
        verdict = "ignored" if error.details.get("reason") == "started" else "pending"
        code = str(error.details.get("reason", error.code))
        return Answer(id=scan.event_id, verdict=verdict, code=code, message=str(error))


def _apply(scan: Scan) -> Answer:
    meant = identify(scan.codes)
    if meant.worker_id is None or meant.operation_id is None:
        raise ValidationError(_("Scan both a badge and an operation."), reason="incomplete")
    place = lock_place(meant.operation_id)
    report = Report(
        worker_id=meant.worker_id, at=min(scan.at, utcnow()), machine_id=meant.machine_id, event_id=scan.event_id
    )
    if scan.means == "start":
        start_operation(place, report)
        return _success(scan, place, "started", gettext("Started"))
    entry = finish_operation(place, report, good=scan.good, scrap=scan.scrap)
    made = gettext(
        "Finished: %(good)s good, %(scrap)s scrap", good=number_text(entry.good), scrap=number_text(entry.scrap)
    )
    return _success(scan, place, "finished", made)


def _success(scan: Scan, place: Place, code: str, message: str) -> Answer:
    return Answer(
        id=scan.event_id,
        verdict="applied",
        code=code,
        message=message,
        operation=place.title,
        available=f"{available(place).normalize():f}",
    )
