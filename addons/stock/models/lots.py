"""Lots: traceable batches, and what each was made from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item, Partner
from core.db import Document, Meta, Quantity, Record, Stateful, column, link
from core.db.types import Identity
from core.i18n import _

NEVER = {"write": "never"}


class Lot(Document, Stateful):
    """A traceable batch of one item, or one piece of it when the item is tracked by serial number.

    A lot that is held is on hold wherever it is: it is neither promised nor issued. `received_on` is the day the
    first of it came in. Certificates are its attachments. `calibrated_until`: a tool is lent no longer than that; None
    for what is never calibrated.
    """

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
    supplier_id: Mapped[int | None] = link("masterdata_partner.id", _("Supplier"))
    supplier_lot: Mapped[str | None] = column(String(60), _("Supplier's lot"))
    received_on: Mapped[date | None] = column(Date, _("Received on"), info=NEVER)
    expires_on: Mapped[date | None] = column(Date, _("Expires on"), index=True)
    calibrated_until: Mapped[date | None] = column(Date, _("Calibrated until"), index=True, info=NEVER)
    note: Mapped[str | None] = column(String(200), _("Note"))
    state: Mapped[str] = column(String(40), _("State"), default="open", index=True, info=NEVER)

    item: Mapped[Item] = relationship()
    supplier: Mapped[Partner | None] = relationship()


class LotOrigin(Record):
    """That `quantity` of a lot went into another: by making it, or by splitting and merging. Never changed."""

    __tablename__ = "stock_lot_origin"
    __table_args__ = (
        UniqueConstraint("into_id", "from_id", "cause_model", "cause_id"),
        CheckConstraint("quantity > 0", name="quantity"),
        CheckConstraint("from_id <> into_id", name="another_lot"),
        Index("ix_stock_lot_origin_cause", "cause_model", "cause_id"),
    )
    __meta__ = Meta(
        title=_("Lot origin"),
        plural=_("Lot origins"),
        resource="lot-origins",
        display=("id",),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    from_id: Mapped[int] = link("stock_lot.id", _("Made from"), info=NEVER)
    into_id: Mapped[int] = link("stock_lot.id", _("Went into"), index=False, info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    cause: Mapped[str | None] = column(String(120), _("Cause"), info=NEVER)
    cause_model: Mapped[str] = mapped_column(String(80))
    cause_id: Mapped[int] = mapped_column(Identity)

    source: Mapped[Any] = relationship("Lot", foreign_keys="LotOrigin.from_id")
    product: Mapped[Any] = relationship("Lot", foreign_keys="LotOrigin.into_id")
