"""Publishing events and deferring jobs: rows in the caller's transaction, done after its commit."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.db.session import db
from core.db.types import utcnow
from core.events.models import Delivery
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons


def publish(event: Any) -> None:
    """Tell whoever subscribed and is enabled, after commit: one delivery per subscriber, and one per webhook.

    `event` is an instance of a dataclass of an addon's `events.py`, with JSON values only. Flushes.
    """
    from core.webhooks.services import announce

    registry = current_registry()
    name = event_name(type(event))
    payload = {"event": name, "data": dataclasses.asdict(event)}
    for subscription in registry.subscriptions:
        if subscription.what.event is type(event) and subscription.addon in enabled_addons():
            handler = subscription.what.handler
            add("event", subscription.addon, f"{subscription.addon}.{handler.__name__}", payload)
    announce(event, name)


def defer(
    job: Callable[..., Any], *, run_at: datetime | None = None, key: str | None = None, **arguments: Any
) -> Delivery:
    """Run a function of a `jobs.py` after commit, or at `run_at`; arguments are JSON values (ids, not records).

    `key` makes it happen once only, ever: a second `defer` with it fails on the unique index.
    """
    name = job_name(job)
    delivery = add("job", name.partition(".")[0], name, arguments)
    delivery.key = key
    if run_at is not None:
        delivery.due_at = run_at
    return delivery


def add(kind: str, addon: str, target: str, payload: dict[str, Any]) -> Delivery:
    """Put a delivery into the session."""
    delivery = Delivery(
        kind=kind, addon=addon, target=target, payload=payload, due_at=utcnow(), user_id=current_actor().user_id
    )
    db.session.add(delivery)
    return delivery


def release(addon: str) -> None:
    """Let an addon's held deliveries go, now that it is enabled again. Flushes."""
    for delivery in db.session.scalars(select(Delivery).where(Delivery.state == "held", Delivery.addon == addon)):
        delivery.state, delivery.due_at = "waiting", utcnow()
    db.session.flush()


def event_name(cls: type[Any]) -> str:
    """`<addon>.<Class>` of an event class; LookupError when no installed addon declares it."""
    return next(name for name, known in current_registry().events.items() if known is cls)


def job_name(job: Callable[..., Any]) -> str:
    """`<addon>.<function>` of a job; StopIteration when it is not in a `jobs.py`."""
    return next(name for name, known in current_registry().jobs.items() if known is job)
