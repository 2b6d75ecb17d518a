"""Faults an engineer could write by accident into the way of a request: returns, changes, rights, clock and log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.approvals.logic import case as cases
from core.approvals.logic import changes, engine, verbs
from core.approvals.logic.case import AGREED, OPEN, PASSED, Case, StepRun, Task
from tests.core.approvals import world

Patch = pytest.MonkeyPatch


# Sending back, and changes


def sending_back_keeps_the_later_votes(patch: Patch) -> None:
    right = verbs._carry

    def wrong(case: Case, turn: Any, runs: Iterable[StepRun]) -> None:
        right(case, turn, [s for s in case.steps if s.round == case.round - 1])

    patch.setattr(verbs, "_carry", wrong)


def a_step_is_carried_that_nobody_passed(patch: Patch) -> None:
    patch.setattr(verbs, "PASSED", PASSED | {"cancelled", "returned"})


def going_straight_back_forgets_that_the_facts_changed(patch: Patch) -> None:
    right = verbs.resubmit

    def wrong(case: Case, turn: Any, facts: Any, facts_hash: str, *more: Any) -> None:
        straight = case.definition.resume == "straight" and case.state == "returned"
        right(case, turn, facts, case.facts_hash if straight else facts_hash, *more)

    patch.setattr(verbs, "resubmit", wrong)


def a_change_of_any_size_is_tolerated(patch: Patch) -> None:
    patch.setattr(changes, "_tolerates", lambda case, amount: case.definition.tolerance is not None)


def a_change_that_would_ask_others_is_tolerated(patch: Patch) -> None:
    patch.setattr(changes, "_same_way", lambda case, org, facts: True)


def tolerance_is_measured_from_the_last_amount(patch: Patch) -> None:
    right = changes._tolerates
    patch.setattr(changes, "_tolerates", lambda case, amount: right(replace(case, base_amount=case.amount), amount))


def a_change_never_leaves_a_mark(patch: Patch) -> None:
    right = cases.APPLY["edited"]

    def wrong(case: Case, event: Any) -> None:
        right(case, event)
        for task in case.tasks:
            task.tolerated = None

    patch.setitem(cases.APPLY, "edited", wrong)  # type: ignore[arg-type]


def a_missing_fact_fulfils_a_condition(patch: Patch) -> None:
    right = world._compile_leaf

    def wrong(path: str, op: str, value: Any) -> Callable[[Mapping[str, Any]], bool]:
        holds = right(path, op, value)
        return lambda facts: facts.get(path) is None or holds(facts)

    patch.setattr(world, "_compile_leaf", wrong)


def a_way_is_chosen_anew_whenever_it_is_met(patch: Patch) -> None:
    right = engine._arm

    def wrong(case: Case, turn: Any, branch: Any) -> str:
        case.arms.pop(branch.key, None)
        return right(case, turn, branch)

    patch.setattr(engine, "_arm", wrong)


def an_inserted_step_is_forgotten_in_the_next_round(patch: Patch) -> None:
    right = cases.APPLY["submitted"]

    def wrong(case: Case, event: Any) -> None:
        right(case, event)
        case.inserted.clear()

    patch.setitem(cases.APPLY, "submitted", wrong)  # type: ignore[arg-type]


# Who may


def _held(patch: Patch, show: Callable[[Case, Any, Task | None, str | None], tuple[Case, Any, str | None]]) -> None:
    right = engine.held

    def wrong(case: Case, turn: Any, task_n: int, facts_hash: str | None = None) -> Task:
        task = case.tasks[task_n - 1] if 0 < task_n <= len(case.tasks) else None
        shown, by, hash_ = show(case, turn, task, facts_hash)
        right(shown, by, task_n, hash_)
        return case.task(task_n)

    patch.setattr(engine, "held", wrong)
    patch.setattr(verbs, "held", wrong)


def facts_somebody_saw_before_are_accepted(patch: Patch) -> None:
    _held(patch, lambda case, turn, task, facts_hash: (case, turn, None))


def an_intruder_is_accepted(patch: Patch) -> None:
    _held(patch, lambda case, turn, task, facts_hash: (case, replace(turn, by=task and task.assignee), facts_hash))


def a_parked_step_accepts_votes(patch: Patch) -> None:
    def show(case: Case, turn: Any, task: Task | None, facts_hash: str | None) -> tuple[Case, Any, str | None]:
        tasks = [replace(t, state="todo") if t.state == "parked" else t for t in case.tasks]
        return replace(case, tasks=tasks), turn, facts_hash

    _held(patch, show)


def who_has_decided_can_decide_again(patch: Patch) -> None:
    def show(case: Case, turn: Any, task: Task | None, facts_hash: str | None) -> tuple[Case, Any, str | None]:
        tasks = [replace(t, state="todo") if t.state in AGREED else t for t in case.tasks]
        return replace(case, tasks=tasks), turn, facts_hash

    _held(patch, show)


def what_the_step_forbids_is_allowed(patch: Patch) -> None:
    patch.setattr(verbs, "_require", lambda case, task, verb: None)


def it_can_be_withdrawn_after_a_vote(patch: Patch) -> None:
    patch.setattr(verbs, "can_withdraw", lambda case: case.state in OPEN and case.definition.withdraw != "never")


def people_are_urged_as_often_as_one_likes(patch: Patch) -> None:
    patch.setattr(verbs, "BETWEEN_URGES", timedelta(0))


def copies_are_sent_again(patch: Patch) -> None:
    right = engine.inform
    patch.setattr(engine, "inform", lambda case, *rest: right(_Forgetful(case), *rest))


class _Forgetful:
    """A case that remembers no copies."""

    def __init__(self, case: Case) -> None:
        self._case, self.copies = case, ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._case, name)


# The clock


def _timeout(patch: Patch, change: Callable[[Task], Task]) -> None:
    right = verbs.timeout

    def wrong(case: Case, turn: Any, task_n: int, *more: Any) -> None:
        kept = case.tasks[task_n - 1]
        case.tasks[task_n - 1] = change(kept)
        right(case, turn, task_n, *more)
        if case.tasks[task_n - 1].state == "todo":
            case.tasks[task_n - 1] = kept

    patch.setattr(verbs, "timeout", wrong)


def the_clock_decides_what_is_decided(patch: Patch) -> None:
    _timeout(patch, lambda task: replace(task, state="todo"))


def a_timeout_agrees_to_any_amount(patch: Patch) -> None:
    patch.setattr(verbs, "_may_agree_itself", lambda case: case.definition.auto_agree is not None)


# The log


def somebody_takes_over_without_a_line_in_the_log(patch: Patch) -> None:
    right = verbs._move

    def wrong(case: Case, turn: Any, task: Task, to: int, how: str, comment: str = "") -> None:
        if how == "late":
            task.assignee = to
        else:
            right(case, turn, task, to, how, comment)

    patch.setattr(verbs, "_move", wrong)


def a_line_is_written_before_it_is_refused(patch: Patch) -> None:
    right = engine.reject

    def wrong(case: Case, turn: Any, task_n: int, facts_hash: str, comment: str) -> None:
        engine.held(case, turn, task_n, facts_hash)
        case.emit(turn.at, turn.by, "commented", comment=comment)
        right(case, turn, task_n, facts_hash, comment)

    patch.setattr(engine, "reject", wrong)


# Not a fault after all


def a_way_is_judged_by_the_facts_of_now(patch: Patch) -> None:
    """Equivalent: a change that would alter a way begins a new round, and only then are ways chosen anew.

    Unlike `a_way_is_chosen_anew_whenever_it_is_met` it writes no second line to the log.
    """
    right = engine._arm

    def same(case: Case, turn: Any, branch: Any) -> str:
        right(case, turn, branch)
        return engine.arm_of(branch, case.facts)

    patch.setattr(engine, "_arm", same)


FAULTS = (
    sending_back_keeps_the_later_votes,
    a_step_is_carried_that_nobody_passed,
    going_straight_back_forgets_that_the_facts_changed,
    a_change_of_any_size_is_tolerated,
    a_change_that_would_ask_others_is_tolerated,
    tolerance_is_measured_from_the_last_amount,
    a_change_never_leaves_a_mark,
    a_missing_fact_fulfils_a_condition,
    a_way_is_chosen_anew_whenever_it_is_met,
    an_inserted_step_is_forgotten_in_the_next_round,
    facts_somebody_saw_before_are_accepted,
    an_intruder_is_accepted,
    a_parked_step_accepts_votes,
    who_has_decided_can_decide_again,
    what_the_step_forbids_is_allowed,
    it_can_be_withdrawn_after_a_vote,
    people_are_urged_as_often_as_one_likes,
    copies_are_sent_again,
    the_clock_decides_what_is_decided,
    a_timeout_agrees_to_any_amount,
    somebody_takes_over_without_a_line_in_the_log,
    a_line_is_written_before_it_is_refused,
)
EQUIVALENT = (a_way_is_judged_by_the_facts_of_now,)
