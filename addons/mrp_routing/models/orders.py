"""Work orders and their operations."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Date, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import Item
from addons.mrp_routing.models.routings import OperationType, Routing, WorkCenter
from core.db import Document, Meta, Numbered, Quantity, Record, Scoped, Stateful, column, link
from core.i18n import _

NEVER = {"write": "never"}


class WorkOrder(Document, Scoped, Numbered, Stateful):
    """Make so much of an item by a date. Releasing it freezes a copy of the routing as its operations.

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
    priority: Mapped[int] = column(Integer, _("Priority"), default=5, info={"minimum": 0})
    origin: Mapped[str | None] = column(String(60), _("Made for"), info=NEVER)
    routing_id: Mapped[int | None] = link("mrp_routing_routing.id", _("Routing"), info=NEVER)

    item: Mapped[Item] = relationship()
    routing: Mapped[Routing | None] = relationship()
    owner: Mapped[Any] = relationship("User", foreign_keys="WorkOrder.owner_id")
    org_unit: Mapped[Any] = relationship("OrgUnit", foreign_keys="WorkOrder.org_unit_id")
    operations: Mapped[list[Operation]] = relationship(
        back_populates="work_order", cascade="all, delete-orphan", order_by="Operation.seq"
    )


class Operation(Record):
    """One step of a work order, 1 the first. `good` and `scrap` are always the sums of its time entries."""

    __tablename__ = "mrp_routing_operation"
    __table_args__ = (
        UniqueConstraint("work_order_id", "seq"),
        CheckConstraint("good >= 0 AND scrap >= 0", name="reported"),
    )
    __meta__ = Meta(title=_("Operation"), plural=_("Operations"), parent="work_order", display=("seq", "name"))

    work_order_id: Mapped[int] = link("mrp_routing_work_order.id", _("Work order"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), info=NEVER)
    name: Mapped[str] = column(String(120), _("Operation"), info=NEVER)
    operation_type_id: Mapped[int] = link("mrp_routing_operation_type.id", _("Operation type"), info=NEVER)
    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"), info=NEVER)
    setup_minutes: Mapped[Decimal] = column(Quantity, _("Setup time (minutes)"), default=Decimal(0), info=NEVER)
    run_minutes: Mapped[Decimal] = column(Quantity, _("Run time (minutes per piece)"), default=Decimal(0), info=NEVER)
    good: Mapped[Decimal] = column(Quantity, _("Good"), default=Decimal(0), info=NEVER)
    scrap: Mapped[Decimal] = column(Quantity, _("Scrap"), default=Decimal(0), info=NEVER)

    work_order: Mapped[WorkOrder] = relationship(back_populates="operations")
    operation_type: Mapped[OperationType] = relationship()
    work_center: Mapped[WorkCenter] = relationship()
