"""The decoder's rule of time: when an operation on a machine would begin and end. All planning goes through it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from addons.mrp_routing.plan.calendar import Calendar
from addons.mrp_routing.plan.model import Fixed, Job, Op, Placed, Problem


@dataclass
class Shop:
    """What the plan holds so far: until when each machine is taken, what it did last, and what is fixed on it."""

    problem: Problem
    calendars: dict[int, Calendar] = field(init=False)
    free_at: dict[int, int] = field(init=False)
    family: dict[int, str] = field(init=False)
    fixed: dict[int, list[Fixed]] = field(init=False)
    placed: dict[int, Placed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everything is free from now on, but for what is fixed."""
        self.calendars = {m.id: m.calendar for m in self.problem.machines}
        self.free_at = {m.id: self.problem.now for m in self.problem.machines}
        self.family = {}
        self.fixed = defaultdict(list)
        held = [(job, op) for job in self.problem.jobs for op in job.ops if op.id in self.problem.fixed]
        for job, op in sorted(held, key=lambda each: self.problem.fixed[each[1].id].start):
            self._hold(job, op, self.problem.fixed[op.id])

    def _hold(self, job: Job, op: Op, fixed: Fixed) -> None:
        """Put in what is fixed, before anything is planned around it."""
        self.placed[op.id] = Placed(op.id, job.id, fixed.machine, fixed.start, fixed.end, fixed.start)
        if fixed.machine is None:
            return
        self.fixed[fixed.machine].append(fixed)
        if fixed.start <= self.problem.now:
            self.free_at[fixed.machine] = max(self.free_at[fixed.machine], fixed.end)
            self.family[fixed.machine] = op.family

    def ready(self, job: Job, number: int) -> int:
        """When the operation of a job may begin: the one before is done, or has sent its first pieces.

        What is done outside leaves the house in one piece.
        """
        earliest = max(job.release, self.problem.now)
        if number == 0:
            return earliest
        op, done = job.ops[number - 1], self.placed[job.ops[number - 1].id]
        if op.first_lot is None or done.machine is None or not job.ops[number].machines:
            return max(done.end + op.after, earliest)
        calendar = self.calendars[done.machine]
        work = min(calendar.to_work(done.start) + op.setup + op.first_lot, calendar.to_work(done.end))
        return max(min(calendar.end_at(work), done.end) + op.after, earliest)

    def elsewhere(self, job: Job, number: int) -> Placed:
        """An operation that is done outside takes its time, whatever else is outside."""
        op, ready = job.ops[number], self.ready(job, number)
        start = self.problem.outside.begin(ready)
        return Placed(op.id, job.id, None, start, self.problem.outside.finish(start, op.minutes), ready)

    def on(self, machine: int, job: Job, number: int, at: int) -> Placed:
        """The operation on a machine, from `at` at the earliest: in working time, between what is fixed there.

        Raises `NoMoreTime` when the calendar ends before.
        """
        op, ready = job.ops[number], self.ready(job, number)
        earliest, family = max(at, ready), self.family.get(machine)
        for fixed in self._coming(machine, earliest):
            placed = self._between(machine, job, number, earliest, family)
            if placed.end <= fixed.start:
                return placed
            earliest, family = max(earliest, fixed.end), ""
        return self._between(machine, job, number, earliest, family, op)

    def _coming(self, machine: int, at: int) -> Iterator[Fixed]:
        return (fixed for fixed in self.fixed[machine] if fixed.end > at)

    def _between(
        self, machine: int, job: Job, number: int, earliest: int, family: str | None, op: Op | None = None
    ) -> Placed:
        op = op or job.ops[number]
        calendar = self.calendars[machine]
        minutes = op.minutes + (0 if op.family and op.family == family else op.setup)
        earliest = max(earliest, self._not_to_overtake(job, number, calendar, minutes))
        start = calendar.begin_whole(earliest, minutes) if op.is_whole else calendar.begin(earliest)
        return Placed(op.id, job.id, machine, start, calendar.finish(start, minutes), self.ready(job, number))

    def _not_to_overtake(self, job: Job, number: int, calendar: Calendar, minutes: int) -> int:
        """Pieces that overlap the operation before do not end before it ends."""
        if number == 0 or job.ops[number - 1].first_lot is None:
            return 0
        before = self.placed[job.ops[number - 1].id].end
        work = calendar.to_work(before)
        if calendar.end_at(work) < before:  # nobody works when it ends: the last minute is the first one after
            work += 1
        return calendar.start_at(max(work - minutes, 0))

    def keep(self, placed: Placed, op: Op) -> None:
        """Put it into the plan."""
        self.placed[op.id] = placed
        if placed.machine is not None:
            self.free_at[placed.machine] = max(self.free_at[placed.machine], placed.end)
            self.family[placed.machine] = op.family
