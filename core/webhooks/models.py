"""Addresses of other programs, and every call that was made to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Document, Meta, Record
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _
from core.people.models import User

STATES = {"waiting": _("Waiting"), "sent": _("Sent"), "failed": _("Failed"), "skipped": _("Left out")}


class Webhook(Document):
    """Who wants to be told of which events. The secret that signs the calls is shown once.

    `user_id`: what he may read at the time decides what is sent.
    """

    __tablename__ = "core_webhook"
    __meta__ = Meta(title=_("Webhook"), plural=_("Webhooks"), generic=False, display=("name",))

    name: Mapped[str] = mapped_column(String(80))
    post_url: Mapped[str] = mapped_column(String(500))
    events: Mapped[list[str]] = mapped_column(Json, default=list)
    signing_secret: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))

    user: Mapped[User] = relationship(foreign_keys=[user_id])


class WebhookCall(Record):
    """One event for one webhook. `body` is exactly what is signed and sent, the same at each try.

    `status` and `response` (at most two kilobytes) are those of the latest try.
    """

    __tablename__ = "core_webhook_call"
    __table_args__ = (Index("ix_core_webhook_call_webhook", "webhook_id", "id"),)
    __meta__ = Meta(title=_("Call"), plural=_("Calls"), generic=False, audited=False, display=("event",))

    webhook_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_webhook.id", ondelete="CASCADE"))
    event: Mapped[str] = mapped_column(String(160))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    body: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    status: Mapped[int | None] = mapped_column(Integer)
    response: Mapped[str | None] = mapped_column(Text)

    webhook: Mapped[Webhook] = relationship()
