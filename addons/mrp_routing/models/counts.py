"""Counting what lies on the floor."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.mrp_routing.models.orders import NEVER, Operation
from addons.mrp_routing.models.routings import WorkCenter
from core.db import Document, Meta, Numbered, Quantity, Record, Stateful, UtcDateTime, column, link
from core.i18n import _

EXPLAIN_HELP = _("Why the floor has another figure than the books, or that the books were corrected.")


class WipCount(Document, Numbered, Stateful):
    """The pieces at a work center, counted. `accuracy`: how many percent of the lines were right, once it is done."""

    __tablename__ = "mrp_routing_wip_count"
    __meta__ = Meta(
        title=_("WIP count"),
        plural=_("WIP counts"),
        resource="wip-counts",
        display=("number",),
        search=("number",),
        order=("-id",),
    )

    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"), info={"write": "create"})
    listed_at: Mapped[datetime | None] = column(UtcDateTime, _("Listed at"), info=NEVER)
    accuracy: Mapped[Decimal | None] = column(Quantity, _("Accuracy (percent)"), info=NEVER)

    work_center: Mapped[WorkCenter] = relationship()
    lines: Mapped[list[WipCountLine]] = relationship(
        back_populates="count", cascade="all, delete-orphan", order_by="WipCountLine.id"
    )


class WipCountLine(Record):
    """Pieces of one operation: by the books when the sheet was made, and as counted, None while nobody has."""

    __tablename__ = "mrp_routing_wip_count_line"
    __table_args__ = (UniqueConstraint("count_id", "operation_id"),)
    __meta__ = Meta(
        title=_("Counted operation"), plural=_("Counted operations"), parent="count", display=("operation",)
    )

    count_id: Mapped[int] = link("mrp_routing_wip_count.id", _("WIP count"), ondelete="CASCADE")
    operation_id: Mapped[int] = link("mrp_routing_operation.id", _("Operation"), info=NEVER)
    place: Mapped[str] = column(String(250), _("Ticket and operation"), info=NEVER)
    expected: Mapped[Decimal] = column(Quantity, _("By the books"), info=NEVER)
    counted: Mapped[Decimal | None] = column(Quantity, _("Counted"), info={"minimum": 0})
    explanation: Mapped[str | None] = column(String(200), _("Explanation"), info={"help": EXPLAIN_HELP})

    count: Mapped[WipCount] = relationship(back_populates="lines")
    operation: Mapped[Operation] = relationship()
