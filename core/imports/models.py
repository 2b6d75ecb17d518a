"""What is kept of imports and of large exports: the file, how it is read, and what became of each row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Meta, Record
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _
from core.people.models import User

STATES = {
    "uploaded": _("Columns to be chosen"),
    "checking": _("Being checked"),
    "checked": _("Checked"),
    "running": _("Being imported"),
    "done": _("Imported"),
}
OUTCOMES = {
    "create": _("New"),
    "change": _("Changed"),
    "same": _("Unchanged"),
    "refused": _("Refused"),
    "left_out": _("Left out"),
}


class Import(Record):
    """One file somebody imports into one kind of record.

    `key` is the file's name in the storage, `digest` its SHA-256. `preview` holds the first rows of each sheet
    as text, `settings` how the file is read (`core.imports.settings.Settings`), `counts` how many rows came to
    which outcome. `state` is one of `STATES`; `delivery_id` the job that checks or runs it. Without
    `user_id` the command line runs it.
    """

    __tablename__ = "core_import"
    __meta__ = Meta(title=_("Import"), plural=_("Imports"), generic=False, audited=False, display=("name",))

    model: Mapped[str] = mapped_column(String(120), index=True)
    user_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_user.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    digest: Mapped[str] = mapped_column(String(64), index=True)
    key: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10), default="uploaded")
    preview: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    counts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    delivery_id: Mapped[int | None] = mapped_column(Identity)

    user: Mapped[User | None] = relationship()


class ImportRow(Record):
    """What became (or, before it is imported, would become) of one row, or of the rows of one document.

    `row` is its number in the sheet, `outcome` one of `OUTCOMES`, `record_id` the record it led to. `told`
    holds `changes` ({column: [before, after]}), `problems` ([[row, column, reason]]) and `rows`.
    """

    __tablename__ = "core_import_row"
    __table_args__ = (Index("ix_core_import_row_place", "import_id", "row"),)
    __meta__ = Meta(title=_("Row"), generic=False, audited=False, display=("row",))

    import_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_import.id", ondelete="CASCADE"))
    row: Mapped[int] = mapped_column(Integer)
    outcome: Mapped[str] = mapped_column(String(10))
    record_id: Mapped[int | None] = mapped_column(Identity)
    title: Mapped[str] = mapped_column(String(255), default="")
    told: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class ImportMapping(Record):
    """How somebody read a file with these headings last time; `signature` is the SHA-256 of the headings."""

    __tablename__ = "core_import_mapping"
    __table_args__ = (UniqueConstraint("user_id", "model", "signature"),)
    __meta__ = Meta(title=_("Import mapping"), generic=False, audited=False, display=("model",))

    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    model: Mapped[str] = mapped_column(String(120))
    signature: Mapped[str] = mapped_column(String(64))
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class Export(Record):
    """A list too long to wait for, made into a file by a job. `state` is the list as it stands in an address.

    `key` is the file's name in the storage once it is made, `rows` how many records it holds.
    """

    __tablename__ = "core_export"
    __meta__ = Meta(title=_("Export"), plural=_("Exports"), generic=False, audited=False, display=("model",))

    model: Mapped[str] = mapped_column(String(120))
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    state: Mapped[list[Any]] = mapped_column(Json, default=list)
    format: Mapped[str] = mapped_column(String(4))
    full: Mapped[bool] = mapped_column(default=False)
    key: Mapped[str | None] = mapped_column(String(120))
    rows: Mapped[int] = mapped_column(Integer, default=0)
    delivery_id: Mapped[int | None] = mapped_column(Identity)

    user: Mapped[User] = relationship()
