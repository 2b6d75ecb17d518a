"""Faults an engineer could write by accident into quorums, the search for people, and the counting of earlier votes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import floor
from typing import Any

import pytest

from core.approvals.logic import case as cases
from core.approvals.logic import engine, people, verbs
from core.approvals.logic.case import LIVE, Case, StepRun, Task
from core.approvals.logic.people import Found, Org

Patch = pytest.MonkeyPatch


def _tally(patch: Patch, change: Callable[[Case, StepRun, str | None], str | None]) -> None:
    right = engine.tally
    patch.setattr(engine, "tally", lambda case, run: change(case, run, right(case, run)))


def _states(case: Case, run: StepRun) -> list[str]:
    return [t.state for t in case.tasks_of(run)]


def _anybody_asked(case: Case, run: StepRun) -> bool:
    return any(state in LIVE for state in _states(case, run))


# Quorums


def any_of_needs_all(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        return None if run.mode == "any" and said == "approved" and _anybody_asked(case, run) else said

    _tally(patch, wrong)


def all_of_ignores_a_reject(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        if run.mode != "all" or said != "rejected" or "approved" not in _states(case, run):
            return said
        return None if _anybody_asked(case, run) else "approved"

    _tally(patch, wrong)


def a_share_is_rounded_down(patch: Patch) -> None:
    patch.setattr(engine, "ceil", lambda number: max(1, floor(number)))


def a_share_waits_though_it_cannot_be_reached(patch: Patch) -> None:
    def wrong(case: Case, run: StepRun, said: str | None) -> str | None:
        return None if run.mode == "ratio" and said == "rejected" and _anybody_asked(case, run) else said

    _tally(patch, wrong)


def in_sequence_all_are_asked_at_once(patch: Patch) -> None:
    right = cases.APPLY["opened"]

    def wrong(case: Case, event: Any) -> None:
        right(case, event)
        for task in case.tasks_of(case.steps[-1]):
            task.state = "todo"

    patch.setitem(cases.APPLY, "opened", wrong)  # type: ignore[arg-type]


def who_left_an_all_of_step_is_forgotten(patch: Patch) -> None:
    patch.setattr(engine, "lacks_somebody", lambda case, run: not _anybody_asked(case, run))


# Who is asked


def delegation_reaches_the_initiator(patch: Patch) -> None:
    right = Org.deputy
    patch.setattr(Org, "deputy", lambda self, user, initiator: right(self, user, -1))


def a_circle_of_delegations_is_not_noticed(patch: Patch) -> None:
    def wrong(self: Org, user: int, initiator: int) -> int:
        for _hop in range(3):
            following = self.deputies.get(user)
            if following is None or following == initiator or not self.is_active(following):
                break
            user = following
        return user

    patch.setattr(Org, "deputy", wrong)


def a_chain_of_delegations_has_no_end(patch: Patch) -> None:
    patch.setattr(people, "LONGEST_CHAIN", 9)


def the_self_rule_is_ignored_when_people_are_found(patch: Patch) -> None:
    patch.setattr(people, "_without_self", lambda named, step, case, org: iter(named))


def the_self_rule_is_ignored_when_nobody_is_found(patch: Patch) -> None:
    patch.setattr(people, "_may", lambda user, step, case, org: org.is_active(user))


def the_self_rule_is_ignored_when_a_task_is_given_away(patch: Patch) -> None:
    right = verbs._check_new

    def wrong(case: Case, org: Org, run: StepRun, user: int) -> None:
        if user != case.initiator or not org.is_active(user) or verbs.in_step(case, run, user):
            right(case, org, run, user)

    patch.setattr(verbs, "_check_new", wrong)


def the_self_rule_is_ignored_when_a_task_is_inherited(patch: Patch) -> None:
    def wrong(case: Case, org: Org, run: StepRun, user: int) -> bool:
        return org.is_active(user) and not verbs.in_step(case, run, user)

    patch.setattr(verbs, "_can_take", wrong)


def somebody_inherits_a_task_in_a_step_he_is_in(patch: Patch) -> None:
    def wrong(case: Case, org: Org, run: StepRun, user: int) -> bool:
        return org.is_active(user) and verbs.may_decide(case, run, user)

    patch.setattr(verbs, "_can_take", wrong)


def a_step_is_skipped_because_the_initiator_is_among_others(patch: Patch) -> None:
    right = people.resolve

    def wrong(step: Any, case: Case, org: Org) -> Found:
        named = [user for approver in step.approvers for user, _ in people.candidates(approver, step.key, case, org)]
        left_out = step.self_rule == "skip" and case.initiator in named
        return Found(outcome="skip", reason="self") if left_out else right(step, case, org)

    patch.setattr(engine, "resolve", wrong)


def a_step_without_people_is_passed_instead_of_blocked(patch: Patch) -> None:
    right = people.resolve

    def wrong(step: Any, case: Case, org: Org) -> Found:
        found = right(step, case, org)
        return Found(outcome="skip", reason=found.reason) if found.outcome == "block" else found

    patch.setattr(engine, "resolve", wrong)


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


def a_vote_on_other_facts_is_counted_again(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {"facts_hash": case.facts_hash})


def what_a_timeout_agreed_to_is_counted_again(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {"decided_by": task.assignee})


def right_after_deciding_means_any_time_before(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {}, rule="anywhere")


def any_time_before_means_right_after_deciding(patch: Patch) -> None:
    _earlier(patch, lambda case, task: {}, rule="consecutive")


def a_vote_of_another_round_is_counted_again(patch: Patch) -> None:
    right = engine._earlier_vote

    def wrong(case: Case, run: StepRun, task: Task) -> int | None:
        return right(replace(case, steps=[replace(s, round=case.round) for s in case.steps]), run, task)

    patch.setattr(engine, "_earlier_vote", wrong)


FAULTS = (
    any_of_needs_all,
    all_of_ignores_a_reject,
    a_share_is_rounded_down,
    a_share_waits_though_it_cannot_be_reached,
    in_sequence_all_are_asked_at_once,
    who_left_an_all_of_step_is_forgotten,
    delegation_reaches_the_initiator,
    a_circle_of_delegations_is_not_noticed,
    a_chain_of_delegations_has_no_end,
    the_self_rule_is_ignored_when_people_are_found,
    the_self_rule_is_ignored_when_nobody_is_found,
    the_self_rule_is_ignored_when_a_task_is_given_away,
    the_self_rule_is_ignored_when_a_task_is_inherited,
    somebody_inherits_a_task_in_a_step_he_is_in,
    a_step_is_skipped_because_the_initiator_is_among_others,
    a_step_without_people_is_passed_instead_of_blocked,
    the_head_of_a_unit_is_taken_one_level_too_high,
    a_vote_on_other_facts_is_counted_again,
    what_a_timeout_agreed_to_is_counted_again,
    right_after_deciding_means_any_time_before,
    any_time_before_means_right_after_deciding,
    a_vote_of_another_round_is_counted_again,
)
