"""What a job may know and say while it runs."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from core.db.session import db

running: ContextVar[int | None] = ContextVar("qingmes_delivery", default=None)


@dataclass(frozen=True, kw_only=True)
class Progress:
    """What a long job yields after each step: how far it is, and where to go on after a crash.

    The step's writes and this are committed together. `total` None leaves it as it was. `cursor` is a JSON
    value; a job with a parameter `cursor` is called again with the last one, None at the first call.
    A step must take less than `core.events.deliver.LEASE`.
    """

    done: int
    total: int | None = None
    cursor: Any = None


def current_delivery() -> int:
    """The id of the delivery being run: the idempotency key for mail, printers and webhooks.

    The same through all tries. LookupError outside a job or an event's handler.
    """
    delivery_id = running.get()
    if delivery_id is None:
        raise LookupError("no delivery is running: only jobs and handlers of events have an idempotency key")
    return delivery_id


def let_go() -> None:
    """End the transaction a step of a long job began with, so that slow work outside holds no lock.

    Call it before anything is written in the step; records read before must be read again.
    """
    db.session.rollback()
