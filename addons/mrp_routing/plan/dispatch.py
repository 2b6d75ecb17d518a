"""Dispatching: whenever a machine is free, it takes the waiting operation that is worth most by a rule.

ATC is the apparent tardiness cost with look-ahead (Vepsäläinen and Morton, Management Science 33, 1987): the weight per
minute of work, discounted while there is slack. Plans by several look-aheads are made, and the best is taken.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from math import exp

from addons.mrp_routing.plan.calendar import NoMoreTime
from addons.mrp_routing.plan.model import Job, Op, Problem, Schedule
from addons.mrp_routing.plan.place import Shop

LEAD = 2.2  # how much longer than its work the rest of a job takes, by experience
LOOK_AHEADS = (1.0, 2.0, 4.0, 8.0)
RULES = ("fifo", "edd", "slack", "atc")


@dataclass(slots=True)
class Waiting:
    """An operation that may begin: its job (and which of them that is), its place in it, since when, and how long the
    job takes from here."""

    job: Job
    job_number: int
    number: int
    op: Op
    since: int
    rest: float


@dataclass
class Dispatcher:
    """One pass over a problem by one rule."""

    problem: Problem
    rule: str
    look_ahead: float
    shop: Shop = field(init=False)
    queues: dict[tuple[int, ...], list[Waiting]] = field(default_factory=lambda: defaultdict(list))
    events: list[tuple[int, int, int, int]] = field(default_factory=list)
    idle: set[int] = field(default_factory=set)
    stuck: set[int] = field(default_factory=set)

    def run(self) -> Schedule:
        """Let time pass from event to event: operations become ready, machines become free."""
        self.shop = Shop(self.problem)
        self.groups = {m.id: [] for m in self.problem.machines}  # type: dict[int, list[tuple[int, ...]]]
        for group in sorted({op.machines for job in self.problem.jobs for op in job.ops if op.machines}):
            for machine in group:
                self.groups[machine].append(group)
        self.mean = self._mean_minutes()
        self.index = self._index()
        for number, job in enumerate(self.problem.jobs):
            self._advance(job, number, 0)
        for machine in self.groups:
            self._free(machine)
        while self.events:
            self._next_moment()
        return Schedule(self.shop.placed, frozenset(self.stuck | self._left()))

    def _mean_minutes(self) -> float:
        minutes = [op.minutes for job in self.problem.jobs for op in job.ops if op.machines]
        return sum(minutes) / len(minutes) if minutes else 1.0

    def _index(self) -> Callable[[Waiting, int], float]:
        scale = self.look_ahead * max(self.mean, 1.0)
        indexes: dict[str, Callable[[Waiting, int], float]] = {
            "fifo": lambda w, _at: -w.since,
            "edd": lambda w, _at: -w.job.due,
            "slack": lambda w, at: -(w.job.due - at - w.rest),
            "atc": lambda w, at: w.job.weight / (w.op.minutes or 1) * exp(-max(0.0, w.job.due - w.rest - at) / scale),
        }
        return indexes[self.rule]

    def _advance(self, job: Job, job_number: int, number: int) -> None:
        """Take a job to its next operation that waits for a machine."""
        try:
            while number < len(job.ops):
                if job.ops[number].id not in self.problem.fixed:
                    if job.ops[number].machines:
                        heapq.heappush(self.events, (self.shop.ready(job, number), 0, job_number, number))
                        return
                    self.shop.keep(self.shop.elsewhere(job, number), job.ops[number])
                number += 1
        except NoMoreTime:
            self.stuck.add(job.id)

    def _free(self, machine: int) -> None:
        """A machine is looked at again when it has done its work and its shift works."""
        try:
            at = self.shop.calendars[machine].begin(self.shop.free_at[machine])
        except NoMoreTime:
            return
        heapq.heappush(self.events, (at, 1, machine, 0))

    def _next_moment(self) -> None:
        at = self.events[0][0]
        touched: set[int] = set()
        while self.events and self.events[0][0] == at:
            _at, kind, what, number = heapq.heappop(self.events)
            if kind == 1:
                self.idle.add(what)
                touched.add(what)
            else:
                touched.update(self._arrive(what, number, at))
        for machine in sorted(touched & self.idle):
            self._serve(machine, at)

    def _arrive(self, job_number: int, number: int, at: int) -> tuple[int, ...]:
        """An operation may begin: the machines that could do it."""
        job = self.problem.jobs[job_number]
        op = job.ops[number]
        later = job.ops[number + 1 :]
        rest = LEAD * sum(o.minutes for o in later if o.machines) + sum(o.minutes for o in later if not o.machines)
        waiting = Waiting(job, job_number, number, op, at, rest + LEAD * op.minutes)
        self.queues[op.machines].append(waiting)
        return op.machines

    def _serve(self, machine: int, at: int) -> None:
        """Give an idle machine the waiting operation that is worth most now."""
        calendar = self.shop.calendars[machine]
        try:
            begins = calendar.begin(at)
        except NoMoreTime:
            return
        if begins > at:  # off shift: by then more may wait
            self.idle.discard(machine)
            heapq.heappush(self.events, (begins, 1, machine, 0))
            return
        while (best := self._best(machine, at)) is not None:
            self.queues[best.op.machines].remove(best)
            try:
                placed = self.shop.on(machine, best.job, best.number, at)
            except NoMoreTime:  # too long for what is left of the calendar; another may fit
                self.stuck.add(best.job.id)
                continue
            self.idle.discard(machine)
            self.shop.keep(placed, best.op)
            self._free(machine)
            self._advance(best.job, best.job_number, best.number + 1)
            return

    def _best(self, machine: int, at: int) -> Waiting | None:
        index, family = self.index, self.shop.family.get(machine)
        best, worth = None, None
        for group in self.groups[machine]:
            for waiting in self.queues[group]:
                value = index(waiting, at)
                if waiting.op.setup and waiting.op.family == family and self.rule == "atc":
                    value *= 1 + waiting.op.setup / (waiting.op.minutes or 1)
                if worth is None or value > worth:
                    best, worth = waiting, value
        return best

    def _left(self) -> set[int]:
        return {waiting.job.id for queue in self.queues.values() for waiting in queue}


def dispatch(problem: Problem, rule: str = "atc", look_ahead: float = 2.0) -> Schedule:
    """A plan by one rule of `RULES`; the same problem gives the same plan."""
    return Dispatcher(problem, rule, look_ahead).run()


def best_plan(problem: Problem, look_aheads: tuple[float, ...] = LOOK_AHEADS) -> Schedule:
    """The least late of the plans by earliest due date and by ATC with several look-aheads."""
    plans = [dispatch(problem, "edd"), *(dispatch(problem, "atc", look_ahead) for look_ahead in look_aheads)]
    return min(plans, key=lambda plan: (len(plan.stuck), plan.lateness(problem.jobs)))
