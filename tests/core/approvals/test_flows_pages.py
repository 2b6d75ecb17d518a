"""The pages of approval flows: making one, changing it part by part, trying it, publishing it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from core.approvals import flows
from core.approvals.models import ApprovalFlow
from core.db.session import db
from core.people.models import User
from core.testing.people import administrator, csrf, sign_in
from tests.core.approvals.house import HEAD, House, commit, make_flow, make_house, new_item, request_of, step, submit


@pytest.fixture
def house(app: Any) -> House:
    return commit(make_house)


@pytest.fixture
def admin(client: FlaskClient, house: House) -> FlaskClient:
    return sign_in(client, commit(administrator))


def post(client: FlaskClient, path: str, **values: Any) -> Any:
    return client.post(path, data={"csrf_token": csrf(client), **values}, headers={"HX-Request": "true"})


def was(client: FlaskClient, flow_id: int) -> str:
    found = re.search(r'name="was" value="(\w+)"', client.get(f"/flows/{flow_id}").text)
    assert found is not None
    return found.group(1)


def make(client: FlaskClient, starter: str = "head", action: str = "masterdata.item/release") -> int:
    answer = post(client, "/flows/new", action=action, name="Release of items", starter=starter)
    assert answer.status_code == 303, answer.text
    return int(answer.headers["Location"].rpartition("/")[2])


def shown(flow_id: int) -> dict[str, Any]:
    return commit(lambda: flows.shown(db.session.get(ApprovalFlow, flow_id)))


def test_the_list_shows_flows_and_every_action_that_could_have_one(admin: FlaskClient) -> None:
    make(admin)
    page = admin.get("/flows/").text
    assert "Release of items" in page and "Not published yet" in page
    assert "/flows/new?action=masterdata.partner/activate" in page


def test_a_new_flow_begins_with_a_starter_and_is_read_as_a_sentence(admin: FlaskClient) -> None:
    flow_id = make(admin, "split")
    page = admin.get(f"/flows/{flow_id}").text
    sentence = re.search(r'id="sentence"[^>]*>([^<]*)<', page)
    assert sentence is not None
    assert "otherwise: Department head (head of the org unit)" in sentence.group(1)


def test_a_step_is_added_changed_moved_and_removed_and_undone(admin: FlaskClient, house: House) -> None:
    flow_id = make(admin)
    url = f"/flows/{flow_id}"
    answer = post(admin, f"{url}/do", verb="add", kind="approve", place="", index=1, was=was(admin, flow_id))
    assert answer.status_code == 200 and 'value="step_2"' in answer.text
    finance = house.roles["finance"]
    typed = {
        "key": "step_2",
        "name": "Finance",
        "approvers-rows": 1,
        "approvers-0-kind": "role",
        "approvers-0-targets": finance,
        "approvers-0-was": "role",
        "mode": "all",
        "allow": ["transfer"],
        "empty": "admin",
        "self_rule": "manager",
    }
    answer = post(admin, f"{url}/sheet", **typed, was=was(admin, flow_id))
    assert answer.status_code == 200, answer.text
    assert "Finance (Finance), all of them" in answer.text
    assert shown(flow_id)["nodes"][1]["approvers"] == [{"kind": "role", "targets": [finance]}]
    post(admin, f"{url}/do", verb="move", key="step_2", by="-1", was=was(admin, flow_id))
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_2", "step_1"]
    before = shown(flow_id)
    post(admin, f"{url}/do", verb="remove", key="step_2", was=was(admin, flow_id))
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_1"]
    post(admin, f"{url}/do", verb="undo", definition=json.dumps(before), was=was(admin, flow_id))
    assert shown(flow_id) == before


def test_a_flow_is_tried_with_typed_facts_and_with_those_of_a_document(admin: FlaskClient, house: House) -> None:
    flow_id = make(admin, "app", "masterdata.partner/set_credit_limit")
    page = admin.get(f"/flows/{flow_id}/simulate").text
    assert 'name="fact-0" value="params.credit_limit"' in page
    typed = {"initiator": house.worker, "fact-0": "params.credit_limit", "fact-0-value": "20,000"}
    way = post(admin, f"/flows/{flow_id}/simulate", **typed).text
    assert "New credit limit &gt; 10,000 · it is 20,000" in way
    assert "Head <small>head of the org unit" in way
