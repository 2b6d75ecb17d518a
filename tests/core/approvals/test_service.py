"""Submitting, deciding and carrying out, through the real layers on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask

from addons.masterdata.factories import make_calendar
from addons.masterdata.models import WEEKDAYS, CalendarShift, Item
from core.approvals import service, store
from core.approvals.gate import NeedsApproval
from core.approvals.models import ApprovalTask, ApprovalTimer
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import Conflict, Forbidden
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from core.workflow.records import update_record
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
    person,
    request_of,
    step,
    submit,
)


@pytest.fixture
def house(any_app: Flask) -> House:
    return commit(make_house)


def state_of(item_id: int) -> str:
    return commit(lambda: db.session.get(Item, item_id, populate_existing=True).state)


def test_a_gated_transition_runs_after_everybody_agreed(house: House) -> None:
    finance = {"kind": "role", "targets": [house.roles["finance"]]}
    commit(lambda: make_flow(house, step("head", HEAD), step("money", finance, mode="all")))
    item = commit(lambda: new_item(house).id)
    request = submit(house, item)
    assert [t.assignee_id for t in open_tasks(request)] == [house.head]
    decide(house, request, "head")
    decide(house, request, "fin1", comment="fine")
    assert state_of(item) == "draft"
    decide(house, request, "fin2")
    assert request_of(request).state == "approved"
    commit(lambda: service.execute(request))
    assert (state_of(item), request_of(request).executed_at is not None) == ("released", True)
    commit(lambda: service.execute(request))
    loaded = commit(lambda: store.load(request))
    assert commit(lambda: store.is_chain_whole(request))
    again = commit(lambda: store.rebuilt(loaded))
    assert again.steps == loaded.case.steps
    assert again.tasks == loaded.case.tasks
    assert again.state == "approved"
    assert [e.verb for e in again.log].count("executed") == 1


def test_without_a_flow_it_runs_at_once(house: House) -> None:
    item = commit(lambda: new_item(house).id)
    with as_user(house.worker):
        assert run_unit(lambda: service.ask(db.session.get(Item, item), "release")) is None
    assert state_of(item) == "released"


def test_fire_itself_refuses_what_is_not_approved(house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    item = commit(lambda: new_item(house).id)
    with as_user(house.worker), pytest.raises(NeedsApproval):
        run_unit(lambda: fire(db.session.get(Item, item), "release"))
    submit(house, item)
    with as_user(house.worker), pytest.raises(NeedsApproval):
        run_unit(lambda: fire(db.session.get(Item, item), "release"))
    with as_user(house.worker), pytest.raises(Conflict, match="already"):
        run_unit(lambda: service.ask(db.session.get(Item, item), "release"))
    assert state_of(item) == "draft"


def test_what_was_submitted_stays_as_it_is_until_it_is_withdrawn(house: House) -> None:
    from core.approvals import administration

    commit(lambda: make_flow(house, step("head", HEAD)))
    item = commit(lambda: new_item(house, name="before").id)
    request = submit(house, item)
    spec = current_registry().models["masterdata.item"]

    def rename() -> None:
        update_record(spec, item, {"name": "after"}, version=db.session.get(Item, item).version)

    with as_user(house.worker), pytest.raises(Conflict, match="withdraw"):
        run_unit(rename)
    assert commit(lambda: db.session.get(Item, item, populate_existing=True).name) == "before"
    with as_user(house.worker):
        run_unit(lambda: administration.act(request, "withdraw", {}))
        run_unit(rename)
    assert commit(lambda: db.session.get(Item, item, populate_existing=True).name) == "after"
    assert request_of(request).state == "withdrawn"


def test_a_stranger_cannot_decide(house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, commit(lambda: new_item(house).id))
    from core.approvals.service import Decision

    seen = request_of(request).facts_hash
    with as_user(house.boss), pytest.raises(Forbidden):
        run_unit(lambda: service.decide(request, Decision(task=1, verb="agree", facts_hash=seen)))
    assert request_of(request).state == "running"


def test_a_deadline_runs_by_the_calendar_of_whoever_is_asked(house: House) -> None:
    def hour_a_day() -> None:
        shifts = [CalendarShift(weekday=day, start="08:00", end="09:00") for day in WEEKDAYS]
        make_calendar(org_unit_id=person(house.head).org_unit_id, shifts=shifts)

    commit(hour_a_day)
    finance = {"kind": "user", "targets": [house.fin1]}
    commit(lambda: make_flow(house, step("both", HEAD, finance, mode="all", due={"hours": 30})))
    request = submit(house, commit(lambda: new_item(house).id))
    query = (
        db.select(ApprovalTask.assignee_id, ApprovalTimer.due_at)
        .join(ApprovalTimer, ApprovalTimer.task == ApprovalTask.n)
        .where(ApprovalTask.request_id == request, ApprovalTimer.request_id == request)
    )
    due = commit(lambda: dict(db.session.execute(query).all()))
    assert due[house.head] > utcnow() + timedelta(days=28)  # an hour a day
    assert due[house.fin1] < utcnow() + timedelta(days=14)  # eight on each day of work
