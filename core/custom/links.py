"""What custom links and files lead to, read for many records at once: a link in `x` is no relationship of the model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import select

from core.custom.fields import LINKED, CustomSpec
from core.db.session import db
from core.db.spec import FieldSpec
from core.kernel.registry import current_registry


class Shown(Protocol):
    """A column as lists and forms have it: relationships to follow, then the field."""

    @property
    def links(self) -> tuple[str, ...]:
        """The relationships."""

    @property
    def field(self) -> FieldSpec:
        """The field at their end."""


def prefetch(records: Iterable[Any], columns: Iterable[Shown]) -> None:
    """Read what the custom links among the columns lead to. One statement for each kind of record, or none."""
    ends = list(_ends(list(records), [c for c in columns if isinstance(c.field, CustomSpec) and c.field.target]))
    wanted: dict[str, set[int]] = defaultdict(set)
    for holder, field in ends:
        wanted[field.target or ""].add(field.value_of(holder))
    found = {target: _records(target, ids) for target, ids in wanted.items()}
    for holder, field in ends:
        target = found[field.target or ""].get(field.value_of(holder))
        holder.__dict__.setdefault(LINKED, {})[field.name] = target


def _ends(records: Sequence[Any], columns: Sequence[Shown]) -> Iterator[tuple[Any, FieldSpec]]:
    """Each record that has a value in one of the fields, with the field."""
    for column in columns:
        for record in records:
            holder = record
            for link in column.links:
                holder = getattr(holder, link) if holder is not None else None
            if holder is not None and column.field.value_of(holder) is not None:
                yield holder, column.field


def _records(target: str, ids: Iterable[int]) -> dict[int, Any]:
    """Those within reach, by id."""
    model: Any = current_registry().models[target].model if target in current_registry().models else None
    if model is None:
        return {}
    return {record.id: record for record in db.session.scalars(select(model).where(model.id.in_(sorted(ids))))}


def linked(record: Any, field: FieldSpec) -> Any:
    """The record a custom link leads to where it was prefetched, otherwise its id; other values as they are."""
    value = field.value_of(record)
    return record.__dict__.get(LINKED, {}).get(field.name) or value if field.target else value
