"""Every minute: fire schedules, bring back what was held, find what no poke has reached."""

from __future__ import annotations

import structlog
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from core.actor import SYSTEM, acting
from core.db.session import db, reading, run_unit
from core.db.types import utcnow
from core.events import schedules
from core.events.deliver import is_claimable
from core.events.models import Delivery
from core.events.poke import runner_of
from core.kernel.switch import enabled_addons, forget_enabled

EVERY_SECONDS = 60
AT_ONCE = 500

log = structlog.get_logger()


def sweep(app: Flask) -> int:
    """Keep the outbox moving; returns how many deliveries were poked. Commits. Several may run at once.

    A database or Redis that does not answer is logged, and repaired by the next sweep. While more than
    `AT_ONCE` pokes are unanswered none are added, so a long queue is not made longer by its own repair.
    """
    try:
        with app.app_context(), acting(SYSTEM):
            forget_enabled()
            run_unit(lambda: keep_house(app.config["QINGMES"].timezone))
            runner = runner_of(app)
            if runner is None or runner.backlog() > AT_ONCE:
                return 0
            ids = find_due(AT_ONCE)
            runner.poke(ids)
            return len(ids)
    except SQLAlchemyError as error:
        log.warning("sweep failed", error=str(error.__cause__ or error)[:200])
        return 0


def keep_house(timezone: str) -> None:
    """Fire schedules, let held deliveries of enabled addons go, end cancelled jobs whose worker died. Flushes."""
    now = utcnow()
    held = update(Delivery).where(Delivery.state == "held", Delivery.addon.in_(sorted(enabled_addons())))
    db.session.execute(held.values(state="waiting", due_at=now))
    orphans = update(Delivery).where(Delivery.state == "stopping", Delivery.lease_until < now)
    db.session.execute(orphans.values(state="cancelled", finished_at=now, lease_until=None))
    schedules.fire_due(now, timezone)


def find_due(limit: int) -> list[int]:
    """Ids of deliveries that somebody may run now, the longest due first."""
    query = select(Delivery.id).where(is_claimable(utcnow())).order_by(Delivery.due_at, Delivery.id).limit(limit)
    with reading():
        ids = list(db.session.scalars(query))
        db.session.rollback()
    return ids
