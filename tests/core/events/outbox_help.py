"""What the tests of the outbox share."""

from __future__ import annotations

from typing import Any

from addons.tally.models import Mark
from sqlalchemy import select

from core.db.session import db, run_unit
from core.events import defer
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.sweep import find_due


def deferred(job: Any, **arguments: Any) -> int:
    """The id of a committed delivery of a job."""
    delivery: Delivery = run_unit(lambda: _flushed(defer(job, **arguments)))
    return delivery.id


def _flushed(delivery: Delivery) -> Delivery:
    db.session.flush()
    return delivery


def row(delivery_id: int) -> Delivery:
    """A delivery as the database has it now."""
    query = select(Delivery).where(Delivery.id == delivery_id).execution_options(populate_existing=True)
    return db.session.scalars(query).one()


def steps_of(delivery_id: int) -> list[str]:
    """The effects of a delivery, in order."""
    return list(db.session.scalars(select(Mark.step).where(Mark.delivery_id == delivery_id).order_by(Mark.id)))


def deliver_due() -> list[str]:
    """Deliver everything that is due now, once; how each ended."""
    return [deliver(delivery_id) for delivery_id in find_due(1000)]
