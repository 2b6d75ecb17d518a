"""The rows of a list: narrowed, sorted, grouped, counted and paged, in a fixed number of statements.

Pages are cut by limit and offset, and at most 10,000 rows are counted, summed and paged through, so the
work of a page has a bound however large the table is: nobody leafs to row 10,000, he narrows the list.
One statement finds the ids of the page, the count and the totals; a second loads these few records and
joins what their links lead to, so more columns never mean more statements.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true

from core.actor import Actor
from core.criteria import order_by, to_clause
from core.custom.columns import group_names, search_names, total_names
from core.custom.links import prefetch
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.views.columns import Column, columns_of, loading, resolve, sort_path
from core.views.conditions import tree_of
from core.views.state import COUNT_LIMIT, LAST_PAGE, PER_PAGE, State


@dataclass(frozen=True)
class Page:
    """What the first statement finds: ids of the page and one more, count (at most 10,001), totals by path."""

    ids: list[int]
    count: int
    totals: dict[str, Any]


@dataclass
class Listing:
    """One page of a list for one reader."""

    spec: ModelSpec
    actor: Actor
    state: State
    per_page: int = PER_PAGE

    @cached_property
    def columns(self) -> list[Column]:
        """What is shown, in order."""
        return columns_of(self.spec, self.actor, self.state.columns)

    @cached_property
    def view(self) -> Any:
        """The declared view, or None."""
        return current_registry().lists.get(self.spec.name)

    @cached_property
    def group_column(self) -> Column | None:
        """What the rows are grouped by; `ValidationError` for a field the reader may not know of."""
        if not self.state.group:
            return None
        found = resolve(self.spec, self.state.group, self.actor)
        if found is None or found.links:
            raise ValidationError(_("The list cannot be grouped by “%(name)s”.", name=self.state.group[:60]))
        return found

    @cached_property
    def total_columns(self) -> list[Column]:
        """The columns summed at the foot: those of the view that are shown."""
        wanted = {*(self.view.totals if self.view else ()), *total_names(self.spec)}
        return [c for c in self.columns if c.path in wanted and not c.links and c.field.is_number]

    @cached_property
    def where(self) -> ColumnElement[bool]:
        """What the reader reaches, the search text and every filter."""
        parts = [to_clause(self.spec, tree_of(self.spec, c), self.actor) for c in self.state.conditions]
        if self.state.criteria is not None:
            parts.append(to_clause(self.spec, self.state.criteria, self.actor))
        if self.state.query:
            parts.append(search_clause(self.spec, self.state.query, self.actor))
        return and_(true(), criterion(self.spec.model, self.actor), *parts)

    @cached_property
    def order(self) -> list[Any]:
        """ORDER BY: the group, then what was asked or the list's own order."""
        declared = self.view.sort if self.view and self.view.sort else self.spec.meta.order
        wanted = list(self.state.sort or (d for d in declared if resolve(self.spec, d.lstrip("-"), self.actor)))
        if self.group_column is not None:
            group = self.group_column.path
            wanted = [group, *(w for w in wanted if w.lstrip("-") != group)]
        return order_by(self.spec, tuple(self._sort_term(w) for w in wanted), self.actor)

    def _sort_term(self, name: str) -> str:
        column = resolve(self.spec, name.removeprefix("-"), self.actor)
        if column is None:
            raise ValidationError(_("The list cannot be sorted by “%(name)s”.", name=name.removeprefix("-")[:60]))
        return ("-" if name.startswith("-") else "") + sort_path(column)

    @cached_property
    def page(self) -> Page:
        """The ids of this page, the count and the totals. One statement."""
        start = (self.state.page - 1) * self.per_page
        summary = self._summary()
        query = select(self.spec.model.id, *summary.c).join(summary, true()).where(self.where)
        rows = db.session.execute(query.order_by(*self.order).limit(self.per_page + 1).offset(start)).all()
        if not rows:
            return Page([], 0, {})
        count, *sums = rows[0][1:]
        return Page([row[0] for row in rows], count, dict(zip((c.path for c in self.total_columns), sums, strict=True)))

    def _summary(self) -> Any:
        """Count and sums over the first 10,001 rows, as a one-row subquery."""
        columns = [c.field.column_of(self.spec.model).label(c.field.name) for c in self.total_columns]
        first = select(self.spec.model.id, *columns).where(self.where).limit(COUNT_LIMIT + 1).subquery()
        sums = [func.sum(first.c[c.field.name]).label(f"total_{n}") for n, c in enumerate(self.total_columns)]
        return select(func.count().label("all_rows"), *sums).select_from(first).subquery()

    @cached_property
    def rows(self) -> Sequence[Any]:
        """The records of this page in order, with what their links lead to."""
        ids = self.page.ids[: self.per_page]
        return self.records(ids)

    def records(self, ids: Sequence[int]) -> list[Any]:
        """The records of these ids, in the order given. One statement, and one for each kind of public name."""
        if not ids:
            return []
        shown = [*self.columns, *([self.group_column] if self.group_column else [])]
        query = select(self.spec.model).where(self.spec.model.id.in_(ids)).options(*loading(self.spec, shown))
        found = {record.id: record for record in db.session.scalars(query)}
        prefetch(found.values(), shown)
        return [found[record_id] for record_id in ids if record_id in found]

    def all_ids(self, most: int) -> list[int]:
        """The ids of every row in order, `most` and one more at the longest. For exports."""
        query = select(self.spec.model.id).where(self.where).order_by(*self.order)
        return list(db.session.scalars(query.limit(most + 1)))

    @property
    def count(self) -> int:
        """How many rows, at most 10,001."""
        return self.page.count

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are counted; totals are then not shown."""
        return self.count > COUNT_LIMIT

    @property
    def has_next(self) -> bool:
        """Whether there is another page."""
        return len(self.page.ids) > self.per_page and self.state.page < LAST_PAGE

    @cached_property
    def groups(self) -> dict[Any, tuple[int, dict[str, Any]]]:
        """Count and totals of each value grouped by. One statement."""
        if self.group_column is None:
            return {}
        key = self.group_column.field.column_of(self.spec.model)
        sums = [func.sum(c.field.column_of(self.spec.model)) for c in self.total_columns]
        query: Select[Any] = select(key, func.count(self.spec.model.id), *sums).where(self.where).group_by(key)
        paths = [c.path for c in self.total_columns]
        return {row[0]: (row[1], dict(zip(paths, row[2:], strict=True))) for row in db.session.execute(query)}

    def check(self) -> None:
        """Raise `ValidationError` unless every field the state names is one the reader may use. No statement."""
        for worked_out in ("where", "order", "group_column"):
            getattr(self, worked_out)


def search_clause(spec: ModelSpec, text: str, actor: Actor) -> ColumnElement[bool]:
    """Every word of the text somewhere in the fields quick search reads."""
    columns = [func.lower(field.column_of(spec.model)) for field in search_fields(spec, actor)]
    if not columns:
        raise ValidationError(_("This list cannot be searched."))
    words = text.replace("\x00", "").lower().split()[:8]
    return and_(true(), *(or_(*(column.contains(word, autoescape=True) for column in columns)) for word in words))


def search_fields(spec: ModelSpec, actor: Actor) -> list[FieldSpec]:
    """The fields quick search reads for this reader."""
    return seen(spec, (*spec.meta.search, *search_names(spec)), actor)


def group_fields(spec: ModelSpec, actor: Actor) -> list[FieldSpec]:
    """The fields rows can be grouped by."""
    view = current_registry().lists.get(spec.name)
    return seen(spec, (*(view.group_by if view else ()), *group_names(spec)), actor)


def seen(spec: ModelSpec, names: Iterable[str], actor: Actor) -> list[FieldSpec]:
    """The fields of these names that the reader may see."""
    found = (spec.field_named(name) for name in names)
    return [field for field in found if field is not None and actor.sees_group(field.info.group)]
