"""Seeded factories to plan: fifty machines in twelve work centers, three shift patterns, some work outside."""

from __future__ import annotations

import random

from addons.mrp_routing.plan import Calendar, Fixed, Job, Machine, Op, Problem

MACHINES, CENTERS, DAYS, HOUR, DAY = 50, 12, 900, 60, 24 * 60
PATTERNS = (
    ((8 * HOUR, 12 * HOUR), (13 * HOUR, 17 * HOUR)),  # one shift with a break
    ((6 * HOUR, 14 * HOUR), (14 * HOUR, 22 * HOUR)),  # two shifts
    ((0, DAY),),  # day and night
)
SUNDAY, HOLIDAYS = 6, frozenset({40, 41, 42, 118, 250})
OUTSIDE, RUNNING = 0.08, 0.5


def calendars() -> list[Calendar]:
    """One for each pattern, without Sundays and holidays; the third works on Sundays."""
    found = []
    for number, pattern in enumerate(PATTERNS):
        days = [d for d in range(DAYS) if d not in HOLIDAYS and (number == len(PATTERNS) - 1 or d % 7 != SUNDAY)]
        found.append(Calendar.of((d * DAY + a, d * DAY + b) for d in days for a, b in pattern))
    return found


def factory(operations: int, seed: int = 1) -> Problem:
    """A factory with about so many open operations, a part of which has begun."""
    chance = random.Random(seed)
    hours = calendars()
    centers: list[list[int]] = [[] for _ in range(CENTERS)]
    machines = []
    for number in range(MACHINES):
        center = number if number < CENTERS else chance.randrange(CENTERS)
        centers[center].append(number)
        machines.append(Machine(id=number, calendar=hours[center % len(hours)]))
    now, made = 8 * HOUR, 0
    jobs: list[Job] = []
    while made < operations:
        ops = tuple(_op(chance, made + n, centers) for n in range(chance.randint(3, 9)))
        made += len(ops)
        jobs.append(_job(chance, len(jobs), ops, now, operations))
    return Problem(now=now, machines=machines, jobs=jobs, fixed=_running(chance, jobs, machines, now))


def _op(chance: random.Random, number: int, centers: list[list[int]]) -> Op:
    if chance.random() < OUTSIDE:
        return Op(id=number, minutes=chance.randint(2, 5) * DAY)
    minutes = int(chance.lognormvariate(4.6, 0.8)) + 5
    return Op(id=number, machines=tuple(chance.choice(centers)), minutes=minutes, after=chance.choice((0, 0, 30)))


def _job(chance: random.Random, number: int, ops: tuple[Op, ...], now: int, operations: int) -> Job:
    """Due within the time the whole backlog takes, some of it tight."""
    work = sum(op.minutes for op in ops)
    backlog = operations * 150 * 2.6 / MACHINES
    due = now + int(work * chance.uniform(1.2, 3.0) + chance.uniform(0, 1) * backlog)
    return Job(id=number, ops=ops, due=due, weight=chance.choice((1, 1, 1, 2, 4)))


def _running(chance: random.Random, jobs: list[Job], machines: list[Machine], now: int) -> dict[int, Fixed]:
    fixed: dict[int, Fixed] = {}
    taken: set[int] = set()
    for job in jobs:
        free = [m for m in job.ops[0].machines if m not in taken]
        if free and chance.random() < RUNNING:
            machine = machines[free[0]]
            taken.add(machine.id)
            start = machine.calendar.begin(now)
            fixed[job.ops[0].id] = Fixed(machine.id, start, machine.calendar.finish(start, job.ops[0].minutes))
    return fixed
