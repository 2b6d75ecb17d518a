"""Jobs."""

from addons.clock.services import strike

from core.kernel.manifest import Schedule

SCHEDULES = (Schedule(key="clock.strike", job=strike, title="Strike", every_minutes=60),)
