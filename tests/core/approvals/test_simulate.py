"""Who will approve this, and why, as rows; and what the last 90 days would have been."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from core.actor import SYSTEM, acting
from core.approvals import flows
from core.approvals.designer.replay import replay
from core.approvals.models import ApprovalFlow, Delegation
from core.approvals.simulate import Row, simulate
from core.db.session import db
from core.db.types import utcnow
from core.testing.statements import count_statements
from tests.core.approvals.house import (
    HEAD,
    House,
    as_user,
    commit,
    decide,
    make_flow,
    make_house,
    new_item,
    open_tasks,
    step,
    submit,
)

LARGE = {"field": "list_price", "op": "gt", "value": "10000"}


@pytest.fixture
def house(any_app: Flask) -> House:
    return commit(make_house)


def split(house: House) -> list[dict[str, Any]]:
    finance = {"kind": "role", "targets": [house.roles["finance"]]}
    way = {"key": "large", "name": "", "when": LARGE, "nodes": [step("money", finance, mode="all")]}
    return [step("head", HEAD), {"type": "branch", "key": "b", "arms": [way], "otherwise": []}]


def rows(flow: ApprovalFlow, facts: dict[str, Any], initiator: int) -> list[Row]:
    with acting(SYSTEM):
        flow = db.session.get_one(ApprovalFlow, flow.id, populate_existing=True)
        return simulate(flow, flows.read_checked(flow, flows.shown(flow)), facts, initiator)


def test_every_person_has_a_reason_and_every_way_its_values(house: House) -> None:
    flow = commit(lambda: make_flow(house, *split(house)))
    found = rows(flow, {"list_price": "20000"}, house.worker)
    assert [(r.kind, r.outcome) for r in found] == [
        ("step", "asked"),
        ("branch", "taken"),
        ("step", "asked"),
        ("end", "approved"),
    ]
    assert [(p.name, p.why) for p in found[0].people] == [("Head", "head of the org unit")]
    assert tuple(found[1].reasons[0]) == ("List price", ">", "10,000", "20,000", True)
    assert [(p.name, p.why) for p in found[2].people] == [("Fin 1", "role Finance"), ("Fin 2", "role Finance")]
    assert found[2].mode == "all of them"


def test_otherwise_says_what_did_not_hold(house: House) -> None:
    flow = commit(lambda: make_flow(house, *split(house)))
    branch = rows(flow, {"list_price": "500"}, house.worker)[1]
    assert (branch.name, branch.reasons[0].actual, branch.reasons[0].held) == ("", "500", False)


def test_a_deputy_is_shown_for_whom_he_stands_in(house: House) -> None:
    flow = commit(lambda: make_flow(house, step("head", HEAD)))
    now = utcnow()
    away = {"from_id": house.head, "to_id": house.deputy, "starts_at": now, "ends_at": now + timedelta(days=1)}
    commit(lambda: db.session.add(Delegation(**away)))
    person = rows(flow, {}, house.worker)[0].people[0]
    assert (person.name, person.stands_for) == ("Deputy", "Head")


def test_what_is_skipped_or_stops_says_why(house: House) -> None:
    nobody = {"kind": "field", "path": "owner_id"}
    skipped = step("skip", {"kind": "role", "targets": [999]}, empty="pass")
    flow = commit(lambda: make_flow(house, skipped, step("self", HEAD, self_rule="skip")))
    found = rows(flow, {}, house.head)
    assert [(r.outcome, r.why) for r in found[:2]] == [
        ("skipped", "Nobody was found."),
        ("skipped", "Only the initiator was found, and he is left out here."),
    ]
    stuck = commit(lambda: make_flow(house, step("x", nobody, empty="manager"), transition="retire"))
    blocked = rows(stuck, {}, house.boss)
    assert [(r.outcome, r.is_unresolved) for r in blocked] == [("blocked", True)]


def test_somebody_who_decided_before_is_marked(house: House) -> None:
    flow = commit(lambda: make_flow(house, step("a", HEAD), step("b", HEAD)))
    assert [p.again for r in rows(flow, {}, house.worker)[:2] for p in r.people] == [False, True]


def test_copies_and_verdicts_are_rows_too(house: House) -> None:
    copy = {"type": "copy", "key": "c", "name": "", "approvers": [{"kind": "user", "targets": [house.boss]}]}
    end = {"type": "verdict", "key": "v", "name": "No", "approved": False}
    told = [{"kind": "user", "targets": [house.fin1]}]
    flow = commit(lambda: make_flow(house, copy, end, copy_rejected=told))
    found = rows(flow, {}, house.worker)
    assert [(r.kind, r.name, r.outcome) for r in found] == [
        ("copy", "Boss", "copied"),
        ("verdict", "No", "rejected"),
        ("copy", "Fin 1", "copied"),
        ("end", "", "rejected"),
    ]


def test_simulating_writes_nothing_and_takes_few_statements(house: House) -> None:
    flow = commit(lambda: make_flow(house, *split(house)))

    def work() -> None:
        rows(flow, {"list_price": "20000"}, house.worker)
        assert not db.session.new and not db.session.dirty

    assert count_statements(work) <= 13


def test_the_way_simulated_is_the_way_taken(house: House) -> None:
    flow = commit(lambda: make_flow(house, *split(house)))
    item = commit(lambda: new_item(house, list_price=20_000).id)
    foretold = [[p.user for p in r.people] for r in rows(flow, {"list_price": "20000"}, house.worker) if r.people]
    request, taken = submit(house, item), []
    while open_tasks(request):
        asked = [t.assignee_id for t in open_tasks(request)]
        taken.append(asked)
        for user in asked:
            decide(house, request, next(n for n, i in house.people.items() if i == user))
    assert taken == foretold


def test_replaying_shows_who_would_be_asked_otherwise_and_who_would_find_nobody(house: House) -> None:
    flow = commit(lambda: make_flow(house, *split(house)))
    for price in (500, 20_000):
        item = commit(lambda price=price: new_item(house, list_price=price).id)
        submit(house, item)
    commit(lambda: new_item(house))

    def replayed(*nodes: Any) -> Any:
        with as_user(house.admin):
            again = db.session.get_one(ApprovalFlow, flow.id)
            return replay(again, flows.read_checked(again, {"nodes": list(nodes)}))

    found = replayed(step("boss", {"kind": "user", "targets": [house.boss]}))
    assert (found.requests, found.changed) == (2, 2)
    assert found.different[0].before == "Head → Fin 1, Fin 2"
    assert found.different[1].before == "Head"
    assert found.documents >= 1
    assert found.lonely == []
    assert [d.after for d in found.different] == ["Boss", "Boss"]
    alone = replayed(step("boss", {"kind": "role", "targets": [999]}, empty="user", empty_user=house.worker))
    assert alone.lonely == ["Worker"]
    assert len(alone.stuck) == 2
