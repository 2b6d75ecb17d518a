"""Conditions as SQL. Every comparison is guarded by IS NOT NULL, so that `not` means the same as in Python."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, true
from sqlalchemy.orm import aliased

from core.actor import Actor
from core.criteria.tree import TEXTUAL, Branch, Leaf, Node, Not, check
from core.db.scope import criterion
from core.db.spec import ModelSpec


def to_clause(spec: ModelSpec, tree: Any, actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of a condition for this actor; raises `ValidationError` as `check` does."""
    return clause_of(spec.model, check(spec, tree, actor), actor)


def clause_of(model: Any, node: Node, actor: Actor) -> ColumnElement[bool]:
    """The clause of a checked tree on a class or alias."""
    if isinstance(node, Not):
        return not_(clause_of(model, node.part, actor))
    if isinstance(node, Branch):
        parts = [clause_of(model, part, actor) for part in node.parts]
        return and_(true(), *parts) if node.op == "and" else or_(false(), *parts)
    return _linked(model, node.links, node, actor)


def _linked(model: Any, links: tuple[str, ...], leaf: Leaf, actor: Actor) -> ColumnElement[bool]:
    """A comparison at the end of links: an EXISTS within what the actor reaches."""
    if not links:
        return _compare(leaf.field.column_of(model), leaf)
    relation = getattr(model, links[0])
    target = aliased(relation.property.mapper.class_)
    inner = _linked(target, links[1:], leaf, actor)
    if leaf.op == "empty":  # nothing at the end of a missing link is empty too
        return not_(_exists(relation, target, actor, not_(inner)))
    return _exists(relation, target, actor, inner)


def _exists(relation: Any, target: Any, actor: Actor, inner: ColumnElement[bool]) -> ColumnElement[bool]:
    found: ColumnElement[bool] = relation.of_type(target).has(and_(criterion(target, actor), inner))
    return found


def _compare(column: Any, leaf: Leaf) -> ColumnElement[bool]:
    if leaf.op == "empty":
        return or_(column.is_(None), column == "") if leaf.field.kind in TEXTUAL else column.is_(None)
    if leaf.value is None or (leaf.op == "between" and None in leaf.value):
        return false()
    return and_(column.is_not(None), _operator(column, leaf.op, leaf.value))


def _operator(column: Any, op: str, value: Any) -> Any:
    if op == "eq":
        return column == value
    if op == "ne":
        return column != value
    if op == "in":
        return column.in_([v for v in value if v is not None])
    if op == "between":
        return column.between(*value)
    if op == "contains":
        return func.lower(column).contains(value.lower(), autoescape=True)
    if op == "starts":
        return func.lower(column).startswith(value.lower(), autoescape=True)
    return {"gt": column > value, "gte": column >= value, "lt": column < value, "lte": column <= value}[op]
