"""Conditions as a Python function of a record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from core.actor import Actor
from core.criteria.compare import Predicate, predicate_of
from core.criteria.paths import Path
from core.criteria.tree import Leaf, check
from core.db.scope import criterion, has_rules, parent_of, permission_of, scope_columns
from core.db.session import db
from core.db.spec import ModelSpec


def to_predicate(spec: ModelSpec, tree: Any, actor: Actor) -> Predicate:
    """The function of a condition; raises `ValidationError` as `check` does.

    Like the SQL, it takes a linked record that is out of the actor's reach for missing, and the lines of a
    document out of his reach for none.
    """
    return predicate_of(check(spec, tree, actor), lambda record, leaf: _found(record, leaf, actor))


def _found(record: Any, leaf: Leaf, actor: Actor) -> Any:
    path = leaf.path
    if not path.lines:
        return _value(record, path, actor)
    lines = getattr(record, path.lines) if _is_reached(record, actor) else []
    if path.total == "count":
        return len(lines)
    values = [_value(line, path, actor) for line in lines]
    return values if path.is_each else total(path.total, values)


def total(name: str, values: Sequence[Any]) -> Any:
    """The sum, smallest or largest of what is not missing: the sum of nothing is 0, the smallest is missing."""
    known = [value for value in values if value is not None]
    if name == "sum":
        return sum(known)
    return (min if name == "min" else max)(known, default=None)


def _value(record: Any, path: Path, actor: Actor) -> Any:
    for link in path.links:
        record = getattr(record, link)
        if record is None or not _is_reached(record, actor):
            return None
    return path.field.value_of(record)


def _is_reached(record: Any, actor: Actor) -> bool:
    """Whether the actor may read this record; asks the database only where rows are limited for him."""
    model = type(record)
    limited = parent_of(model) is not None or scope_columns(model) is not None or has_rules(model, actor)
    if not limited or actor.reach(permission_of(model, "read")).everything:
        return True
    return db.session.scalar(select(model.id).where(model.id == record.id, criterion(model, actor))) is not None
