"""Whether a record is named anywhere."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from core.actor import elevated
from core.db import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry


def find_user_of(record: Any) -> ModelSpec | None:
    """A kind of record that names this one in a link, or None. One statement for each such link there is."""
    name = current_registry().spec_of(record).name
    with elevated("whether a record is used anywhere does not depend on who asks"):
        for spec in current_registry().models.values():
            for field in spec.own.values():
                if field.target == name and _is_named(spec.model, field.column_of(spec.model), record.id):
                    return spec
    return None


def _is_named(model: Any, column: Any, record_id: int) -> bool:
    return db.session.scalar(select(model.id).where(column == record_id).limit(1)) is not None
