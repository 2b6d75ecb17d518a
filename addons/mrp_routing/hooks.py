"""Answers to questions core asks."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import JobTicket, Operation, Routing
from addons.mrp_routing.services import Code, examine, next_revision, parse_codes
from addons.mrp_routing.services.similar import index_routings
from core.db import db
from core.errors import ValidationError
from core.kernel.health import Finding
from core.kernel.hooks import hookimpl


@hookimpl
def scanned_code(code: str) -> Any:
    """A printed code of an operation leads to its work order, one of a machine to the machine."""
    try:
        found = parse_codes(code)
    except ValidationError:
        return None
    first = found[0] if len(found) == 1 else None
    if not isinstance(first, Code):
        return None
    if first.kind == "machine":
        return "mrp_routing.machine", first.number
    queries = {
        "operation": select(Operation.work_order_id).where(Operation.id == first.number),
        "ticket": select(JobTicket.work_order_id).where(JobTicket.id == first.number),
    }
    order = db.session.scalar(queries[first.kind]) if first.kind in queries else None
    return ("mrp_routing.work_order", order) if order is not None else None


@hookimpl
def on_new_record(record: Any) -> None:
    """A new routing of an item is its next revision."""
    if isinstance(record, Routing):
        record.revision = next_revision(record.item_id)


@hookimpl
def after_save(record: Any, created: bool) -> None:
    """A routing is found by what its part is; a job sees to parts that change later."""
    if isinstance(record, Routing):
        index_routings([record])


@hookimpl
def examine_books() -> list[Finding]:
    """What the doctor is told about production's books."""
    return examine()
