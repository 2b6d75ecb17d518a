"""How a field's value is written for people in a report, and for files that are read again."""

from __future__ import annotations

from typing import Any

from core.db.spec import FieldSpec, ModelSpec
from core.views.columns import Column, text_of


def text_for(spec: ModelSpec, field: FieldSpec, record: Any) -> str:
    """The value of a record's field as people read it."""
    column = Column(field.name, (), field, spec.name)
    return text_of(column, column.value(record))
