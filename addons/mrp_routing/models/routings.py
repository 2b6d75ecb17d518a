"""Process planning: work centers, machines, the operation library, routings."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.masterdata.models import Item, WorkCalendar
from core.db import (
    Document,
    Extendable,
    Meta,
    Money,
    Price,
    Quantity,
    Record,
    Stateful,
    UtcDateTime,
    choice,
    column,
    link,
)
from core.i18n import _

OVER_REPORTS = {"strict": _("Refused"), "tolerant": _("Up to a tolerance"), "record_only": _("Recorded and flagged")}
GATES = {"hard": _("Refused"), "soft": _("Allowed and flagged"), "off": _("Not looked at")}
TIME_SPLITS = {
    "equal": _("In equal parts"),
    "standard": _("By standard time"),
    "full": _("In full to each"),
}
LOT_HELP = _("As many pieces have to arrive first; any when empty.")
SILENT_HELP = _("Pieces that lie untouched for so long are reported to the one responsible; never when empty.")
LONG_HELP = _("Work that goes on for so long without a scan is reported to the one responsible; never when empty.")
CALENDAR_HELP = _("The factory's when empty.")
WAGES = {"minimum": 0, "group": "wages"}
IS_OUTSIDE = {"field": "is_outsourced", "op": "eq", "value": True}
IS_TOLERANT = {"field": "over_report", "op": "eq", "value": "tolerant"}


class WorkCenter(Document):
    """A group of machines or places that do the same work, and how strict reporting is there.

    `over_report`: what happens to a report of more than has arrived. `gate`: what happens to a start before anything
    has. `time_split`: how the time of a worker who is at several operations at once is divided among them.
    `efficiency` is the output in percent of the standard; `capacity` how many operations are done at once where there
    are no machines. `responsible` is told of pieces that lie untouched for `silent_hours`, and of work that goes on for
    `long_hours`, in hours of the clock.
    """

    __tablename__ = "mrp_routing_work_center"
    __meta__ = Meta(
        title=_("Work center"),
        plural=_("Work centers"),
        resource="work-centers",
        display=("code", "name"),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    over_report: Mapped[str] = choice(OVER_REPORTS, _("More than has arrived"), default="strict")
    tolerance_percent: Mapped[Decimal] = column(
        Quantity,
        _("Tolerance (percent)"),
        default=Decimal(0),
        info={"minimum": 0, "maximum": 100, "visible_when": IS_TOLERANT},
    )
    gate: Mapped[str] = choice(GATES, _("Start before anything has arrived"), default="hard")
    time_split: Mapped[str] = choice(TIME_SPLITS, _("Several operations at once"), default="equal")
    calendar_id: Mapped[int | None] = link(
        "masterdata_work_calendar.id", _("Work calendar"), info={"help": CALENDAR_HELP}
    )
    efficiency: Mapped[Decimal] = column(
        Quantity, _("Efficiency (percent)"), default=Decimal(100), info={"minimum": 1, "maximum": 1000}
    )
    capacity: Mapped[int] = column(Integer, _("At once without machines"), default=1, info={"minimum": 1})
    hourly_rate: Mapped[Decimal | None] = column(Money, _("Hourly rate"), info={"minimum": 0, "group": "costs"})
    silent_hours: Mapped[Decimal | None] = column(
        Quantity, _("Untouched alarm (hours)"), info={"minimum": 0, "help": SILENT_HELP}
    )
    long_hours: Mapped[Decimal | None] = column(
        Quantity, _("Long work alarm (hours)"), info={"minimum": 0, "help": LONG_HELP}
    )
    responsible_id: Mapped[int | None] = link("core_user.id", _("Responsible person"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    calendar: Mapped[WorkCalendar | None] = relationship()
    responsible: Mapped[Any] = relationship("User", foreign_keys="WorkCenter.responsible_id")


class Machine(Document):
    """A machine; its plate carries a printed code made from its id."""

    __tablename__ = "mrp_routing_machine"
    __meta__ = Meta(
        title=_("Machine"),
        plural=_("Machines"),
        resource="machines",
        display=("code", "name"),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    work_center: Mapped[WorkCenter] = relationship()


class OperationType(Document):
    """An entry of the operation library, with the usual times: minutes, the run time per piece."""

    __tablename__ = "mrp_routing_operation_type"
    __meta__ = Meta(
        title=_("Operation type"),
        plural=_("Operation types"),
        resource="operation-types",
        display=("code", "name"),
        search=("code", "name"),
        order=("code",),
    )

    code: Mapped[str] = column(String(40), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"))
    setup_minutes: Mapped[Decimal] = column(
        Quantity, _("Setup time (minutes)"), default=Decimal(0), info={"minimum": 0}
    )
    run_minutes: Mapped[Decimal] = column(
        Quantity, _("Run time (minutes per piece)"), default=Decimal(0), info={"minimum": 0}
    )
    is_outsourced: Mapped[bool] = column(Boolean, _("Outsourced"), default=False)
    needs_inspection: Mapped[bool] = column(Boolean, _("Inspection"), default=False)
    instruction: Mapped[str | None] = column(Text, _("Instruction"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)

    work_center: Mapped[WorkCenter] = relationship()


class Routing(Document, Stateful):
    """The ordered operations that make an item. At most one revision of an item is approved at a time."""

    __tablename__ = "mrp_routing_routing"
    __table_args__ = (UniqueConstraint("item_id", "revision"),)
    __meta__ = Meta(
        title=_("Routing"),
        plural=_("Routings"),
        resource="routings",
        display=("name", "revision"),
        search=("name",),
        order=("-id",),
    )

    item_id: Mapped[int] = link("masterdata_item.id", _("Item"), info={"write": "create"})
    revision: Mapped[int] = column(Integer, _("Revision"), default=1, info={"write": "never"})
    name: Mapped[str] = column(String(120), _("Name"))
    approved_at: Mapped[datetime | None] = column(UtcDateTime, _("First approved at"), info={"write": "never"})
    indexed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    item: Mapped[Item] = relationship()
    operations: Mapped[list[RoutingOperation]] = relationship(
        back_populates="routing", cascade="all, delete-orphan", order_by="RoutingOperation.seq"
    )


APPROVED = Routing.state == "approved"
Index(
    "ix_mrp_routing_routing_approved",
    Routing.item_id,
    unique=True,
    sqlite_where=APPROVED,
    postgresql_where=APPROVED,
)


class RoutingOperation(Record, Extendable):
    """One step of a routing; `seq` is its place, 1 the first."""

    __tablename__ = "mrp_routing_routing_operation"
    __meta__ = Meta(title=_("Routing operation"), plural=_("Routing operations"), parent="routing", display=("seq",))

    routing_id: Mapped[int] = link("mrp_routing_routing.id", _("Routing"), ondelete="CASCADE")
    seq: Mapped[int] = column(Integer, _("No."), default=1, info={"write": "never"})
    operation_type_id: Mapped[int] = link("mrp_routing_operation_type.id", _("Operation type"))
    work_center_id: Mapped[int] = link("mrp_routing_work_center.id", _("Work center"))
    setup_minutes: Mapped[Decimal] = column(
        Quantity, _("Setup time (minutes)"), default=Decimal(0), info={"minimum": 0}
    )
    run_minutes: Mapped[Decimal] = column(
        Quantity, _("Run time (minutes per piece)"), default=Decimal(0), info={"minimum": 0}
    )
    transfer_lot: Mapped[Decimal | None] = column(
        Quantity,
        _("Begins with"),
        info={"minimum": 0, "help": LOT_HELP},
    )
    queue_minutes: Mapped[Decimal] = column(
        Quantity, _("Waits before (minutes)"), default=Decimal(0), info={"minimum": 0}
    )
    move_minutes: Mapped[Decimal] = column(
        Quantity, _("Way to the next (minutes)"), default=Decimal(0), info={"minimum": 0}
    )
    is_outsourced: Mapped[bool] = column(Boolean, _("Outsourced"), default=False)
    lead_days: Mapped[int] = column(
        Integer, _("Days outside"), default=0, info={"minimum": 0, "maximum": 3650, "visible_when": IS_OUTSIDE}
    )
    first_article: Mapped[bool] = column(Boolean, _("First article"), default=False)
    needs_inspection: Mapped[bool] = column(Boolean, _("Inspection"), default=False)
    instruction: Mapped[str | None] = column(Text, _("Instruction"))
    piece_rate: Mapped[Decimal | None] = column(Price, _("Pay per piece"), info=WAGES)

    routing: Mapped[Routing] = relationship(back_populates="operations")
    operation_type: Mapped[OperationType] = relationship()
    work_center: Mapped[WorkCenter] = relationship()
