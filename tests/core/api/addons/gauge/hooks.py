from __future__ import annotations

from typing import Any

from addons.gauge.models import Sheet

from core.kernel.hooks import hookimpl


@hookimpl
def before_transition(record: Any, transition: str) -> str | None:
    if isinstance(record, Sheet) and record.title == "worn" and transition == "confirm":
        return "This gauge is worn; have it calibrated."
    return None
