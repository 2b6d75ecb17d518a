"""Flows and their versions: a draft is edited, checked and published; what is published never changes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from sqlalchemy import func, select

from core.actor import current_actor
from core.approvals import gate
from core.approvals.check import Finding, find_faults
from core.approvals.facts import kinds, transition_of
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalVersion
from core.criteria import check as check_criteria
from core.criteria.facts import to_fact_predicate
from core.db.session import db
from core.db.types import utcnow
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.snapshot import forget_snapshot
from core.workflow import audit

EMPTY: Mapping[str, Any] = {"nodes": []}
PUBLISH = "core.approval_flow.publish"


def check_flow(record: ApprovalFlow, changes: Mapping[str, Any]) -> None:
    """Raise `ValidationError` unless a flow stands before an action that can be approved."""
    model, name = changes.get("model", record.model), changes.get("transition", record.transition)
    if model not in current_registry().models:
        problem = _("There is no kind of record called %(name)s.", name=str(model))
        raise ValidationError(problem, fields={"model": [problem]})
    transition = current_registry().transition(model, name)
    if transition is None or not transition.approvable:
        problem = _("This action cannot be put under approval.")
        raise ValidationError(problem, fields={"transition": [problem]})


def set_match(flow: ApprovalFlow, tree: Any) -> None:
    """Say for which documents a flow applies; None for all. Flushes. `ValidationError` for a wrong condition."""
    if tree:
        check_criteria(current_registry().model(flow.model), tree, current_actor())
    flow.match = tree or None
    db.session.flush()


def versions_of(flow: ApprovalFlow) -> list[ApprovalVersion]:
    """All versions, the newest first."""
    query = select(ApprovalVersion).where(ApprovalVersion.flow_id == flow.id)
    return list(db.session.scalars(query.order_by(ApprovalVersion.no.desc())))


def draft_of(flow: ApprovalFlow) -> ApprovalVersion:
    """The draft being edited; made from the version in force when there is none. Flushes."""
    draft = find_draft(flow)
    if draft is not None:
        return draft
    live = live_version(flow)
    last = db.session.scalar(select(func.max(ApprovalVersion.no)).where(ApprovalVersion.flow_id == flow.id)) or 0
    draft = ApprovalVersion(flow_id=flow.id, no=last + 1, definition=dict(live.definition if live else EMPTY))
    db.session.add(draft)
    db.session.flush()
    return draft


def save_draft(flow: ApprovalFlow, definition: Mapping[str, Any]) -> ApprovalVersion:
    """Keep what the designer says so far, once it can be read. Flushes. `ValidationError` by path."""
    read_checked(flow, definition)
    draft = draft_of(flow)
    draft.definition = dict(definition)
    db.session.flush()
    return draft


def find_draft(flow: ApprovalFlow) -> ApprovalVersion | None:
    """The draft being edited, or None."""
    return db.session.scalar(
        select(ApprovalVersion).where(ApprovalVersion.flow_id == flow.id, ApprovalVersion.state == "draft")
    )


def live_version(flow: ApprovalFlow) -> ApprovalVersion | None:
    """The version in force, or None."""
    return db.session.get(ApprovalVersion, flow.version_id) if flow.version_id else None


def shown(flow: ApprovalFlow) -> dict[str, Any]:
    """What the designer shows: the draft, else the version in force, else nothing. A copy; writes nothing."""
    version = find_draft(flow) or live_version(flow)
    return deepcopy(dict(version.definition if version is not None else EMPTY))


def change_draft(flow: ApprovalFlow, was: str, work: Callable[[dict[str, Any]], Mapping[str, Any]]) -> dict[str, Any]:
    """Change what the designer shows, if it still is what its editor saw (`was`, its digest). Flushes.

    Returns the definition before. `Conflict` when somebody else changed it meanwhile, `ValidationError` for a
    definition that makes no sense; either leaves the draft as it was.
    """
    db.session.execute(select(ApprovalFlow.id).where(ApprovalFlow.id == flow.id).with_for_update())
    before = shown(flow)
    if digest(before) != was:
        raise Conflict(_("Somebody else has changed this flow meanwhile. Load the page again to see it."))
    save_draft(flow, work(deepcopy(before)))
    return before


def version_of(flow: ApprovalFlow, version_id: int) -> ApprovalVersion:
    """A version of this flow; `NotFound` for no such one."""
    query = select(ApprovalVersion).where(ApprovalVersion.flow_id == flow.id, ApprovalVersion.id == version_id)
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(_("There is no such version."))
    return found


def draft_from(flow: ApprovalFlow, source: ApprovalVersion) -> ApprovalVersion:
    """Make the draft like an earlier version, whatever it was. Flushes."""
    return save_draft(flow, deepcopy(source.definition))


def count_running(flow: ApprovalFlow) -> dict[int, int]:
    """How many requests that have not ended run on each version, by its id."""
    query = (
        select(ApprovalRequest.version_id, func.count())
        .join(ApprovalVersion, ApprovalVersion.id == ApprovalRequest.version_id)
        .where(ApprovalVersion.flow_id == flow.id, ApprovalRequest.state.in_(gate.OPEN))
        .group_by(ApprovalRequest.version_id)
    )
    return dict(db.session.execute(query).all())


def read_checked(flow: ApprovalFlow, definition: Mapping[str, Any]) -> Any:
    """The definition, its conditions on known facts only."""
    known = kinds(current_registry().model(flow.model), transition_of(flow))
    return read_definition(definition, lambda tree: to_fact_predicate(known, tree, current_actor()))


def discard_draft(flow: ApprovalFlow) -> None:
    """Forget the draft, if there is one; the version in force stays. Flushes."""
    draft = find_draft(flow)
    if draft is not None:
        db.session.delete(draft)
        db.session.flush()


def publish(flow: ApprovalFlow, note: str = "") -> ApprovalVersion:
    """Put the draft in force for what is submitted from now on; what runs stays on its version. Flushes.

    Raises `Conflict` with the faults that must be mended first.
    """
    current_actor().require(PUBLISH)
    draft = draft_of(flow)
    definition = read_checked(flow, draft.definition)
    faults = [f for f in find_faults(flow, definition) if f.is_error]
    if faults:
        raise Conflict(_("Mend this first: %(faults)s", faults=_joined(faults)), faults=[str(f.text) for f in faults])
    _retire(flow)
    draft.sha256 = digest(draft.definition)
    draft.state, draft.note = "published", note[:400]
    draft.published_at, draft.published_by_id = utcnow(), current_actor().user_id
    flow.version_id = draft.id
    db.session.flush()
    audit.note("publish", record=flow, version=[None, draft.no], sha256=[None, draft.sha256])
    forget_snapshot()
    return draft


def _joined(faults: list[Finding]) -> str:
    return " ".join(str(f.text) for f in faults)


def _retire(flow: ApprovalFlow) -> None:
    live = live_version(flow)
    if live is not None:
        live.state = "retired"
        db.session.flush()


def digest(definition: Mapping[str, Any]) -> str:
    """SHA-256 of a definition as canonical JSON."""
    return hashlib.sha256(json.dumps(definition, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
