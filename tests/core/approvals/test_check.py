"""What is wrong with a flow before it is published."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from core.actor import SYSTEM, acting
from core.approvals.check import find_faults
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow
from core.db.session import db
from core.people.models import User
from tests.core.approvals.house import HEAD, House, commit, make_house, step


@pytest.fixture
def house(app: Flask) -> House:
    return commit(make_house)


def found(*nodes: Any, admin_role: int | None = None, **rules: Any) -> list[tuple[bool, str]]:
    flow = ApprovalFlow(code="x", name="x", model="masterdata.item", transition="release", admin_role_id=admin_role)
    with acting(SYSTEM):
        faults = find_faults(flow, read_definition({"nodes": list(nodes), **rules}))
    return [(fault.is_error, str(fault.text)) for fault in faults]


def way(when: Any, name: str = "") -> dict[str, Any]:
    arm = {"key": "way", "name": name, "when": when, "nodes": [step("s", HEAD)]}
    return {"type": "branch", "key": "b", "arms": [arm], "otherwise": []}


def leave(user: int) -> None:
    commit(lambda: setattr(db.session.get_one(User, user, populate_existing=True), "active", False))


def test_a_sound_flow_has_no_faults(house: House) -> None:
    assert found(step("head", HEAD), way({"field": "list_price", "op": "gt", "value": "5"})) == []


def test_somebody_has_to_decide(house: House) -> None:
    assert found() == [(True, "Nobody decides anything: add a step.")]


def test_people_named_anywhere_have_to_work_here(house: House) -> None:
    leave(house.boss)
    nodes = [
        step("a", {"kind": "user", "targets": [house.boss]}),
        step("b", HEAD, empty="user", empty_user=house.boss),
        step("c", HEAD, due={"hours": 4, "then": "transfer", "user": house.boss}),
    ]
    assert found(*nodes) == [(True, f"“{name}”: Boss does not work here now.") for name in "ABC"]


def test_a_role_nobody_holds_is_only_a_warning(house: House) -> None:
    assert found(step("a", {"kind": "role", "targets": [999]})) == [(False, "“A”: nobody holds the role now.")]


def test_a_flow_needs_administrators_and_better_two(house: House) -> None:
    leave(house.admin)
    role = house.roles["admin"]
    assert found(step("a", HEAD), admin_role=role)[0][0] is False
    leave(house.admin2)
    assert found(step("a", HEAD), admin_role=role)[0][0] is True


def test_asking_the_initiator_who_may_not_decide_is_a_fault(house: House) -> None:
    initiator = {"kind": "initiator"}
    assert found(step("a", initiator))[0][0] is True
    assert found(step("a", initiator, self_rule="allow")) == []


def test_agreeing_by_itself_needs_the_flow_to_allow_it(house: House) -> None:
    late = step("a", HEAD, due={"hours": 4, "then": "agree"})
    assert found(late)[0][0] is True
    assert found(late, auto_agree="100") == []
    assert found(step("a", HEAD, due={"hours": 4, "remind": [5]}))[0][0] is False


def test_conditions_that_say_nothing_cannot_be_read_or_never_hold_are_faults(house: House) -> None:
    assert found(way({"and": []})) == [(True, "Say when way “1” is taken.")]
    assert found(way({"field": "x_gone", "op": "empty"}, "Gone")) == [(True, "Way “Gone”: There is no fact “x_gone”.")]
    never = {
        "and": [{"field": "list_price", "op": "gt", "value": "5"}, {"field": "list_price", "op": "lt", "value": "5"}]
    }
    assert found(way(never, "No"))[0] == (
        True,
        "Way “No” is never taken: no document fits that does not fit a way before it.",
    )
