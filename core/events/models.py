"""The outbox: what must happen after commit, as rows of the same transaction; and what people are told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Document, Meta, Record
from core.db.types import Identity, Json, UtcDateTime, utcnow
from core.i18n import _

STATES = {
    "waiting": _("Waiting"),
    "running": _("Running"),
    "stopping": _("Stopping"),
    "held": _("Held"),
    "done": _("Done"),
    "cancelled": _("Cancelled"),
    "dead": _("Failed"),
}


class Delivery(Record):
    """One thing to be done once: an event for one subscriber, or one job.

    `target` is `<addon>.<function>`: a job, or a subscription's handler. `state` is one of `STATES`: a short
    job stays waiting (and locked) until its commit makes it done; only long jobs are seen running. Held ones
    wait for their addon to be enabled again. `due_at` moves on after each failure, `tries` counts failures.
    `key`, when given, makes it unique (schedules). `lease_until` says until when a worker holds a running
    long job. `cursor`, `done` and `total` are what a long job has reached.
    """

    __tablename__ = "core_delivery"
    __table_args__ = (Index("ix_core_delivery_due", "state", "due_at"),)
    __meta__ = Meta(title=_("Delivery"), plural=_("Jobs"), generic=False, audited=False, display=("target",))

    kind: Mapped[str] = mapped_column(String(10))
    addon: Mapped[str] = mapped_column(String(60))
    target: Mapped[str] = mapped_column(String(160))
    payload: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    key: Mapped[str | None] = mapped_column(String(160), unique=True)
    user_id: Mapped[int | None] = mapped_column(Identity, ForeignKey("core_user.id"))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(Text)
    cursor: Mapped[Any] = mapped_column(Json, default=None, nullable=True)
    done: Mapped[int] = mapped_column(Integer, default=0)
    total: Mapped[int | None] = mapped_column(Integer)


class Notification(Record):
    """Something one user is told. `text` is a message id filled with `params`, read in the reader's language.

    `link` is a path of ours or None. `key` keeps the same thing from being told twice to a user.
    `read_at` None means unread.
    """

    __tablename__ = "core_notification"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_core_notification_unread", "user_id", "read_at"),
    )
    __meta__ = Meta(title=_("Notification"), plural=_("Notifications"), generic=False, audited=False, display=("text",))

    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    kind: Mapped[str] = mapped_column(String(40), default="info")
    text: Mapped[str] = mapped_column(Text)
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    link: Mapped[str | None] = mapped_column(String(300))
    key: Mapped[str | None] = mapped_column(String(160))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class NotificationSetting(Record):
    """How a user wants to be told besides the inbox; without a row: in the inbox only.

    `muted` names, for `inbox` and `email`, the kinds of notification he does not want that way.
    `quiet_from` and `quiet_to` are `HH:MM` in the factory's time zone, both or neither: no mail in between.
    """

    __tablename__ = "core_notification_setting"
    __meta__ = Meta(title=_("Notification settings"), generic=False, audited=False, display=("id",))

    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"), unique=True)
    email: Mapped[bool] = mapped_column(Boolean, default=False)
    muted: Mapped[dict[str, list[str]] | None] = mapped_column(Json)
    quiet_from: Mapped[str | None] = mapped_column(String(5))
    quiet_to: Mapped[str | None] = mapped_column(String(5))


class Robot(Document):
    """A robot of a group chat. Its address and secret are written, never shown.

    `silent_until`: it said that it was too much, or did not answer. `wake_at`: when somebody looks again.
    """

    __tablename__ = "core_robot"
    __meta__ = Meta(title=_("Robot"), plural=_("Robots"), generic=False, display=("name",))

    name: Mapped[str] = mapped_column(String(80))
    kind: Mapped[str] = mapped_column(String(20))
    post_url: Mapped[str] = mapped_column(String(500))
    signing_secret: Mapped[str | None] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    silent_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    wake_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class RobotMessage(Record):
    """Something a robot is to say. `state`: waiting, sending, sent, failed; `sent_at` counts for its limits."""

    __tablename__ = "core_robot_message"
    __table_args__ = (
        UniqueConstraint("robot_id", "key"),
        Index("ix_core_robot_message_state", "robot_id", "state", "id"),
        Index("ix_core_robot_message_sent_at", "robot_id", "sent_at"),
    )
    __meta__ = Meta(title=_("Robot message"), generic=False, audited=False, display=("title",))

    robot_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_robot.id", ondelete="CASCADE"))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    title: Mapped[str] = mapped_column(String(120))
    text: Mapped[str] = mapped_column(Text)
    link: Mapped[str | None] = mapped_column(String(300))
    key: Mapped[str | None] = mapped_column(String(160))
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    error: Mapped[str | None] = mapped_column(String(400))
