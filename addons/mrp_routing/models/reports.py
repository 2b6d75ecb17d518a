"""What was scanned, and the time and quantities it reports."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from addons.mrp_routing.models.orders import NEVER, Operation
from addons.mrp_routing.models.routings import Machine
from core.db import Document, Json, Meta, Quantity, Record, UtcDateTime, choice, column, link, utcnow
from core.db.types import Identity
from core.i18n import _

VERDICTS = {
    "applied": _("Applied"),
    "ignored": _("Ignored"),
    "pending": _("Needs review"),
    "settled": _("Settled"),
}
REASON_KINDS = {
    "scrap": _("Scrap"),
    "rework": _("Rework"),
    "hold": _("Hold"),
    "pause": _("Pause"),
    "down": _("Machine down"),
}
TIME_KINDS = {
    "run": _("Run"),
    "setup": _("Setup"),
    "rework": _("Rework"),
    "inspect": _("Inspection"),
    "indirect": _("Indirect"),
}
ENDS = {
    "scan": _("Scan"),
    "pause": _("Pause"),
    "auto": _("End of shift"),
    "supervisor": _("Correction"),
}
OUTCOMES = {
    "good": _("Good"),
    "scrap": _("Scrap"),
    "rework": _("Rework"),
    "hold": _("Held"),
    "moved": _("Split or merged"),
}


class Reason(Document):
    """Why pieces are scrapped, reworked or held, work is paused, or a machine stands still. Has a printed code."""

    __tablename__ = "mrp_routing_reason"
    __table_args__ = (UniqueConstraint("kind", "code"),)
    __meta__ = Meta(
        title=_("Reason"),
        plural=_("Reasons"),
        resource="reasons",
        display=("code", "name"),
        search=("code", "name"),
        order=("kind", "code"),
    )

    kind: Mapped[str] = choice(REASON_KINDS, _("Reason for"))
    code: Mapped[str] = column(String(40), _("Code"))
    name: Mapped[str] = column(String(120), _("Name"))
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)


class ScanEvent(Record):
    """The inbox of scans: one row for each event a device made, kept for ever, whatever came of it.

    `event_id` is made on the device and unique; so is its running number there. The same event again gets
    the stored `answer`; the same id with other content is refused, told by `payload_hash`. `at` is when it was scanned
    by the server's clock: the device's, put right by `clock_offset` (seconds) where that is large. Worker, machine,
    operation and `does` are what it was understood as, None while it was not. `settled_*`: who decided what became of
    one that could not be applied, and why.
    """

    __tablename__ = "mrp_routing_scan_event"
    __table_args__ = (
        UniqueConstraint("device", "device_seq"),
        Index("ix_mrp_routing_scan_event_mark", "operation_id", "worker_id"),
    )
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
    clock_offset: Mapped[int] = column(Integer, _("Clock put right by (seconds)"), default=0, info=NEVER)
    is_offline: Mapped[bool] = column(Boolean, _("Scanned without network"), default=False, info=NEVER)
    payload: Mapped[dict[str, Any]] = mapped_column(Json)
    payload_hash: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = choice(VERDICTS, _("Verdict"), index=True, info=NEVER)
    message: Mapped[str | None] = column(String(400), _("Message"), info=NEVER)
    answer: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    does: Mapped[str | None] = column(String(20), _("Action"), info=NEVER)
    worker_id: Mapped[int | None] = link("core_user.id", _("Worker"), constraint=False, index=False, info=NEVER)
    machine_id: Mapped[int | None] = link("mrp_routing_machine.id", _("Machine"), constraint=False, info=NEVER)
    operation_id: Mapped[int | None] = mapped_column(Identity)
    reason_id: Mapped[int | None] = mapped_column(Identity)
    user_id: Mapped[int | None] = link("core_user.id", _("By"), constraint=False, index=False, info=NEVER)
    settled_at: Mapped[datetime | None] = column(UtcDateTime, _("Settled at"), info=NEVER)
    settled_by_id: Mapped[int | None] = link("core_user.id", _("Settled by"), constraint=False, index=False, info=NEVER)
    settlement: Mapped[str | None] = column(String(200), _("Settled because"), info=NEVER)

    user: Mapped[Any] = relationship("User", primaryjoin="foreign(ScanEvent.user_id) == User.id", viewonly=True)
    worker: Mapped[Any] = relationship("User", primaryjoin="foreign(ScanEvent.worker_id) == User.id", viewonly=True)
    machine: Mapped[Any] = relationship(
        "Machine", primaryjoin="foreign(ScanEvent.machine_id) == Machine.id", viewonly=True
    )
    settled_by: Mapped[Any] = relationship(
        "User", primaryjoin="foreign(ScanEvent.settled_by_id) == User.id", viewonly=True
    )
    flags: Mapped[list[ScanFlag]] = relationship(back_populates="event", order_by="ScanFlag.id")


class ScanFlag(Record):
    """What an applied scan contradicts, with the rule's name and a sentence: reported all the same, looked at later."""

    __tablename__ = "mrp_routing_scan_flag"
    __table_args__ = (UniqueConstraint("event_id", "code"),)
    __meta__ = Meta(title=_("Finding"), plural=_("Findings"), display=("code",), generic=False, audited=False)

    event_id: Mapped[int] = link("mrp_routing_scan_event.id", _("Scan event"), index=False, info=NEVER)
    code: Mapped[str] = column(String(40), _("Rule"), index=True, info=NEVER)
    message: Mapped[str] = column(String(400), _("Message"), info=NEVER)

    event: Mapped[ScanEvent] = relationship(back_populates="flags")


class TimeEntry(Record):
    """One worker on one operation, maybe at a machine, from a start to an end. What the scans say, kept up to date.

    A worker has at most one open entry at an operation and machine; `machine_key` is its id, or 0 for none, so that
    this holds on every database. `finished_at` None means he is still at it.
    `is_given`: start and end were reported together; `is_corrected`: somebody put it right, scans change it no more.
    """

    __tablename__ = "mrp_routing_time_entry"
    __table_args__ = (
        Index("ix_mrp_routing_time_entry_worker", "user_id", "started_at"),
        Index("ix_mrp_routing_time_entry_machine", "machine_id", "started_at"),
    )
    __meta__ = Meta(
        title=_("Time entry"),
        plural=_("Time entries"),
        parent="operation",
        display=("id",),
        order=("-id",),
        audited=False,
    )

    operation_id: Mapped[int] = link("mrp_routing_operation.id", _("Operation"), info=NEVER)
    user_id: Mapped[int] = link("core_user.id", _("Worker"), index=False, info=NEVER)
    machine_id: Mapped[int | None] = link("mrp_routing_machine.id", _("Machine"), index=False, info=NEVER)
    kind: Mapped[str] = choice(TIME_KINDS, _("Kind"), default="run", info=NEVER)
    started_at: Mapped[datetime] = column(UtcDateTime, _("Started at"), info=NEVER)
    finished_at: Mapped[datetime | None] = column(UtcDateTime, _("Finished at"), info=NEVER)
    closed_by: Mapped[str | None] = choice(ENDS, _("Ended by"), info=NEVER)
    reason_id: Mapped[int | None] = link("mrp_routing_reason.id", _("Reason"), index=False, info=NEVER)
    machine_key: Mapped[int] = mapped_column(Identity, default=0)
    is_given: Mapped[bool] = column(Boolean, _("Reported as a whole"), default=False, info=NEVER)
    is_corrected: Mapped[bool] = column(Boolean, _("Corrected"), default=False, info=NEVER)
    start_event: Mapped[str | None] = mapped_column(String(36))
    finish_event: Mapped[str | None] = mapped_column(String(36))

    operation: Mapped[Operation] = relationship()
    user: Mapped[Any] = relationship("User", foreign_keys="TimeEntry.user_id")
    machine: Mapped[Machine | None] = relationship()
    reason: Mapped[Reason | None] = relationship()


OPEN = TimeEntry.finished_at.is_(None)
Index(
    "ix_mrp_routing_time_entry_open",
    TimeEntry.operation_id,
    TimeEntry.user_id,
    TimeEntry.machine_key,
    unique=True,
    sqlite_where=OPEN,
    postgresql_where=OPEN,
)


class QuantityEntry(Record):
    """Pieces of an operation that became something: the ledger its figures are the sums of. Never changed.

    `outcome` says what, `quantity` how many; a correction takes back by a negative one. For rework `back_to` is the
    operation they go back to, maybe the same. `moved` pieces came from another ticket, or went there.
    """

    __tablename__ = "mrp_routing_quantity_entry"
    __table_args__ = (Index("ix_mrp_routing_quantity_entry_worker", "user_id", "at"),)
    __meta__ = Meta(
        title=_("Quantity entry"),
        plural=_("Quantity entries"),
        parent="operation",
        display=("id",),
        order=("-id",),
        audited=False,
    )

    operation_id: Mapped[int] = link("mrp_routing_operation.id", _("Operation"), info=NEVER)
    at: Mapped[datetime] = column(UtcDateTime, _("Reported at"), info=NEVER)
    outcome: Mapped[str] = choice(OUTCOMES, _("Outcome"), info=NEVER)
    quantity: Mapped[Decimal] = column(Quantity, _("Quantity"), info=NEVER)
    reason_id: Mapped[int | None] = link("mrp_routing_reason.id", _("Reason"), index=False, info=NEVER)
    back_to_id: Mapped[int | None] = link("mrp_routing_operation.id", _("Back to"), index=False, info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("Worker"), constraint=False, index=False, info=NEVER)
    machine_id: Mapped[int | None] = link("mrp_routing_machine.id", _("Machine"), index=False, info=NEVER)
    event_id: Mapped[str | None] = mapped_column(String(36), index=True)
    is_correction: Mapped[bool] = column(Boolean, _("Corrected"), default=False, info=NEVER)

    operation: Mapped[Operation] = relationship(foreign_keys="QuantityEntry.operation_id")
    back_to: Mapped[Operation | None] = relationship(foreign_keys="QuantityEntry.back_to_id")
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(QuantityEntry.user_id) == User.id", viewonly=True)
    machine: Mapped[Machine | None] = relationship()
    reason: Mapped[Reason | None] = relationship()


class Correction(Record):
    """What somebody put right of what was reported, or entered afterwards: who, when and why, and how it was before."""

    __tablename__ = "mrp_routing_correction"
    __meta__ = Meta(
        title=_("Correction"),
        plural=_("Corrections"),
        resource="corrections",
        display=("id",),
        search=("reason",),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    at: Mapped[datetime] = column(UtcDateTime, _("Corrected at"), default=utcnow, index=True, info=NEVER)
    kind: Mapped[str] = choice(
        {"quantity": _("Quantity"), "time": _("Time"), "back_entry": _("Back-entry")}, _("Kind"), info=NEVER
    )
    operation_id: Mapped[int] = link("mrp_routing_operation.id", _("Operation"), info=NEVER)
    worker_id: Mapped[int | None] = link("core_user.id", _("Worker"), constraint=False, index=False, info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("By"), constraint=False, info=NEVER)
    reason: Mapped[str] = column(String(200), _("Reason"), info=NEVER)
    event_id: Mapped[str | None] = mapped_column(String(36), index=True)
    before: Mapped[str] = column(String(200), _("Before"), info=NEVER)
    after: Mapped[str] = column(String(200), _("After"), info=NEVER)

    operation: Mapped[Operation] = relationship()
    worker: Mapped[Any] = relationship("User", primaryjoin="foreign(Correction.worker_id) == User.id", viewonly=True)
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(Correction.user_id) == User.id", viewonly=True)


class MachineStop(Record):
    """A machine that stands still, from when to when and why. At most one is open for a machine."""

    __tablename__ = "mrp_routing_machine_stop"
    __meta__ = Meta(
        title=_("Machine stop"),
        plural=_("Machine stops"),
        resource="machine-stops",
        display=("id",),
        order=("-id",),
        read_only=True,
        audited=False,
    )

    machine_id: Mapped[int] = link("mrp_routing_machine.id", _("Machine"), info=NEVER)
    reason_id: Mapped[int | None] = link("mrp_routing_reason.id", _("Reason"), index=False, info=NEVER)
    began_at: Mapped[datetime] = column(UtcDateTime, _("Stands still since"), index=True, info=NEVER)
    ended_at: Mapped[datetime | None] = column(UtcDateTime, _("Runs again since"), info=NEVER)
    user_id: Mapped[int | None] = link("core_user.id", _("Worker"), constraint=False, index=False, info=NEVER)

    machine: Mapped[Machine] = relationship()
    reason: Mapped[Reason | None] = relationship()
    user: Mapped[Any] = relationship("User", primaryjoin="foreign(MachineStop.user_id) == User.id", viewonly=True)


STANDING_STILL = MachineStop.ended_at.is_(None)
Index(
    "ix_mrp_routing_machine_stop_open",
    MachineStop.machine_id,
    unique=True,
    sqlite_where=STANDING_STILL,
    postgresql_where=STANDING_STILL,
)
