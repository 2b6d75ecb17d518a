"""The job wrapper: runs one delivery so that its writes and its `done` mark commit together.

A short job is one transaction: the row stays locked, and waiting, until the commit makes it done, so a killed
worker leaves nothing behind. A long job (a generator) holds a lease and commits step by step; each step asks
for the very lease it was given, so a worker that lost it cannot commit.
"""

from __future__ import annotations

import inspect
import random
import re
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, CursorResult, and_, or_, select, update
from sqlalchemy.exc import DBAPIError

from core.actor import SYSTEM, Actor, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.events.models import Delivery
from core.events.running import Progress, running
from core.i18n import in_locale
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons, forget_enabled
from core.people.models import OrgUnit, User

Outcome = Literal["done", "nothing", "held", "waiting", "dead", "cancelled", "lost"]

LEASE = timedelta(minutes=5)
MOST_TRIES = 8
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(hours=6)
ERROR_LENGTH = 4000
PASSWORD_IN_URL = re.compile(r"(://[^\s:/@]*):[^\s@/]+@")

log = structlog.get_logger()


class LeaseLost(Exception):
    """Another worker has taken the long job over, or somebody cancelled it."""


@dataclass
class Held:
    """What a worker holds of a delivery; `lease` None while it is one transaction."""

    delivery_id: int
    lease: datetime | None = None


@dataclass(frozen=True)
class LongJob:
    """A claimed long job, ready to be stepped through in its user's name."""

    held: Held
    addon: str
    steps: Any
    actor: Actor
    language: str
    cursor: Any


def deliver(delivery_id: int) -> Outcome:
    """Do one due delivery, exactly once for the database; `nothing` when it is not due or somebody has it.

    Needs an application context with no unit of work open. Never raises for what the handler does wrong: the
    failure is written to the row, due again later, `dead` after eight tries. Commits.
    """
    held = Held(delivery_id)
    token = running.set(delivery_id)
    forget_enabled()
    with acting(SYSTEM), structlog.contextvars.bound_contextvars(delivery=delivery_id):
        try:
            taken = run_unit(lambda: _take(held))
            return _step_through(taken) if isinstance(taken, LongJob) else taken
        except LeaseLost:
            return _give_up(held)
        except Exception as error:  # the job wrapper: whatever a handler does is written down and tried again
            return _note_failure(held, error)
        finally:
            running.reset(token)
            forget_enabled()


def is_claimable(now: datetime) -> ColumnElement[bool]:
    """Deliveries somebody may run: due ones, and long ones whose worker has let its lease run out."""
    waiting = and_(Delivery.state == "waiting", Delivery.due_at <= now)
    return or_(waiting, and_(Delivery.state == "running", Delivery.lease_until < now))


def _take(held: Held) -> Outcome | LongJob:
    """Lock the row and run it; a long job is only claimed here."""
    held.lease = None
    row = _lock(Delivery.id == held.delivery_id, is_claimable(utcnow()), skip_locked=True)
    if row is None:
        return "nothing"
    if row.addon not in enabled_addons():
        return _hold(row)
    if row.state == "running" and _note_dead_worker(row):
        return "dead"
    function, arguments = _resolve(row)
    actor, language = _actor_of(row)
    if inspect.isgeneratorfunction(function):
        return _claim(held, row, function(**arguments), actor, language)
    with acting(actor), in_locale(language):
        function(**arguments)
        db.session.flush()
    row.state, row.finished_at, row.error = "done", utcnow(), None
    return "done"


def _lock(*conditions: ColumnElement[bool], skip_locked: bool = False) -> Delivery | None:
    query = select(Delivery).where(*conditions).with_for_update(skip_locked=skip_locked)
    return db.session.scalar(query.execution_options(populate_existing=True))


def _hold(row: Delivery) -> Outcome:
    """A disabled addon's jobs return at once. What a schedule asked for is not worth doing later."""
    row.lease_until = None
    if row.key is not None and row.key.startswith("schedule:"):
        row.state, row.finished_at = "done", utcnow()
        return "done"
    row.state = "held"
    return "held"


def _note_dead_worker(row: Delivery) -> bool:
    """Count a worker that died in a long job; True when it was one too many."""
    row.tries += 1
    if row.tries < MOST_TRIES:
        return False
    row.state, row.lease_until = "dead", None
    row.error = row.error or "Each worker that ran this job died, or took too long for one step."
    return True


def _resolve(row: Delivery) -> tuple[Callable[..., Any], dict[str, Any]]:
    """The function to call and its arguments; LookupError when the addon no longer has it."""
    registry = current_registry()
    if row.kind == "event":
        event = registry.events[row.payload["event"]]
        for subscription in registry.subscriptions:
            handler = subscription.what.handler
            if subscription.what.event is event and f"{subscription.addon}.{handler.__name__}" == row.target:
                return handler, {_first_parameter(handler): event(**row.payload["data"])}
        raise LookupError(f"{row.target} no longer subscribes to {row.payload['event']}")
    job = registry.jobs[row.target]
    arguments = dict(row.payload)
    if "cursor" in inspect.signature(job).parameters:
        arguments["cursor"] = row.cursor
    return job, arguments


def _first_parameter(handler: Callable[..., Any]) -> str:
    return next(iter(inspect.signature(handler).parameters))


def _actor_of(row: Delivery) -> tuple[Actor, str]:
    """Every right, in the name and the language of whoever caused it."""
    nobody = replace(SYSTEM, channel="job")
    if row.user_id is None:
        return nobody, current_app.config["QINGMES"].locale
    user, unit = User.__table__, OrgUnit.__table__
    query = (
        select(user.c.name, user.c.language, unit.c.id, unit.c.path)
        .select_from(user.outerjoin(unit, unit.c.id == user.c.org_unit_id))
        .where(user.c.id == row.user_id)
    )
    name, language, unit_id, unit_path = db.session.execute(query).one()
    return replace(nobody, user_id=row.user_id, name=name, unit_id=unit_id, unit_path=unit_path), language


def _claim(held: Held, row: Delivery, steps: Iterator[Progress], actor: Actor, language: str) -> LongJob:
    row.state = "running"
    row.lease_until = held.lease = utcnow() + LEASE
    return LongJob(held, row.addon, steps, actor, language, row.cursor)


def _step_through(job: LongJob) -> Outcome:
    """Run a long job to its end, committing after each step."""
    cursor = job.cursor
    with closing(job.steps):
        while True:
            lease = utcnow() + LEASE
            outcome, cursor = run_unit(lambda: _step(job, cursor, lease), attempts=1)  # noqa: B023 - called at once
            if outcome is not None:
                return outcome
            job.held.lease = lease
            db.session.expire_all()


def _step(job: LongJob, cursor: Any, lease: datetime) -> tuple[Outcome | None, Any]:
    """One step in one transaction: its writes, the progress and the next lease."""
    forget_enabled()
    if job.addon not in enabled_addons():
        _update(job.held, state="held", lease_until=None)
        return "held", cursor
    with _in_name_of(job):
        progress = next(job.steps, None)
        db.session.flush()
    if progress is None:
        _update(job.held, state="done", finished_at=utcnow(), lease_until=None, error=None)
        return "done", cursor
    values: dict[str, Any] = {"done": progress.done, "cursor": progress.cursor, "lease_until": lease}
    if progress.total is not None:
        values["total"] = progress.total
    if progress.cursor != cursor:  # it gets on, so failures before do not count against it
        values["tries"] = 0
    _update(job.held, **values)
    return None, progress.cursor


@contextmanager
def _in_name_of(job: LongJob) -> Iterator[None]:
    with acting(job.actor), in_locale(job.language):
        yield


def _update(held: Held, **values: Any) -> None:
    """Write to the row while the lease is ours; `LeaseLost` otherwise, so that the step is rolled back."""
    mine = and_(Delivery.id == held.delivery_id, Delivery.state == "running", Delivery.lease_until == held.lease)
    if _write(mine, **values) != 1:
        raise LeaseLost


def _write(condition: ColumnElement[bool], **values: Any) -> int:
    statement = update(Delivery).where(condition).values(**values).execution_options(synchronize_session=False)
    result = db.session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount


def _give_up(held: Held) -> Outcome:
    """Stop a long job that is no longer ours; if somebody cancelled it, say so."""
    mine = and_(Delivery.id == held.delivery_id, Delivery.state == "stopping", Delivery.lease_until == held.lease)
    values = {"state": "cancelled", "finished_at": utcnow(), "lease_until": None}
    return "cancelled" if run_unit(lambda: _write(mine, **values)) else "lost"


def _note_failure(held: Held, error: Exception) -> Outcome:
    """In a transaction of its own: why it failed, and when to try again."""
    log.warning("delivery failed", error=type(error).__name__)
    return run_unit(lambda: _fail(held, describe(error)))


def _fail(held: Held, text: str) -> Outcome:
    now = utcnow()
    mine = (
        and_(Delivery.state == "waiting", Delivery.due_at <= now)
        if held.lease is None
        else and_(Delivery.state.in_(("running", "stopping")), Delivery.lease_until == held.lease)
    )
    row = _lock(Delivery.id == held.delivery_id, mine)
    if row is None:
        return "lost"
    row.tries, row.error, row.lease_until = row.tries + 1, text, None
    if row.state == "stopping":
        row.state, row.finished_at = "cancelled", now
        return "cancelled"
    if row.tries >= MOST_TRIES:
        row.state = "dead"
        return "dead"
    row.state, row.due_at = "waiting", now + wait_after(row.tries)
    return "waiting"


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many failures: 30 s, 2 min, 8 min ... at most 6 h, a tenth more or less."""
    wait: timedelta = min(FIRST_WAIT * 4 ** (tries - 1), LONGEST_WAIT)
    return wait * random.uniform(0.9, 1.1)


def describe(error: Exception) -> str:
    """Where and why it failed, for the jobs page: no values of variables, no statement's parameters."""
    said = str(error.orig) if isinstance(error, DBAPIError) and error.orig is not None else str(error)
    where = "".join(traceback.format_tb(error.__traceback__))
    text = PASSWORD_IN_URL.sub(r"\1:***@", f"{where}{type(error).__name__}: {said}")
    return text.replace("\x00", "")[-ERROR_LENGTH:]
