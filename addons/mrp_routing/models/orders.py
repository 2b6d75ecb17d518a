"""Work orders, the job tickets that travel with their pieces, and the operations of each ticket."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    ColumnElement,
    Date,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    type_coerce,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item
from addons.mrp_routing.models.routings import OperationType, Routing, WorkCenter
from core.db import (
    Document,
    Meta,
    Numbered,
    Price,
    Quantity,
    Record,
    Scoped,
    Stateful,
    UtcDateTime,
    choice,
    column,
    link,
)
from core.i18n import _

NEVER = {"write": "never"}
TICKET_STATES = {"open": _("Open"), "done": _("Done"), "merged": _("Merged into another"), "cancelled": _("Cancelled")}


class WorkOrder(Document, Scoped, Numbered, Stateful):
    """Make so much of an item by a date. Releasing it freezes a copy of the routing in a job ticket.

    `origin` names the document it was made for, for people to read.
    """

    __tablename__ = "mrp_routing_work_order"
    __meta__ = Meta(
        title=_("Work order"),
        plural=_("Work orders"),
        resource="work-orders",
        display=("number",),
        search=("number", "origin"),
        order=("-id",),
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"))
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info={"minimum": 0})
    due_on: Mapped[date | None] = column(Date, _("Due on"), index=True)
    priority: Mapped[int] = column(
        Integer, _("Priority"), default=5, info={"minimum": 0, "help": _("0 is the most urgent, 5 the usual.")}
    )
    origin: Mapped[str | None] = column(String(60), _("Made for"), info=NEVER)
    routing_id: Mapped[int | None] = link("mrp_routing_routing.id", _("Routing"), info=NEVER)

    item: Mapped[Item] = relationship()
    routing: Mapped[Routing | None] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys="WorkOrder.owner_id")
    org_unit: Mapped[Any] = relationship("OrgUnit", foreign_keys="WorkOrder.org_unit_id")
    tickets: Mapped[list[JobTicket]] = relationship(
        back_populates="work_order", cascade="all, delete-orphan", order_by="JobTicket.id"
    )
    operations: Mapped[list[Operation]] = relationship(
        back_populates="work_order", order_by="Operation.ticket_id, Operation.seq", viewonly=True, sync_backref=False
    )


class JobTicket(Record):
    """The sheet that travels with pieces of a work order; together the tickets carry the order's quantity.

    `number` is the order's, with a place of its own. A ticket split off another names it in `split_from`, and the
    operation it was split at. `last_at` is the time of the latest scan that had an effect on it: what is scanned
    earlier and comes later is judged by what was known then. `waiting` counts its scans that wait for others.
    """

    __tablename__ = "mrp_routing_job_ticket"
    __table_args__ = (CheckConstraint("quantity >= 0 AND waiting >= 0", name="counts"),)
    __meta__ = Meta(
        title=_("Job ticket"), plural=_("Job tickets"), parent="work_order", display=("number",), audited=False
    )

    work_order_id: Mapped[int] = link("mrp_routing_work_order.id", _("Work order"), ondelete="CASCADE")
    number: Mapped[str] = column(String(70), _("Number"), unique=True, info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    state: Mapped[str] = choice(TICKET_STATES, _("State"), default="open", info=NEVER)
    split_from_id: Mapped[int | None] = link(
        "mrp_routing_job_ticket.id", _("Split off"), ondelete="CASCADE", info=NEVER
    )
    split_seq: Mapped[int | None] = column(Integer, _("Split at"), info=NEVER)
    last_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    waiting: Mapped[int] = mapped_column(Integer, default=0)

    work_order: Mapped[WorkOrder] = relationship(back_populates="tickets")
    split_from: Mapped[Any] = relationship("JobTicket", remote_side="JobTicket.id")
    operations: Mapped[list[Operation]] = relationship(
        back_populates="ticket", cascade="all, delete-orphan", order_by="Operation.seq"
    )


class Operation(Record):
    """One step of a job ticket, 1 the first, with its pieces.

    `received` have come: from the step before, with the ticket, by splitting and merging, or back for rework (of
    these, `reworked`). They are reported `good` (and are with the next step at once), `scrap`, sent back for `rework`,
    or `held` for somebody to decide. The five are always the sums of its quantity entries. What is left is `here`; less
    than nothing where more was reported than came. `moved_at` is when pieces last came or were reported, None while
    none lie here: few rows of many, so that what is on the floor is found at once.
    """

    __tablename__ = "mrp_routing_operation"
    __table_args__ = (
        UniqueConstraint("ticket_id", "seq"),
        CheckConstraint(
            "received >= 0 AND reworked >= 0 AND good >= 0 AND scrap >= 0 AND rework >= 0 AND held >= 0",
            name="reported",
        ),
        Index("ix_mrp_routing_operation_place", "work_order_id", "ticket_id", "seq"),
    )
    __meta__ = Meta(
        title=_("Operation"), plural=_("Operations"), parent="work_order", display=("seq", "name"), audited=False
    )

    work_order_id: Mapped[int] = link(
        "mrp_routing_work_order.id", _("Work order"), ondelete="CASCADE", index=False, info=NEVER
    )
    ticket_id: Mapped[int] = link(
        "mrp_routing_job_ticket.id", _("Job ticket"), ondelete="CASCADE", index=False, info=NEVER
    )
    seq: Mapped[int] = column(Integer, _("No."), info=NEVER)
    name: Mapped[str] = column(String(120), _("Operation"), info=NEVER)
    operation_type_id: Mapped[int] = link("mrp_routing_operation_type.id", _("Operation type"), info=NEVER)
    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"), info=NEVER)
    setup_minutes: Mapped[Decimal] = column(Quantity, _("Setup time (minutes)"), default=Decimal(0), info=NEVER)
    run_minutes: Mapped[Decimal] = column(Quantity, _("Run time (minutes per piece)"), default=Decimal(0), info=NEVER)
    transfer_lot: Mapped[Decimal | None] = column(Quantity, _("Begins with"), info=NEVER)
    queue_minutes: Mapped[Decimal] = column(Quantity, _("Waits before (minutes)"), default=Decimal(0), info=NEVER)
    move_minutes: Mapped[Decimal] = column(Quantity, _("Way to the next (minutes)"), default=Decimal(0), info=NEVER)
    is_outsourced: Mapped[bool] = column(Boolean, _("Outsourced"), default=False, info=NEVER)
    lead_days: Mapped[int] = column(Integer, _("Days outside"), default=0, info=NEVER)
    first_article: Mapped[bool] = column(Boolean, _("First article"), default=False, info=NEVER)
    needs_inspection: Mapped[bool] = column(Boolean, _("Inspection"), default=False, info=NEVER)
    instruction: Mapped[str | None] = column(Text, _("Instruction"), info=NEVER)
    piece_rate: Mapped[Decimal | None] = column(Price, _("Pay per piece"), info={**NEVER, "group": "wages"})
    moved_at: Mapped[datetime | None] = column(UtcDateTime, _("Lies here since"), info=NEVER)
    received: Mapped[Decimal] = column(Quantity, _("Arrived"), default=Decimal(0), info=NEVER)
    reworked: Mapped[Decimal] = column(Quantity, _("Of these back for rework"), default=Decimal(0), info=NEVER)
    good: Mapped[Decimal] = column(Quantity, _("Good"), default=Decimal(0), info=NEVER)
    scrap: Mapped[Decimal] = column(Quantity, _("Scrap"), default=Decimal(0), info=NEVER)
    rework: Mapped[Decimal] = column(Quantity, _("Rework"), default=Decimal(0), info=NEVER)
    held: Mapped[Decimal] = column(Quantity, _("Held"), default=Decimal(0), info=NEVER)

    work_order: Mapped[WorkOrder] = relationship(back_populates="operations")
    ticket: Mapped[JobTicket] = relationship(back_populates="operations")
    operation_type: Mapped[OperationType] = relationship()
    work_center: Mapped[WorkCenter] = relationship()

    @hybrid_property
    def here(self) -> Decimal:
        """Pieces that have come and are not reported."""
        return self.received - self.good - self.scrap - self.rework - self.held

    @here.inplace.expression
    @classmethod
    def _here(cls) -> ColumnElement[Decimal]:
        return type_coerce(cls.received - cls.good - cls.scrap - cls.rework - cls.held, Quantity())


LIES = Operation.moved_at.is_not(None)
Index(
    "ix_mrp_routing_operation_moved",
    Operation.work_center_id,
    Operation.moved_at,
    sqlite_where=LIES,
    postgresql_where=LIES,
)
