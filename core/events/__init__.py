"""After commit: events, jobs, schedules, notifications, all through one outbox."""

from core.events.outbox import defer, publish
from core.events.running import Progress, current_delivery

__all__ = ["Progress", "current_delivery", "defer", "publish"]
