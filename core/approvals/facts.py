"""What an approval flow knows of a document: values by path, frozen at submission and fingerprinted.

Besides the document's own (see `Approvable`) there are the inputs of the transition (`params.reason`) and who
submits it: `initiator`, and as lists `any(initiator.units)` (his org unit and all above it),
`any(initiator.roles)` and `any(initiator.posts)`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import marshmallow

from core.approvals.models import ApprovalFlow
from core.criteria.facts import collect, kinds_of, to_json
from core.db.fields import Kind
from core.db.spec import FieldSpec, ModelSpec, made_field
from core.errors import NotFound
from core.i18n import _
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.people.directory import Directory
from core.workflow.attachments import find_attachments
from core.workflow.declare import Approvable, Transition
from core.workflow.schema import ExactDecimal

PARAMS = "params."
INITIATOR = "initiator"
UNITS, ROLES, POSTS = "any(initiator.units)", "any(initiator.roles)", "any(initiator.posts)"
ABOUT_INITIATOR = frozenset({INITIATOR, UNITS, ROLES, POSTS})
PARAM_KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (marshmallow.fields.Boolean, "boolean"),
    (marshmallow.fields.DateTime, "datetime"),
    (marshmallow.fields.Date, "date"),
    (marshmallow.fields.Integer, "integer"),
    (marshmallow.fields.Decimal, "decimal"),
    (ExactDecimal, "money"),
)


@dataclass(frozen=True)
class Frozen:
    """The facts of one submission, their fingerprint, and the amount if the document has one."""

    facts: Mapping[str, Any]
    hash: str
    amount: Decimal | None


def said_of(transition: Transition) -> Approvable:
    """What the addon said about approving this transition."""
    return transition.approvable if isinstance(transition.approvable, Approvable) else Approvable()


def transition_of(flow: ApprovalFlow) -> Transition:
    """The action a flow stands before; `NotFound` when its app is gone."""
    found = current_registry().transition(flow.model, flow.transition)
    if found is None:
        raise NotFound(_("There is no such action."))
    return found


def paths_of(spec: ModelSpec, transition: Transition) -> list[str]:
    """The paths a flow on this transition may use of the document itself."""
    said = said_of(transition)
    amount = [said.amount] if said.amount and not said.amount.startswith(PARAMS) else []
    named = list(said.facts) or [*_own_paths(spec), *_line_paths(spec)]
    custom = [name for name, field in spec.fields.items() if name.startswith("x_") and field.kind != "json"]
    return list(dict.fromkeys([*named, *amount, *custom]))


def _own_paths(spec: ModelSpec) -> list[str]:
    return [f.name for f in spec.fields.values() if _tells(f)]


def _tells(field: FieldSpec) -> bool:
    if field.info.hidden or field.kind in ("json", "longtext"):
        return False
    return field.info.write != "never" or (field.is_number and field.name != "version")


def _line_paths(spec: ModelSpec) -> list[str]:
    paths = []
    for lines in spec.lines.values():
        inner = current_registry().models[lines.model]
        paths.append(f"count({lines.name})")
        paths += [f"sum({lines.name}.{f.name})" for f in inner.fields.values() if f.kind in ("money", "quantity")]
        paths += [f"any({lines.name}.{f.name})" for f in inner.fields.values() if f.kind in ("link", "choice")]
    return [p for p in paths if f".{_parent_of(spec)}" not in p]


def _parent_of(spec: ModelSpec) -> str:
    return next((lines.parent_column for lines in spec.lines.values()), "-")


def kinds(spec: ModelSpec, transition: Transition) -> dict[str, FieldSpec]:
    """The type and label of every fact a flow on this transition can ask about."""
    params = {f"params.{name}": _param_field(name, field) for name, field in transition.params.items()}
    return {**kinds_of(spec, paths_of(spec, transition)), **params, **_about_initiator()}


def _param_field(name: str, field: Any) -> FieldSpec:
    kind: Kind = next((kind for cls, kind in PARAM_KINDS if isinstance(field, cls)), "text")
    return made_field(f"params.{name}", kind, field.metadata.get("title", name), nullable=True)


def _about_initiator() -> dict[str, FieldSpec]:
    told = (
        (INITIATOR, _("Initiator"), "core.user"),
        (UNITS, _("Org unit of the initiator, or one above"), "core.org_unit"),
        (ROLES, _("Role of the initiator"), "core.role"),
        (POSTS, _("Post of the initiator"), "core.post"),
    )
    return {path: made_field(path, "link", label, target=target, nullable=True) for path, label, target in told}


def freeze(
    spec: ModelSpec,
    transition: Transition,
    record: Any,
    params: Mapping[str, Any],
    initiator: int,
    directory: Directory,
    *,
    attachments: bool = False,
) -> Frozen:
    """What is true of the document now. Flushes."""
    facts = collect(spec, paths_of(spec, transition), record)
    facts |= {f"params.{name}": to_json(value) for name, value in params.items()}
    facts |= initiator_facts(initiator, directory)
    facts |= _resolved(record, transition)
    if attachments:
        facts["attachments"] = sorted(file.digest for file in find_attachments(record))
    amount = facts.get(said_of(transition).amount)
    return Frozen(facts, fingerprint(facts), Decimal(amount) if amount is not None else None)


def _resolved(record: Any, transition: Transition) -> dict[str, list[int]]:
    """Whom apps name for this document, by `resolver:<name>`."""
    answers = hooks.ask("approval_people", record=record, transition=transition.name)
    return {f"resolver:{name}": list(users) for answer in answers for name, users in answer.items()}


def initiator_facts(initiator: int, directory: Directory) -> dict[str, Any]:
    """Who submits it, as facts."""
    person = directory.people.get(initiator)
    units = [unit.id for unit in directory.upwards(person.unit_id if person else None)]
    roles = sorted(role for role, held in directory.roles.items() if any(h.user_id == initiator for h in held))
    posts = sorted(post for post, users in directory.posts.items() if initiator in users)
    return {INITIATOR: initiator, UNITS: units, ROLES: roles, POSTS: posts}


def fingerprint(facts: Mapping[str, Any]) -> str:
    """SHA-256 of the facts about the document as canonical JSON; who submits it is not part of it."""
    document = {path: value for path, value in facts.items() if path not in ABOUT_INITIATOR}
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
