"""One comparison, and a whole condition, as Python: where the values come from is left to the caller."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from core.criteria.paths import TEXTUAL
from core.criteria.tree import Branch, Leaf, Node, Not

Predicate = Callable[[Any], bool]
Getter = Callable[[Any, Leaf], Any]
ORDER = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le, "older_than": operator.lt}


def predicate_of(node: Node, get: Getter) -> Predicate:
    """The function of a checked tree. `get(subject, leaf)` finds the value, or for `any` and `all` each line's."""
    if isinstance(node, Not):
        part = predicate_of(node.part, get)
        return lambda subject: not part(subject)
    if isinstance(node, Branch):
        parts = [predicate_of(p, get) for p in node.parts]
        every = all if node.op == "and" else any
        return lambda subject: every(part(subject) for part in parts)
    return lambda subject: holds(node, get(subject, node))


def holds(leaf: Leaf, found: Any) -> bool:
    """Whether a comparison holds for the value found, or for the lines' values: without lines neither any nor all."""
    if not leaf.path.is_each:
        return _compare(leaf, found)
    results = [_compare(leaf, value) for value in found]
    return any(results) if leaf.path.total == "any" else bool(results) and all(results)


def _compare(leaf: Leaf, value: Any) -> bool:
    op, wanted = leaf.op, leaf.value
    if op == "empty":
        return value is None or (leaf.path.field.kind in TEXTUAL and value == "")
    if value is None or wanted is None:
        return False
    if op in ("eq", "ne"):
        return (value == wanted) is (op == "eq")
    if op in ("in", "under"):
        return value in wanted
    if op == "between":
        return None not in wanted and bool(wanted[0] <= value <= wanted[1])
    if op == "within_next":
        return bool(wanted[0] <= value < wanted[1])
    if op == "contains":
        return wanted.lower() in value.lower()
    if op == "starts":
        return bool(value.lower().startswith(wanted.lower()))
    return bool(ORDER[op](value, wanted))
