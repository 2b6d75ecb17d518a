"""What the tests of imports share: files made in memory, and an import done from start to end."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from openpyxl import Workbook
from sqlalchemy import select

from core.actor import Actor, acting, current_actor
from core.db import db
from core.db.session import run_unit
from core.db.spec import ModelSpec
from core.events.deliver import deliver
from core.imports import services
from core.imports.models import Import, ImportRow
from core.imports.settings import Settings
from core.kernel.registry import current_registry


def spec_of(model: str = "masterdata.item") -> ModelSpec:
    """The model an import is of."""
    return current_registry().model(model)


def xlsx(*rows: Sequence[Any], title: str = "Sheet") -> bytes:
    """A workbook with one sheet of these rows."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def csv_file(*rows: Sequence[Any], encoding: str = "utf-8", separator: str = ",") -> bytes:
    """A text file of these rows."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=separator).writerows(rows)
    return buffer.getvalue().encode(encoding)


@dataclass
class Result:
    """An import after its job."""

    kept: Import
    rows: list[ImportRow]

    @property
    def outcomes(self) -> list[str]:
        """The outcomes in the order of the rows."""
        return [row.outcome for row in self.rows]

    @property
    def problems(self) -> list[tuple[int, str, str]]:
        """Row, column and reason of everything refused."""
        return [tuple(p) for row in self.rows for p in row.told.get("problems", [])]  # type: ignore[misc]


def read(import_id: int) -> Result:
    """An import with its rows, as the database has them now."""
    db.session.expire_all()
    kept = db.session.get_one(Import, import_id)
    query = select(ImportRow).where(ImportRow.import_id == import_id).order_by(ImportRow.row, ImportRow.id)
    return Result(kept, list(db.session.scalars(query)))


def upload(content: bytes, *, name: str = "items.xlsx", model: str = "masterdata.item", **changes: Any) -> int:
    """A file uploaded by the actor at hand, its guessed settings changed. Commits; returns its id."""

    def work() -> int:
        kept = services.upload(spec_of(model), name, content)
        settings = replace(Settings.from_json(kept.settings), **changes)
        services.start_check(kept, settings)
        return kept.id

    return run_unit(work)


def run_job(import_id: int) -> str:
    """Run the job of an import."""
    kept = db.session.get_one(Import, import_id)
    delivery_id = kept.delivery_id
    assert delivery_id is not None
    db.session.rollback()
    return deliver(delivery_id)


def check(content: bytes, **options: Any) -> Result:
    """A file uploaded and checked."""
    import_id = upload(content, **options)
    run_job(import_id)
    return read(import_id)


def bring_in(content: bytes, *, whole: bool = True, **options: Any) -> Result:
    """A file uploaded, checked and imported."""
    import_id = check(content, **options).kept.id
    return run(import_id, whole=whole)


def run(import_id: int, *, whole: bool = True) -> Result:
    """Import what was checked."""
    run_unit(lambda: services.start_run(services.get_import(import_id), whole=whole))
    run_job(import_id)
    return read(import_id)


def as_user(actor: Actor) -> Any:
    """A block in somebody's name."""
    return acting(replace(actor, channel="web"))


__all__ = ["as_user", "bring_in", "check", "csv_file", "current_actor", "read", "run", "spec_of", "upload", "xlsx"]
