"""A definition from the JSON it is stored as, and back; whatever makes no sense is refused by its path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields as dataclass_fields
from dataclasses import replace
from decimal import Decimal
from typing import Any

import marshmallow
from marshmallow import fields, post_load, validate, validates_schema

from core.approvals.logic import definition as d
from core.db.types import Money
from core.errors import ValidationError
from core.i18n import _, gettext
from core.workflow.schema import AtLeast, AtMost, ExactDecimal, InputSchema, MaxLength, StrictInteger

MOST_NODES = 60
DEEPEST = 4
Compile = Callable[[Any], d.Predicate]


def _key() -> fields.String:
    return fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9_]{1,40}$"))


def _name() -> fields.String:
    return fields.String(load_default="", validate=MaxLength(max=80))


def _tuple_of(field: fields.Field[Any]) -> fields.List[Any]:
    return fields.List(field, load_default=list)


class ApproverSchema(InputSchema):
    """One way to name people."""

    kind = fields.String(required=True, validate=validate.OneOf(list(d.KINDS)))
    targets = _tuple_of(StrictInteger())
    level = StrictInteger(load_default=0, validate=[AtLeast(0), AtMost(max=20)])
    path = fields.String(load_default="", validate=MaxLength(max=120))
    until_role = StrictInteger(load_default=None, allow_none=True)
    least = StrictInteger(load_default=1, validate=[AtLeast(1), AtMost(max=20)])
    most = StrictInteger(load_default=1, validate=[AtLeast(1), AtMost(max=20)])

    @validates_schema
    def check(self, data: dict[str, Any], **_more: Any) -> None:
        """Each kind needs what it names people by."""
        if data["kind"] in d.NEEDS_TARGETS and not data["targets"]:
            raise marshmallow.ValidationError(gettext("Say who."), "targets")
        if data["kind"] in d.NEEDS_PATH and not data["path"]:
            raise marshmallow.ValidationError(gettext("Say which field."), "path")
        if data["least"] > data["most"]:
            raise marshmallow.ValidationError(gettext("At least is more than at most."), "least")

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Approver:
        """As the dataclass."""
        return d.Approver(**{**data, "targets": tuple(data["targets"])})


class DueSchema(InputSchema):
    """When a task is late."""

    hours = StrictInteger(required=True, validate=[AtLeast(1), AtMost(max=2000)])
    remind = _tuple_of(StrictInteger(validate=[AtLeast(1), AtMost(max=2000)]))
    then = fields.String(load_default="none", validate=validate.OneOf(list(d.TIMEOUT_RULES)))
    user = StrictInteger(load_default=None, allow_none=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_more: Any) -> None:
        """Handing over needs a person."""
        if data["then"] == "transfer" and data["user"] is None:
            raise marshmallow.ValidationError(gettext("Say who."), "user")

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Due:
        """As the dataclass."""
        return d.Due(**{**data, "remind": tuple(sorted(set(data["remind"])))})


class StepSchema(InputSchema):
    """People who decide."""

    key = _key()
    name = _name()
    approvers = fields.List(fields.Nested(ApproverSchema), required=True, validate=validate.Length(1, 20))
    mode = fields.String(load_default="any", validate=validate.OneOf(list(d.MODES)))
    threshold = StrictInteger(load_default=50, validate=[AtLeast(1), AtMost(max=100)])
    empty = fields.String(load_default="admin", validate=validate.OneOf(list(d.EMPTY_RULES)))
    empty_user = StrictInteger(load_default=None, allow_none=True)
    self_rule = fields.String(load_default="manager", validate=validate.OneOf(list(d.SELF_RULES)))
    allow = fields.List(fields.String(validate=validate.OneOf(list(d.VERBS))), load_default=lambda: list(d.VERBS))
    edit = _tuple_of(fields.String(validate=validate.Length(1, 120)))
    hide = _tuple_of(fields.String(validate=validate.Length(1, 120)))
    comment = fields.Boolean(load_default=False)
    signature = fields.Boolean(load_default=False)
    password = fields.Boolean(load_default=False)
    due = fields.Nested(DueSchema, load_default=None, allow_none=True)

    @validates_schema
    def check(self, data: dict[str, Any], **_more: Any) -> None:
        """Asking a named person when nobody is found needs a person."""
        if data["empty"] == "user" and data["empty_user"] is None:
            raise marshmallow.ValidationError(gettext("Say who."), "empty_user")

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Step:
        """As the dataclass."""
        tuples = {name: tuple(data[name]) for name in ("approvers", "edit", "hide")}
        return d.Step(**{**data, **tuples, "allow": frozenset(data["allow"])})


class CopySchema(InputSchema):
    """People who are informed."""

    key = _key()
    name = _name()
    approvers = fields.List(fields.Nested(ApproverSchema), required=True, validate=validate.Length(1, 20))

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Copy:
        """As the dataclass."""
        return d.Copy(**{**data, "approvers": tuple(data["approvers"])})


class VerdictSchema(InputSchema):
    """The flow itself decides."""

    key = _key()
    name = _name()
    approved = fields.Boolean(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Verdict:
        """As the dataclass."""
        return d.Verdict(**data)


class NodeField(fields.Field[Any]):
    """A node by its `type`: approve, copy, verdict or branch."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **more: Any) -> Any:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in NODES:
            raise marshmallow.ValidationError(gettext("This is no step of a flow."))
        return NODES[kind]().load({name: part for name, part in value.items() if name != "type"})


class ArmSchema(InputSchema):
    """One way of a branch."""

    key = _key()
    name = _name()
    when = fields.Dict(required=True)
    nodes = _tuple_of(NodeField())

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Arm:
        """As the dataclass."""
        return d.Arm(**{**data, "nodes": tuple(data["nodes"])})


class BranchSchema(InputSchema):
    """Exclusive ways; the last, otherwise, must be said even when nothing stands on it."""

    key = _key()
    arms = fields.List(fields.Nested(ArmSchema), required=True, validate=validate.Length(1, 10))
    otherwise = fields.List(NodeField(), required=True)

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Branch:
        """As the dataclass."""
        return d.Branch(key=data["key"], arms=tuple(data["arms"]), otherwise=tuple(data["otherwise"]))


NODES: Mapping[str, type[InputSchema]] = {
    "approve": StepSchema,
    "copy": CopySchema,
    "verdict": VerdictSchema,
    "branch": BranchSchema,
}
TYPES: Mapping[type[Any], str] = {d.Step: "approve", d.Copy: "copy", d.Verdict: "verdict", d.Branch: "branch"}


class DefinitionSchema(InputSchema):
    """A whole flow."""

    nodes = _tuple_of(NodeField())
    dedupe = fields.String(load_default="consecutive", validate=validate.OneOf(list(d.DEDUPE_RULES)))
    withdraw = fields.String(load_default="first_vote", validate=validate.OneOf(list(d.WITHDRAW_RULES)))
    on_reject = fields.String(load_default="end", validate=validate.OneOf(["end", "return"]))
    resume = fields.String(load_default="replay", validate=validate.OneOf(["replay", "straight"]))
    tolerance = StrictInteger(load_default=None, allow_none=True, validate=[AtLeast(0), AtMost(max=100)])
    auto_agree = ExactDecimal(Money(), 0, load_default=None, allow_none=True)
    attachments = fields.Boolean(load_default=False)
    copy_approved = _tuple_of(fields.Nested(ApproverSchema))
    copy_rejected = _tuple_of(fields.Nested(ApproverSchema))

    @post_load
    def make(self, data: dict[str, Any], **_more: Any) -> d.Definition:
        """As the dataclass."""
        tuples = {name: tuple(data[name]) for name in ("nodes", "copy_approved", "copy_rejected")}
        return d.Definition(**{**data, **tuples})


def read_definition(stored: Any, compile_arm: Compile | None = None) -> d.Definition:
    """The definition a JSON object says; `compile_arm` turns a condition tree into a function of facts.

    Raises `ValidationError` whose `fields` name the path of each fault.
    """
    if _depth(stored) > DEEPEST:
        raise ValidationError(_("Branches may be nested %(depth)s deep at most.", depth=DEEPEST - 1))
    try:
        read: d.Definition = DefinitionSchema().load(stored)
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields=error.normalized_messages()) from None
    _check_keys(read)
    return compile_arms(read, compile_arm) if compile_arm else read


def compile_arms(read: d.Definition, compile_arm: Compile) -> d.Definition:
    """The same definition with its conditions as functions."""
    return replace(read, nodes=_compiled(read.nodes, compile_arm))


def _depth(stored: Any, level: int = 0) -> int:
    """How deep branches are nested, looked at before anything is read."""
    if level > DEEPEST or not isinstance(stored, (dict, list)):
        return level
    if isinstance(stored, list):
        return max((_depth(part, level) for part in stored), default=level)
    inner = [_depth(stored[ways], level + 1) for ways in ("nodes", "otherwise") if ways in stored]
    return max([level, *inner, _depth(stored.get("arms"), level)])


def _check_keys(read: d.Definition) -> None:
    nodes = list(d.walk(read.nodes))
    keys = [n.key for n in nodes] + [a.key for n in nodes if isinstance(n, d.Branch) for a in n.arms]
    if len(keys) > MOST_NODES:
        raise ValidationError(_("A flow may have %(number)s steps at most.", number=MOST_NODES))
    twice = sorted({key for key in keys if keys.count(key) > 1})
    if twice:
        raise ValidationError(_("Two steps have the same key: %(keys)s.", keys=", ".join(twice)))


def _compiled(nodes: tuple[d.Node, ...], compile_arm: Compile) -> tuple[d.Node, ...]:
    return tuple(_compiled_branch(n, compile_arm) if isinstance(n, d.Branch) else n for n in nodes)


def _compiled_branch(branch: d.Branch, compile_arm: Compile) -> d.Branch:
    arms = (replace(a, holds=compile_arm(a.when), nodes=_compiled(a.nodes, compile_arm)) for a in branch.arms)
    return replace(branch, arms=tuple(arms), otherwise=_compiled(branch.otherwise, compile_arm))


def write_definition(part: Any) -> Any:
    """A definition, or a part of one, as JSON; what is as usual is left out."""
    if isinstance(part, (tuple, list)):
        return [write_definition(p) for p in part]
    if isinstance(part, frozenset):
        return sorted(part)
    if isinstance(part, Decimal):
        return str(part)
    if not hasattr(part, "__dataclass_fields__"):
        return part
    written = {"type": TYPES[type(part)]} if type(part) in TYPES else {}
    for said in dataclass_fields(part):
        value = getattr(part, said.name)
        if said.name != "holds" and value != said.default:
            written[said.name] = write_definition(value)
    return written
