"""Sales orders, their lines, and what became of each line."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item, Partner
from core.db import (
    Document,
    Extendable,
    Meta,
    Numbered,
    Price,
    Quantity,
    Record,
    Scoped,
    Stateful,
    UtcDateTime,
    column,
    link,
    utcnow,
)
from core.db.types import Identity
from core.i18n import _
from core.workflow.numbering import today

NEVER = {"write": "never"}


class SalesOrder(Document, Scoped, Numbered, Stateful):
    """What a customer ordered, by line."""

    __tablename__ = "sales_shipping_sales_order"
    __meta__ = Meta(
        title=_("Sales order"),
        plural=_("Sales orders"),
        resource="orders",
        display=("number",),
        search=("number", "customer_number"),
        order=("-id",),
    )

    partner_id: Mapped[int] = link("masterdata_partner.id", _("Customer"))
    customer_number: Mapped[str | None] = column(String(60), _("Customer's order number"))
    ordered_on: Mapped[date] = column(Date, _("Ordered on"), default=today)
    ship_to: Mapped[str | None] = column(String(200), _("Ship to"))
    note: Mapped[str | None] = column(String(400), _("Note"))

    partner: Mapped[Partner] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys="SalesOrder.owner_id")
    org_unit: Mapped[Any] = relationship("OrgUnit", foreign_keys="SalesOrder.org_unit_id")
    lines: Mapped[list[SalesOrderLine]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="SalesOrderLine.seq"
    )


class SalesOrderLine(Record, Extendable):
    """One item of an order, in its stock unit. `released` and `shipped` never exceed `quantity`."""

    __tablename__ = "sales_shipping_sales_order_line"
    __table_args__ = (
        CheckConstraint("released >= 0 AND released <= quantity", name="released"),
        CheckConstraint("shipped >= 0 AND shipped <= quantity", name="shipped"),
    )
    __meta__ = Meta(title=_("Order line"), plural=_("Order lines"), parent="order", display=("name",))

    order_id: Mapped[int] = link("sales_shipping_sales_order.id", _("Sales order"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info=NEVER)
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})
    price: Mapped[Decimal | None] = column(Price, _("Price"), info={"minimum": 0, "group": "prices"})
    due_on: Mapped[date | None] = column(Date, _("Deliver by"), index=True)
    released: Mapped[Decimal] = column(Quantity, _("Released so far"), default=Decimal(0), info=NEVER)
    shipped: Mapped[Decimal] = column(Quantity, _("Shipped so far"), default=Decimal(0), info=NEVER)

    order: Mapped[SalesOrder] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()

    @property
    def name(self) -> str:
        """How people name the line: the order, its number there, the item."""
        return f"{self.order.number} / {self.seq} · {self.item.code}"


class ReleasePortion(Record):
    """A part of a line that was released, by which route, and what it became (`mrp_routing.work_order`, 7)."""

    __tablename__ = "sales_shipping_release_portion"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="quantity"),
        Index("ix_sales_shipping_release_portion_target", "target_model", "target_id"),
    )
    __meta__ = Meta(title=_("Released portion"), plural=_("Released portions"), parent="line", display=("id",))

    line_id: Mapped[int] = link("sales_shipping_sales_order_line.id", _("Order line"), info=NEVER)
    route: Mapped[str] = column(String(40), _("Fulfilment route"), info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    target_model: Mapped[str] = column(String(80), _("Became"), info=NEVER)
    target_id: Mapped[int] = mapped_column(Identity)
    released_at: Mapped[datetime] = column(UtcDateTime, _("Released at"), default=utcnow, info=NEVER)
    taken_back_at: Mapped[datetime | None] = column(UtcDateTime, _("Taken back at"), info=NEVER)

    line: Mapped[SalesOrderLine] = relationship()
