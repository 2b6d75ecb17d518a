"""Reading records for the API: pages of a list, and one record, in a fixed number of statements."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, select, true

from core.actor import current_actor
from core.api import reading
from core.api.shapes import loading, read_schema, readable_names
from core.criteria import order_by, to_clause
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import _
from core.views.listing import search_clause

PER_PAGE, MOST_PER_PAGE = 50, 200
LIST_ARGUMENTS = ("filter", "q", "sort", "page", "per_page", "fields")


@dataclass(frozen=True)
class Asked:
    """What a list request asks for."""

    where: Any
    order: list[Any]
    page: int
    per_page: int
    only: tuple[str, ...]


def read_list_arguments(spec: ModelSpec) -> Asked:
    """The query of a list request, checked; lines are left out unless `fields` names them."""
    actor = current_actor()
    given = reading.arguments(*LIST_ARGUMENTS)
    parts = []
    if given.get("filter"):
        parts.append(to_clause(spec, reading.parse_json(given["filter"]), actor))
    if given.get("q", "").strip():
        parts.append(search_clause(spec, given["q"].strip()[:200], actor))
    only = reading.names(given, "fields", readable_names(spec, actor))
    return Asked(
        where=and_(true(), *parts),
        order=order_by(spec, given.get("sort", ""), actor),
        page=reading.whole_number(given, "page", 1, reading.MAX_PAGE),
        per_page=reading.whole_number(given, "per_page", PER_PAGE, MOST_PER_PAGE),
        only=tuple(n for n in readable_names(spec, actor) if n not in spec.lines) if only is None else only,
    )


def find_page(spec: ModelSpec, asked: Asked) -> dict[str, Any]:
    """One page of what the actor reaches, and how much there is in all. Two statements, one more for each
    line table asked for."""
    actor = current_actor()
    model: Any = spec.model
    where = and_(criterion(model, actor), asked.where)
    total = db.session.scalar(select(func.count(model.id)).where(where)) or 0
    query = select(model).where(where).order_by(*asked.order).options(*loading(spec, actor, asked.only))
    rows = db.session.scalars(query.limit(asked.per_page).offset((asked.page - 1) * asked.per_page)).all()
    items = read_schema(spec, actor, asked.only).dump(rows, many=True)
    return {"items": items, "page": asked.page, "per_page": asked.per_page, "total": total}


def find_one(spec: ModelSpec, record_id: int, only: Collection[str] | None = None) -> Any:
    """The record with everything its JSON shows, read afresh, or None out of reach. One statement, one more
    for each line table."""
    actor = current_actor()
    query = select(spec.model).where(spec.model.id == record_id, criterion(spec.model, actor))
    query = query.options(*loading(spec, actor, only)).execution_options(populate_existing=True)
    return db.session.scalar(query)


def get_one(spec: ModelSpec, record_id: int, only: Collection[str] | None = None) -> Any:
    """The same, or `NotFound`."""
    record = find_one(spec, record_id, only)
    if record is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    return record


def as_json(spec: ModelSpec, record: Any, only: Collection[str] | None = None) -> dict[str, Any]:
    """The record as the actor sees it."""
    shown: dict[str, Any] = read_schema(spec, current_actor(), only).dump(record)
    return shown


def as_written(spec: ModelSpec, record: Any) -> dict[str, Any]:
    """A record just written: as the actor sees it, or its id and version where he may write but not read."""
    version = getattr(record, "version", None)
    if current_actor().can(spec.permission("read")):
        found = find_one(spec, record.id)
        if found is not None:
            return as_json(spec, found)
    return {"id": record.id} if version is None else {"id": record.id, "version": version}
