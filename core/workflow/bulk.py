"""What is done to several records at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.approvals import service
from core.db.base import display
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound, QingmesError, ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.declare import Transition
from core.workflow.records import delete_record, get_record
from core.workflow.schema import writable_fields

MOST = 200
DELETE = "delete"


@dataclass(frozen=True)
class Result:
    """What became of one record: its name, the refusal, or None when it went well, and the approval it waits for."""

    name: str
    refusal: Text | None
    request_id: int | None = None


def offered(spec: ModelSpec, actor: Actor) -> list[Transition]:
    """The transitions that can be asked for on several rows at once: those that need no inputs."""
    found = current_registry().transitions(spec.name)
    return [t for t in found if actor.can(t.permission) and not t.params]


def run(spec: ModelSpec, ids: Sequence[int], action: str) -> list[Result]:
    """Fire a transition on each record, or delete it (`delete`): each by itself, a refusal stops only its own.

    Where an approval flow stands before the transition the record is submitted for approval.
    """
    if not ids or len(ids) > MOST:
        raise ValidationError(_("Choose 1 to %(most)s rows.", most=MOST))
    if action != DELETE and current_registry().transition(spec.name, action) is None:
        raise NotFound(_("There is no such action."))
    return [_run_one(spec, record_id, action) for record_id in ids]


def _run_one(spec: ModelSpec, record_id: int, action: str) -> Result:
    name, request = f"#{record_id}", None
    try:
        with db.session.begin_nested():
            record = get_record(spec, record_id)
            name = display(record)
            if action == DELETE:
                delete_record(spec, record_id)
            else:
                request = service.ask(record, action)
    except QingmesError as error:
        return Result(name, error.message)
    return Result(name, None, request.id if request is not None else None)


def copy_values(spec: ModelSpec, record: Any, actor: Actor) -> dict[str, Any]:
    """The values of a record for a new one like it: what must be unique is left out, lines come along."""
    values = {
        f.name: f.value_of(record)
        for f in writable_fields(spec, actor, creating=True).values()
        if not f.unique and f.kind != "attachment" and f.name not in ("owner_id", "org_unit_id")
    }
    for lines in spec.lines.values():
        line_spec = current_registry().models[lines.model]
        fields = writable_fields(line_spec, actor, creating=True)
        values[lines.name] = [{n: f.value_of(line) for n, f in fields.items()} for line in getattr(record, lines.name)]
    return values
