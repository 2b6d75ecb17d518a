"""From an order of operations and a machine for each to a plan: whatever a search or a mouse proposes is feasible."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from addons.mrp_routing.plan.calendar import NoMoreTime
from addons.mrp_routing.plan.model import Job, Problem, Schedule
from addons.mrp_routing.plan.place import Shop


@dataclass(frozen=True)
class Choice:
    """An operation on one of its machines."""

    op: int
    machine: int


def decode(problem: Problem, choices: Sequence[Choice]) -> Schedule:
    """Each operation as early as its machine and the ones before allow, machines taking them in the order given.

    An operation whose predecessor comes later in the order waits for it. Raises ValueError for a machine that cannot do
    it, or an operation that is missing.
    """
    shop = Shop(problem)
    places = {op.id: (job, number) for job in problem.jobs for number, op in enumerate(job.ops)}
    waiting = {choice.op: choice.machine for choice in choices}
    stuck: set[int] = set()
    for choice in choices:
        job, number = places[choice.op]
        if choice.machine not in job.ops[number].machines:
            raise ValueError(f"machine {choice.machine} cannot do operation {choice.op}")
        _through(shop, job, number, waiting, stuck)
    for job in problem.jobs:
        _through(shop, job, len(job.ops) - 1, waiting, stuck)
    return Schedule(shop.placed, frozenset(stuck))


def _through(shop: Shop, job: Job, last: int, waiting: dict[int, int], stuck: set[int]) -> None:
    """Place the operations of a job up to one of them."""
    for number, op in enumerate(job.ops[: last + 1]):
        if op.id in shop.placed or job.id in stuck:
            continue
        try:
            if not op.machines:
                shop.keep(shop.elsewhere(job, number), op)
                continue
            if op.id not in waiting:
                raise ValueError(f"nothing says where operation {op.id} is done")
            machine = waiting[op.id]
            shop.keep(shop.on(machine, job, number, shop.free_at[machine]), op)
        except NoMoreTime:
            stuck.add(job.id)
