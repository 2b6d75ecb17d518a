"""Conditions as a Python function of a record."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from core.actor import Actor
from core.criteria.tree import TEXTUAL, Branch, Leaf, Node, Not, check
from core.db.scope import criterion, parent_of, permission_of, scope_columns
from core.db.session import db
from core.db.spec import ModelSpec

Predicate = Callable[[Any], bool]
ORDER = {"gt": operator.gt, "gte": operator.ge, "lt": operator.lt, "lte": operator.le}


def to_predicate(spec: ModelSpec, tree: Any, actor: Actor) -> Predicate:
    """The function of a condition; raises `ValidationError` as `check` does.

    Like the SQL, it takes a linked record that is out of the actor's reach for missing.
    """
    return predicate_of(check(spec, tree, actor), actor)


def predicate_of(node: Node, actor: Actor) -> Predicate:
    """The function of a checked tree."""
    if isinstance(node, Not):
        part = predicate_of(node.part, actor)
        return lambda record: not part(record)
    if isinstance(node, Branch):
        parts = [predicate_of(p, actor) for p in node.parts]
        every = all if node.op == "and" else any
        return lambda record: every(part(record) for part in parts)
    return lambda record: _holds(_value(record, node, actor), node)


def _value(record: Any, leaf: Leaf, actor: Actor) -> Any:
    for link in leaf.links:
        record = getattr(record, link)
        if record is None or not _is_reached(record, actor):
            return None
    return leaf.field.value_of(record)


def _is_reached(record: Any, actor: Actor) -> bool:
    """Whether the actor may read this record; asks the database only where rows are limited for him."""
    model = type(record)
    limited = parent_of(model) is not None or scope_columns(model) is not None
    if not limited or actor.reach(permission_of(model, "read")).everything:
        return True
    return db.session.scalar(select(model.id).where(model.id == record.id, criterion(model, actor))) is not None


def _holds(value: Any, leaf: Leaf) -> bool:
    if leaf.op == "empty":
        return value is None or (leaf.field.kind in TEXTUAL and value == "")
    if value is None or leaf.value is None:
        return False
    wanted = leaf.value
    if leaf.op in ("eq", "ne"):
        return (value == wanted) is (leaf.op == "eq")
    if leaf.op == "in":
        return value in wanted
    if leaf.op == "between":
        return None not in wanted and bool(wanted[0] <= value <= wanted[1])
    if leaf.op == "contains":
        return wanted.lower() in value.lower()
    if leaf.op == "starts":
        return bool(value.lower().startswith(wanted.lower()))
    return bool(ORDER[leaf.op](value, wanted))
