"""The other documents that move goods: issues, transfers, adjustments, scrap, and lots split and merged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import Date, Index, Integer, String
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship

from addons.masterdata.models import Item, Partner
from addons.stock.models.ledger import STATUSES, Project
from addons.stock.models.lots import NEVER, Lot
from addons.stock.models.places import Location
from addons.stock.models.receipts import BOOKED_ON_HELP
from core.db import Document, Extendable, Meta, Numbered, Price, Quantity, Record, Stateful, choice, column, link
from core.db.types import Identity
from core.i18n import _

ISSUE_KINDS = {"production": _("Production"), "sales": _("Sales"), "other": _("Other")}
LOT_CHANGE_KINDS = {"split": _("Split"), "merge": _("Merge")}


class Booked:
    """What every document that moves goods has: the day it counts for, and a note."""

    booked_on: Mapped[date | None] = column(Date, _("Booked on"), info={"help": BOOKED_ON_HELP})
    note: Mapped[str | None] = column(String(200), _("Note"))


class Goods:
    """What every line of such a document has: an item, its lot where it has one, and how much."""

    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})

    @declared_attr
    def item_id(cls) -> Mapped[int]:
        """The item."""
        return link("masterdata_item.id", _("Item"))

    @declared_attr
    def lot_id(cls) -> Mapped[int | None]:
        """Its lot, None for none."""
        return link("stock_lot.id", _("Lot"))

    @declared_attr
    def item(cls) -> Mapped[Item]:
        """The same, as the item."""
        return relationship()

    @declared_attr
    def lot(cls) -> Mapped[Lot | None]:
        """The same, as the lot."""
        return relationship()


class Issue(Document, Numbered, Stateful, Booked):
    """Goods that go out. What is not said of lots and places is chosen at posting: what expires or came first.

    `source_model` and `source_id` name the document it serves, None when somebody wrote it.
    """

    __tablename__ = "stock_issue"
    __table_args__ = (Index("ix_stock_issue_source", "source_model", "source_id"),)
    __meta__ = Meta(
        title=_("Issue"),
        plural=_("Issues"),
        resource="issues",
        display=("number",),
        search=("number", "source", "note"),
        order=("-id",),
    )

    kind: Mapped[str] = choice(ISSUE_KINDS, _("Kind"), default="production", info={"write": "create"})
    partner_id: Mapped[int | None] = link("masterdata_partner.id", _("Sent to"))
    source: Mapped[str | None] = column(String(60), _("Source document"), info=NEVER)
    source_model: Mapped[str | None] = mapped_column(String(80))
    source_id: Mapped[int | None] = mapped_column(Identity)

    partner: Mapped[Partner | None] = relationship()
    lines: Mapped[list[IssueLine]] = relationship(
        back_populates="issue", cascade="all, delete-orphan", order_by="IssueLine.seq"
    )


class IssueLine(Record, Extendable, Goods):
    """One item of an issue, from one location or from wherever it is."""

    __tablename__ = "stock_issue_line"
    __meta__ = Meta(title=_("Issue line"), plural=_("Issue lines"), parent="issue", display=("seq",))

    issue_id: Mapped[int] = link("stock_issue.id", _("Issue"), ondelete="CASCADE")
    location_id: Mapped[int | None] = link("stock_location.id", _("From location"), index=False)

    issue: Mapped[Issue] = relationship(back_populates="lines")
    location: Mapped[Location | None] = relationship()


class Transfer(Document, Numbered, Stateful, Booked):
    """Goods that move within the factory: to another location, or from one project to another.

    `from_project` and `to_project` are whose goods they are before and after; both empty for nobody's.
    """

    __tablename__ = "stock_transfer"
    __meta__ = Meta(
        title=_("Stock transfer"),
        plural=_("Stock transfers"),
        resource="transfers",
        display=("number",),
        search=("number", "note"),
        order=("-id",),
    )

    from_location_id: Mapped[int] = link("stock_location.id", _("From location"), index=False)
    to_location_id: Mapped[int] = link("stock_location.id", _("To location"), index=False)
    from_project_id: Mapped[int | None] = link("stock_project.id", _("From project"), index=False)
    to_project_id: Mapped[int | None] = link("stock_project.id", _("To project"), index=False)

    from_location: Mapped[Location] = relationship(foreign_keys="Transfer.from_location_id")
    to_location: Mapped[Location] = relationship(foreign_keys="Transfer.to_location_id")
    from_project: Mapped[Project | None] = relationship(foreign_keys="Transfer.from_project_id")
    to_project: Mapped[Project | None] = relationship(foreign_keys="Transfer.to_project_id")
    lines: Mapped[list[TransferLine]] = relationship(
        back_populates="transfer", cascade="all, delete-orphan", order_by="TransferLine.seq"
    )


class TransferLine(Record, Extendable, Goods):
    """One item of a transfer."""

    __tablename__ = "stock_transfer_line"
    __meta__ = Meta(title=_("Transfer line"), plural=_("Transfer lines"), parent="transfer", display=("seq",))

    transfer_id: Mapped[int] = link("stock_transfer.id", _("Stock transfer"), ondelete="CASCADE")
    status: Mapped[str] = choice(STATUSES, _("Status"), default="available")

    transfer: Mapped[Transfer] = relationship(back_populates="lines")


class Adjustment(Document, Numbered, Stateful, Booked):
    """Putting the books right where goods were found or are missing, with the reason."""

    __tablename__ = "stock_adjustment"
    __meta__ = Meta(
        title=_("Adjustment"),
        plural=_("Adjustments"),
        resource="adjustments",
        display=("number",),
        search=("number", "reason", "note"),
        order=("-id",),
    )

    reason: Mapped[str] = column(String(200), _("Reason"))

    lines: Mapped[list[AdjustmentLine]] = relationship(
        back_populates="adjustment", cascade="all, delete-orphan", order_by="AdjustmentLine.seq"
    )


class AdjustmentLine(Record, Extendable, Goods):
    """One item found (`quantity` above zero) or missing (below). `unit_cost` is what one that was found is worth."""

    __tablename__ = "stock_adjustment_line"
    __meta__ = Meta(title=_("Adjustment line"), plural=_("Adjustment lines"), parent="adjustment", display=("seq",))

    adjustment_id: Mapped[int] = link("stock_adjustment.id", _("Adjustment"), ondelete="CASCADE")
    quantity: Mapped[Decimal] = column(Quantity, _("Difference"))
    location_id: Mapped[int] = link("stock_location.id", _("Location"), index=False)
    project_id: Mapped[int | None] = link("stock_project.id", _("Project"), index=False)
    status: Mapped[str] = choice(STATUSES, _("Status"), default="available")
    unit_cost: Mapped[Decimal | None] = column(Price, _("Unit cost"), info={"minimum": 0, "group": "costs"})

    adjustment: Mapped[Adjustment] = relationship(back_populates="lines")
    location: Mapped[Location] = relationship()
    project: Mapped[Project | None] = relationship()


class Scrap(Document, Numbered, Stateful, Booked):
    """Goods that are thrown away, with the reason."""

    __tablename__ = "stock_scrap"
    __meta__ = Meta(
        title=_("Scrap note"),
        plural=_("Scrap notes"),
        resource="scraps",
        display=("number",),
        search=("number", "reason", "note"),
        order=("-id",),
    )

    reason: Mapped[str] = column(String(200), _("Reason"))

    lines: Mapped[list[ScrapLine]] = relationship(
        back_populates="scrap", cascade="all, delete-orphan", order_by="ScrapLine.seq"
    )


class ScrapLine(Record, Extendable, Goods):
    """One item of a scrap note, from one location."""

    __tablename__ = "stock_scrap_line"
    __meta__ = Meta(title=_("Scrap line"), plural=_("Scrap lines"), parent="scrap", display=("seq",))

    scrap_id: Mapped[int] = link("stock_scrap.id", _("Scrap note"), ondelete="CASCADE")
    location_id: Mapped[int] = link("stock_location.id", _("From location"), index=False)
    project_id: Mapped[int | None] = link("stock_project.id", _("Project"), index=False)
    status: Mapped[str] = choice(STATUSES, _("Status"), default="available")

    scrap: Mapped[Scrap] = relationship(back_populates="lines")
    location: Mapped[Location] = relationship()
    project: Mapped[Project | None] = relationship()


class LotChange(Document, Numbered, Stateful, Booked):
    """Lots of one item split into several, or merged into one, where they lie."""

    __tablename__ = "stock_lot_change"
    __meta__ = Meta(
        title=_("Lot change"),
        plural=_("Lot changes"),
        resource="lot-changes",
        display=("number",),
        search=("number", "note"),
        order=("-id",),
    )

    kind: Mapped[str] = choice(LOT_CHANGE_KINDS, _("Kind"), default="split", info={"write": "create"})
    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    location_id: Mapped[int] = link("stock_location.id", _("Location"), index=False)

    item: Mapped[Item] = relationship()
    location: Mapped[Location] = relationship()
    lines: Mapped[list[LotChangeLine]] = relationship(
        back_populates="change", cascade="all, delete-orphan", order_by="LotChangeLine.seq"
    )


class LotChangeLine(Record, Extendable):
    """So much of one lot becomes part of another, which posting makes when it is new."""

    __tablename__ = "stock_lot_change_line"
    __meta__ = Meta(title=_("Lot change line"), plural=_("Lot change lines"), parent="change", display=("seq",))

    change_id: Mapped[int] = link("stock_lot_change.id", _("Lot change"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never", "hidden": True})
    lot_id: Mapped[int] = link("stock_lot.id", _("From lot"))
    into_number: Mapped[str] = column(String(60), _("Into lot"))
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})

    change: Mapped[LotChange] = relationship(back_populates="lines")
    lot: Mapped[Lot] = relationship()
