"""Firing what is due by the clock: each occurrence is one delivery with a unique key, whoever looks."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.db.session import db
from core.db.types import utcnow
from core.events.models import Delivery
from core.events.outbox import job_name
from core.kernel.manifest import Schedule
from core.kernel.registry import Declared, current_registry
from core.kernel.switch import is_enabled

OPEN = ("waiting", "running", "stopping", "held")


def fire_due(now: datetime, timezone: str) -> list[int]:
    """Put a delivery in the outbox for each schedule whose latest occurrence has none; returns their ids.

    Several missed occurrences are one; a schedule seen for the first time starts with its next occurrence;
    nothing is added while an earlier occurrence is still open. Flushes.
    """
    fired = []
    for declared in current_registry().schedules.values():
        if is_enabled(declared.addon):
            delivery = _fire(declared, latest_occurrence(declared.what, now, timezone))
            fired += [delivery.id] if delivery is not None and delivery.state == "waiting" else []
    return fired


def latest_occurrence(schedule: Schedule, now: datetime, timezone: str) -> datetime:
    """The last instant, not after `now`, at which this schedule was to run, in UTC."""
    if schedule.every_minutes:
        every = schedule.every_minutes * 60
        return datetime.fromtimestamp(int(now.timestamp()) // every * every, UTC)
    at, zone = time.fromisoformat(schedule.daily_at or "00:00"), ZoneInfo(timezone)
    today = now.astimezone(zone).date()
    candidates = (datetime.combine(today - timedelta(days=back), at, zone) for back in (0, 1))
    return next(moment for moment in candidates if moment <= now).astimezone(UTC)


def _fire(declared: Declared[Schedule], occurrence: datetime) -> Delivery | None:
    prefix = f"schedule:{declared.what.key}:"
    key = f"{prefix}{occurrence:%Y-%m-%dT%H:%M}Z"
    rows = Delivery.__table__
    before = db.session.execute(
        select(rows.c.key, rows.c.state).where(rows.c.key.startswith(prefix, autoescape=True))
    ).all()
    if any(row.key == key or row.state in OPEN for row in before):
        return None
    return _add(declared, key, is_first=not before)


def _add(declared: Declared[Schedule], key: str, *, is_first: bool) -> Delivery | None:
    delivery = Delivery(kind="job", addon=declared.addon, target=job_name(declared.what.job), payload={}, key=key)
    if is_first:
        delivery.state, delivery.finished_at = "done", utcnow()
    try:
        with db.session.begin_nested():
            db.session.add(delivery)
    except IntegrityError:  # another scheduler was quicker
        return None
    return delivery
