"""An index on each searchable custom field, so that looking for its values is quick among 100,000 records.

They come and go with the definitions, in the transaction that puts a field in use or retires it; `ensure` puts
right what a migration or a restore left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Index, MetaData, text
from sqlalchemy.schema import CreateIndex

from core.custom import keys
from core.custom.fields import CustomSpec
from core.custom.lists import INDEXED
from core.custom.loading import LIVE, definitions
from core.db.migrate import CUSTOM_INDEX
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry

PREFIX = CUSTOM_INDEX
CATALOGUES = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE :prefix",
    "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = current_schema() AND indexname LIKE :prefix",
}


def ensure() -> list[str]:
    """Make the indexes that are missing and drop those no field wants; returns the names of both. In the
    caller's transaction."""
    wanted, there = _wanted(), _there()
    missing = [name for name in wanted if name not in there]
    extra = sorted(there - set(wanted))
    for name in missing:
        db.session.execute(CreateIndex(_index(name, *wanted[name])))
    for name in extra:
        db.session.execute(text(f'DROP INDEX "{name}"'))
    return [*missing, *extra]


def missing() -> list[str]:
    """The fields, as `model.key`, whose index is not there."""
    there = _there()
    return [f"{spec.name}.{field.name}" for name, (spec, field) in _wanted().items() if name not in there]


def _wanted() -> Mapping[str, tuple[ModelSpec, CustomSpec]]:
    """The indexes there should be, by name. An addon that is not installed keeps its fields, without indexes."""
    models = current_registry().models
    found = {}
    for model, fields in definitions().fields.items():
        for field in fields.values():
            if model in models and field.state == LIVE and field.searchable and field.kind in INDEXED:
                found[f"{PREFIX}{field.id}_{field.name.removeprefix(keys.PREFIX)}"] = (models[model], field)
    return found


def _index(name: str, spec: ModelSpec, field: CustomSpec) -> Index:
    """The index as SQLAlchemy sees it, on a copy of the table: the models themselves know nothing of it."""
    table: Any = spec.model.__table__
    return Index(name, field.column_of(table.to_metadata(MetaData()).c))


def _there() -> set[str]:
    """The indexes on custom fields in the database, from its catalogue."""
    connection = db.session.connection()
    query = CATALOGUES[connection.dialect.name]
    return set(connection.execute(text(query), {"prefix": f"{PREFIX}%"}).scalars())
