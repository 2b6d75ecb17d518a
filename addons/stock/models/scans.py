"""Scans that have posted something: each is done once, however often the device sends it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.db import Meta, Record, UtcDateTime, utcnow
from core.db.types import Identity
from core.i18n import _


class KeeperScan(Record):
    """A scan by which something was done: the id its page gave it, and the sentence it was answered with."""

    __tablename__ = "stock_keeper_scan"
    __meta__ = Meta(title=_("Scan"), plural=_("Scans"), display=("id",), generic=False, audited=False)

    event_id: Mapped[str] = mapped_column(String(36), unique=True)
    task: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    user_id: Mapped[int | None] = mapped_column(Identity)
    news: Mapped[str] = mapped_column(String(400))
