"""Who may see a request, and the document it is about while he has to decide on it."""

from __future__ import annotations

from core.actor import Actor, current_actor
from core.approvals.logic.case import LIVE, Case
from core.approvals.organisation import ADMINISTER
from core.approvals.store import Loaded, load
from core.errors import NotFound
from core.i18n import _


def get_visible(request_id: int) -> Loaded:
    """A request with its log, for those who have a part in it; `NotFound` for everybody else. Five statements."""
    loaded, actor = load(request_id, log=True), current_actor()
    if has_part(loaded.case, actor) or actor.can(ADMINISTER):
        return loaded
    raise NotFound(_("There is no such request, or it is not yours to see."))


def has_part(case: Case, actor: Actor) -> bool:
    """Whether somebody submitted it, was ever asked or stood in for, or was informed."""
    user = actor.user_id
    asked = any(user in (task.assignee, task.principal) for task in case.tasks)
    return user is not None and (user == case.initiator or asked or user in case.copies)


def has_task(case: Case, actor: Actor) -> bool:
    """Whether somebody is asked now, or will be in this step: as long as that lasts he may see the document."""
    return any(task.assignee == actor.user_id for task in case.tasks if task.state in LIVE)
