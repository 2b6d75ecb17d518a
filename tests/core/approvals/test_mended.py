"""Each fault the trial found in the engine, in the few clicks that show it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from core.approvals.logic import definition as d
from core.approvals.logic import verbs
from core.approvals.logic.plan import plan
from core.approvals.logic.reading import read_definition
from core.errors import Conflict, Forbidden, ValidationError
from tests.core.approvals.desk import Desk, office, step

LOOKS_BACK = (d.Approver(kind="previous_manager"),)


def test_only_the_initiator_can_send_it_again() -> None:
    desk = Desk(step("a", 2))
    desk.vote(2, "send_back", to=None)
    with pytest.raises(Forbidden):
        desk.do("resubmit", 3, **desk.sent())


def test_what_runs_cannot_be_submitted_again() -> None:
    desk = Desk(step("a", 2))
    with pytest.raises(Conflict):
        desk.do("submit", 9, **desk.sent())


def test_who_was_put_before_a_step_is_bound_by_its_rules() -> None:
    desk = Desk(step("a", 2, allow=frozenset({"add"}), comment=True))
    desk.do("before", 2, task=1, people=[3])
    with pytest.raises(Forbidden):
        desk.do("transfer", 3, task=2, to=4)
    with pytest.raises(Forbidden):
        desk.vote(3, "send_back", to=None)
    with pytest.raises(ValidationError):
        desk.vote(3, comment="")


def test_the_initiator_cannot_be_added_after_a_step_that_lets_him_decide() -> None:
    desk = Desk(step("a", 2, self_rule="allow"))
    with pytest.raises(ValidationError):
        desk.do("after", 2, task=1, people=[9])


def test_it_cannot_be_sent_back_to_those_who_were_put_before_a_step() -> None:
    desk = Desk(step("a", 2), step("b", 3))
    desk.do("before", 2, task=1, people=[4])
    desk.vote(4)
    desk.vote(2)
    assert [s.key for s in verbs.earlier_steps(desk.case)] == ["a"]
    with pytest.raises(ValidationError):
        desk.vote(3, "send_back", to="a.b2")
    assert desk.asked == [3]


def test_the_previous_approver_is_known_in_a_step_it_was_sent_back_to() -> None:
    desk = Desk(step("a", 2), d.Step(key="b", name="b", approvers=LOOKS_BACK), step("c", 3))
    desk.vote(2)
    assert desk.asked == [1]
    desk.vote(1)
    desk.vote(3, "send_back", to="b")
    assert (desk.open_step.key, desk.asked) == ("b", [1])


def test_the_previous_approver_is_who_decided_last_not_who_was_put_before_him() -> None:
    desk = Desk(step("a", 2), d.Step(key="b", name="b", approvers=LOOKS_BACK))
    desk.do("before", 2, task=1, people=[1])
    desk.vote(1)
    desk.vote(2)
    assert desk.asked == [1], "the manager of user 2, who has one; user 1 has none"


def test_the_preview_knows_who_decided_last_as_it_will_be() -> None:
    org = office()
    nobody_above = replace(org.directory.people[2], unit_id=None)
    org = replace(org, directory=replace(org.directory, people={**org.directory.people, 2: nobody_above}))
    nodes = (step("a", 2), step("b", 3, 2, mode="all"), d.Step(key="c", name="c", approvers=LOOKS_BACK))
    desk = Desk(*nodes, org=org, dedupe="consecutive")
    case, now = desk.case, desk.at
    shown = plan(case.definition, case.facts, case.facts_hash, case.amount, 9, case.unit, org, now)
    desk.vote(2)
    desk.vote(3)
    assert desk.asked == [1], "user 2 was not asked again: user 3 decided last"
    assert [t.assignee for t in shown.tasks] == [2, 3, 2, 1]


def test_a_vote_carried_into_a_round_bears_the_mark_of_a_tolerated_change() -> None:
    desk = Desk(step("a", 2), step("b", 3), step("c", 4), tolerance=10)
    for user in (2, 3):
        desk.vote(user)
    desk.vote(4, "send_back", to="b")
    desk.edit(amount=1050)
    assert desk.case.task(1).tolerated == desk.case.facts_hash


def test_it_cannot_be_withdrawn_after_a_decision_that_was_carried() -> None:
    desk = Desk(step("a", 2), step("b", 3), step("c", 4), withdraw="first_vote")
    for user in (2, 3):
        desk.vote(user)
    desk.vote(4, "send_back", to="b")
    with pytest.raises(Conflict):
        desk.do("withdraw", 9)


def test_right_after_deciding_means_after_the_step_that_was_decided_last() -> None:
    desk = Desk(step("a", 2), step("b", 2, 4, mode="all"), dedupe="consecutive")
    desk.do("before", 2, task=1, people=[4])
    desk.vote(4)
    desk.vote(2)
    assert desk.asked == [4], "user 2 has just decided, user 4 decided before him"


def test_votes_are_void_when_a_later_step_than_a_blocked_one_would_ask_somebody_else() -> None:
    nobody = d.Step(key="a", name="a", approvers=(d.Approver(kind="post", targets=(7,)),))
    buyer = d.Step(key="b", name="b", approvers=(d.Approver(kind="field", path="buyer"),))
    desk = Desk(nobody, buyer, facts={"amount": 1000, "buyer": 3}, tolerance=10)
    desk.do("assign", 1, task=None, to=2, comment="because")
    desk.vote(2)
    assert desk.asked == [3]
    desk.edit(buyer=4)
    assert (desk.case.round, desk.case.state) == (2, "blocked")


def test_the_document_can_be_edited_after_somebody_chosen_has_left() -> None:
    chosen = d.Step(key="a", name="a", approvers=(d.Approver(kind="choice"),), mode="all")
    desk = Desk(step("z", 2), chosen, tolerance=10)
    desk.vote(2, "send_back", to=None)
    desk.do("resubmit", 9, **{**desk.sent(), "choices": {"a": [3]}})
    desk.leaves(3)
    desk.edit(amount=1010)
    assert desk.case.state == "running"


def test_another_choice_starts_again_instead_of_going_straight_back() -> None:
    chosen = d.Step(key="b", name="b", approvers=(d.Approver(kind="choice"),))
    desk = Desk(step("a", 2), step("z", 3), chosen, resume="straight", org=office(admins=(8,)))
    desk.vote(2)
    desk.vote(3, "send_back", to=None)
    desk.do("resubmit", 9, **{**desk.sent(), "choices": {"b": [5]}})
    assert desk.asked == [2]


def test_who_gets_back_what_was_decided_for_him_does_not_stand_in_for_himself() -> None:
    desk = Desk(step("a", 2), org=office(deputies={2: 3}))
    assert desk.case.task(1).principal == 2
    desk.do("transfer", 3, task=1, to=2)
    assert (desk.case.task(2).assignee, desk.case.task(2).principal) == (2, None)


@pytest.mark.parametrize("task", [0, 7, -1])
def test_an_administrator_cannot_give_away_a_task_there_is_not(task: int) -> None:
    desk = Desk(step("a", 2))
    with pytest.raises(Conflict):
        desk.do("assign", 1, task=task, to=4, comment="because")


def test_an_inserted_step_has_a_key_no_flow_can_have() -> None:
    desk = Desk(step("a", 2), step("added_1", 3))
    desk.do("after", 2, task=1, people=[4])
    desk.vote(2)
    desk.vote(4)
    assert desk.asked == [3]


def test_yes_is_nobodys_id() -> None:
    asked = d.Step(key="a", name="a", approvers=(d.Approver(kind="field", path="urgent"),))
    assert Desk(asked, facts={"urgent": True}).case.state == "blocked"


@pytest.mark.parametrize(("deep", "fine"), [(1, True), (3, True), (4, False)])
def test_branches_may_be_nested_as_deep_as_the_sentence_says(deep: int, fine: bool) -> None:
    inner: list[Any] = [{"type": "verdict", "key": "end", "approved": True}]
    for n in range(deep):
        arm = {"key": f"a{n}", "when": {"field": "amount", "op": "gt", "value": 1}, "nodes": inner}
        inner = [{"type": "branch", "key": f"b{n}", "arms": [arm], "otherwise": []}]
    if fine:
        assert read_definition({"nodes": inner}).nodes
        return
    with pytest.raises(ValidationError, match="3 deep"):
        read_definition({"nodes": inner})


def test_the_previous_approver_may_be_one_who_is_counted_without_being_asked_again() -> None:
    org = office()
    nobody_above = {n: replace(org.directory.people[n], unit_id=None) for n in (3, 5)}
    org = replace(org, directory=replace(org.directory, people={**org.directory.people, **nobody_above}))
    nodes = (step("a", 2), step("b", 3, 2, mode="sequence"), d.Step(key="c", name="c", approvers=LOOKS_BACK))
    desk = Desk(*nodes, org=org, dedupe="anywhere")
    desk.vote(2)
    desk.do("transfer", 3, task=desk.task(3), to=5)
    desk.vote(5)
    assert desk.asked == [1], "user 2, whose manager this is, was counted after user 5"


@pytest.mark.parametrize("rule", ["consecutive", "anywhere"])
def test_whom_somebody_added_is_asked_although_he_has_decided_before(rule: str) -> None:
    desk = Desk(step("a", 2), step("b", 3), dedupe=rule)
    desk.vote(2)
    desk.do("before", 3, task=desk.task(3), people=[2])
    assert desk.asked == [2]
    desk.vote(2)
    desk.do("after", 3, task=desk.task(3), people=[2])
    desk.vote(3)
    assert desk.asked == [2]


def test_who_is_late_is_at_least_reminded_when_nobody_can_take_it() -> None:
    desk = Desk(step("a", 1))
    desk.do("timeout", None, task=1, then="escalate", to=None)
    assert [e.verb for e in desk.case.log][-1] == "reminded"


def test_whom_a_task_was_decided_for_is_kept_when_it_is_delegated_on() -> None:
    desk = Desk(step("a", 2), org=office(deputies={2: 3}))
    desk.org = replace(desk.org, deputies={3: 4})
    desk.do("delegate", 3, user=3)
    assert [(t.assignee, t.principal) for t in desk.case.tasks if t.state == "todo"] == [(4, 2)]
