"""What it listens to."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.manifest import Subscription


@dataclass(frozen=True)
class Counted:
    """Something was counted; handling it takes `millis` milliseconds."""

    millis: int


def on_counted(event: Counted) -> None:
    """Two effects, and some time between them."""
    from addons.tally.jobs import count

    count(event.millis)


SUBSCRIPTIONS = (Subscription(event=Counted, handler=on_counted),)
