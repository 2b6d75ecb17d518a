"""Who stands in for whom, and what waits for somebody who leaves: lists for the pages about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from core.actor import current_actor
from core.approvals import administration
from core.approvals.logic.case import LIVE
from core.approvals.models import ApprovalFlow, ApprovalTask, Delegation
from core.approvals.organisation import ADMINISTER
from core.approvals.pages import inbox
from core.db.session import db
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import _
from core.people.models import User
from core.workflow.text import clean_line

MOST = 200


@dataclass(frozen=True)
class Standing:
    """One delegation: names, when, for which flows (empty: all), whether it is over."""

    id: int
    absent: str
    deputy: str
    starts_at: datetime
    ends_at: datetime
    flows: Sequence[str]
    include_open: bool
    reason: str
    is_over: bool
    may_end: bool


def find_delegations() -> list[Standing]:
    """One's own delegations and those to oneself; everybody's for administrators. The latest first; two statements."""
    actor, absent, deputy = current_actor(), aliased(User.__table__), aliased(User.__table__)
    query = (
        select(Delegation, absent.c.name, deputy.c.name)
        .join(absent, absent.c.id == Delegation.from_id)
        .join(deputy, deputy.c.id == Delegation.to_id)
        .order_by(Delegation.id.desc())
        .limit(MOST)
    )
    if not actor.can(ADMINISTER):
        query = query.where(or_(Delegation.from_id == actor.user_id, Delegation.to_id == actor.user_id))
    names = dict(find_flows())
    return [_standing(d, a, b, names) for d, a, b in db.session.execute(query)]


def _standing(one: Delegation, absent: str, deputy: str, names: dict[int, str]) -> Standing:
    actor, is_over = current_actor(), one.revoked_at is not None or one.ends_at <= utcnow()
    return Standing(
        id=one.id,
        absent=absent,
        deputy=deputy,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        flows=[names.get(flow, f"#{flow}") for flow in one.flows],
        include_open=one.include_open,
        reason=one.reason,
        is_over=is_over,
        may_end=not is_over and (one.from_id == actor.user_id or actor.can(ADMINISTER)),
    )


def find_flows() -> list[tuple[int, str]]:
    """The flows a delegation may be for, by name. One statement."""
    flow = ApprovalFlow.__table__
    return [(row.id, row.name) for row in db.session.execute(select(flow.c.id, flow.c.name).order_by(flow.c.name))]


def add_delegation(form: Any) -> Delegation:
    """Make a delegation of what was typed; one's own unless an administrator names somebody. Flushes."""
    flows = [n for n in (_number(text) for text in form.getlist("flows")) if n is not None]
    return administration.delegate(
        from_id=_number(form.get("from_id", "")) or current_actor().user_id or 0,
        to_id=_number(form.get("to_id", "")) or 0,
        starts_at=_instant(form.get("starts_at", ""), "starts_at"),
        ends_at=_instant(form.get("ends_at", ""), "ends_at"),
        flows=[flow for flow, _name in find_flows() if flow in flows],
        include_open="include_open" in form,
        reason=clean_line(form.get("reason", "")[:200]),
    )


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < len(str(2**31)) else None


def _instant(text: str, name: str) -> datetime:
    """What a page's field says, in the factory's time."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(current_app.config["QINGMES"].timezone))
    except ValueError:
        problem = _("Give a day and a time.")
        raise ValidationError(problem, fields={name: [problem]}) from None


def count_waiting(user_id: int) -> int:
    """How many tasks wait for somebody, now or later in a step that has begun. One statement."""
    waiting = (ApprovalTask.assignee_id == user_id, ApprovalTask.state.in_(sorted(LIVE)))
    return db.session.scalar(select(func.count(ApprovalTask.id)).where(*waiting)) or 0


def name_of(user_id: int) -> str:
    """A user's name; empty for none. One statement."""
    user = User.__table__
    return db.session.execute(select(user.c.name).where(user.c.id == user_id)).scalar() or ""


def panel_of(user: User) -> dict[str, Any]:
    """What a user's form says of the tasks that wait for him."""
    return {"user": user, "count": count_waiting(user.id)}


def hand_over(form: Any) -> int:
    """An administrator gives all that waits for one to another; returns how many requests. Flushes."""
    absent, successor = _number(form.get("user_id", "")), _number(form.get("to_id", ""))
    if absent is None or successor is None or absent == successor:
        problem = _("Name somebody else who works here.")
        raise ValidationError(problem, fields={"to_id": [problem]})
    return administration.hand_over(absent, successor, form.get("comment", "").replace("\x00", ""))


def waiting_titles(user_id: int) -> list[Any]:
    """What waits for somebody, for an administrator who hands it over. Two statements."""
    waiting = (ApprovalTask.assignee_id == user_id, ApprovalTask.state.in_(sorted(LIVE)))
    ids = list(db.session.scalars(select(ApprovalTask.request_id).where(*waiting).distinct().limit(MOST)))
    return [title for _id, title in sorted(inbox.titles(ids, everybody=True).items())]
