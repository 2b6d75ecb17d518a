"""Planning: how long a plan of seeded factories takes, and how much of the lateness of earliest-due-date is left."""

from __future__ import annotations

from collections.abc import Iterator
from time import process_time

from addons.mrp_routing.plan import best_plan, dispatch, find_faults
from bench.factories import factory
from bench.report import Figure, at_most

SEEDS = (1, 2, 3)
BARS = {2_000: 2_000, 10_000: 10_000}  # operations: milliseconds
LEFT_PERCENT = 35


def measure() -> Iterator[Figure]:
    """The worst of several seeds, beside one pass by earliest due date."""
    for operations, milliseconds in BARS.items():
        took, alone, left = 0.0, 0.0, 0.0
        for seed in SEEDS:
            problem = factory(operations, seed)
            started = process_time()
            simple = dispatch(problem, "edd")
            between = process_time()
            plan = best_plan(problem)
            took, alone = max(took, process_time() - between), max(alone, between - started)
            left = max(left, 100 * plan.lateness(problem.jobs) / simple.lateness(problem.jobs))
            if find_faults(problem, plan):
                raise RuntimeError("a plan nobody can work to")
        name = f"plan of {operations:,} operations on 50 machines"
        yield at_most(name, 1000 * took, milliseconds, "ms", 1000 * alone)
        yield at_most("  weighted lateness left of earliest due date", left, LEFT_PERCENT, "%", 100)
