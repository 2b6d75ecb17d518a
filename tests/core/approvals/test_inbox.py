"""The inbox with very many tasks, what pages cost, and the approvals of documents on paper."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import insert

from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.approvals import service
from core.approvals.models import ApprovalRequest, ApprovalTask
from core.approvals.pages import cases, inbox, page
from core.approvals.titles import sees_amount
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.paper.approvals import find_approvals
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from core.workflow.declare import Approvable
from tests.core.approvals.house import (
    HEAD,
    House,
    as_user,
    commit,
    decide,
    make_flow,
    make_house,
    new_item,
    request_of,
    step,
    submit,
)

MANY = 10_000


@pytest.fixture
def house(any_app: Flask) -> Iterator[House]:
    yield commit(make_house)
    db.session.rollback()


def open_many(house: House, number: int) -> None:
    """Requests on one flow that all wait for the head, as rows."""
    commit(lambda: make_flow(house, step("head", HEAD)))
    first = submit(house, commit(lambda: new_item(house).id))

    def rows() -> None:
        version, now = request_of(first).version_id, utcnow()
        request = {
            "version_id": version,
            "model": "masterdata.item",
            "transition": "release",
            "params": {},
            "initiator_id": house.worker,
            "facts": {},
            "progress": {},
            "state": "running",
            "submitted_at": now,
        }
        many = [{**request, "record_id": 10_000 + n, "title": f"Doc {n}"} for n in range(number)]
        ids = db.session.scalars(insert(ApprovalRequest).returning(ApprovalRequest.id), many).all()
        task = {"n": 1, "step": 1, "order": 1, "assignee_id": house.head, "why": {}, "state": "todo", "at": now}
        db.session.execute(insert(ApprovalTask), [{**task, "request_id": request_id} for request_id in ids])

    commit(rows)


def test_the_inbox_costs_the_same_with_ten_thousand_open_tasks(house: House) -> None:
    open_many(house, MANY)
    with as_user(house.head):
        assert count_statements(lambda: inbox.find_lines("todo")) == 1
        assert count_statements(lambda: inbox.count_all(house.head)) == 1
        assert count_statements(lambda: inbox.count_todo(house.head)) == 1
        lines, has_more = inbox.find_lines("todo", page=334)
        assert (len(lines), has_more) == (11, False)
        assert inbox.count_all(house.head) == inbox.Counts(todo=MANY + 1, unread=0, returned=0)
        found, _more = inbox.find_lines("todo", "doc 777")
        assert [line.title for line in found][:1] == ["Doc 7779 · Release for use"]
        assert inbox.find_lines("todo", "100%") == ([], False)


@pytest.mark.postgres
def test_postgresql_answers_the_inbox_from_its_index(pg_app: Flask) -> None:
    house = commit(make_house)
    open_many(house, MANY)
    task = ApprovalTask
    commit(lambda: db.session.execute(db.update(task).where(task.id > 40).values(assignee_id=house.boss)))
    with acting(SYSTEM):
        db.session.execute(db.text("analyze core_approval_task"))
        wanted = (
            "select id from core_approval_task where assignee_id = :user and state = 'todo' order by id desc limit 31"
        )
        plan = db.session.execute(db.text(f"explain {wanted}"), {"user": house.head}).scalars().all()
        count = "select count(id) from core_approval_task where assignee_id = :user and state = 'todo'"
        counting = db.session.execute(db.text(f"explain {count}"), {"user": house.head}).scalars().all()
        db.session.rollback()
    assert "ix_core_approval_task_inbox" in "\n".join(plan)
    assert "ix_core_approval_task_inbox" in "\n".join(counting)


def test_the_page_of_a_request_takes_a_fixed_number_of_statements(house: House) -> None:
    finance = {"kind": "role", "targets": [house.roles["finance"]]}
    commit(lambda: make_flow(house, step("head", HEAD), step("money", finance, mode="all")))
    request = submit(house, commit(lambda: new_item(house).id))

    def cost(name: str) -> int:
        with as_user(house.people[name]):
            return count_statements(lambda: page.show(request))

    first = cost("head")
    decide(house, request, "head", "send_back", comment="again")
    with as_user(house.worker):
        run_unit(lambda: service.resubmit(request))
    assert cost("head") <= first
    assert first <= 20


def test_each_box_shows_its_own(house: House) -> None:
    copy = {"type": "copy", "key": "c", "name": "C", "approvers": [{"kind": "user", "targets": [house.fin1]}]}
    commit(lambda: make_flow(house, copy, step("head", HEAD)))
    first = submit(house, commit(lambda: new_item(house).id))
    second = submit(house, commit(lambda: new_item(house).id))
    decide(house, first, "head")
    decide(house, second, "head", "send_back", comment="why?")

    def ids(name: str, box: str) -> list[int]:
        with as_user(house.people[name]):
            return [line.request_id for line in inbox.find_lines(box)[0]]

    assert (ids("head", "todo"), ids("head", "done")) == ([], [second, first])
    assert (ids("worker", "mine"), ids("worker", "todo")) == ([second, first], [])
    assert (ids("fin1", "copies"), ids("boss", "copies")) == ([second, first], [])
    with as_user(house.worker):
        assert inbox.count_all(house.worker).returned == 1
    with as_user(house.fin1):
        assert inbox.count_all(house.fin1).unread == 2


def test_an_amount_is_kept_from_those_without_its_field_group(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    request = ApprovalRequest(model="sales_shipping.sales_order", transition="confirm", title="SO")
    from core.approvals import titles

    monkeypatch.setattr(titles, "said_of", lambda transition: Approvable(amount="max(lines.price)"))
    with acting(SYSTEM):
        assert not sees_amount(actor_with("sales_shipping.sales_order.read"), request)
        assert sees_amount(actor_with("sales_shipping.sales_order.read", field_groups=("prices",)), request)


def test_paper_shows_every_round_with_everybodys_decision(house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    items = [commit(lambda: new_item(house).id) for _n in range(3)]
    request = submit(house, items[0])
    decide(house, request, "head", "send_back", comment="add the norm")
    with as_user(house.worker):
        run_unit(lambda: service.resubmit(request))
    decide(house, request, "head", comment="fine")
    submit(house, items[1])
    with acting(SYSTEM):
        told = find_approvals("masterdata.item", items)
        few = count_statements(lambda: cases.rounds_of("masterdata.item", items[:1]))
        many = count_statements(lambda: cases.rounds_of("masterdata.item", items))
    assert sorted(told) == items[:2]
    first, second = told[items[0]]
    (sent,), (agreed,) = first.steps[0].decisions, second.steps[0].decisions
    assert (sent.person, str(sent.decision), sent.comment) == ("Head", "Sent back", "add the norm")
    assert (str(agreed.decision), agreed.comment, str(second.outcome)) == ("Agreed", "fine", "Approved")
    assert agreed.at is not None
    assert str(first.outcome) == ""
    assert few == many


def test_what_takes_a_transition_back_revokes_its_approval(house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    commit(lambda: make_flow(house, step("head", HEAD), transition="recall"))
    item = commit(lambda: new_item(house).id)
    request = submit(house, item)
    decide(house, request, "head")
    commit(lambda: service.execute(request))
    with as_user(house.worker):
        undo = page.show(request).offers.undo
        assert undo is not None
        assert undo.name == "recall"
    again = submit(house, item, transition="recall")
    assert request_of(request).revoked_at is None
    decide(house, again, "head")
    commit(lambda: service.execute(again))
    assert request_of(request).revoked_at is not None
    with as_user(house.worker):
        shown = page.show(request)
    assert (shown.state, shown.offers.undo, str(shown.happenings[0].what)) == ("revoked", None, "Revoked")
    assert commit(lambda: db.session.get(Item, item, populate_existing=True).state) == "draft"
