"""Months: what came in, went out and stayed, frozen when the month is closed."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import Item
from core.db import Document, Meta, Money, Quantity, Record, Stateful, column, link
from core.i18n import _

NEVER = {"write": "never"}
COSTS = {"write": "never", "group": "costs"}


def last_day(month: date) -> date:
    """The last day of the month a day is in."""
    return month.replace(day=monthrange(month.year, month.month)[1])


def _last_day(context: Any) -> date:
    return last_day(context.get_current_parameters()["starts_on"])


class Period(Document, Stateful):
    """A month of stock. Once it is closed nothing is booked on its days, or on those before it.

    `starts_on` is its first day; closing writes one line per item.
    """

    __tablename__ = "stock_period"
    __meta__ = Meta(
        title=_("Stock month"),
        plural=_("Stock months"),
        resource="periods",
        display=("starts_on",),
        order=("-starts_on",),
    )

    starts_on: Mapped[date] = column(Date, _("Month"), unique=True, info={"write": "create"})
    state: Mapped[str] = column(String(40), _("State"), default="open", index=True, info=NEVER)
    ends_on: Mapped[date] = column(Date, _("Until"), default=_last_day, index=True, info=NEVER)

    lines: Mapped[list[PeriodLine]] = relationship(
        back_populates="period", cascade="all, delete-orphan", order_by="PeriodLine.item_id"
    )


class PeriodLine(Record):
    """What one item did in a closed month, in the stock unit and in money."""

    __tablename__ = "stock_period_line"
    __table_args__ = (UniqueConstraint("period_id", "item_id"),)
    __meta__ = Meta(
        title=_("Line of a stock month"), plural=_("Lines of stock months"), parent="period", display=("id",)
    )

    period_id: Mapped[int] = link("stock_period.id", _("Stock month"), ondelete="CASCADE", index=False)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), info=NEVER)
    opening_qty: Mapped[Decimal] = column(Quantity, _("Opening"), info=NEVER)
    in_qty: Mapped[Decimal] = column(Quantity, _("In"), info=NEVER)
    out_qty: Mapped[Decimal] = column(Quantity, _("Out"), info=NEVER)
    closing_qty: Mapped[Decimal] = column(Quantity, _("Closing"), info=NEVER)
    opening_value: Mapped[Decimal] = column(Money, _("Opening value"), info=COSTS)
    in_value: Mapped[Decimal] = column(Money, _("Value in"), info=COSTS)
    out_value: Mapped[Decimal] = column(Money, _("Value out"), info=COSTS)
    closing_value: Mapped[Decimal] = column(Money, _("Closing value"), info=COSTS)

    period: Mapped[Period] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()
