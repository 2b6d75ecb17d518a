"""Shipments: what goes out to a customer at one time."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Integer, String
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import Partner
from addons.sales_shipping.models.orders import SalesOrderLine
from core.db import Document, Extendable, Meta, Numbered, Quantity, Record, Scoped, Stateful, column, link
from core.i18n import _
from core.workflow.numbering import today


class Shipment(Document, Scoped, Numbered, Stateful):
    """Goods for one customer. Shipping it takes them out of stock, where stock is kept."""

    __tablename__ = "sales_shipping_shipment"
    __meta__ = Meta(
        title=_("Shipment"),
        plural=_("Shipments"),
        resource="shipments",
        display=("number",),
        search=("number", "tracking_number"),
        order=("-id",),
    )

    partner_id: Mapped[int] = link("masterdata_partner.id", _("Customer"), info={"write": "create"})
    ship_on: Mapped[date] = column(Date, _("Ships on"), default=today)
    carrier: Mapped[str | None] = column(String(80), _("Carrier"))
    tracking_number: Mapped[str | None] = column(String(80), _("Tracking number"))
    note: Mapped[str | None] = column(String(400), _("Note"))

    partner: Mapped[Partner] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys="Shipment.owner_id")
    org_unit: Mapped[Any] = relationship("OrgUnit", foreign_keys="Shipment.org_unit_id")
    lines: Mapped[list[ShipmentLine]] = relationship(
        back_populates="shipment", cascade="all, delete-orphan", order_by="ShipmentLine.seq"
    )


class ShipmentLine(Record, Extendable):
    """How much of an order line goes out, in the item's stock unit."""

    __tablename__ = "sales_shipping_shipment_line"
    __meta__ = Meta(title=_("Shipment line"), plural=_("Shipment lines"), parent="shipment", display=("seq",))

    shipment_id: Mapped[int] = link("sales_shipping_shipment.id", _("Shipment"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    # Not "required": a form that shows the line's item and order sends back the quantity alone.
    order_line_id: Mapped[int] = link(
        "sales_shipping_sales_order_line.id", _("Order line"), info={"write": "create", "required": False}
    )
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})

    shipment: Mapped[Shipment] = relationship(back_populates="lines")
    order_line: Mapped[SalesOrderLine] = relationship()
