"""Units of measure, in families whose members convert into each other."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, String
from sqlalchemy.orm import Mapped, relationship

from core.db import Document, Meta, Quantity, column, link
from core.i18n import _


class UomFamily(Document):
    """Units of one quantity: length, weight, pieces. Only units of one family convert without an item."""

    __tablename__ = "masterdata_uom_family"
    __meta__ = Meta(
        title=_("Unit family"),
        plural=_("Unit families"),
        resource="uom-families",
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(20), _("Code"), unique=True)
    name: Mapped[str] = column(String(60), _("Name"))


class Uom(Document):
    """A unit of measure. One unit is `factor` of the family's base unit, whose own factor is 1.

    `rounding` is the smallest step quantities in this unit are kept in: 1 for pieces, 0.001 for kilograms.
    """

    __tablename__ = "masterdata_uom"
    __meta__ = Meta(
        title=_("Unit"),
        plural=_("Units"),
        resource="uoms",
        display=("name",),
        search=("code", "name"),
        order=("family_id", "factor"),
    )

    code: Mapped[str] = column(String(20), _("Code"), unique=True)
    name: Mapped[str] = column(String(60), _("Name"))
    family_id: Mapped[int] = link("masterdata_uom_family.id", _("Unit family"))
    factor: Mapped[Decimal] = column(
        Quantity,
        _("Factor"),
        default=Decimal(1),
        info={"minimum": 0, "help": _("How many of the family's base unit one of this unit is.")},
    )
    rounding: Mapped[Decimal] = column(
        Quantity,
        _("Rounding"),
        default=Decimal("0.001"),
        info={"minimum": 0, "help": _("The smallest step: 1 for pieces, 0.001 for kilograms.")},
    )
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    family: Mapped[UomFamily] = relationship()
