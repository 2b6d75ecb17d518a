"""One table."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from core.db import Document, Meta, Stateful, column


class Thing(Document, Stateful):
    """A thing."""

    __tablename__ = "press_thing"
    __meta__ = Meta(title="Thing", resource="things")

    name: Mapped[str] = column(String(40), "Name")
