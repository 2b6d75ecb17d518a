"""Four workers with badges, and a dozen work orders: drafts, released, under way, finished, cancelled."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from addons.mrp_routing.demo.planning import LIBRARY, MACHINES
from addons.mrp_routing.models import Operation, Routing, WorkOrder
from addons.mrp_routing.services import OrderDraft, Scan, count_wip, make_work_orders, take_scans
from core.db import db, utcnow
from core.people.models import OrgUnit, User
from core.workflow.fire import fire
from core.workflow.numbering import today

# badge: (name, team)
WORKERS = {"W001": ("刘铁军", "T1"), "W002": ("马秀英", "T1"), "W003": ("高志远", "T2"), "W004": ("宋丽娟", "T2")}
ORIGIN = "备货计划"
DEVICE = "demo"

# pieces, days until due, what has been reported of each operation as good + scrap; None not yet released
ORDERS: tuple[tuple[int, int, tuple[str, ...] | None], ...] = (
    (60, -2, ("60+0", "59+1", "59+0", "59+0", "58+1", "58+0")),
    (24, 1, ("24+0", "24+0", "23+1", "23+0", "12+0")),
    (40, 3, ("40+0", "38+2", "20+0")),
    (120, 2, ("120+0", "120+0", "80+0", "35+1")),
    (80, 5, ("80+0", "41+0")),
    (36, 6, ("18+0",)),
    (200, 4, ("200+0", "198+2", "198+0")),
    (150, 8, ()),
    (50, 9, ()),
    (50, 12, ()),
    (30, 15, None),
    (45, 18, None),
)
CANCELLED = 9
UNKNOWN = "W099"  # a badge of nobody: its scan waits for review


@dataclass(frozen=True)
class Done:
    """What somebody reports of an operation: who, when he came and went, good and scrapped pieces."""

    operation: Operation
    badge: str
    hours_ago: int
    good: Decimal
    scrap: Decimal

    def scans(self) -> Iterator[Scan]:
        """His badge, the machine and the operation when he comes, again when he goes."""
        codes = [self.badge, _machine(self.operation), f"{self.operation.work_order.number}/{self.operation.seq}"]
        came = utcnow() - timedelta(hours=self.hours_ago)
        yield _scan(came, codes, action="start")
        yield _scan(came + timedelta(minutes=50), codes, action="finish", good=self.good, scrap=self.scrap)


def load() -> None:
    """Load all of it. Flushes."""
    _add_workers()
    query = select(Routing.item_id).where(Routing.state == "approved").order_by(Routing.id)
    for place, (order, reported) in enumerate(_make(list(db.session.scalars(query)))):
        if reported is None:
            continue
        fire(order, "release")
        take_scans(DEVICE, [scan for done in _done(order, reported) for scan in done.scans()])
        if place == CANCELLED:
            fire(order, "cancel")
        elif order.state == "in_progress":
            take_scans(DEVICE, [_at_work(order)])
    take_scans(DEVICE, [_scan(utcnow(), [UNKNOWN, f"{order.number}/1"], action="start")])


def _add_workers() -> None:
    """Badges identify; without a password nobody signs in with one."""
    units = {unit.code: unit.id for unit in db.session.scalars(select(OrgUnit))}
    db.session.add_all(
        User(login=badge.lower(), name=name, badge=badge, org_unit_id=units.get(team))
        for badge, (name, team) in WORKERS.items()
    )
    db.session.flush()


def _make(item_ids: list[int]) -> Iterator[tuple[WorkOrder, tuple[str, ...] | None]]:
    drafts = [
        OrderDraft(item_id=item, quantity=Decimal(pieces), due_on=today() + timedelta(days=days), origin=ORIGIN)
        for item, (pieces, days, _reported) in zip(item_ids, ORDERS, strict=False)
    ]
    return zip(make_work_orders(drafts), (reported for _pieces, _days, reported in ORDERS), strict=False)


def _done(order: WorkOrder, reported: tuple[str, ...]) -> Iterator[Done]:
    badges = list(WORKERS)
    for place, said in enumerate(reported):
        good, scrap = said.split("+")
        badge = badges[(order.id + place) % len(badges)]
        yield Done(order.operations[place], badge, 2 * (len(reported) - place) + 1, Decimal(good), Decimal(scrap))


def _at_work(order: WorkOrder) -> Scan:
    """Somebody came half an hour ago to the last operation that has something to do."""
    lying = count_wip([order.id])[order.id]
    operation = next(o for o in reversed(order.operations) if lying[o.id])
    codes = [list(WORKERS)[order.id % len(WORKERS)], _machine(operation), f"{order.number}/{operation.seq}"]
    return _scan(utcnow() - timedelta(minutes=30), codes, action="start")


def _scan(at: datetime, codes: list[str], **values: Any) -> Scan:
    return Scan(event_id=str(uuid.uuid4()), at=at, codes=codes, **values)


def _machine(operation: Operation) -> str:
    """The first machine that does it."""
    center = LIBRARY[operation.operation_type.code][1]
    return next(code for code, (_name, at) in MACHINES.items() if at == center)
