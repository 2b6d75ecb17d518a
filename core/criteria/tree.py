"""Checking a condition tree: known fields only, values of the field's type, limited depth and size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.criteria.values import read_value
from core.db.fields import ColumnInfo
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons

MAX_DEPTH = 5
MAX_LEAVES = 50
MAX_NODES = 200
MAX_LINKS = 3
ORDERED = frozenset({"integer", "decimal", "quantity", "price", "money", "date", "datetime"})
TEXTUAL = frozenset({"text", "longtext"})
OPERATORS: Mapping[str, frozenset[str] | None] = {
    "eq": None,
    "ne": None,
    "in": None,
    "empty": None,
    "gt": ORDERED,
    "gte": ORDERED,
    "lt": ORDERED,
    "lte": ORDERED,
    "between": ORDERED,
    "contains": TEXTUAL,
    "starts": TEXTUAL,
}
IDENTITY = FieldSpec(
    name="id",
    kind="link",
    info=ColumnInfo(label=_("Id")),
    required=True,
    nullable=False,
    unique=True,
    length=None,
    default=None,
)


@dataclass(frozen=True)
class Leaf:
    """One comparison: the links to follow, the field at their end, the operator, the typed value."""

    links: tuple[str, ...]
    field: FieldSpec
    op: str
    value: Any


@dataclass(frozen=True)
class Branch:
    """`and` or `or` over parts; an empty `and` is true, an empty `or` false."""

    op: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Not:
    """The negation of a part."""

    part: Node


Node = Leaf | Branch | Not


def check(spec: ModelSpec, tree: Any, actor: Actor) -> Node:
    """A checked tree, or `ValidationError` naming what is wrong; fields the actor may not see are unknown."""
    return _Checker(spec, actor).node(tree, 1)


class _Checker:
    def __init__(self, spec: ModelSpec, actor: Actor) -> None:
        self.spec = spec
        self.actor = actor
        self.leaves = self.nodes = 0

    def node(self, tree: Any, depth: int) -> Node:
        self.nodes += 1
        if depth > MAX_DEPTH:
            raise ValidationError(_("A condition may be nested %(depth)s deep at most.", depth=MAX_DEPTH))
        if self.nodes > MAX_NODES:
            raise _too_many()
        if isinstance(tree, dict) and "field" in tree:
            return self.leaf(tree)
        if not isinstance(tree, dict) or len(tree) != 1:
            raise _malformed()
        ((op, inner),) = tree.items()
        if op == "not":
            return Not(self.node(inner, depth + 1))
        if op not in ("and", "or") or not isinstance(inner, list):
            raise _malformed()
        return Branch(op, tuple(self.node(part, depth + 1) for part in inner))

    def leaf(self, tree: Mapping[str, Any]) -> Leaf:
        self.leaves += 1
        if self.leaves > MAX_LEAVES:
            raise _too_many()
        path, op = tree["field"], tree.get("op")
        if set(tree) - {"field", "op", "value"} or not isinstance(path, str):
            raise ValidationError(_("A comparison has “field”, “op” and “value”."))
        links, field = find_field(self.spec, path, self.actor)
        if not isinstance(op, str) or not fits(field, op):
            problem = _("“%(op)s” cannot be asked of “%(field)s”.", op=str(op)[:40], field=field.label)
            raise ValidationError(problem, fields={path: [problem]})
        return Leaf(links, field, op, read_value(field, op, tree.get("value"), path, self.actor))


def _malformed() -> ValidationError:
    return ValidationError(_("A condition is an object with “and”, “or”, “not” or “field”."))


def _too_many() -> ValidationError:
    return ValidationError(_("A condition may have %(leaves)s comparisons at most.", leaves=MAX_LEAVES))


def fits(field: FieldSpec, op: str) -> bool:
    """Whether the operator exists and makes sense for fields of this kind."""
    if op not in OPERATORS or field.kind == "json":
        return False
    kinds = OPERATORS[op]
    return kinds is None or field.kind in kinds


def find_field(spec: ModelSpec, path: str, actor: Actor) -> tuple[tuple[str, ...], FieldSpec]:
    """Follow `item.category.code` to its field; `ValidationError` for anything the actor may not know of.

    Following a link needs the right to read what it leads to.
    """
    *links, last = path.split(".")
    problem = _("There is no field “%(path)s”.", path=path[:80])
    unknown = ValidationError(problem, fields={path: [problem]})
    if len(links) > MAX_LINKS:
        raise unknown
    followed = []
    for link in links:
        field = spec.field_named(link)
        if field is None or field.relation is None or field.target is None or not actor.sees_group(field.info.group):
            raise unknown
        spec = current_registry().models[field.target]
        if spec.addon not in enabled_addons() or not actor.can(spec.permission("read")):
            raise unknown
        followed.append(field.relation)
    found = IDENTITY if last == "id" else spec.field_named(last)
    if found is None or not actor.sees_group(found.info.group):
        raise unknown
    return tuple(followed), found
