"""The order of a list: by fields of the registry, links followed within the actor's reach."""

from __future__ import annotations

from typing import Any

from sqlalchemy import UnaryExpression, select

from core.actor import Actor
from core.criteria.paths import find_field
from core.db.scope import alias_for, class_of, criterion
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import _

MAX_SORTS = 5


def order_by(spec: ModelSpec, sort: str | tuple[str, ...], actor: Actor) -> list[Any]:
    """ORDER BY of `-due_on,item.code` (or the parts of it), `id` last so that pages never overlap.

    Empty means the model's own order. Records without a value stand last, whichever the direction.
    Raises `ValidationError` for fields the actor may not know of.
    """
    parts = sort.split(",") if isinstance(sort, str) else list(sort)
    parts = [p.strip() for p in parts if p.strip()] or _own_order(spec, actor)
    if len(parts) > MAX_SORTS:
        problem = _("Sort by %(number)s fields at most.", number=MAX_SORTS)
        raise ValidationError(problem, fields={"sort": [problem]})
    return [*(_term(spec, part, actor) for part in parts), spec.model.id]


def _own_order(spec: ModelSpec, actor: Actor) -> list[str]:
    return [p for p in spec.meta.order if actor.sees_group(_group(spec, p.removeprefix("-")))]


def _group(spec: ModelSpec, name: str) -> str | None:
    field = spec.field_named(name)
    return field.info.group if field is not None else None


def _term(spec: ModelSpec, part: str, actor: Actor) -> UnaryExpression[Any]:
    path = part.removeprefix("-")
    links, field = find_field(spec, path, actor)
    if field.kind == "json":
        problem = _("Records cannot be sorted by “%(field)s”.", field=field.label)
        raise ValidationError(problem, fields={"sort": [problem]})
    column: Any = end_of(spec.model, links, field, actor)
    term = column.desc() if part.startswith("-") else column.asc()
    # NULLS LAST only where it matters: it keeps SQLite from using an index.
    ordered: UnaryExpression[Any] = term.nulls_last() if links or field.nullable else term
    return ordered


def end_of(model: Any, links: tuple[str, ...], field: FieldSpec, actor: Actor) -> Any:
    """The column, or the value at the end of links as a scalar subquery within the actor's reach."""
    if not links:
        return field.column_of(model)
    relation = getattr(model, links[0])
    target = alias_for(relation.property.mapper.class_, actor)
    query = select(end_of(target, links[1:], field, actor)).where(
        target.id == key_of(model, relation), criterion(target, actor)
    )
    return query.correlate(model).scalar_subquery()


def key_of(model: Any, relation: Any) -> Any:
    """The column by which a class or an alias leads to the other end of a link."""
    (local,) = relation.property.local_columns
    return getattr(model, class_of(model).__mapper__.get_property_by_column(local).key)
