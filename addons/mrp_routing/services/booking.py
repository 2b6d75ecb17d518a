"""Booking pieces: entries into the ledger of quantities, and the sums on the operations, which nothing else changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import insert, update
from sqlalchemy.orm.attributes import set_committed_value

from addons.mrp_routing.models import Operation, QuantityEntry
from addons.mrp_routing.services.availability import Place, reported_after
from core.db import db

SUMS = ("received", "reworked", "good", "scrap", "rework", "held")


@dataclass(frozen=True)
class Made:
    """So many pieces became something: an outcome of `OUTCOMES`, why, and for rework the operation they go back to."""

    outcome: str
    quantity: Decimal
    reason_id: int | None = None
    back_to_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Source:
    """Who booked something, when, at which machine, told by which event."""

    at: datetime
    worker_id: int | None = None
    machine_id: int | None = None
    event_id: str | None = None
    is_correction: bool = False


def book(place: Place, source: Source, made: Sequence[Made]) -> None:
    """Write the entries and add them to the sums; the work order's lock makes that exact. Two statements.

    Raises `Conflict` for a correction that takes back pieces which have gone elsewhere since.
    """
    booked = [part for part in made if part.quantity]
    if not booked:
        return
    db.session.execute(insert(QuantityEntry), [_row(place, source, part) for part in booked])
    changes: dict[int, dict[str, Decimal]] = defaultdict(lambda: dict.fromkeys(SUMS, Decimal(0)))
    for part in booked:
        for operation_id, name in _sums_of(place, part):
            changes[operation_id][name] += part.quantity
    _add(place, changes, source.at)


def _add(place: Place, changes: Mapping[int, Mapping[str, Decimal]], at: datetime) -> None:
    """Write the sums of all operations that change in one statement, and let the place have them too."""
    rows = []
    for operation in place.operations:
        if operation.id not in changes:
            continue
        row = {name: getattr(operation, name) + change for name, change in changes[operation.id].items()}
        if min(row.values()) < 0:
            raise reported_after(operation, -min(row.values()))
        for name, value in row.items():
            set_committed_value(operation, name, value)
        moved = max(operation.moved_at or at, at) if operation.here > 0 else None
        set_committed_value(operation, "moved_at", moved)
        rows.append({"id": operation.id, **row, "moved_at": moved})
    db.session.execute(update(Operation), rows)


def _sums_of(place: Place, part: Made) -> Iterator[tuple[int, str]]:
    """Which sums of which operations an outcome adds to: pieces leave one and are with another at once."""
    mine = place.operation.id
    if part.outcome == "moved":
        yield mine, "received"
        return
    yield mine, "held" if part.outcome == "hold" else part.outcome
    if part.outcome == "good" and place.following is not None:
        yield place.following.id, "received"
    if part.outcome == "rework" and part.back_to_id is not None:
        yield part.back_to_id, "received"
        yield part.back_to_id, "reworked"


def _row(place: Place, source: Source, part: Made) -> dict[str, object]:
    return {
        "operation_id": place.operation.id,
        "at": source.at,
        "outcome": part.outcome,
        "quantity": part.quantity,
        "reason_id": part.reason_id,
        "back_to_id": part.back_to_id,
        "user_id": source.worker_id,
        "machine_id": source.machine_id,
        "event_id": source.event_id,
        "is_correction": source.is_correction,
    }
