"""One table."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped

from core.db import Document, column


class Thing(Document):
    """A thing."""

    __tablename__ = "belt_thing"

    name: Mapped[str] = column(String(40), "Name")
