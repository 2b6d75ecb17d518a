"""Approval flows with their versions, and the requests that run on them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.db.base import Document, Meta, Record
from core.db.fields import column, link
from core.db.types import Identity, Json, Money, UtcDateTime, utcnow
from core.i18n import _

OPEN_STATES = "state IN ('running', 'blocked', 'returned')"


class ApprovalFlow(Document):
    """What stands before a transition of a kind of document: when it applies, and the version in force.

    Of the active flows of a transition the one with the lowest `priority` whose `match` holds is taken.
    """

    __tablename__ = "core_approval_flow"
    __table_args__ = (Index("ix_core_approval_flow_transition", "model", "transition", "priority"),)
    __meta__ = Meta(
        title=_("Approval flow"),
        plural=_("Approval flows"),
        resource="approval-flows",
        search=("code", "name"),
        order=("model", "transition", "priority"),
    )

    code: Mapped[str] = column(String(60), _("Code"), unique=True)
    name: Mapped[str] = column(String(120), _("Name"))
    model: Mapped[str] = column(String(120), _("Kind of document"), info={"write": "create"})
    transition: Mapped[str] = column(String(60), _("Action"), info={"write": "create"})
    priority: Mapped[int] = column(Integer, _("Priority"), default=100)
    active: Mapped[bool] = column(Boolean, _("Active"), default=True)
    admin_role_id: Mapped[int | None] = link("core_role.id", _("Flow administrators"))
    match: Mapped[Any] = column(Json, _("Applies when"), nullable=True, info={"write": "never"})
    version_id: Mapped[int | None] = link(
        "core_approval_version.id", _("Version in force"), constraint=False, info={"write": "never", "hidden": True}
    )

    admin_role: Mapped[Any] = relationship("Role")


class ApprovalVersion(Record):
    """One version of a flow. A draft may be changed; once published it never is, nor deleted."""

    __tablename__ = "core_approval_version"
    __table_args__ = (UniqueConstraint("flow_id", "no"),)
    __meta__ = Meta(title=_("Version of an approval flow"), generic=False, display=("no",))

    flow_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_flow.id"), index=True)
    no: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20), default="draft")
    definition: Mapped[dict[str, Any]] = mapped_column(Json)
    sha256: Mapped[str] = mapped_column(String(64), default="")
    note: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    published_by_id: Mapped[int | None] = mapped_column(Identity)

    flow: Mapped[ApprovalFlow] = relationship()


class ApprovalRequest(Record):
    """One run of a flow for one document. `params` are the transition's inputs, kept until it runs.

    `progress` holds what the engine keeps besides steps and tasks: ways taken, inserted steps, choices.
    """

    __tablename__ = "core_approval_request"
    __table_args__ = (
        Index("ix_core_approval_request_record", "model", "record_id", "id"),
        Index("ix_core_approval_request_initiator", "initiator_id", "state", "id"),
        Index(
            "uq_core_approval_request_open",
            "model",
            "record_id",
            "transition",
            unique=True,
            postgresql_where=text(OPEN_STATES),
            sqlite_where=text(OPEN_STATES),
        ),
    )
    __meta__ = Meta(title=_("Approval request"), generic=False, audited=False, display=("title",))

    version_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_version.id"), index=True)
    model: Mapped[str] = mapped_column(String(120))
    record_id: Mapped[int] = mapped_column(Identity)
    transition: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    title: Mapped[str] = mapped_column(String(255))
    initiator_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    unit_id: Mapped[int | None] = mapped_column(Identity)
    amount: Mapped[Decimal | None] = mapped_column(Money)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    facts_hash: Mapped[str] = mapped_column(String(64), default="")
    progress: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    round: Mapped[int] = mapped_column(Integer, default=0)
    state: Mapped[str] = mapped_column(String(20), default="new")
    events: Mapped[int] = mapped_column(Integer, default=0)
    last_hash: Mapped[str] = mapped_column(String(64), default="")
    submitted_at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    executed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text, default="")

    version: Mapped[ApprovalVersion] = relationship()


class ApprovalStep(Record):
    """One step of one round, as in `case.StepRun`; `n` counts within the request."""

    __tablename__ = "core_approval_step"
    __table_args__ = (
        UniqueConstraint("request_id", "n"),
        Index(
            "uq_core_approval_step_open",
            "request_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )
    __meta__ = Meta(title=_("Approval step"), generic=False, audited=False, display=("name",))

    request_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_request.id"))
    n: Mapped[int] = mapped_column(Integer)
    round: Mapped[int] = mapped_column(Integer)
    key: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(20))
    parent: Mapped[int | None] = mapped_column(Integer)
    mode: Mapped[str] = mapped_column(String(20))
    threshold: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(40), default="")
    carried_from: Mapped[int | None] = mapped_column(Integer)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApprovalTask(Record):
    """One person's decision in one step, as in `case.Task`; `client_key` makes a repeated tap one vote."""

    __tablename__ = "core_approval_task"
    __table_args__ = (
        UniqueConstraint("request_id", "n"),
        UniqueConstraint("assignee_id", "client_key"),
        Index("ix_core_approval_task_inbox", "assignee_id", "state", "id"),
    )
    __meta__ = Meta(title=_("Approval task"), generic=False, audited=False, display=("id",))

    request_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_request.id"))
    n: Mapped[int] = mapped_column(Integer)
    step: Mapped[int] = mapped_column(Integer)
    order: Mapped[int] = mapped_column("ord", Integer)
    assignee_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    principal_id: Mapped[int | None] = mapped_column(Identity)
    why: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    state: Mapped[str] = mapped_column(String(20))
    added_by: Mapped[int | None] = mapped_column(Identity)
    facts_hash: Mapped[str | None] = mapped_column(String(64))
    tolerated: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(Identity)
    comment: Mapped[str] = mapped_column(Text, default="")
    source: Mapped[int | None] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(20), default="")
    signature: Mapped[str | None] = mapped_column(Text)
    client_key: Mapped[str | None] = mapped_column(String(64))


class ApprovalEvent(Record):
    """One line of a request's log, chained by hash to the one before. Append-only at the database."""

    __tablename__ = "core_approval_event"
    __table_args__ = (UniqueConstraint("request_id", "n"),)
    __meta__ = Meta(title=_("Approval event"), generic=False, audited=False, display=("verb",))

    request_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_request.id"))
    n: Mapped[int] = mapped_column(Integer)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    actor_id: Mapped[int | None] = mapped_column(Identity)
    actor_name: Mapped[str] = mapped_column(String(120), default="")
    channel: Mapped[str] = mapped_column(String(20), default="")
    verb: Mapped[str] = mapped_column(String(20))
    data: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    hash: Mapped[str] = mapped_column(String(64))


class ApprovalCopy(Record):
    """Somebody was informed; `read_at` when he has looked."""

    __tablename__ = "core_approval_copy"
    __table_args__ = (
        UniqueConstraint("request_id", "user_id"),
        Index("ix_core_approval_copy_user", "user_id", "id"),
    )
    __meta__ = Meta(title=_("Copy"), generic=False, audited=False, display=("id",))

    request_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_request.id"))
    user_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    on: Mapped[str] = mapped_column("occasion", String(20))
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=utcnow)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Delegation(Record):
    """Somebody decides for somebody else between two instants; `flows` are ids, empty for all."""

    __tablename__ = "core_approval_delegation"
    __table_args__ = (Index("ix_core_approval_delegation_from", "from_id", "ends_at"),)
    __meta__ = Meta(title=_("Delegation"), plural=_("Delegations"), generic=False, display=("id",))

    from_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    to_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_user.id"))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    flows: Mapped[list[int]] = mapped_column(Json, default=list)
    include_open: Mapped[bool] = mapped_column(Boolean, default=False)
    reason: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApprovalTimer(Record):
    """Something to do about a task at an instant: remind (counted by `n`), or what a late task calls for."""

    __tablename__ = "core_approval_timer"
    __table_args__ = (
        UniqueConstraint("request_id", "task", "kind", "n"),
        Index(
            "ix_core_approval_timer_due",
            "due_at",
            postgresql_where=text("fired_at IS NULL"),
            sqlite_where=text("fired_at IS NULL"),
        ),
    )
    __meta__ = Meta(title=_("Approval timer"), generic=False, audited=False, display=("id",))

    request_id: Mapped[int] = mapped_column(Identity, ForeignKey("core_approval_request.id"))
    task: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(String(20))
    n: Mapped[int] = mapped_column(Integer, default=0)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    fired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
