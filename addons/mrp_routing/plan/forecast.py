"""When each job will be done, by how much it is late, and because of what: the longest wait on its way."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from addons.mrp_routing.plan.model import Job, Placed, Problem, Schedule


@dataclass(frozen=True)
class Wait:
    """An operation that could have begun `minutes` before it does.

    `cause`: `machine` (it was busy, lastly with operation `behind`), `shift` (nobody worked), `outside` (the supplier
    takes that long), `work` (the work itself takes longer than there is time), `calendar` (no working time is left).
    """

    op: int
    machine: int | None
    minutes: int
    cause: str
    behind: int | None = None


@dataclass(frozen=True)
class Forecast:
    """When a job is done (None when it finds no time), how many minutes after it is due, and why when it is late."""

    job: int
    end: int | None
    late: int
    because: Wait | None = None


def forecast(problem: Problem, plan: Schedule) -> list[Forecast]:
    """For each job, in the order given. Every late one names its reason."""
    before = _neighbours(plan)
    return [_of_job(problem, plan, job, before) for job in problem.jobs]


def _neighbours(plan: Schedule) -> Mapping[int, Placed]:
    """What each operation's machine does just before it."""
    lanes: dict[int, list[Placed]] = defaultdict(list)
    for placed in plan.placed.values():
        if placed.machine is not None:
            lanes[placed.machine].append(placed)
    found: dict[int, Placed] = {}
    for lane in lanes.values():
        lane.sort(key=lambda p: (p.start, p.end))
        found |= {second.op: first for first, second in pairwise(lane)}
    return found


def _of_job(problem: Problem, plan: Schedule, job: Job, before: Mapping[int, Placed]) -> Forecast:
    end = plan.end_of(job)
    if end is None:
        missing = next((op.id for op in job.ops if op.id not in plan.placed), job.ops[-1].id)
        return Forecast(job.id, None, 0, Wait(missing, None, 0, "calendar"))
    late = max(0, end - job.due)
    return Forecast(job.id, end, late, _reason(problem, plan, job, before) if late else None)


def _reason(problem: Problem, plan: Schedule, job: Job, before: Mapping[int, Placed]) -> Wait:
    waits = [_wait(plan.placed[op.id], before.get(op.id)) for op in job.ops if op.id not in problem.fixed]
    longest = max(waits, key=lambda wait: wait.minutes, default=None)
    work = max(job.ops, key=lambda op: op.minutes)
    if longest is None or longest.minutes < work.minutes:
        machine = plan.placed[work.id].machine
        return Wait(work.id, machine, work.minutes, "work" if machine is not None else "outside")
    return longest


def _wait(placed: Placed, before: Placed | None) -> Wait:
    minutes = placed.start - placed.ready
    if before is not None and before.end > placed.ready:
        return Wait(placed.op, placed.machine, minutes, "machine", before.op)
    return Wait(placed.op, placed.machine, minutes, "shift")
