"""What the jobs page and the doctor ask: what waits, runs, failed; retrying and cancelling."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from core.actor import current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import Conflict, NotFound
from core.events.models import STATES, Delivery
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.people.models import User
from core.workflow import audit

PAGE = 50
STOPPABLE = frozenset({"waiting", "held", "running"})


@dataclass(frozen=True, kw_only=True)
class JobRow:
    """One line of the jobs page. `percent` None when the job does not say how far it is."""

    id: int
    title: Text
    addon: Text
    state: str
    user: str | None
    created_at: datetime
    due_at: datetime
    finished_at: datetime | None
    tries: int
    error: str | None
    done: int
    total: int | None

    @property
    def percent(self) -> int | None:
        """How much of a long job is done, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else None

    @property
    def can_retry(self) -> bool:
        """Whether the retry button makes sense: it failed, for good or for now."""
        return self.state == "dead" or (self.state == "waiting" and self.tries > 0)

    @property
    def can_cancel(self) -> bool:
        """Whether it can still be stopped."""
        return self.state in STOPPABLE


def find_jobs(*, state: str = "", addon: str = "", before: int | None = None) -> list[JobRow]:
    """A page of deliveries, newest first; `state` and `addon` empty for all, `before` the last id shown."""
    row, user = Delivery.__table__, User.__table__
    query = select(row, user.c.name.label("user")).select_from(row.outerjoin(user, user.c.id == row.c.user_id))
    if state:
        query = query.where(row.c.state == state)
    if addon:
        query = query.where(row.c.addon == addon)
    if before is not None:
        query = query.where(row.c.id < before)
    found = db.session.execute(query.order_by(row.c.id.desc()).limit(PAGE)).all()
    titles = _titles()
    return [_job_row(values, titles) for values in found]


def _job_row(values: Any, titles: dict[str, Text]) -> JobRow:
    addon = current_registry().addons.get(values.addon)
    return JobRow(
        title=titles.get(values.target, values.target),
        addon=addon.manifest.title if addon else values.addon,
        **{name: getattr(values, name) for name in JobRow.__dataclass_fields__ if name not in ("title", "addon")},
    )


def _titles() -> dict[str, Text]:
    """The titles of scheduled jobs by target; others are shown by their name."""
    registry = current_registry()
    names = {job: name for name, job in registry.jobs.items()}
    return {names[declared.what.job]: declared.what.title for declared in registry.schedules.values()}


def count_by_state() -> dict[str, int]:
    """How many deliveries are in each unfinished state."""
    row = Delivery.__table__
    query = select(row.c.state, func.count()).where(row.c.state.in_(_open_states())).group_by(row.c.state)
    found: dict[str, int] = dict(db.session.execute(query).all())
    return dict.fromkeys(_open_states(), 0) | found


def _open_states() -> list[str]:
    return [state for state in STATES if state not in ("done", "cancelled")]


def retry(delivery_id: int) -> Delivery:
    """Run a failed delivery again soon, with its tries counted anew. Flushes.

    Raises `Forbidden`, `NotFound`, or `Conflict` when it has not failed.
    """
    current_actor().require("core.job.retry")
    row = _locked(delivery_id)
    if not (row.state == "dead" or (row.state == "waiting" and row.tries > 0)):
        raise Conflict(_("Only a job that failed can be tried again; this one has not."))
    row.state, row.tries, row.due_at = "waiting", 0, utcnow()
    audit.note("retry", record=row)
    db.session.flush()
    return row


def cancel(delivery_id: int) -> Delivery:
    """Stop a delivery: at once when it waits, after its current step when it is a running long job. Flushes.

    Raises `Forbidden`, `NotFound`, or `Conflict` when it is over or about to be.
    """
    current_actor().require("core.job.retry")
    row = _locked(delivery_id)
    if row.state not in STOPPABLE:
        raise Conflict(_("This job is over, or is being stopped already."))
    row.state = "stopping" if row.state == "running" else "cancelled"
    row.finished_at = utcnow() if row.state == "cancelled" else None
    audit.note("cancel", record=row)
    db.session.flush()
    return row


def _locked(delivery_id: int) -> Delivery:
    """The row, unless a worker has it locked: a short job ends in a moment."""
    query = select(Delivery).where(Delivery.id == delivery_id).execution_options(populate_existing=True)
    row = db.session.scalar(query.with_for_update(skip_locked=True))
    if row is None and db.session.scalar(query) is not None:
        raise Conflict(_("This job is being run right now; look again in a moment."))
    if row is None:
        raise NotFound(_("There is no such job; it may have been tidied away."))
    return row


def health() -> dict[str, Any]:
    """Figures for a monitor: `counts` by unfinished state, `dead`, `stale_leases`, and `oldest_due_seconds`,
    the age of the longest due waiting delivery (0 when none is due)."""
    now, row = utcnow(), Delivery.__table__
    counts = count_by_state()
    oldest = db.session.scalar(select(func.min(row.c.due_at)).where(row.c.state == "waiting", row.c.due_at <= now))
    stale = select(func.count()).select_from(row).where(row.c.state == "running", row.c.lease_until < now)
    return {
        "counts": counts,
        "dead": counts["dead"],
        "stale_leases": db.session.scalar(stale) or 0,
        "oldest_due_seconds": int((now - oldest).total_seconds()) if oldest else 0,
    }
