"""What a request is called, and whether its amount is the reader's to see."""

from __future__ import annotations

from core.actor import SYSTEM, Actor
from core.approvals.facts import said_of
from core.approvals.models import ApprovalRequest
from core.criteria.paths import find_path
from core.errors import QingmesError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.declare import Transition


def transition_of(request: ApprovalRequest) -> Transition | None:
    """The transition a request is for; None when its app is gone."""
    return current_registry().transition(request.model, request.transition)


def title_of(request: ApprovalRequest) -> Text:
    """The document as it was called, and what is asked for: “I-0007 Bolt · Release for use”."""
    transition = transition_of(request)
    if transition is None:
        return request.title
    return _("%(record)s · %(action)s", record=request.title, action=transition.title)


def kind_of(request: ApprovalRequest) -> Text:
    """The kind of document."""
    spec = current_registry().models.get(request.model)
    return spec.meta.title if spec is not None else request.model


def sees_amount(actor: Actor, request: ApprovalRequest) -> bool:
    """Whether the amount is not of a field group the reader lacks."""
    spec, transition = current_registry().models.get(request.model), transition_of(request)
    if spec is None or transition is None:
        return False
    path = said_of(transition).amount
    try:
        return (
            not path or path.startswith("params.") or actor.sees_group(find_path(spec, path, SYSTEM).field.info.group)
        )
    except QingmesError:
        return False
