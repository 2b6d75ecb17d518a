"""Receipts: the document by which goods come in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item, Partner
from addons.stock.models.ledger import STATUSES, Project
from addons.stock.models.lots import NEVER, Lot
from addons.stock.models.places import Location
from core.db import Document, Extendable, Meta, Numbered, Price, Quantity, Record, Stateful, choice, column, link
from core.db.types import Identity
from core.i18n import _

RECEIPT_KINDS = {
    "production": _("Production"),
    "purchase": _("Purchase"),
    "return": _("Return"),
    "material": _("Material return"),
    "other": _("Other"),
}
IS_MATERIAL = {"field": "kind", "op": "eq", "value": "material"}
BOOKED_ON_HELP = _("The day it counts for; today when empty.")


class Receipt(Document, Numbered, Stateful):
    """Goods that come in. A draft is a proposal; posting it writes the ledger.

    `source_model` and `source_id` name what it was proposed for (`mrp_routing.work_order`, 7), None when
    somebody wrote it. `project`: whose stock it becomes, None for nobody's.
    """

    __tablename__ = "stock_receipt"
    __table_args__ = (Index("ix_stock_receipt_source", "source_model", "source_id"),)
    __meta__ = Meta(
        title=_("Receipt"),
        plural=_("Receipts"),
        resource="receipts",
        display=("number",),
        search=("number", "source", "note"),
        order=("-id",),
    )

    kind: Mapped[str] = choice(RECEIPT_KINDS, _("Kind"), default="other", info={"write": "create"})
    location_id: Mapped[int] = link("stock_location.id", _("Into location"))
    partner_id: Mapped[int | None] = link("masterdata_partner.id", _("Sent by"))
    project_id: Mapped[int | None] = link("stock_project.id", _("Project"), index=False)
    pick_list_id: Mapped[int | None] = link(
        "stock_pick_list.id",
        _("Picked with"),
        info={"visible_when": IS_MATERIAL, "help": _("The picking list the material is left over from.")},
    )
    booked_on: Mapped[date | None] = column(Date, _("Booked on"), info={"help": BOOKED_ON_HELP})
    source: Mapped[str | None] = column(String(60), _("Source document"), info=NEVER)
    source_model: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[int | None] = mapped_column(Identity)
    note: Mapped[str | None] = column(String(200), _("Note"))

    location: Mapped[Location] = relationship()
    partner: Mapped[Partner | None] = relationship()
    project: Mapped[Project | None] = relationship()
    pick_list: Mapped[Any] = relationship("PickList")
    lines: Mapped[list[ReceiptLine]] = relationship(
        back_populates="receipt", cascade="all, delete-orphan", order_by="ReceiptLine.seq"
    )


class ReceiptLine(Record, Extendable):
    """One item of a receipt. `lot_number` names the lot, which posting makes when it is new.

    `location` is where this line goes, None for where the receipt says. `unit_cost` is what one is worth, None for
    what the item costs now. `status` is what it was received as.
    """

    __tablename__ = "stock_receipt_line"
    __meta__ = Meta(title=_("Receipt line"), plural=_("Receipt lines"), parent="receipt", display=("seq",))

    receipt_id: Mapped[int] = link("stock_receipt.id", _("Receipt"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})
    location_id: Mapped[int | None] = link("stock_location.id", _("Put away to"), index=False)
    lot_number: Mapped[str | None] = column(String(60), _("Lot number"))
    supplier_lot: Mapped[str | None] = column(String(60), _("Supplier's lot"))
    expires_on: Mapped[date | None] = column(Date, _("Expires on"))
    unit_cost: Mapped[Decimal | None] = column(Price, _("Unit cost"), info={"minimum": 0, "group": "costs"})
    status: Mapped[str | None] = choice(STATUSES, _("Received as"), info=NEVER)
    lot_id: Mapped[int | None] = link("stock_lot.id", _("Lot"), info={"write": "never", "hidden": True})

    receipt: Mapped[Receipt] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()
    location: Mapped[Location | None] = relationship()
    lot: Mapped[Lot | None] = relationship()
