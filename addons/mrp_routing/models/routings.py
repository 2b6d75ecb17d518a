"""Process planning: work centers, machines, the operation library, routings."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from addons.masterdata.models import Item
from core.db import Document, Extendable, Meta, Quantity, Record, Stateful, choice, column, link
from core.i18n import _

OVER_REPORTS = {"strict": _("Refused"), "tolerant": _("Up to a tolerance"), "record_only": _("Recorded and flagged")}
GATES = {"hard": _("Refused"), "soft": _("Allowed and flagged"), "off": _("Not looked at")}
TIME_SPLITS = {
    "equal": _("In equal parts"),
    "standard": _("By standard time"),
    "full": _("In full to each"),
}
LOT_HELP = _("As many pieces have to arrive first; any when empty.")
IS_TOLERANT = {"field": "over_report", "op": "eq", "value": "tolerant"}


class WorkCenter(Document):
    """A group of machines or places that do the same work, and how strict reporting is there.

    `over_report`: what happens to a report of more than has arrived. `gate`: what happens to a start before anything
    has. `time_split`: how the time of a worker who is at several operations at once is divided among them.
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
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)


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

    routing: Mapped[Routing] = relationship(back_populates="operations")
    operation_type: Mapped[OperationType] = relationship()
    work_center: Mapped[WorkCenter] = relationship()
