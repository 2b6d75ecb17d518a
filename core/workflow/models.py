"""Tables beside every document: audit trail, number rules, comments, attachments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Document, Meta, Record
from core.db.fields import choice, column
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _
from core.people.models import User

NUMBER_MODES = {"gap_free": _("Without gaps"), "fast": _("Fast, gaps possible")}


class AuditEntry(Record):
    """One change, by whom, through which channel, field by field. Append-only at the database.

    `changes` maps field names to `[before, after]`; `action` is create, write, delete, a transition's
    name, or a word like `sign_in`. `root_model`/`root_id` name the document a line belongs to.
    """

    __tablename__ = "core_audit_entry"
    __table_args__ = (
        Index("ix_core_audit_entry_record", "root_model", "root_id", "id"),
        Index("ix_core_audit_entry_user", "user_id", "at"),
    )
    __meta__ = Meta(title=_("Audit entry"), plural=_("Audit trail"), generic=False, audited=False, display=("id",))

    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
    user_id: Mapped[int | None] = mapped_column(Identity)
    user_name: Mapped[str] = mapped_column(String(120))
    channel: Mapped[str] = mapped_column(String(20))
    address: Mapped[str | None] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int | None] = mapped_column(Identity)
    root_model: Mapped[str] = mapped_column(String(120))
    root_id: Mapped[int | None] = mapped_column(Identity)
    action: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(255), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)


class AuditSeal(Record):
    """The hash of one day's audit entries, chained to the day before: a change afterwards shows."""

    __tablename__ = "core_audit_seal"
    __meta__ = Meta(title=_("Audit seal"), generic=False, audited=False, display=("day",))

    day: Mapped[date] = mapped_column(unique=True)
    last_id: Mapped[int] = mapped_column(Identity)
    entries: Mapped[int] = mapped_column(Integer)
    hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)


class NumberRule(Document):
    """How documents of one model are numbered. `pattern` holds the segments, see `core.workflow.numbering`."""

    __tablename__ = "core_number_rule"
    __meta__ = Meta(
        title=_("Number rule"),
        plural=_("Number rules"),
        resource="number-rules",
        display=("model",),
        search=("model", "pattern"),
        order=("model",),
    )

    model: Mapped[str] = column(String(120), _("Kind of record"), unique=True, info={"write": "create"})
    pattern: Mapped[str] = column(String(120), _("Pattern"))
    mode: Mapped[str] = choice(NUMBER_MODES, _("Mode"), default="gap_free")


class NumberCounter(Record):
    """The last number given under one rule for one scope (the rendered text around the counter)."""

    __tablename__ = "core_number_counter"
    __table_args__ = (UniqueConstraint("rule_id", "scope"),)
    __meta__ = Meta(title=_("Counter"), generic=False, audited=False, display=("scope",))

    rule_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_number_rule.id", ondelete="CASCADE"))
    scope: Mapped[str] = mapped_column(String(120))
    value: Mapped[int] = mapped_column(Identity, default=0)


class Comment(Record):
    """A remark on a record; `@login` in it tells that user."""

    __tablename__ = "core_comment"
    __table_args__ = (Index("ix_core_comment_record", "model", "record_id"),)
    __meta__ = Meta(title=_("Comment"), generic=False, audited=False, display=("text",))

    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int] = mapped_column(Identity)
    user_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    text: Mapped[str] = mapped_column(Text)

    user: Mapped[User | None] = relationship()


class Attachment(Record):
    """A file kept with a record. `key` is its generated name in the storage, `digest` its SHA-256."""

    __tablename__ = "core_attachment"
    __table_args__ = (Index("ix_core_attachment_record", "model", "record_id"),)
    __meta__ = Meta(title=_("Attachment"), generic=False, audited=False, display=("name",))

    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int] = mapped_column(Identity)
    name: Mapped[str] = mapped_column(String(255))
    content_type: Mapped[str] = mapped_column(String(120))
    size: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    user_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)

    user: Mapped[User | None] = relationship()


class Follower(Record):
    """Who wants to hear about a record: followers are told of comments and transitions."""

    __tablename__ = "core_follower"
    __table_args__ = (UniqueConstraint("model", "record_id", "user_id"),)
    __meta__ = Meta(title=_("Follower"), generic=False, audited=False, display=("user_id",))

    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int] = mapped_column(Identity)
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))


class Tag(Record):
    """A word people put on a record to find it again."""

    __tablename__ = "core_tag"
    __table_args__ = (UniqueConstraint("model", "record_id", "word"),)
    __meta__ = Meta(title=_("Tag"), generic=False, audited=False, display=("word",))

    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int] = mapped_column(Identity)
    word: Mapped[str] = mapped_column(String(40))
