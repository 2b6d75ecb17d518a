"""Who and what a handful of scanned codes name, in any order."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import or_, select

from addons.mrp_routing.models import JobTicket, Machine, Operation, Reason, TimeEntry, WorkOrder
from addons.mrp_routing.services.codes import Code, make_code, parse_codes
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.people.colleagues import find_badges, find_colleague

STEP = re.compile(r"(.+)/([0-9]{1,6})")
ACTION_NUMBERS = {
    1: "start",
    2: "setup",
    3: "report",
    4: "finish",
    5: "pause",
    6: "leave",
    7: "down",
    8: "up",
    9: "rework",
    10: "inspect",
    11: "indirect",
}


@dataclass(frozen=True)
class Meant:
    """The worker, machine, ticket, operation, reason and action named so far; None for what was not."""

    worker_id: int | None = None
    machine_id: int | None = None
    ticket_id: int | None = None
    operation_id: int | None = None
    reason_id: int | None = None
    action: str | None = None

    @property
    def codes(self) -> list[str]:
        """The printed codes that name the same."""
        action = next((number for number, name in ACTION_NUMBERS.items() if name == self.action), None)
        named = {
            "worker": self.worker_id,
            "machine": self.machine_id,
            "ticket": self.ticket_id if self.operation_id is None else None,
            "operation": self.operation_id,
            "reason": self.reason_id,
            "action": action,
        }
        return [make_code(kind, number) for kind, number in named.items() if number is not None]


def identify(texts: Sequence[str]) -> Meant:
    """Look up everything that was scanned or typed; the last of a kind counts.

    Takes printed codes, a badge (`E0007`), a machine's code, a ticket's number, or `WO202611-0001-1/2` for the second
    operation of a ticket (the order's number alone where it has one ticket). A ticket stands for the operation its
    pieces are at. Raises `ValidationError` or `NotFound` for what names nothing.
    """
    meant = Meant()
    found = [part for text in texts for part in parse_codes(text)]
    badges = find_badges([word for word in found if isinstance(word, str) and not STEP.fullmatch(word)])
    for part in found:
        meant = _with(meant, part, badges)
    if meant.ticket_id is not None and meant.operation_id is None:
        return replace(meant, operation_id=_current(meant.ticket_id, meant.worker_id))
    return meant


def _with(meant: Meant, found: Code | str, badges: Mapping[str, int]) -> Meant:
    if isinstance(found, str):
        return replace(meant, worker_id=badges[found]) if found in badges else _by_word(meant, found)
    if found.kind == "worker":
        return replace(meant, worker_id=_worker(found.number))
    if found.kind == "machine":
        return replace(meant, machine_id=_machine(Machine.id == found.number))
    if found.kind == "operation":
        return replace(meant, operation_id=found.number, ticket_id=None)
    if found.kind == "ticket":
        return replace(meant, ticket_id=found.number, operation_id=None)
    if found.kind == "reason":
        return replace(meant, reason_id=_reason(found.number))
    if found.kind == "action" and found.number in ACTION_NUMBERS:
        return replace(meant, action=ACTION_NUMBERS[found.number])
    raise ValidationError(_("This code is not for reporting work. Scan a badge, a machine or an operation."))


def _by_word(meant: Meant, word: str) -> Meant:
    step = STEP.fullmatch(word)
    if step is not None:
        return replace(meant, operation_id=_operation(step[1], int(step[2])), ticket_id=None)
    machine = db.session.scalar(select(Machine.id).where(Machine.code == word, Machine.active))
    if machine is not None:
        return replace(meant, machine_id=machine)
    return replace(meant, ticket_id=_ticket(word), operation_id=None)


def _worker(number: int) -> int:
    worker = find_colleague(number)
    if worker is None:
        raise NotFound(_("This badge belongs to nobody who works here."))
    return worker[0]


def _machine(which: Any) -> int:
    machine: int | None = db.session.scalar(select(Machine.id).where(which, Machine.active))
    if machine is None:
        raise NotFound(_("This code belongs to no badge, machine or operation. Scan again."))
    return machine


def _reason(number: int) -> int:
    reason: int | None = db.session.scalar(select(Reason.id).where(Reason.id == number, Reason.active))
    if reason is None:
        raise NotFound(_("There is no such reason any more. Scan another."))
    return reason


def find_reason(kind: str, text: str) -> int:
    """The reason of a kind that was scanned or typed. Raises `NotFound` or `ValidationError`."""
    (found, *_rest) = parse_codes(text)
    which = Reason.id == found.number if isinstance(found, Code) else Reason.code == found
    reason: int | None = db.session.scalar(select(Reason.id).where(which, Reason.kind == kind, Reason.active))
    if reason is None or (isinstance(found, Code) and found.kind != "reason"):
        raise NotFound(_("“%(code)s” is no reason for this. Scan or choose another.", code=text[:40]))
    return reason


def _ticket(word: str) -> int:
    query = select(JobTicket.id).join(WorkOrder).where(or_(JobTicket.number == word, WorkOrder.number == word))
    tickets = db.session.scalars(query.limit(2)).all()
    if not tickets:
        raise NotFound(_("This code belongs to no badge, machine or operation. Scan again."))
    if len(tickets) > 1:
        raise ValidationError(_("This work order has several tickets. Scan the one that lies with the pieces."))
    return tickets[0]


def _operation(number: str, seq: int) -> int:
    query = select(Operation.id).join(Operation.ticket).join(JobTicket.work_order)
    query = query.where(or_(JobTicket.number == number, WorkOrder.number == number), Operation.seq == seq)
    operations = db.session.scalars(query.limit(2)).all()
    if not operations:
        raise NotFound(_("There is no such operation, or it is not yours to see."))
    if len(operations) > 1:
        raise ValidationError(_("This work order has several tickets. Scan the one that lies with the pieces."))
    return operations[0]


def _current(ticket_id: int, worker_id: int | None) -> int:
    """The operation a ticket stands for: where the worker is at work, or else the only one with pieces."""
    mine = select(TimeEntry.operation_id).where(TimeEntry.user_id == worker_id, TimeEntry.finished_at.is_(None))
    query = select(Operation.id, Operation.here.label("here"), Operation.id.in_(mine).label("is_mine"))
    steps = db.session.execute(query.where(Operation.ticket_id == ticket_id).order_by(Operation.seq)).all()
    if not steps:
        raise NotFound(_("There is no such ticket, or it is not yours to see."))
    found = [s.id for s in steps if s.is_mine] or [s.id for s in steps if s.here > 0] or [steps[-1].id]
    if len(found) > 1:
        raise ValidationError(_("The pieces of this ticket are at several operations. Scan the code of yours."))
    return int(found[0])
