"""Approvals for programs: the same as on the pages, with tokens."""

from __future__ import annotations

from contextvars import Context
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.models import Item
from core.approvals.models import ApprovalTask
from core.approvals.pages.cases import rounds_of
from core.db.session import db
from core.people.models import Role, User, UserRole
from core.people.passwords import set_password
from core.testing.people import bearer, make_role, make_token
from tests.core.approvals.house import (
    HEAD,
    House,
    commit,
    make_flow,
    make_house,
    new_item,
    open_tasks,
    person,
    request_of,
    step,
    submit,
)

READ = "masterdata.item.read"
RELEASE = "masterdata.item.release"
DECIDE = "core.approval.decide"
DRAWN = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


@pytest.fixture
def house(any_app: Flask) -> House:
    made: House = commit(make_house)

    def let_everybody_use_tokens() -> None:
        role: Role = make_role(DECIDE)
        for user in db.session.scalars(db.select(User).where(User.id.in_(made.people.values()))):
            user.roles.append(UserRole(role_id=role.id))

    commit(let_everybody_use_tokens)
    return made


class Program:
    """A program with a token of somebody of the house."""

    def __init__(self, app: Flask, house: House, name: str, *permissions: str, kind: str = "api") -> None:
        self.client = app.test_client()
        self.headers = bearer(make_token(person(house.people[name]), *permissions, kind=kind))

    def __call__(self, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
        more: dict[str, Any] = {} if body is None else {"json": body}
        headers = {**self.headers, **({"Idempotency-Key": key} if key else {})}
        return Context().run(self.client.open, f"/api/v1{path}", method=method, headers=headers, **more)


def test_a_gated_transition_answers_202_with_the_request(any_app: Flask, house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    item = commit(lambda: new_item(house).id)
    worker = Program(any_app, house, "worker")
    way = worker("POST", f"/masterdata/items/{item}/release/plan", {}).json
    assert (way["needed"], [row["name"] for row in way["rows"] if row["kind"] == "step"]) == (True, ["Head"])
    assert way["rows"][0]["people"][0] == {
        "user": house.head,
        "name": "Head",
        "why": "head of the org unit",
        "stands_for": "",
    }
    answer = worker("POST", f"/masterdata/items/{item}/release", {}, key="a")
    assert (answer.status_code, answer.json["state"]) == (202, "running")
    assert answer.headers["Location"] == f"/api/v1/approvals/{answer.json['id']}"
    again = worker("POST", f"/masterdata/items/{item}/release", {}, key="a")
    assert (again.status_code, again.json) == (202, answer.json)
    assert worker("POST", f"/masterdata/items/{item}/release", {}).status_code == 409
    assert commit(lambda: db.session.get(Item, item).state) == "draft"


def test_a_program_reads_its_tasks_and_decides_once(any_app: Flask, house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, commit(lambda: new_item(house).id))
    head = Program(any_app, house, "head", DECIDE)
    (line,) = head("GET", "/approvals?box=todo").json["items"]
    assert (line["id"], line["task"]) == (request, 1)
    one = head("GET", f"/approvals/{request}").json
    assert one["offers"][:2] == ["agree", "reject"]
    assert one["rounds"][0]["steps"][0]["people"][0]["person"] == "Head"
    body = {"task": line["task"], "verb": "agree", "facts_hash": line["facts_hash"], "comment": "by program"}
    assert head("POST", f"/approvals/{request}/decide", {**body, "facts_hash": "x"}).status_code == 409
    first, second = (head("POST", f"/approvals/{request}/decide", body, key="k") for _n in range(2))
    assert (first.status_code, first.json["state"], second.json) == (200, "approved", first.json)
    assert commit(lambda: db.session.scalar(db.select(ApprovalTask.channel))) == "api"
    assert head("GET", "/approvals?box=todo").json["items"] == []
    assert head("GET", "/approvals?box=done").json["items"][0]["state"] == "approved"


def test_the_other_verbs_check_what_they_need(any_app: Flask, house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, commit(lambda: new_item(house).id))
    head, worker = Program(any_app, house, "head"), Program(any_app, house, "worker")
    act = f"/approvals/{request}/act"
    assert head("POST", act, {"verb": "transfer", "task": 1}).json["errors"] == {"to": ["This is needed."]}
    assert head("POST", act, {"verb": "fly"}).status_code == 422
    assert head("POST", act, {"verb": "terminate", "comment": "x"}).status_code == 403
    assert head("POST", act, {"verb": "transfer", "task": 1, "to": house.boss}).status_code == 200
    assert commit(lambda: [t.assignee_id for t in open_tasks(request)]) == [house.boss]
    assert worker("POST", act, {"verb": "withdraw"}).json["state"] == "withdrawn"


def test_strangers_devices_and_other_tokens_get_nothing(any_app: Flask, house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, commit(lambda: new_item(house).id))
    one, body = f"/approvals/{request}", {"task": 1, "verb": "agree", "facts_hash": request_of(request).facts_hash}
    stranger = Program(any_app, house, "boss")
    narrow = Program(any_app, house, "worker", READ, RELEASE)
    device = Program(any_app, house, "worker", READ, kind="device")
    for caller, status in ((stranger, 404), (narrow, 403), (device, 403)):
        assert caller("GET", one).status_code == status
        assert caller("POST", f"{one}/decide", body).status_code == status
        assert caller("POST", f"{one}/act", {"verb": "comment", "comment": "x"}).status_code == status
    assert (narrow("GET", "/approvals").status_code, device("GET", "/approvals").status_code) == (403, 403)
    assert stranger("GET", "/approvals?box=todo").json["items"] == []
    assert stranger("GET", "/approvals?box=x").status_code == 422


def test_people_to_choose_travel_with_the_transition(any_app: Flask, house: House) -> None:
    choice = {"kind": "choice", "targets": [house.fin1, house.fin2], "least": 1, "most": 1}
    commit(lambda: make_flow(house, step("pick", choice)))
    item = commit(lambda: new_item(house).id)
    worker = Program(any_app, house, "worker")
    assert worker("POST", f"/masterdata/items/{item}/release/plan", {}).json["to_choose"] == ["pick"]
    address = f"/masterdata/items/{item}/release"
    assert list(worker("POST", address, {}).json["errors"]) == ["pick"]
    assert worker("POST", address, {"choices": {"pick": "x"}}).status_code == 422
    assert worker("POST", address, {"choices": {"nobody": [house.fin1]}}).status_code == 422
    made = worker("POST", address, {"choices": {"pick": [house.fin2]}})
    assert made.status_code == 202
    assert [t.assignee_id for t in open_tasks(made.json["id"])] == [house.fin2]


def test_a_step_that_asks_for_password_and_signature_is_decided_with_both(any_app: Flask, house: House) -> None:
    commit(lambda: set_password(db.session.get(User, house.head), "correct horse 7"))
    commit(lambda: make_flow(house, step("head", HEAD, password=True, signature=True)))
    request = submit(house, commit(lambda: new_item(house).id))
    head = Program(any_app, house, "head")
    shown = head("GET", f"/approvals/{request}").json
    body = {"task": shown["task"], "verb": "agree", "facts_hash": shown["facts_hash"]}
    for lacking in ({}, {"password": "wrong"}, {"password": "correct horse 7"}, {"signature": "data:text/html,x"}):
        assert head("POST", f"/approvals/{request}/decide", {**body, **lacking}).status_code == 422
    both = {**body, "password": "correct horse 7", "signature": DRAWN}
    for _time in range(2):
        answer = head("POST", f"/approvals/{request}/decide", both, key="once")
        assert (answer.status_code, answer.json["state"]) == (200, "approved")
    paper = commit(lambda: rounds_of("masterdata.item", [request_of(request).record_id]))
    ((told,),) = paper.values()
    assert (told.steps[0].decisions[0].signature, len(told.seal)) == (DRAWN, 64)
