"""What a draft would have done with what really came: the last 90 days once more, on paper.

Each request of the flow is planned twice on the facts it was submitted with: by the version in force and by the
draft. Documents the flow would apply to now are planned by the draft. Bounded: the newest are taken, and the page
says how many.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from core.actor import SYSTEM, current_actor
from core.approvals.facts import freeze, transition_of
from core.approvals.flows import live_version, read_checked
from core.approvals.logic.case import Case
from core.approvals.logic.definition import Definition
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalVersion
from core.approvals.simulate import Stage, run, stage_for
from core.criteria import to_clause
from core.db.base import display
from core.db.session import db
from core.db.types import utcnow
from core.kernel.registry import current_registry
from core.people.models import Role

DAYS = 90
MOST_REQUESTS = 300
MOST_DOCUMENTS = 100
MOST_INITIATORS = 200
MOST_SHOWN = 20
Route = tuple[Any, ...]


@dataclass
class Paper:
    """One document: its name, who submitted it, the facts."""

    name: str
    initiator: int
    facts: Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A request that would go another way: who was asked, and who would be."""

    name: str
    before: str
    after: str


@dataclass
class Replay:
    """How many documents were planned again, which differ, and which initiators would find nobody."""

    requests: int = 0
    documents: int = 0
    is_cut: bool = False
    different: list[Difference] = field(default_factory=list)
    changed: int = 0
    stuck: list[str] = field(default_factory=list)
    lonely: list[str] = field(default_factory=list)


def replay(flow: ApprovalFlow, draft: Definition) -> Replay:
    """Plan the last 90 days again. Writes nothing."""
    stage, result = stage_for(flow), Replay()
    old = live_version(flow)
    before = read_checked(flow, old.definition) if old is not None else None
    asked = _requests(flow)
    result.requests, result.is_cut = len(asked), len(asked) == MOST_REQUESTS
    for paper in asked:
        _compare(result, stage, before, draft, paper)
    documents = list(_documents(flow, stage))
    result.documents = len(documents)
    for paper in documents:
        _note_stuck(result, stage, run(stage, draft, paper.facts, paper.initiator), paper.name)
    result.lonely = _lonely(stage, draft, [*asked, *documents])
    return result


def _requests(flow: ApprovalFlow) -> list[Paper]:
    query = (
        select(ApprovalRequest)
        .join(ApprovalVersion, ApprovalVersion.id == ApprovalRequest.version_id)
        .where(ApprovalVersion.flow_id == flow.id, ApprovalRequest.submitted_at >= utcnow() - timedelta(days=DAYS))
        .order_by(ApprovalRequest.id.desc())
    )
    found = db.session.scalars(query.limit(MOST_REQUESTS))
    return [Paper(r.title, r.initiator_id, r.facts) for r in found]


def _documents(flow: ApprovalFlow, stage: Stage) -> Iterator[Paper]:
    """Documents within the reader's reach that the flow would apply to now, the newest first."""
    spec, transition = current_registry().model(flow.model), transition_of(flow)
    model: Any = spec.model
    query = select(model).where(model.state.in_(transition.from_)).order_by(model.id.desc())
    if flow.match:
        query = query.where(to_clause(spec, flow.match, SYSTEM))
    for record in list(db.session.scalars(query.limit(MOST_DOCUMENTS))):
        initiator = getattr(record, "owner_id", None) or current_actor().user_id
        if initiator is not None:
            frozen = freeze(spec, transition, record, {}, initiator, stage.org.directory)
            yield Paper(display(record), initiator, frozen.facts)


def _compare(result: Replay, stage: Stage, before: Definition | None, draft: Definition, paper: Paper) -> None:
    after = run(stage, draft, paper.facts, paper.initiator)
    _note_stuck(result, stage, after, paper.name)
    if before is None:
        return
    old = run(stage, before, paper.facts, paper.initiator)
    if _route(old) != _route(after):
        result.changed += 1
        if len(result.different) < MOST_SHOWN:
            result.different.append(Difference(paper.name, _told(stage, old), _told(stage, after)))


def _note_stuck(result: Replay, stage: Stage, case: Case, name: str) -> None:
    if case.state == "blocked" and len(result.stuck) < MOST_SHOWN:
        result.stuck.append(name)


def _route(case: Case) -> Route:
    """Who is asked in which order, and how it ends."""
    return tuple(sorted(t.assignee for t in case.tasks_of(s)) for s in case.steps if case.tasks_of(s)), case.state


def _told(stage: Stage, case: Case) -> str:
    steps = [[t.assignee for t in case.tasks_of(step)] for step in case.steps if case.tasks_of(step)]
    names = (", ".join(map(stage.org.directory.name_of, users)) for users in steps)
    return " → ".join(names)


def _lonely(stage: Stage, draft: Definition, papers: list[Paper]) -> list[str]:
    """Those who may submit this and would come to a step in which nobody may decide, by name."""
    facts = [paper.facts for paper in papers[:5]] or [{}]
    alone = []
    for user in _initiators(stage)[:MOST_INITIATORS]:
        if any(run(stage, draft, one, user).state == "blocked" for one in map(_without_initiator, facts)):
            alone.append(stage.org.directory.name_of(user))
    return alone[:MOST_SHOWN]


def _without_initiator(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {path: value for path, value in facts.items() if "initiator" not in path}


def _initiators(stage: Stage) -> list[int]:
    """Active users who hold the permission of the action."""
    permission, role = transition_of(stage.flow).permission, Role.__table__
    rows = db.session.execute(select(role.c.id, role.c.permissions).where(role.c.active))
    directory = stage.org.directory
    holders = {u for row in rows if permission in row.permissions for u in directory.holders_of_role(row.id)}
    return sorted(holders)
