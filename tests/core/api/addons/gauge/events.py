from __future__ import annotations

from dataclasses import dataclass

from core.kernel.manifest import Subscription


@dataclass(frozen=True)
class SheetConfirmed:
    sheet_id: int


def on_sheet_confirmed(event: SheetConfirmed) -> None:
    """Being told is all that is looked at."""


SUBSCRIPTIONS = (Subscription(event=SheetConfirmed, handler=on_sheet_confirmed),)
