"""Which custom fields take part in the list of a model, beside those its view declares."""

from __future__ import annotations

from core.custom.loading import custom_fields
from core.db.spec import ModelSpec

GROUPED_BY = ("choice", "boolean")


def list_names(spec: ModelSpec) -> list[str]:
    """The custom fields a list shows when nobody chose."""
    return [f.name for f in custom_fields(spec) if f.in_list]


def search_names(spec: ModelSpec) -> list[str]:
    """The custom fields quick search reads."""
    return [f.name for f in custom_fields(spec) if f.searchable and f.kind == "text"]


def group_names(spec: ModelSpec) -> list[str]:
    """The custom fields rows can be grouped by."""
    return [f.name for f in custom_fields(spec) if f.kind in GROUPED_BY]


def total_names(spec: ModelSpec) -> list[str]:
    """The custom fields summed at the foot of a list."""
    return [f.name for f in custom_fields(spec) if f.total and f.is_number]
