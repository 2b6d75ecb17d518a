"""Faults an engineer could write into the engine by accident, each small; the trial must catch every one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from math import floor
from typing import Any

import pytest

from core.approvals import case as cases
from core.approvals import changes, engine, people, verbs
from core.approvals.case import AGREED, LIVE, OPEN, PASSED, Case, StepRun, Task
from core.approvals.people import Found, Org
from tests.core.approvals import world

Patch = pytest.MonkeyPatch
FAULTS: dict[str, Callable[[Patch], None]] = {}
EQUIVALENT: dict[str, Callable[[Patch], None]] = {}


def fault(install: Callable[[Patch], None]) -> Callable[[Patch], None]:
    """Keep a fault under its name."""
    FAULTS[install.__name__] = install
    return install


def _tally(patch: Patch, change: Callable[[Case, StepRun, str | None], str | None]) -> None:
    right = engine.tally
    patch.setattr(engine, "tally", lambda case, run: change(case, run, right(case, run)))


def _states(case: Case, run: StepRun) -> list[str]:
    return [t.state for t in case.tasks_of(run)]


def _anybody_asked(case: Case, run: StepRun) -> bool:
    return any(state in LIVE for state in _states(case, run))


# Quorums


@fault
def any_of_needs_all(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        return None if run.mode == "any" and said == "approved" and _anybody_asked(case, run) else said

    _tally(patch, wrong)


@fault
def all_of_ignores_a_reject(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        if run.mode != "all" or said != "rejected" or "approved" not in _states(case, run):
            return said
        return None if _anybody_asked(case, run) else "approved"

    _tally(patch, wrong)


@fault
def a_share_is_rounded_down(patch: Patch) -> None:
    patch.setattr(engine, "ceil", lambda number: max(1, floor(number)))


@fault
def a_share_waits_though_it_cannot_be_reached(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        return None if run.mode == "ratio" and said == "rejected" and _anybody_asked(case, run) else said

    _tally(patch, wrong)


@fault
def in_sequence_all_are_asked_at_once(patch: Patch) -> None:
    right = cases.APPLY["opened"]

    def wrong(case: Case, event: Any) -> None:
        right(case, event)
        for task in case.tasks_of(case.steps[-1]):
            task.state = "todo"

    patch.setitem(cases.APPLY, "opened", wrong)  # type: ignore[arg-type]


@fault
def who_left_an_all_of_step_is_forgotten(patch: Patch) -> None:
    patch.setattr(engine, "lacks_somebody", lambda case, run: not _anybody_asked(case, run))


# Who is asked


@fault
def delegation_reaches_the_initiator(patch: Patch) -> None:
    right = Org.deputy
    patch.setattr(Org, "deputy", lambda self, user, initiator: right(self, user, -1))


@fault
def a_circle_of_delegations_is_not_noticed(patch: Patch) -> None:
    def wrong(self: Org, user: int, initiator: int) -> int:
        for _hop in range(3):
            following = self.deputies.get(user)
            if following is None or following == initiator or not self.is_active(following):
                break
            user = following
        return user

    patch.setattr(Org, "deputy", wrong)


@fault
def a_chain_of_delegations_has_no_end(patch: Patch) -> None:
    patch.setattr(people, "LONGEST_CHAIN", 9)


@fault
def the_self_rule_is_ignored_when_people_are_found(patch: Patch) -> None:
    patch.setattr(people, "_without_self", lambda named, step, case, org: iter(named))


@fault
def the_self_rule_is_ignored_when_nobody_is_found(patch: Patch) -> None:
    patch.setattr(people, "_may", lambda user, step, case, org: org.is_active(user))


@fault
def the_self_rule_is_ignored_when_a_task_is_given_away(patch: Patch) -> None:
    right = verbs._check_new

    def wrong(case: Case, org: Org, run: StepRun, user: int) -> None:
        if user != case.initiator or not org.is_active(user) or verbs.in_step(case, run, user):
            right(case, org, run, user)

    patch.setattr(verbs, "_check_new", wrong)


@fault
def the_self_rule_is_ignored_when_a_task_is_inherited(patch: Patch) -> None:
    def wrong(case: Case, org: Org, run: StepRun, user: int) -> bool:
        return org.is_active(user) and not verbs.in_step(case, run, user)

    patch.setattr(verbs, "_can_take", wrong)


@fault
def somebody_inherits_a_task_in_a_step_he_is_in(patch: Patch) -> None:
    def wrong(case: Case, org: Org, run: StepRun, user: int) -> bool:
        return org.is_active(user) and verbs.may_decide(case, run, user)

    patch.setattr(verbs, "_can_take", wrong)


@fault
def a_step_is_skipped_because_the_initiator_is_among_others(patch: Patch) -> None:
    right = people.resolve

    def wrong(step: Any, case: Case, org: Org) -> Found:
        named = [user for approver in step.approvers for user, _ in people.candidates(approver, step.key, case, org)]
        left_out = step.self_rule == "skip" and case.initiator in named
        return Found(outcome="skip", reason="self") if left_out else right(step, case, org)

    patch.setattr(engine, "resolve", wrong)


@fault
def a_step_without_people_is_passed_instead_of_blocked(patch: Patch) -> None:
    right = people.resolve

    def wrong(step: Any, case: Case, org: Org) -> Found:
        found = right(step, case, org)
        return Found(outcome="skip", reason=found.reason) if found.outcome == "block" else found

    patch.setattr(engine, "resolve", wrong)


@fault
def the_head_of_a_unit_is_taken_one_level_too_high(patch: Patch) -> None:
    right = people.KINDS["unit_head"]
    wrong = lambda approver, *rest: right(replace(approver, level=approver.level + 1), *rest)  # noqa: E731
    patch.setitem(people.KINDS, "unit_head", wrong)  # type: ignore[arg-type]


# Counting earlier votes


def _earlier(patch: Patch, see: Callable[[Case, Task], dict[str, Any]], rule: str | None = None) -> None:
    """The engine's search for earlier votes among tasks as `see` shows them."""
    right = engine._earlier_vote

    def wrong(case: Case, run: StepRun, task: Task) -> int | None:
        shown = replace(case, tasks=[replace(t, **see(case, t)) for t in case.tasks])
        if rule is not None and case.definition.dedupe != "none":
            shown.definition = replace(case.definition, dedupe=rule)
        return right(shown, run, task)

    patch.setattr(engine, "_earlier_vote", wrong)


@fault
def a_vote_on_other_facts_is_counted_again(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {"facts_hash": case.facts_hash})


@fault
def what_a_timeout_agreed_to_is_counted_again(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {"decided_by": task.assignee})


@fault
def right_after_deciding_means_any_time_before(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {}, rule="anywhere")


@fault
def any_time_before_means_right_after_deciding(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {}, rule="consecutive")


@fault
def a_vote_of_another_round_is_counted_again(patch: Patch) -> None:
    right = engine._earlier_vote

    def wrong(case: Case, run: StepRun, task: Task) -> int | None:
        return right(replace(case, steps=[replace(s, round=case.round) for s in case.steps]), run, task)

    patch.setattr(engine, "_earlier_vote", wrong)


# Sending back, and changes


@fault
def sending_back_keeps_the_later_votes(patch: Patch) -> None:
    right = verbs._carry

    def wrong(case: Case, turn: Any, runs: Iterable[StepRun]) -> None:
        right(case, turn, [s for s in case.steps if s.round == case.round - 1])

    patch.setattr(verbs, "_carry", wrong)


@fault
def a_step_is_carried_that_nobody_passed(patch: Patch) -> None:
    patch.setattr(verbs, "PASSED", PASSED | {"cancelled", "returned"})


@fault
def going_straight_back_forgets_that_the_facts_changed(patch: Patch) -> None:
    right = verbs.resubmit

    def wrong(case: Case, turn: Any, facts: Any, facts_hash: str, *more: Any) -> None:
        straight = case.definition.resume == "straight" and case.state == "returned"
        right(case, turn, facts, case.facts_hash if straight else facts_hash, *more)

    patch.setattr(verbs, "resubmit", wrong)


@fault
def a_change_of_any_size_is_tolerated(patch: Patch) -> None:
    patch.setattr(changes, "_tolerates", lambda case, amount: case.definition.tolerance is not None)


@fault
def a_change_that_would_ask_others_is_tolerated(patch: Patch) -> None:
    patch.setattr(changes, "_same_way", lambda case, org, facts: True)


@fault
def tolerance_is_measured_from_the_last_amount(patch: Patch) -> None:
    right = changes._tolerates
    patch.setattr(changes, "_tolerates", lambda case, amount: right(replace(case, base_amount=case.amount), amount))


@fault
def a_change_never_leaves_a_mark(patch: Patch) -> None:
    right = cases.APPLY["edited"]

    def wrong(case: Case, event: Any) -> None:
        right(case, event)
        for task in case.tasks:
            task.tolerated = None

    patch.setitem(cases.APPLY, "edited", wrong)  # type: ignore[arg-type]


@fault
def a_missing_fact_fulfils_a_condition(patch: Patch) -> None:
    right = world._compile_leaf

    def wrong(path: str, op: str, value: Any) -> Callable[[Mapping[str, Any]], bool]:
        holds = right(path, op, value)
        return lambda facts: facts.get(path) is None or holds(facts)

    patch.setattr(world, "_compile_leaf", wrong)


@fault
def a_way_is_chosen_anew_whenever_it_is_met(patch: Patch) -> None:
    right = engine._arm

    def wrong(case: Case, turn: Any, branch: Any) -> str:
        case.arms.pop(branch.key, None)
        return right(case, turn, branch)

    patch.setattr(engine, "_arm", wrong)


@fault
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


@fault
def facts_somebody_saw_before_are_accepted(patch: Patch) -> None:
    _held(patch, lambda case, turn, task, facts_hash: (case, turn, None))


@fault
def an_intruder_is_accepted(patch: Patch) -> None:
    _held(patch, lambda case, turn, task, facts_hash: (case, replace(turn, by=task and task.assignee), facts_hash))


@fault
def a_parked_step_accepts_votes(patch: Patch) -> None:
    def show(case: Case, turn: Any, task: Task | None, facts_hash: str | None) -> tuple[Case, Any, str | None]:
        tasks = [replace(t, state="todo") if t.state == "parked" else t for t in case.tasks]
        return replace(case, tasks=tasks), turn, facts_hash

    _held(patch, show)


@fault
def who_has_decided_can_decide_again(patch: Patch) -> None:
    def show(case: Case, turn: Any, task: Task | None, facts_hash: str | None) -> tuple[Case, Any, str | None]:
        tasks = [replace(t, state="todo") if t.state in AGREED else t for t in case.tasks]
        return replace(case, tasks=tasks), turn, facts_hash

    _held(patch, show)


@fault
def what_the_step_forbids_is_allowed(patch: Patch) -> None:
    patch.setattr(verbs, "_require", lambda case, task, verb: None)


@fault
def it_can_be_withdrawn_after_a_vote(patch: Patch) -> None:
    patch.setattr(verbs, "can_withdraw", lambda case: case.state in OPEN and case.definition.withdraw != "never")


@fault
def people_are_urged_as_often_as_one_likes(patch: Patch) -> None:
    patch.setattr(verbs, "BETWEEN_URGES", timedelta(0))


@fault
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


@fault
def the_clock_decides_what_is_decided(patch: Patch) -> None:
    _timeout(patch, lambda task: replace(task, state="todo"))


@fault
def a_timeout_agrees_to_any_amount(patch: Patch) -> None:
    patch.setattr(verbs, "_may_agree_itself", lambda case: case.definition.auto_agree is not None)


# The log


@fault
def somebody_takes_over_without_a_line_in_the_log(patch: Patch) -> None:
    right = verbs._move

    def wrong(case: Case, turn: Any, task: Task, to: int, how: str, comment: str = "") -> None:
        if how == "late":
            task.assignee = to
        else:
            right(case, turn, task, to, how, comment)

    patch.setattr(verbs, "_move", wrong)


@fault
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


EQUIVALENT["a_way_is_judged_by_the_facts_of_now"] = a_way_is_judged_by_the_facts_of_now
