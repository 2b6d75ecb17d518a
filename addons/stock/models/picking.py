"""Picking lists: what is to be fetched for a work order or anybody else, and what was."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import CheckConstraint, Date, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item
from addons.stock.models.documents import ISSUE_KINDS
from addons.stock.models.ledger import Project
from addons.stock.models.lots import NEVER
from core.db import Document, Extendable, Meta, Numbered, Quantity, Record, Stateful, choice, column, link
from core.db.types import Identity
from core.i18n import _


class PickList(Document, Numbered, Stateful):
    """Goods to be fetched. Releasing it promises them; each pick writes the ledger; it is done with the last.

    `source_model` and `source_id` name the document it serves (`mrp_routing.work_order`, 7), None when somebody
    wrote it. `project`: whose own stock may be picked besides what is nobody's.
    """

    __tablename__ = "stock_pick_list"
    __table_args__ = (Index("ix_stock_pick_list_source", "source_model", "source_id"),)
    __meta__ = Meta(
        title=_("Picking list"),
        plural=_("Picking lists"),
        resource="pick-lists",
        display=("number",),
        search=("number", "source", "note"),
        order=("-id",),
    )

    kind: Mapped[str] = choice(ISSUE_KINDS, _("Kind"), default="production", info={"write": "create"})
    project_id: Mapped[int | None] = link("stock_project.id", _("Project"), index=False)
    needed_on: Mapped[date | None] = column(Date, _("Needed on"), index=True)
    source: Mapped[str | None] = column(String(60), _("Source document"), info=NEVER)
    source_model: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[int | None] = mapped_column(Identity)
    note: Mapped[str | None] = column(String(200), _("Note"))

    project: Mapped[Project | None] = relationship()
    lines: Mapped[list[PickLine]] = relationship(
        back_populates="pick_list", cascade="all, delete-orphan", order_by="PickLine.seq"
    )


class PickLine(Record, Extendable):
    """One item of a picking list: what was asked for, allowed beyond it, fetched and brought back."""

    __tablename__ = "stock_pick_line"
    __table_args__ = (CheckConstraint("returned >= 0 AND returned <= picked", name="returned"),)
    __meta__ = Meta(title=_("Picking line"), plural=_("Picking lines"), parent="pick_list", display=("seq",))

    pick_list_id: Mapped[int] = link("stock_pick_list.id", _("Picking list"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    requested: Mapped[Decimal] = column(Quantity, _("Requested"), info={"minimum": 0})
    extra: Mapped[Decimal] = column(Quantity, _("Extra allowed"), default=Decimal(0), info=NEVER)
    picked: Mapped[Decimal] = column(Quantity, _("Picked"), default=Decimal(0), info=NEVER)
    returned: Mapped[Decimal] = column(Quantity, _("Brought back"), default=Decimal(0), info=NEVER)

    pick_list: Mapped[PickList] = relationship(back_populates="lines")
    item: Mapped[Item] = relationship()

    @property
    def used(self) -> Decimal:
        """What was fetched and not brought back."""
        return self.picked - self.returned

    @property
    def open(self) -> Decimal:
        """What is still to be fetched; below zero after an over-issue."""
        return self.requested + self.extra - self.used


class ExtraIssue(Document, Numbered, Stateful):
    """More of an item than a picking list asked for, with the reason; once allowed it may be picked."""

    __tablename__ = "stock_extra_issue"
    __meta__ = Meta(
        title=_("Extra issue"),
        plural=_("Extra issues"),
        resource="extra-issues",
        display=("number",),
        search=("number", "reason"),
        order=("-id",),
    )

    pick_list_id: Mapped[int] = link("stock_pick_list.id", _("Picking list"), info={"write": "create"})
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})
    reason: Mapped[str] = column(String(200), _("Reason"))

    pick_list: Mapped[PickList] = relationship()
    item: Mapped[Item] = relationship()
