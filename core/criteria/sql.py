"""Conditions as SQL. Every comparison is guarded by IS NOT NULL, so that `not` means the same as in Python."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, not_, or_, select, true

from core.actor import Actor
from core.criteria.order import end_of, key_of
from core.criteria.paths import TEXTUAL, Path
from core.criteria.tree import Branch, Leaf, Node, Not, check
from core.db.scope import alias_for, class_of, criterion
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry


def to_clause(spec: ModelSpec, tree: Any, actor: Actor) -> ColumnElement[bool]:
    """The WHERE clause of a condition for this actor; raises `ValidationError` as `check` does."""
    return clause_of(spec.model, check(spec, tree, actor), actor)


def clause_of(model: Any, node: Node, actor: Actor) -> ColumnElement[bool]:
    """The clause of a checked tree on a class."""
    if isinstance(node, Not):
        return not_(clause_of(model, node.part, actor))
    if isinstance(node, Branch):
        parts = [clause_of(model, part, actor) for part in node.parts]
        return and_(true(), *parts) if node.op == "and" else or_(false(), *parts)
    if node.path.is_each:
        return _each(model, node, actor)
    if node.path.total:
        return _compare(total_of(model, node.path, actor), node)
    return _linked(model, node.path.links, node, actor)


def total_of(model: Any, path: Path, actor: Actor) -> Any:
    """The count, sum, smallest or largest of a record's lines as a scalar subquery within the actor's reach."""
    line, own = lines_in(model, path, actor)
    if path.total == "count":
        found: Any = func.count(line.id)
    else:
        found = getattr(func, path.total)(end_of(line, path.links, path.field, actor))
    if path.total == "sum":
        found = func.coalesce(found, 0)
    return select(found).where(own).correlate(model).scalar_subquery()


def lines_in(model: Any, path: Path, actor: Actor) -> tuple[Any, ColumnElement[bool]]:
    """An alias for the lines a path speaks of, and the condition that they are the record's and reached."""
    spec = current_registry().spec_of(class_of(model)).lines[path.lines]
    line = alias_for(getattr(model, path.lines).property.mapper.class_, actor)
    return line, and_(getattr(line, spec.parent_column) == model.id, criterion(line, actor))


def _each(model: Any, leaf: Leaf, actor: Actor) -> ColumnElement[bool]:
    """Some line fulfils it; for `all`, there is a line and none that does not."""
    line, own = lines_in(model, leaf.path, actor)
    inner = _linked(line, leaf.path.links, leaf, actor)
    lines = select(line.id).where(own).correlate(model)
    if leaf.path.total == "any":
        return lines.where(inner).exists()
    return and_(lines.exists(), not_(lines.where(not_(inner)).exists()))


def _linked(model: Any, links: tuple[str, ...], leaf: Leaf, actor: Actor) -> ColumnElement[bool]:
    """A comparison at the end of links: an EXISTS within what the actor reaches."""
    if not links:
        return _compare(leaf.path.field.column_of(model), leaf)
    relation = getattr(model, links[0])
    target = alias_for(relation.property.mapper.class_, actor)
    inner = _linked(target, links[1:], leaf, actor)
    if leaf.op == "empty":  # nothing at the end of a missing link is empty too
        return not_(_exists(model, relation, target, actor, not_(inner)))
    return _exists(model, relation, target, actor, inner)


def _exists(model: Any, relation: Any, target: Any, actor: Actor, inner: ColumnElement[bool]) -> ColumnElement[bool]:
    own = target.id == key_of(model, relation)
    return select(target.id).where(own, criterion(target, actor), inner).correlate(model).exists()


def _compare(column: Any, leaf: Leaf) -> ColumnElement[bool]:
    if leaf.op == "empty":
        return or_(column.is_(None), column == "") if leaf.path.field.kind in TEXTUAL else column.is_(None)
    if leaf.value is None or (leaf.op == "between" and None in leaf.value):
        return false()
    return and_(column.is_not(None), _operator(column, leaf.op, leaf.value))


def _operator(column: Any, op: str, value: Any) -> Any:
    if op == "eq":
        return column == value
    if op == "ne":
        return column != value
    if op in ("in", "under"):
        return column.in_(sorted(v for v in value if v is not None))
    if op == "between":
        return column.between(*value)
    if op == "within_next":
        return and_(column >= value[0], column < value[1])
    if op == "contains":
        return func.lower(column).contains(value.lower(), autoescape=True)
    if op == "starts":
        return func.lower(column).startswith(value.lower(), autoescape=True)
    comparisons = {"gt": column > value, "gte": column >= value, "lt": column < value, "lte": column <= value}
    return column < value if op == "older_than" else comparisons[op]
