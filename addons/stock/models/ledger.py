"""The ledger: moves that are never changed, the balances and values they add up to, and what is promised of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item
from addons.stock.models.lots import NEVER, Lot
from addons.stock.models.places import Location
from core.db import Meta, Money, Price, Quantity, Record, UtcDateTime, choice, column, link, utcnow
from core.db.types import Identity
from core.i18n import _

STATUSES = {
    "available": _("Available"),
    "inspection": _("In inspection"),
    "hold": _("On hold"),
    "lent": _("Lent"),
}
FLOWS = {"in": _("In"), "out": _("Out"), "inner": _("Within")}


class Project(Record):
    """Whose stock it is: a document's line that owns what was bought or made for it.

    `of_model` and `of_id` name it (`sales_shipping.sales_order_line`, 7), `title` names it to people. Made when
    goods are first booked for the line.
    """

    __tablename__ = "stock_project"
    __table_args__ = (UniqueConstraint("of_model", "of_id"),)
    __meta__ = Meta(
        title=_("Project"),
        plural=_("Projects"),
        resource="projects",
        display=("title",),
        search=("title",),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    of_model: Mapped[str] = mapped_column(String(80))
    of_id: Mapped[int] = mapped_column(Identity)
    title: Mapped[str] = column(String(120), _("Project"), index=True, info=NEVER)


class StockMove(Record):
    """One line of the ledger: a quantity (> 0, in the stock unit) of an item from one place to another.

    Append-only: the database refuses changes; a mistake is put right by a move back, which names it in
    `reverses`. The cause is the document that made it (`cause_model` such as `stock.receipt`, its id, the id of its
    line, and what people call it). `flow` says whether goods came `in` from a virtual location, went `out` to one, or
    moved `inner` between our own. `value` is what the quantity was worth; moves within change no value.
    `booked_on` is the day it counts for.
    """

    __tablename__ = "stock_move"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint(
            "from_location_id <> to_location_id OR from_status <> to_status"
            " OR coalesce(from_project_id, 0) <> coalesce(to_project_id, 0)",
            name="somewhere_else",
        ),
        Index("ix_stock_move_cause", "cause_model", "cause_id"),
        Index("ix_stock_move_item_flow", "item_id", "flow", "booked_on"),
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
    booked_on: Mapped[date] = column(Date, _("Booked on"), index=True, info=NEVER)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), index=False, info=NEVER)
    lot_id: Mapped[int | None] = link("stock_lot.id", _("Lot"), info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    value: Mapped[Decimal] = column(Money, _("Stock value"), default=Decimal(0), info={**NEVER, "group": "costs"})
    flow: Mapped[str] = choice(FLOWS, _("Direction"), info=NEVER)
    from_location_id: Mapped[int] = link("stock_location.id", _("From location"), info=NEVER)
    to_location_id: Mapped[int] = link("stock_location.id", _("To location"), info=NEVER)
    from_status: Mapped[str] = choice(STATUSES, _("From status"), default="available", info=NEVER)
    to_status: Mapped[str] = choice(STATUSES, _("To status"), default="available", info=NEVER)
    from_project_id: Mapped[int | None] = link("stock_project.id", _("From project"), index=False, info=NEVER)
    to_project_id: Mapped[int | None] = link("stock_project.id", _("To project"), index=False, info=NEVER)
    cause: Mapped[str | None] = column(String(120), _("Cause"), info=NEVER)
    cause_model: Mapped[str] = mapped_column(String(80))
    cause_id: Mapped[int | None] = mapped_column(Identity)
    cause_line: Mapped[int | None] = mapped_column(Identity)
    reverses_id: Mapped[int | None] = link("stock_move.id", _("Takes back"), unique=True, index=False, info=NEVER)
    reason: Mapped[str | None] = column(String(200), _("Reason"), info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("Posted by"), constraint=False, info=NEVER)
    channel: Mapped[str] = column(String(10), _("Channel"), info=NEVER)

    item: Mapped[Item] = relationship()
    lot: Mapped[Lot | None] = relationship()
    from_location: Mapped[Location] = relationship(foreign_keys="StockMove.from_location_id")
    to_location: Mapped[Location] = relationship(foreign_keys="StockMove.to_location_id")
    from_project: Mapped[Project | None] = relationship(foreign_keys="StockMove.from_project_id")
    to_project: Mapped[Project | None] = relationship(foreign_keys="StockMove.to_project_id")
    reverses: Mapped[Any] = relationship("StockMove", remote_side="StockMove.id")
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(StockMove.user_id) == User.id", viewonly=True)


class StockBalance(Record):
    """What an internal location holds of an item, lot, project and status: always the sum of its moves.

    Never below zero unless the location allows it (`may_be_negative`, a copy of the location's). `reserved` is how
    much of it is promised, always the sum of the open reservations. `lot_key` and `project_key` are the ids, or 0 for
    none, so that the key is unique on every database.
    """

    __tablename__ = "stock_balance"
    __table_args__ = (
        UniqueConstraint("item_id", "location_id", "lot_key", "project_key", "status"),
        CheckConstraint("on_hand >= 0 OR may_be_negative", name="on_hand"),
        CheckConstraint(
            "reserved >= 0 AND (reserved <= on_hand OR (may_be_negative AND reserved = 0))", name="reserved"
        ),
        CheckConstraint("reserved = 0 OR status = 'available'", name="reserved_is_available"),
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
    project_id: Mapped[int | None] = link("stock_project.id", _("Project"), info=NEVER)
    project_key: Mapped[int] = mapped_column(Identity, default=0)
    status: Mapped[str] = choice(STATUSES, _("Status"), default="available", info=NEVER)
    may_be_negative: Mapped[bool] = mapped_column(Boolean, default=False)
    on_hand: Mapped[Decimal] = column(Quantity, _("On hand"), default=Decimal(0), info=NEVER)
    reserved: Mapped[Decimal] = column(Quantity, _("Reserved"), default=Decimal(0), info=NEVER)

    item: Mapped[Item] = relationship()
    location: Mapped[Location] = relationship()
    lot: Mapped[Lot | None] = relationship()
    project: Mapped[Project | None] = relationship()


class ItemValue(Record):
    """What all of an item in stock is worth, by moving average: the value of moves in less that of moves out.

    `quantity` is all of it in internal locations; `last_cost` what one was worth when last there was any. Every
    posting locks this row first, so postings of one item stand in a row.
    """

    __tablename__ = "stock_item_value"
    __meta__ = Meta(
        title=_("Stock value"),
        plural=_("Stock values"),
        resource="values",
        display=("id",),
        order=("item_id",),
        read_only=True,
        audited=False,
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), unique=True, index=False, info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("On hand"), default=Decimal(0), info=NEVER)
    value: Mapped[Decimal] = column(Money, _("Stock value"), default=Decimal(0), info={**NEVER, "group": "costs"})
    last_cost: Mapped[Decimal | None] = column(Price, _("Unit cost"), info={**NEVER, "group": "costs"})

    item: Mapped[Item] = relationship()


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
