"""Work of the night."""

from __future__ import annotations

from core.db import utcnow
from core.i18n import _
from core.kernel.manifest import Schedule
from qingmes_toolcare import services


def remind() -> None:
    """Remind of every overdue care."""
    services.remind_overdue(utcnow().date())


SCHEDULES = (Schedule(key="toolcare.remind", job=remind, title=_("Remind of overdue care"), daily_at="06:30"),)
