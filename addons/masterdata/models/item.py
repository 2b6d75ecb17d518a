"""Items: anything with a code that is bought, made, stored, used up or sold."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, Index, Integer, String
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models.uom import Uom
from core.db import Document, Meta, Price, Quantity, Stateful, choice, column, link
from core.i18n import _

KINDS = {
    "raw": _("Raw material"),
    "part": _("Part"),
    "product": _("Product"),
    "tool": _("Tool"),
    "consumable": _("Consumable"),
    "service": _("Service"),
}
SOURCES = {
    "stock": _("From stock"),
    "make": _("Make"),
    "buy": _("Buy"),
    "outsource": _("Outsource"),
    "design": _("Design"),
}
TRACKING = {"none": _("Not tracked"), "lot": _("By lot"), "serial": _("By serial number")}


class ItemCategory(Document):
    """A node of the tree of item categories.

    `code_prefix` begins the codes made for its items; an empty one is taken from the category above.
    """

    __tablename__ = "masterdata_item_category"
    __meta__ = Meta(
        title=_("Item category"),
        plural=_("Item categories"),
        resource="item-categories",
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    parent_id: Mapped[int | None] = link("masterdata_item_category.id", _("Belongs to"))
    code_prefix: Mapped[str | None] = column(
        String(20), _("Code prefix"), info={"help": _("Begins the codes made for items of this category.")}
    )
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    parent: Mapped[ItemCategory | None] = relationship(remote_side="ItemCategory.id")


class Item(Document, Stateful):
    """Anything with a code: raw material, part, product, tool, consumable, service.

    `uom` is the stock unit all quantities are kept in; one of it is `second_factor` of `second_uom`.
    `active` follows the state: False once retired.
    """

    __tablename__ = "masterdata_item"
    __table_args__ = (Index("ix_masterdata_item_name_specification", "name", "specification"),)
    __meta__ = Meta(
        title=_("Item"),
        plural=_("Items"),
        resource="items",
        display=("code", "name"),
        search=("code", "name", "specification", "drawing_number"),
        order=("code",),
    )

    code: Mapped[str] = column(
        String(60),
        _("Code"),
        unique=True,
        info={"required": False, "help": _("Leave empty to have one made by the number rule.")},
    )
    code_prefix: Mapped[str] = column(String(20), _("Code prefix"), default="", info={"write": "never", "hidden": True})
    name: Mapped[str] = column(String(120), _("Name"))
    specification: Mapped[str | None] = column(String(200), _("Specification"))
    drawing_number: Mapped[str | None] = column(String(80), _("Drawing number"), index=True)
    revision: Mapped[str | None] = column(String(20), _("Revision"))
    material: Mapped[str | None] = column(String(80), _("Material"))
    category_id: Mapped[int | None] = link("masterdata_item_category.id", _("Category"))
    kind: Mapped[str] = choice(KINDS, _("Kind"), default="part", index=True)
    source: Mapped[str] = choice(
        SOURCES, _("Source"), default="make", info={"help": _("How a need for it is normally met.")}
    )
    uom_id: Mapped[int] = link("masterdata_uom.id", _("Unit"), info={"help": _("The unit stock is kept in.")})
    second_uom_id: Mapped[int | None] = link("masterdata_uom.id", _("Second unit"))
    second_factor: Mapped[Decimal | None] = column(
        Quantity,
        _("Second unit factor"),
        info={"minimum": 0, "help": _("How many of the second unit one stock unit is.")},
    )
    tracking: Mapped[str] = choice(TRACKING, _("Tracking"), default="none")
    safety_stock: Mapped[Decimal] = column(Quantity, _("Safety stock"), default=Decimal(0), info={"minimum": 0})
    reorder_point: Mapped[Decimal | None] = column(Quantity, _("Reorder point"), info={"minimum": 0})
    reorder_qty: Mapped[Decimal | None] = column(Quantity, _("Reorder quantity"), info={"minimum": 0})
    lead_days: Mapped[int | None] = column(Integer, _("Lead time (days)"), info={"minimum": 0})
    standard_cost: Mapped[Decimal | None] = column(Price, _("Standard cost"), info={"minimum": 0, "group": "costs"})
    list_price: Mapped[Decimal | None] = column(Price, _("List price"), info={"minimum": 0, "group": "prices"})
    weight: Mapped[Decimal | None] = column(Quantity, _("Weight"), info={"minimum": 0, "unit": "kg"})
    active: Mapped[bool] = column(Boolean, _("Active"), default=True, info={"write": "never"})

    category: Mapped[ItemCategory | None] = relationship()
    uom: Mapped[Uom] = relationship(foreign_keys="Item.uom_id")
    second_uom: Mapped[Uom | None] = relationship(foreign_keys="Item.second_uom_id")
