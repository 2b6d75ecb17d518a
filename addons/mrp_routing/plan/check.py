"""An independent look at a plan: every rule it must keep, reckoned in another way than the planner does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from addons.mrp_routing.plan.calendar import Calendar
from addons.mrp_routing.plan.model import Job, Op, Placed, Problem, Schedule


@dataclass(frozen=True)
class Fault:
    """A rule that a plan breaks, and the operation it does so with."""

    rule: str
    op: int


def find_faults(problem: Problem, plan: Schedule) -> list[Fault]:
    """Everything wrong with a plan; nothing for one that can be worked to."""
    return [*_of_jobs(problem, plan), *_of_machines(problem, plan)]


def _of_jobs(problem: Problem, plan: Schedule) -> Iterator[Fault]:
    for job in problem.jobs:
        if job.id in plan.stuck:
            continue
        for op in job.ops:
            if op.id not in plan.placed:
                yield Fault("missing", op.id)
                return
        yield from _of_job(problem, plan, job)


def _of_job(problem: Problem, plan: Schedule, job: Job) -> Iterator[Fault]:
    placed = [plan.placed[op.id] for op in job.ops]
    for op, at in zip(job.ops, placed, strict=True):
        fixed = problem.fixed.get(op.id)
        if fixed is not None:
            if (fixed.machine, fixed.start, fixed.end) != (at.machine, at.start, at.end):
                yield Fault("fixed", op.id)
            continue
        if at.start < max(problem.now, job.release):
            yield Fault("before it may", op.id)
        if bool(op.machines) != (at.machine is not None) or (at.machine is not None and at.machine not in op.machines):
            yield Fault("machine", op.id)
            continue
        yield from _of_hours(problem, plan, op, at)
    for number in range(1, len(job.ops)):
        before, op = job.ops[number - 1], job.ops[number]
        if op.id in problem.fixed:
            continue
        first, second = placed[number - 1], placed[number]
        if before.first_lot is None or first.machine is None:
            if second.start < first.end + before.after:
                yield Fault("predecessor", op.id)
        elif second.end < first.end or second.start < first.start + before.after:
            yield Fault("predecessor", op.id)


def _of_hours(problem: Problem, plan: Schedule, op: Op, at: Placed) -> Iterator[Fault]:
    """Minute for minute over the spans of its calendar."""
    calendars = {m.id: m.calendar for m in problem.machines}
    calendar = problem.outside if at.machine is None else calendars[at.machine]
    worked = _worked(calendar, at.start, at.end)
    allowed = {op.minutes} if at.machine is None else {op.minutes, op.minutes + op.setup}
    if worked not in allowed:
        yield Fault("length", op.id)
    if op.minutes and not any(a <= at.start < b for a, b in calendar.spans):
        yield Fault("off shift", op.id)
    if op.is_whole and op.minutes and not any(a <= at.start and at.end <= b for a, b in calendar.spans):
        yield Fault("torn", op.id)


def _worked(calendar: Calendar, start: int, end: int) -> int:
    return sum(max(0, min(b, end) - max(a, start)) for a, b in calendar.spans)


def _of_machines(problem: Problem, plan: Schedule) -> Iterator[Fault]:
    ops = {op.id: op for job in problem.jobs for op in job.ops}
    lanes: dict[int, list[Placed]] = defaultdict(list)
    for placed in plan.placed.values():
        if placed.machine is not None:
            lanes[placed.machine].append(placed)
    for lane in lanes.values():
        lane.sort(key=lambda p: (p.start, p.end))
        for first, second in pairwise(lane):
            if second.start < first.end:
                yield Fault("two at once", second.op)
            same = ops[first.op].family == ops[second.op].family and ops[second.op].family
            is_short = second.end - second.start < ops[second.op].minutes + ops[second.op].setup
            if second.op not in problem.fixed and is_short and not same:
                yield Fault("without setting up", second.op)
