"""What is planned, as plain values: jobs of operations one after the other, machines with calendars, and the outcome.

Times are whole minutes since 1970, UTC; lengths are working minutes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from addons.mrp_routing.plan.calendar import Calendar


@dataclass(frozen=True, kw_only=True)
class Machine:
    """One thing that does one operation at a time."""

    id: int
    calendar: Calendar


@dataclass(frozen=True, kw_only=True)
class Op:
    """One operation of a job.

    It is done on one of `machines`, or elsewhere when there is none: then it takes `minutes` on the problem's outside
    calendar, as many at once as there are. `setup` is needed unless the machine did the same `family` before. The next
    may begin so many minutes after it ran as `first_lot` says, None when all is done; and `after` more minutes later.
    `is_whole`: it may not pause for the end of a shift.
    """

    id: int
    machines: tuple[int, ...] = ()
    minutes: int
    setup: int = 0
    family: str = ""
    first_lot: int | None = None
    after: int = 0
    is_whole: bool = False


@dataclass(frozen=True, kw_only=True)
class Job:
    """Operations in their order, when the first may begin, when the last is due, and how much lateness weighs."""

    id: int
    ops: tuple[Op, ...]
    due: int
    weight: float = 1.0
    release: int = 0


@dataclass(frozen=True)
class Fixed:
    """What is not to be moved: work that has begun, and what a planner has pinned. `machine` None: elsewhere."""

    machine: int | None
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Everything a plan is made from; nothing is planned before `now`."""

    now: int
    machines: Sequence[Machine]
    jobs: Sequence[Job]
    fixed: Mapping[int, Fixed] = field(default_factory=dict)
    outside: Calendar = field(default_factory=Calendar.always)


@dataclass(frozen=True, slots=True)
class Placed:
    """An operation in the plan: on which machine (None elsewhere), from when to when, and when it was ready."""

    op: int
    job: int
    machine: int | None
    start: int
    end: int
    ready: int


@dataclass(frozen=True)
class Schedule:
    """Where everything is, by operation; and the jobs of which something finds no time on any calendar."""

    placed: Mapping[int, Placed]
    stuck: frozenset[int] = frozenset()

    def end_of(self, job: Job) -> int | None:
        """When a job is done; None when it is not planned to its end."""
        if job.id in self.stuck or not job.ops:
            return None
        return max(self.placed[op.id].end for op in job.ops)

    def lateness(self, jobs: Sequence[Job]) -> float:
        """Hours that jobs are late, each times its weight."""
        ends = ((job, self.end_of(job)) for job in jobs)
        return sum(job.weight * max(0, end - job.due) / 60 for job, end in ends if end is not None)
