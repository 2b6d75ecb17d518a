"""What this addon tells, and what it listens to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.kernel.manifest import Subscription


@dataclass(frozen=True)
class CareDone:
    """The care of an item was done on a day (`YYYY-MM-DD`)."""

    item_id: int
    done_on: str


def plan_next(event: CareDone) -> None:
    """The next due date follows from the day the care was done."""
    from qingmes_toolcare import services

    services.plan_next(event.item_id, date.fromisoformat(event.done_on))


SUBSCRIPTIONS = (Subscription(event=CareDone, handler=plan_next),)
