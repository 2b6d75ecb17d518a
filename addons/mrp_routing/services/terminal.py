"""What the terminal page is told of the codes scanned so far, before it decides what the worker wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import REASON_KINDS, Machine, Reason
from addons.mrp_routing.services.availability import ZERO, Place, available, get_place
from addons.mrp_routing.services.codes import make_code
from addons.mrp_routing.services.identify import Meant, identify
from addons.mrp_routing.services.timing import find_open_entries
from core.db import db
from core.errors import QingmesError
from core.people.colleagues import find_colleague
from core.web.format import number_text


@dataclass(frozen=True, kw_only=True)
class Named:
    """Something a code names: the code as it is printed, what people call it, and what else is good to know."""

    code: str
    title: str
    more: str = ""


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the codes name, None for what is not among them; `refusal` says why the last one names nothing.

    `action` is a word of `ACTIONS`. `is_at_work`: the worker is at the operation, so the page asks what he made;
    `available` pieces are there, as plain and as written text. `asks_machine`: work is done on machines there.
    """

    worker: Named | None = None
    machine: Named | None = None
    place: Named | None = None
    reason: Named | None = None
    action: str | None = None
    is_at_work: bool = False
    available: str | None = None
    asks_machine: bool = False
    refusal: str = ""


def look(codes: Sequence[str]) -> Seen:
    """Say what the codes name, in any order; the last of a kind counts. Changes nothing."""
    try:
        return _seen(identify(codes))
    except QingmesError as error:
        return Seen(refusal=str(error))


def _seen(meant: Meant) -> Seen:
    place = get_place(meant.operation_id) if meant.operation_id is not None else None
    return Seen(
        worker=_worker(meant),
        machine=_named("machine", Machine, meant.machine_id),
        place=_place(place) if place is not None else None,
        reason=_named("reason", Reason, meant.reason_id),
        action=meant.action,
        is_at_work=_is_at_work(meant),
        available=f"{max(available(place), ZERO).normalize():f}" if place is not None else None,
        asks_machine=place is not None and _has_machines(place.operation.work_center_id),
    )


def _worker(meant: Meant) -> Named | None:
    found = find_colleague(meant.worker_id) if meant.worker_id is not None else None
    return Named(code=make_code("worker", found[0]), title=found[1]) if found is not None else None


def _named(kind: str, model: Any, record_id: int | None) -> Named | None:
    if record_id is None:
        return None
    found = db.session.execute(select(model.code, model.name).where(model.id == record_id)).first()
    return Named(code=make_code(kind, record_id), title=found.name, more=found.code) if found is not None else None


def _place(place: Place) -> Named:
    item = place.order.item
    more = f"{item.code} {item.name} · {number_text(place.ticket.quantity)}"
    return Named(code=make_code("operation", place.operation.id), title=place.title, more=more)


def _is_at_work(meant: Meant) -> bool:
    """Whether he is at the operation; at another machine there, a machine he scans is one more to start on."""
    if meant.worker_id is None or meant.operation_id is None:
        return False
    entries = find_open_entries(meant.operation_id, meant.worker_id)
    return any(meant.machine_id is None or entry.machine_id in (None, meant.machine_id) for entry in entries)


def _has_machines(work_center_id: int) -> bool:
    query = select(Machine.id).where(Machine.work_center_id == work_center_id, Machine.active)
    return db.session.scalar(query.limit(1)) is not None


def find_reasons() -> dict[str, list[Named]]:
    """What a worker may give as a reason, by kind, for the page to keep: it works without network, too."""
    query = select(Reason).where(Reason.active).order_by(Reason.code)
    reasons: dict[str, list[Named]] = {kind: [] for kind in REASON_KINDS}
    for reason in db.session.scalars(query):
        reasons[reason.kind].append(Named(code=make_code("reason", reason.id), title=reason.name, more=reason.code))
    return reasons
