"""The page of all approval flows: those there are, and actions that could be put under approval."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sqlalchemy import func, select

from core.approvals import gate
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalVersion
from core.approvals.words import describe_flow, load_titles, speaker_for
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.people.directory import load_directory
from core.workflow.declare import Transition


@dataclass(frozen=True)
class FlowRow:
    """One flow: the version in force, whether a draft waits, what runs, and its sentence."""

    flow: ApprovalFlow
    version: int | None
    has_draft: bool
    running: int
    sentence: str


@dataclass
class Gate:
    """An action that can be put under approval, with the flows that stand before it."""

    spec: ModelSpec
    transition: Transition
    flows: list[FlowRow] = field(default_factory=list)

    @property
    def value(self) -> str:
        """How a form names it."""
        return f"{self.spec.name}/{self.transition.name}"


def gates() -> list[Gate]:
    """Every approvable action of the enabled apps, those with flows first. Nine statements."""
    found = list(_approvable())
    rows = _rows()
    for one in found:
        one.flows = [
            row for row in rows if (row.flow.model, row.flow.transition) == (one.spec.name, one.transition.name)
        ]
    return sorted(found, key=lambda one: (not one.flows, str(one.spec.meta.title), str(one.transition.title)))


def _approvable() -> Iterator[Gate]:
    registry = current_registry()
    for spec in registry.models.values():
        if is_enabled(spec.addon):
            yield from (Gate(spec, t) for t in registry.transitions(spec.name) if t.approvable)


def _rows() -> list[FlowRow]:
    flows = list(db.session.scalars(select(ApprovalFlow).order_by(ApprovalFlow.priority, ApprovalFlow.id)))
    live = {v.id: v for v in db.session.scalars(select(ApprovalVersion).where(ApprovalVersion.state == "published"))}
    drafts = set(db.session.scalars(select(ApprovalVersion.flow_id).where(ApprovalVersion.state == "draft")))
    running, directory, titles = _running(), load_directory(), load_titles()
    rows = []
    for flow in (f for f in flows if current_registry().transition(f.model, f.transition) is not None):
        version = live.get(flow.version_id or 0)
        speaker = speaker_for(flow, directory, titles)
        sentence = describe_flow(flow, read_definition(version.definition), speaker) if version else ""
        no = version.no if version else None
        rows.append(FlowRow(flow, no, flow.id in drafts, running.get(flow.id, 0), sentence))
    return rows


def _running() -> dict[int, int]:
    query = (
        select(ApprovalVersion.flow_id, func.count())
        .join(ApprovalRequest, ApprovalRequest.version_id == ApprovalVersion.id)
        .where(ApprovalRequest.state.in_(gate.OPEN))
        .group_by(ApprovalVersion.flow_id)
    )
    return dict(db.session.execute(query).all())
