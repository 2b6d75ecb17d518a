"""A record as it would be with what stands in a form, to see how its conditions turn out. It is never saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import marshmallow
from sqlalchemy.orm.attributes import set_committed_value

from core.custom.rules import ruled, watched
from core.db.scope import get_or_none
from core.db.spec import FieldSpec, ModelSpec
from core.kernel.registry import current_registry
from core.workflow.schema import marshmallow_field


def trial(spec: ModelSpec, record: Any, typed: Mapping[str, Any]) -> Any:
    """A copy of a record, without its lines, with the typed values that can be read. One statement for each link
    the conditions follow."""
    copy: Any = spec.model()
    looked_at = {name for field in ruled(spec) for name in watched(spec, field)}
    for field in spec.fields.values():
        field.set_on(copy, _value(field, record, typed))
        if field.relation is not None and field.name in looked_at:
            set_committed_value(copy, field.relation, _target(field, field.value_of(copy)))
    return copy


def _value(field: FieldSpec, record: Any, typed: Mapping[str, Any]) -> Any:
    if field.name in typed:
        return _read(field, typed[field.name])
    stored = field.value_of(record)
    if stored or record.id is not None:
        return stored
    from core.views.forms import default_of

    return default_of(type(record), field)


def _read(field: FieldSpec, value: Any) -> Any:
    """A typed value; one that is none yet counts as empty."""
    if value is None or value == "":
        return None
    if not isinstance(value, (str, bool, int, list)):  # of a record that is copied
        return value
    try:
        return marshmallow_field(field).deserialize(value)
    except marshmallow.ValidationError:
        return None


def _target(field: FieldSpec, record_id: Any) -> Any:
    if record_id is None or field.target is None:
        return None
    return get_or_none(current_registry().models[field.target].model, record_id)
