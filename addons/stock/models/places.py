"""Where stock is, and the virtual places it comes from and goes to."""

from __future__ import annotations

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db import Document, Meta, choice, column, link
from core.db.types import Identity
from core.i18n import _

LOCATION_KINDS = {
    "internal": _("Internal"),
    "supplier": _("Supplier"),
    "customer": _("Customer"),
    "production": _("Production"),
    "adjustment": _("Adjustment"),
    "scrap": _("Scrap"),
    "outsourcer": _("Outsourcer"),
}


class Warehouse(Document):
    """A building or area with locations."""

    __tablename__ = "stock_warehouse"
    __meta__ = Meta(
        title=_("Warehouse"),
        plural=_("Warehouses"),
        resource="warehouses",
        display=("code", "name"),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)


class Location(Document):
    """A place of stock. Only `internal` ones hold a balance; the others make every move double-sided.

    There is one virtual location of each kind, in no warehouse. `is_default`: goods go here when nothing
    else is said. `sequence` is its place on the way a picker walks. `may_be_negative`: more may be taken than is
    booked, for stock that is used before anybody writes it down; nothing is reserved there. `stocktake_id`: it stands
    still for that count.
    """

    __tablename__ = "stock_location"
    __meta__ = Meta(
        title=_("Location"),
        plural=_("Locations"),
        resource="locations",
        display=("code", "name"),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(
        String(120), _("Name"), info={"required": False, "help": _("The code, when nothing is said.")}
    )
    kind: Mapped[str] = choice(LOCATION_KINDS, _("Kind"), default="internal", index=True, info={"write": "create"})
    warehouse_id: Mapped[int | None] = link("stock_warehouse.id", _("Warehouse"))
    sequence: Mapped[int] = column(
        Integer,
        _("Walking order"),
        default=0,
        info={"minimum": 0, "required": False, "help": _("Pickers are led to smaller numbers first.")},
    )
    is_default: Mapped[bool] = column(Boolean, _("Default"), default=False)
    stocktake_id: Mapped[int | None] = mapped_column(Identity)
    may_be_negative: Mapped[bool] = column(
        Boolean,
        _("May be negative"),
        default=False,
        info={"help": _("More may be taken than is booked. Nothing is reserved here.")},
    )
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    warehouse: Mapped[Warehouse | None] = relationship()
