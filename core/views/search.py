"""Finding a record by anything: a scanned code jumps to it, words list what fits in every kind of record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, literal, or_, select, union_all

from core.actor import Actor
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel import hooks
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons
from core.views.drawing import record_url
from core.views.listing import search_clause, search_fields

PER_KIND = 6
CODES = ("number", "code", "badge", "login")


@dataclass(frozen=True)
class Found:
    """What fits in one kind of record."""

    spec: ModelSpec
    records: list[Any]
    more: bool


def readable(actor: Actor) -> list[ModelSpec]:
    """The kinds of record with pages of their own that this actor may read."""
    return [
        spec
        for spec in current_registry().models.values()
        if is_page(spec) and spec.addon in enabled_addons() and actor.can(spec.permission("read"))
    ]


def jump(code: str, actor: Actor) -> str | None:
    """The address of the one record a code belongs to, or None.

    Asks the addons first (printed codes), then looks for an equal number or code.
    """
    answer = hooks.ask("scanned_code", code=code)
    if answer is not None:
        model, record_id = answer
        spec = current_registry().model(model)
        reached = select(spec.model.id).where(spec.model.id == record_id)
        if actor.can(spec.permission("read")) and db.session.scalar(reached) is not None:
            return record_url(model, record_id)
    matches = _with_code(code, actor)
    return record_url(*matches[0]) if len(matches) == 1 else None


def _with_code(code: str, actor: Actor) -> list[tuple[str, int]]:
    """Model and id of the first two records with this code. One statement."""
    queries = []
    for spec in readable(actor):
        names = [n for n in CODES if n in spec.fields and actor.sees_group(spec.fields[n].info.group)]
        if names:
            queries.append(_ids(spec, actor).where(or_(*(getattr(spec.model, n) == code for n in names))))
    if not queries:
        return []
    return [(row[0], row[1]) for row in db.session.execute(union_all(*queries).limit(2))]


def _ids(spec: ModelSpec, actor: Actor) -> Select[Any]:
    """The model's name and the ids within reach."""
    model: Any = spec.model
    return select(literal(spec.name).label("name"), model.id.label("id")).where(criterion(model, actor))


def search(text: str, actor: Actor) -> list[Found]:
    """The first few records of each kind whose searched fields have every word.

    One statement finds them all; each kind found takes another.
    """
    kinds = [spec for spec in readable(actor) if search_fields(spec, actor)]
    ids: dict[str, list[int]] = {}
    if kinds:
        firsts = [_first_ids(spec, text, actor).subquery() for spec in kinds]
        for name, record_id in db.session.execute(union_all(*(select(first.c.name, first.c.id) for first in firsts))):
            ids.setdefault(name, []).append(record_id)
    return [_found(spec, ids[spec.name]) for spec in kinds if spec.name in ids]


def _first_ids(spec: ModelSpec, text: str, actor: Actor) -> Select[Any]:
    query = _ids(spec, actor).where(search_clause(spec, text, actor))
    return query.order_by(spec.model.id.desc()).limit(PER_KIND + 1)


def _found(spec: ModelSpec, ids: list[int]) -> Found:
    query = select(spec.model).where(spec.model.id.in_(ids[:PER_KIND])).order_by(spec.model.id.desc())
    return Found(spec, list(db.session.scalars(query)), len(ids) > PER_KIND)
