"""Requests that still run on an older version of their flow: sent back, to be submitted again on the one in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from core.actor import current_actor
from core.approvals import gate, service, store
from core.approvals.flows import live_version, read_checked
from core.approvals.logic.case import Case
from core.approvals.logic.engine import Turn, need_comment
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalTask, ApprovalVersion
from core.approvals.organisation import ADMINISTER
from core.approvals.simulate import Stage, run, stage_for
from core.db.session import db
from core.errors import Conflict, QingmesError
from core.i18n import _

MOST = 100


@dataclass(frozen=True)
class Running:
    """One request on an older version: for whom it waits, and who would be asked first to last on the new one."""

    request: ApprovalRequest
    no: int
    initiator: str
    waits_for: str
    then: str


def find_running(flow: ApprovalFlow) -> list[Running]:
    """Requests that have not ended and run on another version than the one in force, oldest first, at most 100."""
    query = (
        select(ApprovalRequest, ApprovalVersion.no)
        .join(ApprovalVersion, ApprovalVersion.id == ApprovalRequest.version_id)
        .where(ApprovalVersion.flow_id == flow.id, ApprovalRequest.state.in_(gate.OPEN))
        .where(ApprovalRequest.version_id != flow.version_id)
        .order_by(ApprovalRequest.id)
    )
    found = db.session.execute(query.limit(MOST)).all()
    live = live_version(flow)
    if not found or live is None:
        return []
    stage, definition = stage_for(flow), read_checked(flow, live.definition)
    waiting = _waiting([request.id for request, _no in found], stage)
    return [
        Running(
            request,
            no,
            stage.org.directory.name_of(request.initiator_id),
            waiting.get(request.id, ""),
            _names(stage, run(stage, definition, request.facts, request.initiator_id)),
        )
        for request, no in found
    ]


def _waiting(request_ids: list[int], stage: Stage) -> dict[int, str]:
    query = select(ApprovalTask.request_id, ApprovalTask.assignee_id).where(
        ApprovalTask.request_id.in_(request_ids), ApprovalTask.state == "todo"
    )
    names: dict[int, list[str]] = {}
    for request_id, user in db.session.execute(query):
        names.setdefault(request_id, []).append(stage.org.directory.name_of(user))
    return {request_id: ", ".join(found) for request_id, found in names.items()}


def _names(stage: Stage, case: Case) -> str:
    steps = [[t.assignee for t in case.tasks_of(step)] for step in case.steps if case.tasks_of(step)]
    return " → ".join(", ".join(map(stage.org.directory.name_of, users)) for users in steps)


def send_back(flow: ApprovalFlow, request_ids: Iterable[int], reason: str) -> list[tuple[int, str]]:
    """Send requests back to who submitted them; sent again they run on the version in force. Each by itself.

    Returns the refusal, or the empty text, for each. For whoever may administer approvals. Flushes.
    """
    current_actor().require(ADMINISTER)
    need_comment(reason)
    results = []
    for request_id in dict.fromkeys(request_ids):
        try:
            with db.session.begin_nested():
                _send_back(flow, request_id, reason)
            results.append((request_id, ""))
        except QingmesError as error:
            results.append((request_id, str(error)))
    return results


def _send_back(flow: ApprovalFlow, request_id: int, reason: str) -> None:
    loaded = store.load(request_id, lock=True)
    if loaded.flow.id != flow.id or loaded.request.version_id == flow.version_id:
        raise Conflict(_("This request runs on the version in force already."))
    turn = service.turn_of(loaded.flow)
    _return(loaded.case, turn, reason)
    service.keep(loaded, turn)
    loaded.request.version_id = flow.version_id or loaded.request.version_id
    db.session.flush()


def _return(case: Case, turn: Turn, reason: str) -> None:
    if case.state not in gate.OPEN:
        raise Conflict(_("This request has ended."))
    run_now = case.current
    if run_now is not None:
        case.emit(turn.at, turn.by, "sent_back", step=run_now.n, to=None, comment=reason)
    case.emit(turn.at, turn.by, "migrated", comment=reason)
