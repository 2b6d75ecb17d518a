"""What several of these tests share: a work order on the floor with its workers, and scans."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from addons.mrp_routing.factories import make_machine, make_routing, make_work_order
from addons.mrp_routing.models import Machine, Operation, WorkOrder
from addons.mrp_routing.services import Answer, Scan, make_code, take_scans
from core.db import db, utcnow
from core.people.models import User
from core.testing.people import make_user
from core.workflow.fire import fire

_badges = itertools.count(1)


def make_worker(**values: Any) -> User:
    """Somebody with a badge."""
    return make_user(badge=f"B{next(_badges):05d}", **values)


@dataclass
class Floor:
    """A released work order, a machine, and a worker."""

    order: WorkOrder
    machine: Machine
    worker: User

    @property
    def operations(self) -> list[Operation]:
        """The operations as they are in the database now."""
        db.session.expire_all()
        return self.order.operations

    def ticket(self, seq: int = 1) -> str:
        """The printed code of an operation."""
        return make_code("operation", self.order.operations[seq - 1].id)

    def scan(self, seq: int = 1, *, worker: User | None = None, **values: Any) -> Scan:
        """A scan of badge and operation."""
        return make_scan((worker or self.worker).badge, self.ticket(seq), **values)

    def take(self, seq: int = 1, **values: Any) -> Answer:
        """Send such a scan."""
        (answer,) = take_scans("pda-1", [self.scan(seq, **values)])
        return answer

    def report(self, seq: int = 1, *, good: int = 0, scrap: int = 0) -> Answer:
        """Start an operation and report so much of it."""
        self.take(seq)
        return self.take(seq, action="finish", good=Decimal(good), scrap=Decimal(scrap))


def make_floor(*, quantity: int = 10, steps: int = 2) -> Floor:
    """A released order for `quantity` pieces in `steps` operations."""
    routing = make_routing(steps=steps)
    order = fire(make_work_order(item_id=routing.item_id, quantity=Decimal(quantity)), "release")
    return Floor(order, make_machine(), make_worker())


def make_scan(*codes: str | None, **values: Any) -> Scan:
    """An event of its own with these codes."""
    event = {"event_id": str(uuid.uuid4()), "at": utcnow(), **values}
    return Scan(codes=[code for code in codes if code is not None], **event)
