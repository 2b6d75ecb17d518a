"""What workers earn by the hour and by the piece."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.mrp_routing.models.orders import NEVER
from core.db import Document, Meta, Money, Quantity, Record, Stateful, column, link
from core.i18n import _

WAGES = {"group": "wages"}


class WageRate(Document):
    """What an hour of a worker is paid from a day on, until his next rate."""

    __tablename__ = "mrp_routing_wage_rate"
    __table_args__ = (UniqueConstraint("user_id", "starts_on"),)
    __meta__ = Meta(
        title=_("Hourly wage"),
        plural=_("Hourly wages"),
        resource="wage-rates",
        display=("user", "starts_on"),
        order=("-starts_on", "id"),
    )

    user_id: Mapped[int] = link("core_user.id", _("Worker"))
    starts_on: Mapped[date] = column(Date, _("From"))
    hourly: Mapped[Decimal] = column(Money, _("Pay per hour"), info={**WAGES, "minimum": 0})

    user: Mapped[Any] = relationship("User", foreign_keys="WageRate.user_id")


class WagePeriod(Document, Stateful):
    """The wages of some days. Reckoned from the reports while it is a draft; once approved, nothing in it changes."""

    __tablename__ = "mrp_routing_wage_period"
    __meta__ = Meta(
        title=_("Wage period"),
        plural=_("Wage periods"),
        resource="wage-periods",
        display=("starts_on", "ends_on"),
        order=("-starts_on",),
    )

    starts_on: Mapped[date] = column(Date, _("First day"), unique=True, info={"write": "create"})
    ends_on: Mapped[date] = column(Date, _("Last day"), info={"write": "create"})

    lines: Mapped[list[WageLine]] = relationship(
        back_populates="period", cascade="all, delete-orphan", order_by="WageLine.id"
    )


class WageLine(Record):
    """What a worker has earned in a period."""

    __tablename__ = "mrp_routing_wage_line"
    __table_args__ = (UniqueConstraint("period_id", "user_id"),)
    __meta__ = Meta(title=_("Wage"), plural=_("Wages"), parent="period", display=("user",))

    period_id: Mapped[int] = link("mrp_routing_wage_period.id", _("Wage period"), ondelete="CASCADE")
    user_id: Mapped[int] = link("core_user.id", _("Worker"), info=NEVER)
    hours: Mapped[Decimal] = column(Quantity, _("Hours"), info=NEVER)
    pieces: Mapped[Decimal] = column(Quantity, _("Paid pieces"), info=NEVER)
    hour_pay: Mapped[Decimal] = column(Money, _("By the hour"), info={**NEVER, **WAGES})
    piece_pay: Mapped[Decimal] = column(Money, _("By the piece"), info={**NEVER, **WAGES})
    total: Mapped[Decimal] = column(Money, _("Wage"), info={**NEVER, **WAGES})

    period: Mapped[WagePeriod] = relationship(back_populates="lines")
    user: Mapped[Any] = relationship("User", foreign_keys="WageLine.user_id")
