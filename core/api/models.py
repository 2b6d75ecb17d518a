"""What the API keeps: answers to requests that may come twice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Meta, Record
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _


class IdempotencyKey(Record):
    """The answer given to a POST that carried an `Idempotency-Key`; the same request gets it again.

    `request_hash` is the SHA-256 of method, path, query and body; `headers` are those worth repeating.
    """

    __tablename__ = "core_idempotency_key"
    __table_args__ = (UniqueConstraint("user_id", "key"),)
    __meta__ = Meta(title=_("Idempotency key"), generic=False, audited=False, display=("key",))

    user_id: Mapped[int] = mapped_column(Identity)
    key: Mapped[str] = mapped_column(String(200))
    method: Mapped[str] = mapped_column(String(10))
    path: Mapped[str] = mapped_column(String(255))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None] = mapped_column(Integer)
    headers: Mapped[dict[str, str]] = mapped_column(Json, default=dict)
    body: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow, index=True)
