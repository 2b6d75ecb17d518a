"""Custom fields in the audit trail: `x` told field by field."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from core.custom.loading import known_field
from core.custom.storage import split
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry

COLUMN = "x"


def told(model: Any, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, list[Any]]:
    """What changed between two contents of `x`: `[before, after]` by key, values as the fields read them.

    Keys no definition knows are told as they are kept.
    """
    old, new = before or {}, after or {}
    changed = [key for key in sorted({*old, *new}) if old.get(key) != new.get(key)]
    if not changed:
        return {}
    spec = current_registry().spec_of(model)
    return {key: [_value(spec, key, old), _value(spec, key, new)] for key in changed}


def _value(spec: ModelSpec, key: str, kept: Mapping[str, Any]) -> Any:
    field = known_field(spec, key)
    if field is None or key not in kept:
        return kept.get(key)
    value = field.value_of(SimpleNamespace(x=kept))
    return split(value) if field.kind == "multichoice" else value
