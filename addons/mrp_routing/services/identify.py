"""Who and what a handful of scanned codes name, in any order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.models import Machine, Operation, WorkOrder
from addons.mrp_routing.services.codes import Code, make_code, parse_codes
from core.actor import elevated
from core.db import db
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.people.models import User

STEP = re.compile(r"(.+)/([0-9]{1,6})")


@dataclass(frozen=True)
class Meant:
    """The worker, machine and operation named so far; None for what was not."""

    worker_id: int | None = None
    machine_id: int | None = None
    operation_id: int | None = None

    @property
    def codes(self) -> list[str]:
        """The printed codes that name the same."""
        named = {"worker": self.worker_id, "machine": self.machine_id, "operation": self.operation_id}
        return [make_code(kind, number) for kind, number in named.items() if number is not None]


def identify(texts: Sequence[str]) -> Meant:
    """Look up everything that was scanned or typed; the last of a kind counts.

    Takes printed codes, a badge (`E0007`), a machine's code, or `WO202611-0001/2` for the second operation of
    a work order. Raises `ValidationError` or `NotFound` for what names nothing.
    """
    meant = Meant()
    for text in texts:
        for found in parse_codes(text):
            meant = _with(meant, found)
    return meant


def _with(meant: Meant, found: Code | str) -> Meant:
    if isinstance(found, str):
        return _by_word(meant, found)
    if found.kind == "worker":
        return replace(meant, worker_id=_worker(User.id == found.number))
    if found.kind == "machine":
        return replace(meant, machine_id=_machine(Machine.id == found.number))
    if found.kind == "operation":
        return replace(meant, operation_id=found.number)
    raise ValidationError(_("This code is not for reporting work. Scan a badge, a machine or an operation."))


def _by_word(meant: Meant, word: str) -> Meant:
    step = STEP.fullmatch(word)
    if step is not None:
        return replace(meant, operation_id=_operation(step[1], int(step[2])))
    worker = _find_worker(User.badge == word)
    if worker is not None:
        return replace(meant, worker_id=worker)
    return replace(meant, machine_id=_machine(Machine.code == word))


def _worker(which: Any) -> int:
    worker = _find_worker(which)
    if worker is None:
        raise NotFound(_("This badge belongs to nobody who works here."))
    return worker


def _find_worker(which: Any) -> int | None:
    with elevated("a badge names a worker the terminal's own user may not see"):
        worker: int | None = db.session.scalar(select(User.id).where(which, User.active))
    return worker


def _machine(which: Any) -> int:
    machine: int | None = db.session.scalar(select(Machine.id).where(which, Machine.active))
    if machine is None:
        raise NotFound(_("This code belongs to no badge, machine or operation. Scan again."))
    return machine


def _operation(number: str, seq: int) -> int:
    query = select(Operation.id).join(WorkOrder).where(WorkOrder.number == number, Operation.seq == seq)
    operation = db.session.scalar(query)
    if operation is None:
        raise NotFound(_("There is no such operation, or it is not yours to see."))
    return operation
