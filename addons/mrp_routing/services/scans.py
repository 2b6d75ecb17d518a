"""The inbox of scans: first kept, then understood. A scan is never lost and never has its effect twice."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import false, func, or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import aliased

from addons.mrp_routing.models import ScanEvent
from addons.mrp_routing.services.applying import note, understand
from addons.mrp_routing.services.availability import Flag
from addons.mrp_routing.services.codes import printable
from addons.mrp_routing.services.messages import Answer, Kept, Scan
from core.actor import current_actor
from core.db import db, utcnow
from core.i18n import gettext

REPORT = "mrp_routing.work_order.report"
MOST_KEPT = 4000  # characters of what cannot be read
CLOCK_SECONDS = 30  # a clock that is off by more is put right


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
    note(Kept(row.id, device, scan.at, scan), answer, {})
    return answer


def _id_in(raw: Any) -> str | None:
    try:
        return str(uuid.UUID(str(raw["id"])))
    except (KeyError, TypeError, ValueError):
        return None


def _take(device: str, scan: Scan, behind: timedelta) -> Answer:
    scan = replace(scan, codes=tuple(printable(code) for code in scan.codes))
    payload = _payload(device, scan)
    digest = _digest(payload)
    at = min(scan.at + behind, utcnow())
    row = _keep(device, scan, at, behind, payload, digest)
    if row is None:
        return _again(device, scan, digest)
    kept = Kept(row.id, device, at, replace(scan, since=scan.since + behind if scan.since else None))
    flags = [Flag("clock", gettext("The device's clock is wrong."))] if behind or scan.at > at else []
    if row.is_overtaken:
        flags.append(Flag("overtaken", gettext("A later scan of this device came first.")))
    return understand(kept, flags)


def _digest(payload: Mapping[str, Any]) -> str:
    """Tells an event's content from another's. How it was sent is none of it: a device whose first try failed sends it
    again as one scanned without network."""
    content = {name: value for name, value in payload.items() if name != "offline"}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


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
    insertion = dialect.insert(ScanEvent).values(row).on_conflict_do_nothing()
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
