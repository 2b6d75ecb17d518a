"""What would happen if this were submitted now: who is asked in which order and why, before anybody is asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from core.actor import Actor, current_actor
from core.approvals import gate, store
from core.approvals.facts import freeze
from core.approvals.logic import choosing
from core.approvals.logic.definition import Approver, Definition
from core.approvals.models import ApprovalFlow, ApprovalVersion
from core.approvals.simulate import Row, Stage, simulate, stage_for
from core.criteria.facts import Reason
from core.db.session import db
from core.errors import QingmesError
from core.kernel.registry import current_registry
from core.workflow.declare import Transition
from core.workflow.params import load_params

PREFIX = "choice-"
UNSEEN = "…"


@dataclass(frozen=True)
class Choice:
    """People the initiator chooses for a step: among `people` (id, name), everybody when empty; those `chosen`."""

    key: str
    name: str
    least: int
    most: int
    people: tuple[tuple[int, str], ...]
    chosen: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Preview:
    """The flow that applies, the way as rows, and what the initiator still has to choose."""

    flow: ApprovalFlow
    rows: tuple[Row, ...]
    choices: tuple[Choice, ...]

    @property
    def is_stuck(self) -> bool:
        """Whether the request would come to a step in which nobody may decide."""
        return any(row.is_unresolved for row in self.rows)


def preview(
    record: Any, transition: Transition, sent: Mapping[str, Any], choices: Mapping[str, Iterable[int]]
) -> Preview | None:
    """Who would be asked for this transition of a record, or None when nothing stands before it. Writes nothing.

    `sent` are the transition's inputs as far as they have been filled in; what cannot be read yet is left out.
    """
    flow = gate.flow_for(record, transition) if transition.approvable else None
    version = db.session.get(ApprovalVersion, flow.version_id) if flow is not None else None
    actor = current_actor()
    if flow is None or version is None or actor.user_id is None:
        return None
    stage = stage_for(flow)
    definition = store.definition_of(version, flow, actor.user_id, actor.unit_id)
    filled = choosing.with_stand_ins(definition, stage.org, actor.user_id, choices)
    facts = _facts(record, transition, sent, definition, stage, actor.user_id)
    rows = simulate(flow, definition, facts, actor.user_id, choices=filled, stage=stage)
    return Preview(flow, tuple(_seen(row, stage, actor) for row in rows), _choices(definition, rows, stage, choices))


def _facts(
    record: Any, transition: Transition, sent: Mapping[str, Any], definition: Definition, stage: Stage, initiator: int
) -> Mapping[str, Any]:
    spec, params = current_registry().spec_of(record), _readable(transition, sent)
    directory, attachments = stage.org.directory, definition.attachments
    return freeze(spec, transition, record, params, initiator, directory, attachments=attachments).facts


def _readable(transition: Transition, sent: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs that can be read by themselves."""
    found: dict[str, Any] = {}
    for name, field in transition.params.items():
        try:
            found |= load_params({name: field}, {name: sent[name]}) if sent.get(name) else {}
        except QingmesError:
            continue
    return found


def _choices(
    definition: Definition, rows: Iterable[Row], stage: Stage, choices: Mapping[str, Iterable[int]]
) -> tuple[Choice, ...]:
    asked = choosing.steps_to_choose(definition)
    on_the_way = [row for row in rows if row.kind == "step" and row.key in asked]
    return tuple(_choice(row, asked[row.key], stage, choices.get(row.key, ())) for row in on_the_way)


def _choice(row: Row, rule: Approver, stage: Stage, chosen: Iterable[int]) -> Choice:
    directory = stage.org.directory

    def named(ids: Iterable[int]) -> tuple[tuple[int, str], ...]:
        return tuple((user, directory.name_of(user)) for user in ids if directory.is_active(user))

    return Choice(row.key, row.name, rule.least, rule.most, named(rule.targets), named(chosen))


def _seen(row: Row, stage: Stage, actor: Actor) -> Row:
    """The row without values of fields that are not the reader's to see."""
    kept = {str(f.label) for f in stage.speaker.kinds.values() if not actor.sees_group(f.info.group)}
    return replace(row, reasons=tuple(hidden(reason, kept) for reason in row.reasons))


def hidden(reason: Reason, labels: Iterable[str]) -> Reason:
    """A comparison without its values when it is about one of these fields."""
    return reason._replace(wanted=UNSEEN, actual=UNSEEN) if reason.label in labels else reason


def sent_choices(form: Any) -> dict[str, list[int]]:
    """The people chosen in a form, by step: `choice-<key>` fields with ids."""
    names = [name for name in form if name.startswith(PREFIX)]
    chosen = {name.removeprefix(PREFIX): [int(v) for v in form.getlist(name) if _is_id(v)] for name in names}
    return {key: ids for key, ids in chosen.items() if ids}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < len(str(2**31))
