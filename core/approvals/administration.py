"""What people do with a request besides deciding, what administrators and the clock do, and who stands in for whom."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.approvals import store
from core.approvals.access import get_visible
from core.approvals.logic import verbs
from core.approvals.logic.case import LIVE, Case
from core.approvals.logic.engine import Turn
from core.approvals.models import ApprovalRequest, ApprovalTask, ApprovalTimer, Delegation
from core.approvals.organisation import ADMINISTER
from core.approvals.service import change
from core.db.session import db
from core.db.types import utcnow
from core.errors import Forbidden, NotFound, ValidationError
from core.i18n import _
from core.people.models import User

LONGEST_DELEGATION = timedelta(days=366)
Work = Callable[..., Any]

MINE: Mapping[str, Work] = {
    "transfer": lambda c, t, v: verbs.transfer(c, t, v["task"], v["to"], v.get("comment", "")),
    "add_before": lambda c, t, v: verbs.add_before(c, t, v["task"], v["people"], v.get("comment", "")),
    "add_after": lambda c, t, v: verbs.add_after(c, t, v["task"], v["people"], v.get("comment", "")),
    "add_beside": lambda c, t, v: verbs.add_beside(c, t, v["task"], v["people"], v.get("comment", "")),
    "remove": lambda c, t, v: verbs.remove(c, t, v["task"]),
    "withdraw": lambda c, t, v: verbs.withdraw(c, t, v.get("comment", "")),
    "urge": lambda c, t, v: verbs.urge(c, t),
    "comment": lambda c, t, v: verbs.comment(c, t, v["comment"]),
}
ADMINISTRATORS: Mapping[str, Work] = {
    "assign": lambda c, t, v: verbs.assign(c, t, v.get("task"), v["to"], v["comment"]),
    "insert_step": lambda c, t, v: verbs.insert_step(c, t, v["after"], v.get("name", ""), v["people"], v["comment"]),
    "terminate": lambda c, t, v: verbs.terminate(c, t, v["comment"]),
}
NEEDED: Mapping[str, tuple[str, ...]] = {
    "transfer": ("task", "to"),
    "add_before": ("task", "people"),
    "add_after": ("task", "people"),
    "add_beside": ("task", "people"),
    "remove": ("task",),
    "comment": ("comment",),
    "assign": ("to", "comment"),
    "insert_step": ("after", "people", "comment"),
    "terminate": ("comment",),
}


def act(request_id: int, verb: str, values: Mapping[str, Any]) -> ApprovalRequest:
    """Do something besides deciding; `values` are the verb's own: task, to, people, comment. Flushes.

    `NotFound` for strangers, `ValidationError` for values that are missing (`NEEDED`).
    """
    work = MINE.get(verb) or ADMINISTRATORS.get(verb)
    if work is None:
        raise NotFound(_("There is no such action."))
    get_visible(request_id)
    if verb in ADMINISTRATORS:
        current_actor().require(ADMINISTER)
    missing = [name for name in NEEDED.get(verb, ()) if not values.get(name)]
    if missing:
        raise ValidationError(
            _("Please correct the marked fields."), fields={n: [_("This is needed.")] for n in missing}
        )
    request: ApprovalRequest = change(request_id, lambda case, turn: work(case, turn, values), log=verb == "urge")
    return request


def leave(user_id: int) -> None:
    """Somebody no longer works here: all that waits for him goes to others. In the same transaction. Flushes."""
    for request_id in _open_requests_of(user_id):
        change(request_id, lambda case, turn: verbs.leave(case, turn, user_id))


def hand_over(user_id: int, successor_id: int, comment: str) -> int:
    """An administrator gives all that waits for somebody to a successor; returns how many requests. Flushes."""
    current_actor().require(ADMINISTER)
    if not comment.strip():
        raise ValidationError(_("Say why."), fields={"comment": [_("Say why.")]})
    found = _open_requests_of(user_id)
    for request_id in found:
        change(request_id, lambda case, turn: verbs.leave(case, turn, user_id, successor_id))
    return len(found)


def _open_requests_of(user_id: int) -> list[int]:
    query = select(ApprovalTask.request_id).where(
        ApprovalTask.assignee_id == user_id, ApprovalTask.state.in_(sorted(LIVE))
    )
    return sorted(set(db.session.scalars(query)))


def fire_timer(timer_id: int) -> None:
    """Do what a timer is for, unless its task has been dealt with meanwhile. At most once. Flushes."""
    timer = db.session.get(ApprovalTimer, timer_id)
    if timer is None:
        return

    def work(case: Case, turn: Turn) -> None:
        db.session.refresh(timer)
        if timer.fired_at is None:
            timer.fired_at = turn.at
            _ring(case, turn, timer)

    change(timer.request_id, work, by=None)


def _ring(case: Case, turn: Turn, timer: ApprovalTimer) -> None:
    rules = case.rules_of(case.step(case.task(timer.task).step))
    if rules is not None and rules.due is not None:
        then = "remind" if timer.kind == "remind" else rules.due.then
        verbs.timeout(case, turn, timer.task, then, rules.due.user)


def delegate(
    *,
    from_id: int,
    to_id: int,
    starts_at: datetime,
    ends_at: datetime,
    flows: list[int],
    include_open: bool,
    reason: str = "",
) -> Delegation:
    """Somebody decides for another between two instants; one's own, or anybody's for administrators. Flushes."""
    actor = current_actor()
    if from_id != actor.user_id:
        actor.require(ADMINISTER)
    _check_delegation(from_id, to_id, starts_at, ends_at)
    delegation = Delegation(
        from_id=from_id,
        to_id=to_id,
        starts_at=starts_at,
        ends_at=ends_at,
        flows=flows,
        include_open=include_open,
        reason=reason,
    )
    db.session.add(delegation)
    db.session.flush()
    if include_open and starts_at <= utcnow() < ends_at:
        take_open(delegation)
    return delegation


def _check_delegation(from_id: int, to_id: int, starts_at: datetime, ends_at: datetime) -> None:
    users = User.__table__
    active = db.session.scalar(select(users.c.id).where(users.c.id == to_id, users.c.active))
    if active is None or to_id == from_id:
        problem = _("Name somebody else who works here.")
        raise ValidationError(problem, fields={"to_id": [problem]})
    if not starts_at < ends_at or ends_at <= utcnow() or ends_at - starts_at > LONGEST_DELEGATION:
        problem = _("The end must be after the beginning, not yet past, and within a year.")
        raise ValidationError(problem, fields={"ends_at": [problem]})


def take_open(delegation: Delegation) -> None:
    """What waits for the one who is away already goes to his deputy. Flushes."""
    for request_id in _open_requests_of(delegation.from_id):
        loaded = store.load(request_id)
        if not delegation.flows or loaded.flow.id in delegation.flows:
            change(request_id, lambda case, turn: verbs.delegate_open(case, turn, delegation.from_id))


def revoke_delegation(delegation_id: int) -> None:
    """He is back: nothing new goes to the deputy. Flushes."""
    found = db.session.get(Delegation, delegation_id)
    if found is None:
        raise NotFound(_("There is no such delegation."))
    if found.from_id != current_actor().user_id and not current_actor().can(ADMINISTER):
        raise Forbidden(_("Only who delegated can take it back."))
    found.revoked_at = found.revoked_at or utcnow()
    db.session.flush()
