"""Its table."""

from __future__ import annotations

from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from core.db.base import Meta, Record


class Mark(Record):
    """One database effect of one delivery. Nothing is unique here: what happens twice shows twice."""

    __tablename__ = "tally_mark"
    __meta__ = Meta(title="Mark", generic=False, audited=False, display=("step",))

    delivery_id: Mapped[int] = mapped_column(Integer)
    step: Mapped[str] = mapped_column(String(40))
    said: Mapped[str] = mapped_column(String(200), default="")
