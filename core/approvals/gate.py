"""What stands between a document and a transition that has to be approved first.

`fire()` asks before every transition: a gated one is refused unless its approval has been given. The write
path asks before every change: what an open request was submitted on stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import and_, event, inspect, or_, select
from sqlalchemy.orm import Session, UOWTransaction

from core.actor import SYSTEM
from core.approvals.facts import said_of
from core.approvals.models import ApprovalFlow, ApprovalRequest
from core.criteria import to_predicate
from core.db.scope import parent_of
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.snapshot import snapshot
from core.workflow.declare import Transition

OPEN = ("running", "blocked", "returned")
Key = tuple[str, int, str]

_granted: ContextVar[Key | None] = ContextVar("qingmes_approved_transition", default=None)
_changing: ContextVar[bool] = ContextVar("qingmes_changing_under_approval", default=False)


class NeedsApproval(Conflict):
    """The transition has to be approved first; `flow` and `record` say by which flow, for what."""

    code = "needs_approval"

    def __init__(self, flow: ApprovalFlow, record: Any) -> None:
        super().__init__(_("This has to be approved first: submit it for approval."))
        self.flow = flow
        self.record = record


@contextmanager
def granted(model: str, record_id: int, transition: str) -> Iterator[None]:
    """A block in which this one transition runs because its approval has been given."""
    tokens = _granted.set((model, record_id, transition)), _changing.set(True)
    try:
        yield
    finally:
        _granted.reset(tokens[0])
        _changing.reset(tokens[1])


@contextmanager
def changing() -> Iterator[None]:
    """A block that changes a document under approval because its step lets the approver do so."""
    token = _changing.set(True)
    try:
        yield
    finally:
        _changing.reset(token)


def check(record: Any, name: str) -> None:
    """Raise `NeedsApproval` when a flow applies and this is not the approved run."""
    spec = current_registry().spec_of(record)
    transition = current_registry().transition(spec.name, name)
    if transition is None or not transition.approvable or _granted.get() == (spec.name, record.id, name):
        return
    flow = flow_for(record, transition)
    if flow is not None:
        raise NeedsApproval(flow, record)


def flow_for(record: Any, transition: Transition) -> ApprovalFlow | None:
    """The flow that applies to this document now: of the active ones the first whose condition holds."""
    spec = current_registry().spec_of(record)
    if spec.name not in gated_models():
        return None
    return next((f for f in _flows(spec.name, transition.name) if _matches(f, spec, record)), None)


def gated_models() -> frozenset[str]:
    """The kinds of documents that have flows at all, as this unit of work sees them."""
    return snapshot().gated


def _flows(model: str, transition: str) -> list[ApprovalFlow]:
    query = select(ApprovalFlow).where(
        ApprovalFlow.model == model,
        ApprovalFlow.transition == transition,
        ApprovalFlow.active,
        ApprovalFlow.version_id.is_not(None),
    )
    return list(db.session.scalars(query.order_by(ApprovalFlow.priority, ApprovalFlow.id)))


def _matches(flow: ApprovalFlow, spec: ModelSpec, record: Any) -> bool:
    return not flow.match or to_predicate(spec, flow.match, SYSTEM)(record)


def install(session: Any) -> None:
    """Attach the guard of documents under approval to the session factory."""
    event.listen(session, "before_flush", _guard)


def _guard(session: Session, context: UOWTransaction, instances: Any) -> None:
    if _changing.get():
        return
    touched: dict[tuple[str, int], set[str]] = {}
    for record in (*session.dirty, *session.new, *session.deleted):
        document = _document_of(record)
        if document is not None:
            touched.setdefault(document, set()).update(_changed(session, record))
    for (model, record_id), names in touched.items():
        if names:
            _refuse_material(model, record_id, names)


def _document_of(record: Any) -> tuple[str, int] | None:
    """The document a change belongs to, when anything about it can be approved at all."""
    model: Any = type(record)
    parent = parent_of(model)
    key = "id" if parent is None else _key_of_parent(model)
    spec = current_registry().by_class.get(parent or model)
    record_id = getattr(record, key)
    if spec is None or record_id is None or not any(t.approvable for t in current_registry().transitions(spec.name)):
        return None
    return spec.name, record_id


def _key_of_parent(model: Any) -> str:
    (local,) = getattr(model, model.__meta__.parent).property.local_columns
    return str(model.__mapper__.get_property_by_column(local).key)


def _changed(session: Session, record: Any) -> set[str]:
    """What of the document changes: its own fields, its line table, or all of it (`id`)."""
    model: Any = type(record)
    if parent_of(model) is not None:
        relation = getattr(model, model.__meta__.parent).property.back_populates
        return {relation} if record not in session.dirty or session.is_modified(record) else set()
    if record in session.deleted:
        return {"id"}
    if record in session.new or not session.is_modified(record):
        return set()
    return {a.key for a in inspect(record).attrs if a.history.has_changes()}


def _refuse_material(model: str, record_id: int, names: set[str]) -> None:
    """Raise when what would change is what a request was submitted on."""
    if any(names & _material(model, name) for name, state in standing(model, record_id) if state != "returned"):
        raise Conflict(_("This waits for approval: withdraw the request before changing it."))


def standing(model: str, record_id: int) -> list[tuple[str, str]]:
    """The transitions of a document with a request that is open, or approved and not yet carried out, and its state.

    What was sent back is there to be corrected; all others hold the document as it was submitted. One statement,
    none where there are no flows.
    """
    if model not in gated_models():
        return []
    rows = ApprovalRequest.__table__
    to_run = and_(rows.c.state == "approved", rows.c.executed_at.is_(None), rows.c.revoked_at.is_(None))
    query = select(rows.c.transition, rows.c.state).where(
        rows.c.model == model, rows.c.record_id == record_id, or_(rows.c.state.in_(OPEN), to_run)
    )
    return [(row.transition, row.state) for row in db.session.connection().execute(query)]


def holds_all(model: str, record_id: int) -> bool:
    """Whether nothing people write of a document may change now."""
    spec = current_registry().models[model]
    written = {f.name for f in spec.own.values() if f.info.write != "never"} | set(spec.lines)
    held = (_material(model, name) for name, state in standing(model, record_id) if state != "returned")
    return any(written <= fields for fields in held)


def _material(model: str, name: str) -> frozenset[str]:
    """The fields and line tables an open request on this transition keeps as they are."""
    spec, transition = current_registry().models[model], current_registry().transition(model, name)
    said = said_of(transition).material if transition is not None else ()
    own = said or [f.name for f in spec.fields.values() if f.info.write != "never"] + list(spec.lines)
    return frozenset({"id", "x", *own})
