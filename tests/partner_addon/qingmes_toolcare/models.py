"""What this addon keeps beside an item."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, Integer
from sqlalchemy.orm import Mapped, backref, relationship

from addons.masterdata.models import Item
from core.db import Document, Meta, UtcDateTime, column, link
from core.i18n import _


class ItemCare(Document):
    """The care one item needs: every `interval_days`, next on `due_on`. One row per item, at most.

    `reminded_at` is when somebody was last told that it is overdue; None when never.
    """

    __tablename__ = "toolcare_item_care"
    __meta__ = Meta(
        title=_("Care plan"), plural=_("Care plans"), resource="care-plans", display=("due_on",), order=("due_on",)
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), unique=True, info={"write": "create"})
    interval_days: Mapped[int] = column(Integer, _("Interval (days)"), info={"minimum": 1})
    due_on: Mapped[date] = column(Date, _("Care due on"))
    reminded_at: Mapped[datetime | None] = column(UtcDateTime, _("Reminded at"), info={"write": "never"})

    item: Mapped[Item] = relationship(backref=backref("care", uselist=False))
