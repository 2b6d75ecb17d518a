"""Stocktakes: places that are counted, what was found there, and the difference to the books."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item
from addons.stock.models.documents import Booked
from addons.stock.models.lots import NEVER, Lot
from addons.stock.models.places import Location
from core.db import (
    Document,
    Extendable,
    Meta,
    Money,
    Numbered,
    Quantity,
    Record,
    Stateful,
    UtcDateTime,
    column,
    link,
)
from core.db.types import Identity
from core.i18n import _


class Stocktake(Document, Numbered, Stateful, Booked):
    """Locations counted together. Its differences are looked at, approved and posted.

    `freeze`: nothing moves in its places until it is posted; otherwise they go on working, and each count is
    compared with the books at that moment. `blind`: whoever counts is not told what the books say.
    """

    __tablename__ = "stock_stocktake"
    __meta__ = Meta(
        title=_("Stocktake"),
        plural=_("Stocktakes"),
        resource="stocktakes",
        display=("number",),
        search=("number", "note"),
        order=("-id",),
    )

    freeze: Mapped[bool] = column(
        Boolean,
        _("Places stand still"),
        default=True,
        info={"help": _("Nothing moves in or out until the count is posted.")},
    )
    blind: Mapped[bool] = column(
        Boolean,
        _("Blind count"),
        default=True,
        info={"help": _("Whoever counts is not told what the books say.")},
    )

    places: Mapped[list[StocktakePlace]] = relationship(
        back_populates="stocktake", cascade="all, delete-orphan", order_by="StocktakePlace.id"
    )
    lines: Mapped[list[StocktakeLine]] = relationship(
        back_populates="stocktake", cascade="all, delete-orphan", order_by="StocktakeLine.id"
    )


class StocktakePlace(Record):
    """One location of a stocktake. `counted_at`: everything there has been counted."""

    __tablename__ = "stock_stocktake_place"
    __table_args__ = (UniqueConstraint("stocktake_id", "location_id"),)
    __meta__ = Meta(title=_("Place to count"), plural=_("Places to count"), parent="stocktake", display=("id",))

    stocktake_id: Mapped[int] = link("stock_stocktake.id", _("Stocktake"), ondelete="CASCADE", index=False)
    location_id: Mapped[int] = link("stock_location.id", _("Location"), index=False)
    counted_at: Mapped[datetime | None] = column(UtcDateTime, _("Counted at"), info=NEVER)
    counted_by_id: Mapped[int | None] = link("core_user.id", _("Counted by"), constraint=False, index=False, info=NEVER)

    stocktake: Mapped[Stocktake] = relationship(back_populates="places")
    location: Mapped[Location] = relationship()
    counted_by: Mapped[Any] = relationship(
        "User", primaryjoin="foreign(StocktakePlace.counted_by_id) == User.id", viewonly=True
    )


class StocktakeLine(Record, Extendable):
    """One item and lot in one place: what the books said when it was counted, and what was found.

    `counted` is None until then. `first_count` is what was found before it was counted again. `value` is what the
    difference is worth.
    """

    __tablename__ = "stock_stocktake_line"
    __table_args__ = (
        UniqueConstraint("stocktake_id", "location_id", "item_id", "lot_key", name="uq_stock_stocktake_line_goods"),
    )
    __meta__ = Meta(title=_("Count"), plural=_("Counts"), parent="stocktake", display=("id",))

    stocktake_id: Mapped[int] = link("stock_stocktake.id", _("Stocktake"), ondelete="CASCADE", index=False)
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    location_id: Mapped[int] = link("stock_location.id", _("Location"), index=False, info=NEVER)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), index=False, info=NEVER)
    lot_id: Mapped[int | None] = link("stock_lot.id", _("Lot"), index=False, info=NEVER)
    lot_key: Mapped[int] = mapped_column(Identity, default=0)
    expected: Mapped[Decimal] = column(Quantity, _("In the books"), default=Decimal(0), info=NEVER)
    counted: Mapped[Decimal | None] = column(Quantity, _("Found"), info=NEVER)
    first_count: Mapped[Decimal | None] = column(Quantity, _("First count"), info=NEVER)
    difference: Mapped[Decimal] = column(Quantity, _("Difference"), default=Decimal(0), info=NEVER)
    value: Mapped[Decimal] = column(
        Money, _("Value of the difference"), default=Decimal(0), info={**NEVER, "group": "costs"}
    )
    remark: Mapped[str | None] = column(String(200), _("Remark"))

    stocktake: Mapped[Stocktake] = relationship(back_populates="lines")
    location: Mapped[Location] = relationship()
    item: Mapped[Item] = relationship()
    lot: Mapped[Lot | None] = relationship()
