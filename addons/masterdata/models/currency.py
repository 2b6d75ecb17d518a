"""Currencies and their rates by date."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Boolean, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from core.db import Document, Meta, Price, Record, column, link
from core.i18n import _


class Currency(Document):
    """A currency. The home currency is the one the factory keeps its books in; its rate is always 1."""

    __tablename__ = "masterdata_currency"
    __meta__ = Meta(
        title=_("Currency"),
        plural=_("Currencies"),
        resource="currencies",
        display=("code",),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(3), _("Code"), unique=True, info={"help": _("Three letters, such as CNY.")})
    name: Mapped[str] = column(String(60), _("Name"))
    symbol: Mapped[str | None] = column(String(8), _("Symbol"))
    decimals: Mapped[int] = column(Integer, _("Decimals"), default=2, info={"minimum": 0})
    is_home: Mapped[bool] = column(Boolean, _("Home currency"), default=False)
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    rates: Mapped[list[CurrencyRate]] = relationship(
        back_populates="currency", cascade="all, delete-orphan", order_by="CurrencyRate.valid_on.desc()"
    )


class CurrencyRate(Record):
    """What one unit of a currency is worth in the home currency, from a day until the next rate."""

    __tablename__ = "masterdata_currency_rate"
    __table_args__ = (UniqueConstraint("currency_id", "valid_on"),)
    __meta__ = Meta(title=_("Exchange rate"), plural=_("Exchange rates"), parent="currency", display=("valid_on",))

    currency_id: Mapped[int] = link("masterdata_currency.id", _("Currency"), ondelete="CASCADE")
    valid_on: Mapped[date] = column(Date, _("Valid from"))
    rate: Mapped[Decimal] = column(Price, _("Exchange rate"), info={"minimum": 0})

    currency: Mapped[Currency] = relationship(back_populates="rates")
