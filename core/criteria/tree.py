"""Checking a condition tree: known fields only, values of the field's type, limited depth and size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.actor import Actor
from core.criteria.paths import DATED, EACH, ORDERED, TEXTUAL, Path, find_path
from core.criteria.values import read_value
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import _

MAX_DEPTH = 5
MAX_LEAVES = 50
MAX_NODES = 200
LINKED = frozenset({"link"})
KINDS = ORDERED | TEXTUAL | LINKED | {"boolean", "choice"}
OPERATORS: Mapping[str, frozenset[str]] = {
    "eq": KINDS,
    "ne": KINDS,
    "in": KINDS,
    "empty": KINDS | {"multichoice", "attachment"},
    "gt": ORDERED,
    "gte": ORDERED,
    "lt": ORDERED,
    "lte": ORDERED,
    "between": ORDERED,
    "contains": TEXTUAL | {"multichoice"},
    "starts": TEXTUAL,
    "older_than": DATED,
    "within_next": DATED,
    "under": LINKED,
}


@dataclass(frozen=True)
class Leaf:
    """One comparison: where the value stands, the operator, the typed value to compare with, and that as given."""

    path: Path
    op: str
    value: Any
    given: Any = None


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
Finder = Callable[[str], Path]


def check(spec: ModelSpec, tree: Any, actor: Actor) -> Node:
    """A checked tree, or `ValidationError` naming what is wrong; fields the actor may not see are unknown.

    One statement for each unit asked for with `under`.
    """
    return check_with(lambda path: find_path(spec, path, actor), tree, actor)


def check_facts(kinds: Mapping[str, FieldSpec], tree: Any, actor: Actor) -> Node:
    """The same for a condition on facts, whose names are the keys of `kinds`."""

    return check_with(lambda text: fact_path(kinds, text), tree, actor)


def fact_path(kinds: Mapping[str, FieldSpec], text: str) -> Path:
    """The path of a fact; `ValidationError` for one that is not among `kinds`."""
    if text not in kinds:
        problem = _("There is no fact “%(path)s”.", path=text[:80])
        raise ValidationError(problem, fields={text: [problem]})
    total = text.partition("(")[0]
    return Path(text, kinds[text], kinds[text].label, total=total if total in EACH else "")


def check_with(find: Finder, tree: Any, actor: Actor) -> Node:
    """A checked tree whose paths are found by a function that raises `ValidationError` for unknown ones."""
    return _Checker(find, actor).node(tree, 1)


class _Checker:
    def __init__(self, find: Finder, actor: Actor) -> None:
        self.find = find
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
        text, op = tree["field"], tree.get("op")
        if set(tree) - {"field", "op", "value"} or not isinstance(text, str):
            raise ValidationError(_("A comparison has “field”, “op” and “value”."))
        path = self.find(text)
        if not isinstance(op, str) or not fits(path.field, op):
            problem = _("“%(op)s” cannot be asked of “%(field)s”.", op=str(op)[:40], field=path.label)
            raise ValidationError(problem, fields={text: [problem]})
        given = tree.get("value")
        return Leaf(path, op, read_value(path.field, op, given, text, self.actor), given)


def _malformed() -> ValidationError:
    return ValidationError(_("A condition is an object with “and”, “or”, “not” or “field”."))


def _too_many() -> ValidationError:
    return ValidationError(_("A condition may have %(leaves)s comparisons at most.", leaves=MAX_LEAVES))


def fits(field: FieldSpec, op: str) -> bool:
    """Whether the operator exists and makes sense for fields of this kind; `under` is asked of org units."""
    if op == "under" and field.target != "core.org_unit":
        return False
    return field.kind in OPERATORS.get(op, ())


def leaves(node: Node) -> Iterator[Leaf]:
    """Every comparison of a checked tree, in order."""
    if isinstance(node, Leaf):
        yield node
        return
    for part in node.parts if isinstance(node, Branch) else (node.part,):
        yield from leaves(part)
