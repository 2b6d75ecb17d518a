"""Inserting many rows in one statement, with their audit entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, insert, select

from core.db import Record, db
from core.workflow import audit

Row = Mapping[str, Any]


def add_rows(model: type[Record], rows: Sequence[Row], *, root: str = "", root_key: str = "") -> list[int]:
    """Insert rows and write who made them; returns the ids in the order of the rows.

    For lines, `root` is the document's model name and `root_key` the column that holds its id.
    """
    newest = db.session.scalar(select(func.max(model.id))) or 0
    # Without render_nulls, rows that leave different fields empty become statements of their own.
    db.session.execute(insert(model).execution_options(render_nulls=True), rows)
    ids = list(db.session.scalars(select(model.id).where(model.id > newest).order_by(model.id)))
    entries = [_entry(model, row_id, row, root, root_key) for row_id, row in zip(ids, rows, strict=True)]
    audit.record_bulk("create", audit.model_name(model), entries)
    return ids


def _entry(model: type[Record], row_id: int, row: Row, root: str, root_key: str) -> dict[str, Any]:
    title = " ".join(str(row[name]) for name in model.__meta__.display if row.get(name) is not None)
    changes = {key: [None, _plain(value)] for key, value in row.items() if value is not None}
    place = {"root_model": root, "root_id": row[root_key]} if root else {}
    return {"id": row_id, "title": title, "changes": changes, **place}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
