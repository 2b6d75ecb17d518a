"""The tool crib: who holds which tool until when, and until when a tool may be measured with."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import Item
from addons.stock.models.lots import NEVER, Lot
from addons.stock.models.places import Location
from core.db import Document, Meta, Numbered, Stateful, UtcDateTime, choice, column, link
from core.i18n import _

CONDITIONS = {
    "good": _("In order"),
    "worn": _("Worn"),
    "damaged": _("Damaged"),
    "lost": _("Lost"),
}


class ToolLoan(Document, Numbered, Stateful):
    """One tool, known by its serial number, lent to a person.

    It stays in the books where it lay, as lent. `location` is where it was taken from and, once it is back, where it
    was brought to. `condition` is how it came back.
    """

    __tablename__ = "stock_tool_loan"
    __meta__ = Meta(
        title=_("Tool loan"),
        plural=_("Tool loans"),
        resource="tool-loans",
        display=("number",),
        search=("number", "note"),
        order=("-id",),
    )

    lot_id: Mapped[int] = link("stock_lot.id", _("Serial number"), index=False, info={"write": "create"})
    item_id: Mapped[int | None] = link("masterdata_item.id", _("Tool"), info=NEVER)
    holder_id: Mapped[int] = link("core_user.id", _("Lent to"), constraint=False)
    location_id: Mapped[int | None] = link("stock_location.id", _("Location"), index=False, info=NEVER)
    lent_at: Mapped[datetime | None] = column(UtcDateTime, _("Lent at"), info=NEVER)
    due_on: Mapped[date | None] = column(
        Date, _("Due back on"), index=True, info={"help": _("By the rule of its category when empty.")}
    )
    returned_at: Mapped[datetime | None] = column(UtcDateTime, _("Back since"), info=NEVER)
    condition: Mapped[str | None] = choice(CONDITIONS, _("Tool condition"), info=NEVER)
    note: Mapped[str | None] = column(String(200), _("Note"))

    lot: Mapped[Lot] = relationship()
    item: Mapped[Item | None] = relationship()
    location: Mapped[Location | None] = relationship()
    holder: Mapped[Any] = relationship("User", primaryjoin="foreign(ToolLoan.holder_id) == User.id", viewonly=True)


_IS_OUT = ToolLoan.state == "lent"
Index("uq_stock_tool_loan_lent", ToolLoan.lot_id, unique=True, postgresql_where=_IS_OUT, sqlite_where=_IS_OUT)


class Calibration(Document):
    """A tool that was calibrated, once a day at most: the result, and until when it holds.

    The certificate is an attachment.
    """

    __tablename__ = "stock_calibration"
    __table_args__ = (UniqueConstraint("lot_id", "done_on"),)
    __meta__ = Meta(
        title=_("Calibration"),
        plural=_("Calibrations"),
        resource="calibrations",
        display=("id",),
        search=("certificate", "note"),
        order=("-done_on", "-id"),
    )

    lot_id: Mapped[int] = link("stock_lot.id", _("Serial number"), info={"write": "create"})
    done_on: Mapped[date] = column(Date, _("Calibrated on"))
    passed: Mapped[bool] = column(Boolean, _("Passed"), default=True)
    valid_until: Mapped[date] = column(Date, _("Valid until"))
    certificate: Mapped[str | None] = column(String(80), _("Certificate no."))
    note: Mapped[str | None] = column(String(200), _("Note"))

    lot: Mapped[Lot] = relationship()
