"""Starting and finishing an operation: one function each, for scans, pages and programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from addons.mrp_routing.models import TimeEntry
from addons.mrp_routing.services.availability import ZERO, Place, available, check_gate, check_report
from addons.mrp_routing.services.orders import is_finished
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.kernel import hooks
from core.web.format import datetime_text
from core.workflow.fire import fire


@dataclass(frozen=True, kw_only=True)
class Report:
    """Who does something on an operation, when, on which machine, told by which event."""

    worker_id: int
    at: datetime
    machine_id: int | None = None
    event_id: str | None = None


def find_open_entry(operation_id: int, worker_id: int) -> TimeEntry | None:
    """The worker's entry on an operation that he has not finished."""
    return db.session.scalar(
        select(TimeEntry).where(
            TimeEntry.operation_id == operation_id,
            TimeEntry.user_id == worker_id,
            TimeEntry.finished_at.is_(None),
        )
    )


def start_operation(place: Place, report: Report) -> TimeEntry:
    """Begin a worker's time on an operation. Flushes.

    Raises `Conflict` when nothing has arrived or he is at it already, `Veto` when another addon objects.
    """
    entry = find_open_entry(place.operation.id, report.worker_id)
    if entry is not None:
        raise Conflict(_("Already started at %(at)s.", at=datetime_text(entry.started_at)), reason="started")
    check_gate(place)
    hooks.object_if_any("before_operation_start", operation=place.operation)
    entry = TimeEntry(
        operation_id=place.operation.id,
        user_id=report.worker_id,
        machine_id=report.machine_id,
        started_at=report.at,
        start_event=report.event_id,
    )
    db.session.add(entry)
    if place.order.state == "released":
        fire(place.order, "start")
    db.session.flush()
    return entry


def finish_operation(place: Place, report: Report, *, good: Decimal | None = None, scrap: Decimal = ZERO) -> TimeEntry:
    """End a worker's time on an operation and book what he made; `good` None means all that is available. Flushes.

    Raises `Conflict` when he has not started or reports more than is available.
    """
    entry = find_open_entry(place.operation.id, report.worker_id)
    if entry is None:
        raise Conflict(_("This operation was not started. Scan to start it first."), reason="not_started")
    good = max(available(place) - scrap, ZERO) if good is None else good
    check_report(place, good, scrap)
    entry.finished_at = max(report.at, entry.started_at)
    entry.good, entry.scrap, entry.finish_event = good, scrap, report.event_id
    place.operation.good += good  # the work order's lock makes this exact
    place.operation.scrap += scrap
    db.session.flush()
    hooks.tell("after_operation_report", operation=place.operation, good=good, scrap=scrap, is_last=place.is_last)
    if place.order.state == "in_progress" and is_finished(place.order, place.operations):
        fire(place.order, "complete")
    return entry
