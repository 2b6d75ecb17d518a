"""The ledger: moves that are never changed, the balances they add up to, and what is promised of them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item
from addons.stock.models.places import Location
from core.db import Document, Meta, Quantity, Record, UtcDateTime, column, link, utcnow
from core.db.types import Identity
from core.i18n import _

NEVER = {"write": "never"}


class Lot(Document):
    """A traceable batch of one item, or one piece of it when the item is tracked by serial number."""

    __tablename__ = "stock_lot"
    __table_args__ = (UniqueConstraint("item_id", "number"),)
    __meta__ = Meta(
        title=_("Lot"),
        plural=_("Lots"),
        resource="lots",
        display=("number",),
        search=("number", "supplier_lot"),
        order=("-id",),
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), info={"write": "create"})
    number: Mapped[str] = column(String(60), _("Lot number"), index=True, info={"write": "create"})
    supplier_lot: Mapped[str | None] = column(String(60), _("Supplier's lot"))

    item: Mapped[Item] = relationship()


class StockMove(Record):
    """One line of the ledger: a quantity (> 0, in the stock unit) of an item from one location to another.

    Append-only: the database refuses changes; a mistake is put right by a move back. The cause is the
    document that made it (`cause_model` such as `stock.receipt`, its id, the id of its line, and what people call it).
    """

    __tablename__ = "stock_move"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("from_location_id <> to_location_id", name="somewhere_else"),
        Index("ix_stock_move_cause", "cause_model", "cause_id"),
    )
    __meta__ = Meta(
        title=_("Stock move"),
        plural=_("Stock moves"),
        resource="moves",
        display=("id",),
        search=("cause", "reason"),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    at: Mapped[datetime] = column(UtcDateTime, _("Posted at"), default=utcnow, index=True, info=NEVER)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), info=NEVER)
    lot_id: Mapped[int | None] = link("stock_lot.id", _("Lot"), info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    from_location_id: Mapped[int] = link("stock_location.id", _("From location"), info=NEVER)
    to_location_id: Mapped[int] = link("stock_location.id", _("To location"), info=NEVER)
    cause: Mapped[str | None] = column(String(120), _("Cause"), info=NEVER)
    cause_model: Mapped[str] = mapped_column(String(80))
    cause_id: Mapped[int | None] = mapped_column(Identity)
    cause_line: Mapped[int | None] = mapped_column(Identity)
    reason: Mapped[str | None] = column(String(200), _("Reason"), info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("Posted by"), constraint=False, info=NEVER)
    channel: Mapped[str] = column(String(10), _("Channel"), info=NEVER)

    item: Mapped[Item] = relationship()
    lot: Mapped[Lot | None] = relationship()
    from_location: Mapped[Location] = relationship(foreign_keys="StockMove.from_location_id")
    to_location: Mapped[Location] = relationship(foreign_keys="StockMove.to_location_id")
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(StockMove.user_id) == User.id", viewonly=True)


class StockBalance(Record):
    """What an internal location holds of an item and lot: always the sum of its moves, never below zero.

    `reserved` is how much of it is promised, always the sum of the open reservations. `lot_key` is the lot's
    id, or 0 for none, so that the key is unique on every database.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        UniqueConstraint("item_id", "location_id", "lot_key"),
        CheckConstraint("on_hand >= 0", name="on_hand"),
        CheckConstraint("reserved >= 0 AND reserved <= on_hand", name="reserved"),
    )
    __meta__ = Meta(
        title=_("Balance"),
        plural=_("Balances"),
        resource="balances",
        display=("id",),
        order=("item_id", "location_id"),
        read_only=True,
        audited=False,
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), index=False, info=NEVER)
    location_id: Mapped[int] = link("stock_location.id", _("Location"), info=NEVER)
    lot_id: Mapped[int | None] = link("stock_lot.id", _("Lot"), info=NEVER)
    lot_key: Mapped[int] = mapped_column(Identity, default=0)
    on_hand: Mapped[Decimal] = column(Quantity, _("On hand"), default=Decimal(0), info=NEVER)
    reserved: Mapped[Decimal] = column(Quantity, _("Reserved"), default=Decimal(0), info=NEVER)

    item: Mapped[Item] = relationship()
    location: Mapped[Location] = relationship()
    lot: Mapped[Lot | None] = relationship()


class Reservation(Record):
    """Stock promised to a document's line and not moved yet: `quantity`, of which `taken` has left.

    `for_model` and `for_id` name whom it is promised to (`sales_shipping.sales_order_line`, 7), `purpose` names
    it to people. Changed only while its balance is locked.
    """

    __tablename__ = "stock_reservation"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND taken <= quantity", name="taken"),
        Index("ix_stock_reservation_for", "for_model", "for_id"),
    )
    __meta__ = Meta(
        title=_("Reservation"),
        plural=_("Reservations"),
        resource="reservations",
        display=("id",),
        search=("purpose",),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    balance_id: Mapped[int] = link("stock_balance.id", _("Balance"), info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    taken: Mapped[Decimal] = column(Quantity, _("Taken"), default=Decimal(0), info=NEVER)
    purpose: Mapped[str | None] = column(String(120), _("Reserved for"), info=NEVER)
    for_model: Mapped[str] = mapped_column(String(80))
    for_id: Mapped[int] = mapped_column(Identity)
    made_at: Mapped[datetime] = column(UtcDateTime, _("Reserved at"), default=utcnow, info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("Reserved by"), constraint=False, index=False, info=NEVER)

    balance: Mapped[StockBalance] = relationship()
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(Reservation.user_id) == User.id", viewonly=True)
