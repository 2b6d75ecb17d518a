"""The one function through which every state change goes, whoever asks: page, API, import, scan or job."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.actor import Actor, current_actor
from core.db.base import Record, display
from core.db.scope import addon_and_noun, criterion
from core.db.session import db
from core.errors import Conflict, Forbidden, NotFound, StaleVersion
from core.events import publish
from core.i18n import _
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.workflow import audit, following
from core.workflow.declare import Transition, Workflow


def fire(record: Any, name: str, actor: Actor | None = None, /, *, version: int | None = None, **params: Any) -> Any:
    """Run a transition: lock, permission, row scope, objections, effect, state, audit, event. Flushes.

    Returns the locked record in its new state. Raises `Forbidden` without the permission, `NotFound` when
    the record is out of reach, `Conflict` from the wrong state, `StaleVersion` when `version` is given and
    another has saved since, `Veto` on an objection; any refusal leaves everything as it was once the
    caller rolls back.
    """
    actor = actor or current_actor()
    workflow, transition = _find(record, name)
    actor.require(transition.permission)
    record = _lock(record, transition, actor)
    if version is not None and record.version != version:
        raise StaleVersion(
            _("Somebody changed this meanwhile. Look at it again, then repeat."), current=record.version, sent=version
        )
    _check_state(workflow, transition, record)
    hooks.object_if_any("before_transition", record=record, transition=name)
    _run(record, transition, params)
    hooks.tell("after_transition", record=record, transition=name)
    _tell_followers(record, transition)
    db.session.flush()
    return record


def _tell_followers(record: Any, transition: Transition) -> None:
    names = {"name": current_actor().name, "record": display(record), "action": transition.title}
    following.tell(record, _("%(name)s on %(record)s: %(action)s", **names))


def can_fire(record: Any, transition: Transition, actor: Actor) -> bool:
    """Whether to offer the button: permission held and the state fits. Objections are asked only by `fire`."""
    return record.state in transition.from_ and actor.can(transition.permission)


def available(record: Any, actor: Actor) -> list[Transition]:
    """The transitions this actor could ask for on this record now, in order of declaration."""
    registry = current_registry()
    return [t for t in registry.transitions(registry.spec_of(record).name) if can_fire(record, t, actor)]


def _find(record: Record, name: str) -> tuple[Workflow, Transition]:
    spec = current_registry().spec_of(record)
    workflow = current_registry().workflows.get(spec.name)
    transition = workflow.transition(name) if workflow else None
    if workflow is None or transition is None:
        raise NotFound(_("%(model)s has no action %(action)s.", model=spec.meta.title, action=name))
    return workflow, transition


def _lock(record: Any, transition: Transition, actor: Actor) -> Any:
    """Take the row FOR UPDATE and read it again; its row must be within the transition's own reach."""
    model = type(record)
    query = select(model).where(model.id == record.id, criterion(model, actor, _verb(transition, model)))
    locked = db.session.scalar(query.with_for_update(of=model).execution_options(populate_existing=True))
    if locked is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    return locked


def _verb(transition: Transition, model: type[Record]) -> str:
    addon, _sep, noun = addon_and_noun(model)
    prefix, _dot, verb = transition.permission.rpartition(".")
    if prefix != f"{addon}.{noun}":
        raise Forbidden(_("A transition's permission must be one on its own model."))
    return verb


def _check_state(workflow: Workflow, transition: Transition, record: Any) -> None:
    if record.state in transition.from_:
        return
    state = workflow.states[record.state].title
    raise Conflict(
        _("“%(action)s” is not possible: the document is %(state)s now.", action=transition.title, state=state),
        state=record.state,
    )


def _run(record: Any, transition: Transition, params: dict[str, Any]) -> None:
    if transition.effect is not None:
        transition.effect(record, **params)
    record.state = transition.to
    record.__dict__["_audit_action"] = transition.name
    db.session.flush()
    if record.__dict__.pop("_audit_action", None):  # nothing changed, so the flush wrote no entry
        audit.note(transition.name, record=record)
    if transition.event is not None:
        publish(transition.event(record))
