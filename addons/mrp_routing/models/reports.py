"""What was scanned, and the work it reports."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.mrp_routing.models.orders import Operation
from addons.mrp_routing.models.routings import Machine
from core.db import Json, Meta, Quantity, Record, UtcDateTime, choice, column, link, utcnow
from core.i18n import _

NEVER = {"write": "never"}
VERDICTS = {"applied": _("Applied"), "ignored": _("Ignored"), "pending": _("Needs review")}


class ScanEvent(Record):
    """The inbox of scans: one row for each event a device made, kept for ever, whatever came of it.

    `event_id` is made on the device and unique; so is its running number there. The same event again gets
    the stored `answer`; the same id with other content is refused, told by `payload_hash`.
    """

    __tablename__ = "mrp_routing_scan_event"
    __table_args__ = (UniqueConstraint("device", "device_seq"),)
    __meta__ = Meta(
        title=_("Scan event"),
        plural=_("Scan events"),
        resource="scans",
        display=("event_id",),
        search=("event_id", "device", "message"),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    event_id: Mapped[str] = column(String(36), _("Event"), unique=True, info=NEVER)
    device: Mapped[str] = column(String(60), _("Device"), info=NEVER)
    device_seq: Mapped[int | None] = column(Integer, _("Running number"), info=NEVER)
    at: Mapped[datetime] = column(UtcDateTime, _("Scanned at"), info=NEVER)
    received_at: Mapped[datetime] = column(UtcDateTime, _("Received at"), default=utcnow, index=True, info=NEVER)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    payload_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = choice(VERDICTS, _("Verdict"), index=True, info=NEVER)
    message: Mapped[str | None] = column(String(400), _("Message"), info=NEVER)
    answer: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    user_id: Mapped[int | None] = link("core_user.id", _("By"), constraint=False, index=False, info=NEVER)

    user: Mapped[Any] = relationship("User", primaryjoin="foreign(ScanEvent.user_id) == User.id", viewonly=True)


class TimeEntry(Record):
    """One worker on one operation from a start scan to a finish scan, with what he reported at its end.

    A worker has at most one open entry on an operation. `finished_at` None means he is still at it.
    """

    __tablename__ = "mrp_routing_time_entry"
    __table_args__ = (CheckConstraint("good >= 0 AND scrap >= 0", name="reported"),)
    __meta__ = Meta(
        title=_("Time entry"),
        plural=_("Time entries"),
        parent="operation",
        display=("id",),
        order=("-id",),
        audited=False,
    )

    operation_id: Mapped[int] = link("mrp_routing_operation.id", _("Operation"), info=NEVER)
    user_id: Mapped[int] = link("core_user.id", _("Worker"), info=NEVER)
    machine_id: Mapped[int | None] = link("mrp_routing_machine.id", _("Machine"), info=NEVER)
    started_at: Mapped[datetime] = column(UtcDateTime, _("Started at"), info=NEVER)
    finished_at: Mapped[datetime | None] = column(UtcDateTime, _("Finished at"), info=NEVER)
    good: Mapped[Decimal] = column(Quantity, _("Good"), default=Decimal(0), info=NEVER)
    scrap: Mapped[Decimal] = column(Quantity, _("Scrap"), default=Decimal(0), info=NEVER)
    start_event: Mapped[str | None] = mapped_column(String(36))
    finish_event: Mapped[str | None] = mapped_column(String(36))

    operation: Mapped[Operation] = relationship()
    user: Mapped[Any] = relationship("User", foreign_keys="TimeEntry.user_id")
    machine: Mapped[Machine | None] = relationship()


OPEN = TimeEntry.finished_at.is_(None)
Index(
    "ix_mrp_routing_time_entry_open",
    TimeEntry.operation_id,
    TimeEntry.user_id,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)
