"""The decoder, dispatching and the forecast: every plan can be worked to, the same seed gives the same plan."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.mrp_routing.plan import (
    RULES,
    Calendar,
    Choice,
    Fixed,
    Job,
    Machine,
    NoMoreTime,
    Op,
    Placed,
    Problem,
    best_plan,
    decode,
    dispatch,
    find_faults,
    forecast,
)
from bench.factories import factory

HOUR, DAY = 60, 24 * 60
SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 60)), min_size=1, max_size=8)
DAY_SHIFT = Calendar.of((d * DAY + 8 * HOUR, d * DAY + 17 * HOUR) for d in range(30))


def calendar_of(gaps: list[tuple[int, int]]) -> Calendar:
    """Spans of the given lengths after the given gaps, and time without end after them."""
    spans, at = [], 0
    for gap, length in gaps:
        at += gap
        spans.append((at, at + length))
        at += length
    return Calendar.of([*spans, (at + 10, at + 100_000)])


@given(SPANS, st.integers(0, 300), st.integers(0, 300))
def test_work_ends_where_walking_through_the_hours_ends(gaps: list[tuple[int, int]], at: int, minutes: int) -> None:
    calendar = calendar_of(gaps)
    start = calendar.begin(at)
    assert start >= at
    assert any(a <= start < b for a, b in calendar.spans)
    assert not any(a <= t < b for a, b in calendar.spans for t in range(at, start))
    end, left = start, minutes
    while left:
        left -= any(a <= end < b for a, b in calendar.spans)
        end += 1
    assert calendar.finish(start, minutes) == end


@given(SPANS, st.integers(0, 300), st.integers(1, 60))
def test_what_may_not_pause_begins_where_it_fits(gaps: list[tuple[int, int]], at: int, minutes: int) -> None:
    calendar = calendar_of(gaps)
    start = calendar.begin_whole(at, minutes)
    assert any(a <= start and start + minutes <= b for a, b in calendar.spans)
    assert not any(max(a, at) + minutes <= b and max(a, at) < start for a, b in calendar.spans)


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    """Small shops with everything in them: alternatives, families, lots that go ahead, work outside, fixed work."""
    machines = [Machine(id=n, calendar=calendar_of(draw(SPANS))) for n in range(draw(st.integers(1, 4)))]
    ids = [m.id for m in machines]
    jobs, made = [], 0
    for number in range(draw(st.integers(1, 6))):
        ops = []
        for _ in range(draw(st.integers(1, 4))):
            minutes = draw(st.integers(1, 50))
            ops.append(
                Op(
                    id=made,
                    machines=tuple(sorted(draw(st.sets(st.sampled_from(ids))))),
                    minutes=minutes,
                    setup=draw(st.integers(0, 10)),
                    family=draw(st.sampled_from(["", "a", "b"])),
                    first_lot=draw(st.none() | st.integers(1, minutes)),
                    after=draw(st.sampled_from([0, 0, 7])),
                    is_whole=draw(st.booleans()),
                )
            )
            made += 1
        due, release = draw(st.integers(0, 500)), draw(st.integers(0, 100))
        jobs.append(Job(id=number, ops=tuple(ops), due=due, release=release, weight=draw(st.sampled_from([1, 3]))))
    first = next((job.ops[0] for job in jobs if job.ops[0].machines), None)
    fixed = {}
    if first is not None and draw(st.booleans()):
        fixed[first.id] = Fixed(first.machines[0], 5, 40)
    return Problem(now=draw(st.integers(5, 60)), machines=machines, jobs=jobs, fixed=fixed)


@settings(max_examples=200, deadline=None)
@given(problems(), st.sampled_from(RULES))
def test_whatever_is_dispatched_can_be_worked_to(problem: Problem, rule: str) -> None:
    plan = dispatch(problem, rule)
    assert find_faults(problem, plan) == []
    assert plan.placed == dispatch(problem, rule).placed


@settings(max_examples=200, deadline=None)
@given(problems(), st.randoms(use_true_random=False))
def test_whatever_order_is_proposed_can_be_worked_to(problem: Problem, chance: random.Random) -> None:
    choices = [
        Choice(op.id, chance.choice(op.machines))
        for job in problem.jobs
        for op in job.ops
        if op.machines and op.id not in problem.fixed
    ]
    chance.shuffle(choices)
    plan = decode(problem, choices)
    assert find_faults(problem, plan) == []
    said = {choice.op: choice.machine for choice in choices}
    assert {op: plan.placed[op].machine for op in said if op in plan.placed} == {
        op: machine for op, machine in said.items() if op in plan.placed
    }


@settings(max_examples=100, deadline=None)
@given(problems())
def test_every_late_job_names_its_reason(problem: Problem) -> None:
    plan = best_plan(problem)
    for job, told in zip(problem.jobs, forecast(problem, plan), strict=True):
        assert told.end == plan.end_of(job)
        assert told.late == max(0, (told.end or 0) - job.due)
        assert (told.because is not None) == bool(told.late)
        if told.because is not None and told.because.cause == "machine":
            behind = plan.placed[told.because.behind or 0]
            assert behind.machine == told.because.machine
            assert behind.end > plan.placed[told.because.op].ready


FAULTY = {
    "two at once": lambda p: replace(p, start=p.start - 30),
    "off shift": lambda p: replace(p, start=7 * HOUR, end=7 * HOUR + p.end - p.start),
    "length": lambda p: replace(p, end=p.end + 1),
    "machine": lambda p: replace(p, machine=2),
    "before it may": lambda p: replace(p, start=0, end=p.end - p.start),
}


@pytest.mark.parametrize("rule", FAULTY)
def test_the_check_sees_what_is_wrong(rule: str) -> None:
    machines = [Machine(id=n, calendar=DAY_SHIFT) for n in (1, 2)]
    jobs = [Job(id=n, ops=(Op(id=n, machines=(1,), minutes=HOUR),), due=0) for n in (1, 2)]
    problem = Problem(now=8 * HOUR, machines=machines, jobs=jobs)
    plan = dispatch(problem)
    last = max(plan.placed.values(), key=lambda placed: placed.start)
    changed: Placed = FAULTY[rule](last)
    faults = find_faults(problem, replace(plan, placed={**plan.placed, last.op: changed}))
    assert rule in {fault.rule for fault in faults}


def test_a_predecessor_that_is_overtaken_and_fixed_work_that_moves_are_seen() -> None:
    machines = [Machine(id=n, calendar=DAY_SHIFT) for n in (1, 2)]
    ops = (Op(id=1, machines=(1,), minutes=HOUR), Op(id=2, machines=(2,), minutes=HOUR))
    problem = Problem(now=8 * HOUR, machines=machines, jobs=[Job(id=1, ops=ops, due=0)])
    plan = dispatch(problem)
    early = replace(plan.placed[2], start=8 * HOUR, end=9 * HOUR)
    assert [f.rule for f in find_faults(problem, replace(plan, placed={**plan.placed, 2: early}))] == ["predecessor"]
    fixed = replace(problem, fixed={1: Fixed(1, 9 * HOUR, 10 * HOUR)})
    assert "fixed" in {f.rule for f in find_faults(fixed, plan)}


def test_work_pauses_over_night_and_the_reason_of_lateness_is_the_machine_before_it() -> None:
    machine = Machine(id=1, calendar=DAY_SHIFT)
    jobs = [
        Job(id=1, ops=(Op(id=1, machines=(1,), minutes=8 * HOUR),), due=17 * HOUR, weight=5),
        Job(id=2, ops=(Op(id=2, machines=(1,), minutes=2 * HOUR),), due=DAY),
    ]
    problem = Problem(now=8 * HOUR, machines=[machine], jobs=jobs)
    plan = dispatch(problem, "edd")
    assert (plan.placed[2].start, plan.placed[2].end) == (16 * HOUR, DAY + 9 * HOUR)
    first, second = forecast(problem, plan)
    assert (first.late, second.late) == (0, 9 * HOUR)
    assert second.because is not None
    assert (second.because.cause, second.because.behind, second.because.minutes) == ("machine", 1, 8 * HOUR)


def test_a_calendar_that_ends_leaves_a_job_without_a_place_and_says_so() -> None:
    calendar = Calendar.of([(0, 100)])
    jobs = [Job(id=1, ops=(Op(id=1, machines=(1,), minutes=200),), due=50)]
    problem = Problem(now=0, machines=[Machine(id=1, calendar=calendar)], jobs=jobs)
    plan = dispatch(problem)
    (told,) = forecast(problem, plan)
    assert (plan.stuck, told.end, told.because.cause if told.because else "") == ({1}, None, "calendar")
    with pytest.raises(NoMoreTime):
        calendar.finish(0, 101)


def test_what_finds_no_time_does_not_keep_the_machine_from_what_does() -> None:
    jobs = [
        Job(id=1, ops=(Op(id=1, machines=(1,), minutes=200),), due=50, weight=9),
        Job(id=2, ops=(Op(id=2, machines=(1,), minutes=20),), due=60),
    ]
    problem = Problem(now=0, machines=[Machine(id=1, calendar=Calendar.of([(0, 100)]))], jobs=jobs)
    plan = dispatch(problem, "edd")
    assert (plan.stuck, plan.placed[2].end) == ({1}, 20)


def test_a_machine_that_cannot_do_it_is_refused() -> None:
    problem = Problem(
        now=0,
        machines=[Machine(id=1, calendar=DAY_SHIFT)],
        jobs=[Job(id=1, ops=(Op(id=1, machines=(1,), minutes=5),), due=0)],
    )
    with pytest.raises(ValueError, match="cannot do operation 1"):
        decode(problem, [Choice(1, 2)])
    with pytest.raises(ValueError, match="nothing says where"):
        decode(problem, [])


@pytest.mark.parametrize("seed", [1, 2])
def test_looking_ahead_leaves_a_third_of_the_lateness_on_a_whole_factory(seed: int) -> None:
    problem = factory(2_000, seed)
    plan = best_plan(problem)
    assert find_faults(problem, plan) == []
    assert plan.lateness(problem.jobs) <= 0.35 * dispatch(problem, "edd").lateness(problem.jobs)
    assert plan.placed == best_plan(factory(2_000, seed)).placed
    lanes: dict[int, list[Placed]] = {}
    for placed in sorted(plan.placed.values(), key=lambda p: p.start):
        lanes.setdefault(placed.machine or -1, []).append(placed)
    assert all(b.start >= a.end for m, lane in lanes.items() if m > 0 for a, b in pairwise(lane))
