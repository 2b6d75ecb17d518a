"""Flows, people and reasons as people read them, in both languages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from core.actor import SYSTEM, acting
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow
from core.approvals.words import Titles, describe_flow, reason_words, speaker_for, why_words
from core.db.session import db
from core.i18n import in_locale
from core.people.directory import Directory, Person
from core.testing.statements import count_statements
from tests.core.approvals.house import HEAD, House, commit, make_house, step

LARGE = {"field": "list_price", "op": "gt", "value": "10000"}


@pytest.fixture
def house(app: Flask) -> House:
    return commit(make_house)


def said(*nodes: Any, **rules: Any) -> str:
    flow = ApprovalFlow(code="x", name="x", model="masterdata.item", transition="release")
    with acting(SYSTEM):
        return describe_flow(flow, read_definition({"nodes": list(nodes), **rules}))


def branch(arm: list[Any], otherwise: list[Any], when: Any = LARGE) -> dict[str, Any]:
    way = {"key": "large", "name": "", "when": when, "nodes": arm}
    return {"type": "branch", "key": "b", "arms": [way], "otherwise": otherwise}


def nameless(key: str, *approvers: Any, **more: Any) -> dict[str, Any]:
    return {**step(key, *approvers, **more), "name": ""}


def test_a_split_by_amount_reads_aloud_in_both_languages(house: House) -> None:
    finance = nameless("money", {"kind": "role", "targets": [house.roles["finance"]]}, mode="all")
    node = branch([nameless("head", HEAD), finance], [nameless("alone", HEAD)])
    assert said(node) == (
        "List price > 10,000: head of the org unit → Finance, all of them; otherwise: head of the org unit"
    )
    with in_locale("zh"):
        assert said(node) == "标准售价 > 10,000 时：部门负责人 → Finance会签；否则：部门负责人"


def test_every_way_of_naming_people_has_words(house: House) -> None:
    post = {"kind": "post", "targets": [999]}
    kinds = [
        {"kind": "user", "targets": [house.boss, house.head]},
        {"kind": "role_within", "targets": [house.roles["finance"]]},
        post,
        {"kind": "unit_head", "level": 2},
        {"kind": "manager"},
        {"kind": "manager", "level": 1},
        {"kind": "managers", "level": 2},
        {"kind": "managers", "until_role": house.roles["admin"]},
        {"kind": "initiator"},
        {"kind": "choice", "least": 1, "most": 3},
        {"kind": "field", "path": "owner_id"},
        {"kind": "previous_manager"},
        {"kind": "resolver", "path": "resolver:planner"},
    ]
    text = said(nameless("all", *kinds, mode="sequence"))
    assert text == (
        "Boss, Head, Finance of the initiator's org unit, #999, head 2 levels up, direct manager, manager 1 up, "
        "managers up to level 3, managers up to Approvals, the initiator, 1 to 3 people the initiator chooses, "
        "“owner_id”, manager of the previous approver, “planner”, one after another"
    )


def test_an_empty_flow_a_copy_and_a_verdict_have_words(house: House) -> None:
    assert said() == "at once, without approval"
    copy = {"type": "copy", "key": "c", "name": "", "approvers": [HEAD]}
    verdict = {"type": "verdict", "key": "v", "name": "", "approved": False}
    assert said(copy, verdict) == "copy to head of the org unit → rejected by itself"


def test_a_condition_that_can_no_longer_be_read_says_why(house: House) -> None:
    text = said(branch([], [], {"field": "x_gone", "op": "eq", "value": "1"}))
    assert text == "[There is no fact “x_gone”.]: nothing more; otherwise: nothing more"


WHY = [
    ({"kind": "role", "role": 1}, "role Finance"),
    ({"kind": "post", "post": 2}, "post Buyer"),
    ({"kind": "unit_head", "level": 0}, "head of the org unit"),
    ({"kind": "unit_head", "instead": "manager"}, "head of the org unit; manager, instead of the initiator"),
    ({"kind": "nobody", "rule": "admin"}, "nobody was found, so the flow's administrators"),
    ({"kind": "previous_manager", "of": 7}, "manager of Li"),
    ({"kind": "transferred", "from": 7}, "transferred by Li"),
    ({"kind": "late", "from": 7}, "takes over from Li, who was late"),
    ({"kind": "beside", "by": 7}, "added by Li"),
    ({"kind": "unheard_of"}, "unheard_of"),
    ({}, ""),
]


@pytest.mark.parametrize(("why", "words"), WHY)
def test_why_somebody_is_asked_has_words(why: dict[str, Any], words: str) -> None:
    directory, titles = Directory(people={7: Person(7, "Li")}), Titles({1: "Finance"}, {2: "Buyer"})
    assert why_words(why, directory, titles) == words


def test_reasons_have_words_and_unknown_ones_stay() -> None:
    assert reason_words("nobody") == "Nobody was found."
    assert reason_words("late") == "late"


def test_speaking_of_a_flow_takes_six_statements(house: House) -> None:
    flow = ApprovalFlow(code="x", name="x", model="masterdata.item", transition="release")
    with acting(SYSTEM):
        db.session.rollback()
        assert count_statements(lambda: speaker_for(flow)) <= 7
