"""The pages of approval flows: making one, changing it part by part, trying it, publishing it."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from core.approvals import administration, flows
from core.approvals.models import ApprovalFlow
from core.db.session import db, run_unit
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.testing.statements import count_statements
from tests.core.approvals.house import (
    HEAD,
    House,
    as_user,
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


@pytest.fixture
def house(app: Any) -> House:
    return commit(make_house)


@pytest.fixture
def admin(client: FlaskClient, house: House) -> FlaskClient:
    commit(administrator)
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
    found: dict[str, Any] = commit(lambda: flows.shown(db.session.get_one(ApprovalFlow, flow_id)))
    return found


def do(client: FlaskClient, flow_id: int, verb: str, **values: Any) -> Any:
    return post(client, f"/flows/{flow_id}/do", verb=verb, was=was(client, flow_id), **values)


def keep(client: FlaskClient, flow_id: int, key: str, **values: Any) -> Any:
    return post(client, f"/flows/{flow_id}/sheet", key=key, was=was(client, flow_id), **values)


def one_approver(kind: str, *, before: str = "", **more: Any) -> dict[str, Any]:
    row = {"rows": 1, "0-kind": kind, "0-was": before or kind, **{f"0-{name}": value for name, value in more.items()}}
    return {f"approvers-{name}": value for name, value in row.items()}


PLAIN = {"mode": "any", "empty": "admin", "self_rule": "manager", "allow": ["transfer", "add", "send_back"]}


def test_the_list_shows_flows_and_every_action_that_could_have_one(admin: FlaskClient) -> None:
    make(admin)
    page = admin.get("/flows/").text
    assert "Release of items" in page and "Not published yet" in page
    assert "/flows/new?action=masterdata.partner/activate" in page


def test_the_list_takes_as_many_statements_with_many_flows(admin: FlaskClient, house: House) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    admin.get("/flows/")
    few = count_statements(lambda: admin.get("/flows/"))
    commit(lambda: [make_flow(house, step("head", HEAD), transition="retire") for _n in range(5)])
    assert count_statements(lambda: admin.get("/flows/")) == few


def test_a_new_flow_begins_with_a_starter_and_is_read_as_a_sentence(admin: FlaskClient) -> None:
    page = admin.get(f"/flows/{make(admin, 'split')}").text
    sentence = re.search(r'id="sentence"[^>]*>([^<]*)<', page)
    assert sentence is not None
    assert "otherwise: Department head (head of the org unit)" in sentence.group(1)


def test_what_an_app_suggests_names_the_posts_of_the_factory(admin: FlaskClient) -> None:
    flow_id = make(admin, "app")
    head, engineering = shown(flow_id)["nodes"]
    assert head["approvers"] == [{"kind": "unit_head"}]
    assert engineering["approvers"][0]["kind"] == "post"
    assert isinstance(engineering["approvers"][0]["targets"][0], int)


def test_a_flow_can_begin_like_another(admin: FlaskClient, house: House) -> None:
    other = commit(lambda: make_flow(house, step("head", HEAD), dedupe="none").id)
    assert shown(make(admin, f"copy:{other}", "masterdata.item/retire")) == shown(other)


def test_an_action_nobody_marked_cannot_get_a_flow(admin: FlaskClient) -> None:
    for action in ("masterdata.item/nothing", "core.user/delete", "nonsense", ""):
        answer = post(admin, "/flows/new", action=action, name="X", starter="head")
        assert answer.status_code in (404, 422)
        assert commit(lambda: db.session.scalar(db.select(ApprovalFlow.id))) is None


def test_a_step_is_added_changed_moved_and_removed_and_undone(admin: FlaskClient, house: House) -> None:
    flow_id, finance = make(admin), house.roles["finance"]
    answer = do(admin, flow_id, "add", kind="approve", place="", index=1)
    assert answer.status_code == 200 and 'value="step_2"' in answer.text
    typed = {**PLAIN, **one_approver("role", targets=finance), "name": "", "mode": "all"}
    answer = keep(admin, flow_id, "step_2", **typed)
    assert "(head of the org unit) → Finance, all of them" in answer.text
    assert shown(flow_id)["nodes"][1]["approvers"] == [{"kind": "role", "targets": [finance]}]
    assert shown(flow_id)["nodes"][1]["name"] == "Finance"
    do(admin, flow_id, "move", key="step_2", by="-1")
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_2", "step_1"]
    before = shown(flow_id)
    do(admin, flow_id, "remove", key="step_2")
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_1"]
    do(admin, flow_id, "undo", definition=json.dumps(before))
    assert shown(flow_id) == before


def test_a_kind_just_chosen_waits_for_its_people_and_the_draft_stays(admin: FlaskClient, house: House) -> None:
    flow_id = make(admin)
    before = shown(flow_id)
    answer = keep(admin, flow_id, "step_1", **PLAIN, **one_approver("role", before="unit_head"))
    assert answer.status_code == 200
    assert "approvers-0-targets" in answer.text and "Say who." not in answer.text
    assert shown(flow_id) == before
    answer = keep(admin, flow_id, "step_1", **PLAIN, **one_approver("role"))
    assert answer.status_code == 422 and "Say who." in answer.text
    assert shown(flow_id) == before


def test_wrong_input_has_its_sentence_at_the_field(admin: FlaskClient) -> None:
    flow_id = make(admin)
    before = shown(flow_id)
    typed = {**PLAIN, **one_approver("unit_head"), "due-hours": "soon", "due-then": "none"}
    answer = keep(admin, flow_id, "step_1", **typed)
    assert answer.status_code == 422
    assert re.search(r'id="f-due-hours"[^>]*value="soon"', answer.text)
    assert "Not a whole number." in answer.text
    answer = keep(
        admin, flow_id, "rules", dedupe="none", withdraw="never", on_reject="end", resume="replay", tolerance=500
    )
    assert answer.status_code == 422 and "Must be at most 100." in answer.text
    assert shown(flow_id) == before


def test_the_rules_of_the_flow_are_kept(admin: FlaskClient) -> None:
    flow_id = make(admin)
    rules = {"dedupe": "none", "withdraw": "final", "on_reject": "return", "resume": "straight", "tolerance": "10"}
    keep(admin, flow_id, "rules", **rules, auto_agree="5,000")
    kept = shown(flow_id)
    assert (kept["dedupe"], kept["tolerance"], kept["auto_agree"]) == ("none", 10, "5000")
    assert len(kept["nodes"]) == 1


def test_a_row_begun_waits_for_its_value(admin: FlaskClient) -> None:
    flow_id = make(admin, "split")
    before = shown(flow_id)
    for tree in ({"field": "list_price"}, {"field": "list_price", "op": "between", "value": ["5", ""]}):
        answer = keep(admin, flow_id, "way_1", condition=json.dumps(tree))
        assert answer.status_code == 200 and "Not kept yet" in answer.text
        assert shown(flow_id) == before


def test_copies_at_the_end_are_added_and_taken_away(admin: FlaskClient, house: House) -> None:
    flow_id = make(admin)
    rules = {"dedupe": "none", "withdraw": "final", "on_reject": "end", "resume": "replay"}
    keep(admin, flow_id, "rules", **rules, do="add-copy_approved")
    assert shown(flow_id)["copy_approved"] == [{"kind": "unit_head"}]
    row = {"rows": 1, "0-kind": "user", "0-was": "user", "0-targets": house.boss}
    typed = {f"copy_approved-{name}": value for name, value in row.items()}
    keep(admin, flow_id, "rules", **rules, **typed)
    assert shown(flow_id)["copy_approved"] == [{"kind": "user", "targets": [house.boss]}]
    keep(admin, flow_id, "rules", **rules, **typed, do="remove-copy_approved-0")
    assert shown(flow_id)["copy_approved"] == []


def test_every_sheet_names_the_part_it_is_about(admin: FlaskClient) -> None:
    flow_id = make(admin, "split")
    for key in ("rules", "flow", "branch_1", "way_1", "step_1"):
        page = admin.get(f"/flows/{flow_id}/sheet?key={key}").text
        assert f'name="key" value="{key}"' in page, key
    assert admin.get(f"/flows/{flow_id}/sheet?key=gone").status_code == 404


def test_the_condition_of_a_way_is_kept_and_a_wrong_one_told_in_its_row(admin: FlaskClient) -> None:
    flow_id = make(admin, "split")
    price = {"field": "list_price", "op": "gt", "value": "5000"}
    nested = {"or": [price, {"and": [{"field": "kind", "op": "eq", "value": "part"}, {"not": price}]}]}
    for tree in (price, nested):
        assert keep(admin, flow_id, "way_1", condition=json.dumps(tree)).status_code == 200
        assert shown(flow_id)["nodes"][0]["arms"][0]["when"] == tree
    wrong = json.dumps({**price, "value": "much"})
    assert "Not kept yet" in keep(admin, flow_id, "way_1", condition=wrong).text
    asked = f"/flows/{flow_id}/criteria/arm/check?part={quote(wrong)}"
    assert "is no value of" in admin.get(asked).text
    assert keep(admin, flow_id, "way_1", condition="[" * 9).status_code == 422
    assert shown(flow_id)["nodes"][0]["arms"][0]["when"] == nested


def test_the_pieces_of_a_condition_offer_facts_and_nothing_else(admin: FlaskClient) -> None:
    flow_id = make(admin, "app", "masterdata.partner/set_credit_limit")
    base = f"/flows/{flow_id}/criteria"
    row = admin.get(f"{base}/arm/row?part={quote(json.dumps({'field': 'params.credit_limit'}))}").text
    assert "initiator" in row and 'value="params.credit_limit" selected' in row
    assert f'hx-get="{base}/arm/row"' in row
    assert 'value="params.credit_limit"' not in admin.get(f"{base}/flow/row").text
    assert admin.get(f"{base}/arm/group?depth=1").status_code == 200
    assert admin.get(f"{base}/arm/else").status_code == 404


def test_whoever_changes_what_another_has_changed_meanwhile_is_told(admin: FlaskClient) -> None:
    flow_id = make(admin)
    seen = was(admin, flow_id)
    do(admin, flow_id, "add", kind="copy", place="", index=0)
    before = shown(flow_id)
    answer = post(admin, f"/flows/{flow_id}/do", verb="remove", key="step_1", was=seen)
    assert answer.status_code == 409 and "Somebody else has changed this flow" in answer.text
    assert shown(flow_id) == before
    assert post(admin, f"/flows/{flow_id}/publish", was=seen).status_code == 409


HOSTILE = [
    {"verb": "undo", "definition": "[" * 50_000},
    {"verb": "undo", "definition": '{"nodes": [1, null, {"type": "branch"}]}'},
    {"verb": "undo", "definition": '{"nodes": [], "more": 1}'},
    {"verb": "undo", "definition": ""},
    {"verb": "add", "kind": "import", "place": "", "index": "0"},
    {"verb": "add", "kind": "approve", "place": "../..", "index": "0"},
    {"verb": "move_to", "key": "step_1", "place": "step_1", "index": "x"},
    {"verb": "add_arm", "key": "step_1"},
    {"verb": "publish"},
]


def test_nonsense_is_refused_with_a_sentence_and_changes_nothing(admin: FlaskClient) -> None:
    flow_id = make(admin)
    before = shown(flow_id)
    for sent in HOSTILE:
        answer = do(admin, flow_id, **sent)
        assert answer.status_code in (404, 422), answer.text
        assert shown(flow_id) == before


def test_the_settings_say_for_which_documents_it_applies(admin: FlaskClient) -> None:
    flow_id = make(admin)
    version = re.search(r'name="version" form="sheet-form" value="(\d+)"', admin.get(f"/flows/{flow_id}").text)
    assert version is not None
    typed = {"version": version.group(1), "name": "Parts", "priority": 5, "active": "true"}
    row = {"condition": json.dumps({"field": "kind", "op": "eq", "value": "part"})}
    answer = post(admin, f"/flows/{flow_id}/flow", **typed, **row)
    assert answer.status_code == 200, answer.text
    kept = commit(lambda: db.session.get_one(ApprovalFlow, flow_id, populate_existing=True))
    assert (kept.name, kept.priority, kept.match) == ("Parts", 5, {"field": "kind", "op": "eq", "value": "part"})
    assert post(admin, f"/flows/{flow_id}/flow", **typed, **row).status_code == 409
    fresh = {**typed, "version": kept.version, "name": ""}
    assert post(admin, f"/flows/{flow_id}/flow", **fresh, **row).status_code == 422


def test_a_flow_is_tried_with_typed_facts_and_with_those_of_a_document(admin: FlaskClient, house: House) -> None:
    flow_id = make(admin, "app", "masterdata.partner/set_credit_limit")
    page = admin.get(f"/flows/{flow_id}/simulate").text
    assert 'name="fact-0" value="params.credit_limit"' in page
    typed = {"initiator": house.worker, "fact-0": "params.credit_limit", "fact-0-value": "20,000"}
    way = post(admin, f"/flows/{flow_id}/simulate", **typed).text
    assert "New credit limit &gt; 10,000 · it is 20,000" in way
    assert "Head <small>head of the org unit" in way


def test_a_documents_values_are_tried_as_far_as_the_reader_may_see_them(client: FlaskClient, house: House) -> None:
    flow_id = commit(lambda: make_flow(house, step("head", HEAD)).id)
    item = commit(lambda: new_item(house, name="Bolt M8", list_price=77).id)
    rights = ("core.approval_flow.read", "masterdata.item.read")
    for groups, there in (((), False), (("prices",), True)):
        reader = commit(lambda groups=groups: make_user(make_role(*rights, field_groups=groups)))
        page = sign_in(client, reader).get(f"/flows/{flow_id}/simulate?document={item}").text
        assert "Bolt M8" in page
        assert ('value="77"' in page) is there
    blind = commit(lambda: make_user(make_role("core.approval_flow.read")))
    assert sign_in(client, blind).get(f"/flows/{flow_id}/simulate?document={item}").status_code in (403, 404)


def test_faults_are_shown_and_forbid_publishing(admin: FlaskClient) -> None:
    flow_id = make(admin, "empty")
    page = admin.get(f"/flows/{flow_id}/check").text
    assert "Nobody decides anything" in page and "disabled" in page
    answer = post(admin, f"/flows/{flow_id}/publish", was=was(admin, flow_id))
    assert answer.status_code == 409 and "Mend this first" in answer.text


def test_a_version_is_published_with_a_note_shown_with_its_difference_and_begun_anew(admin: FlaskClient) -> None:
    flow_id = make(admin)
    url = f"/flows/{flow_id}"
    assert post(admin, f"{url}/publish", was=was(admin, flow_id), note="First").status_code == 303
    do(admin, flow_id, "add", kind="approve", place="", index=1)
    assert "Draft" in admin.get(f"{url}/versions").text
    assert post(admin, f"{url}/publish", was=was(admin, flow_id), note="Second").status_code == 303
    page = admin.get(f"{url}/versions").text
    assert page.index("Second") < page.index("First") and "Replaced" in page
    difference = admin.get(f"{url}/versions/2").text
    assert "+      &#34;key&#34;: &#34;step_2&#34;" in difference
    assert admin.get(f"{url}/versions/9").status_code == 404
    post(admin, f"{url}/versions/1/draft")
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_1"]
    post(admin, f"{url}/discard")
    assert [n["key"] for n in shown(flow_id)["nodes"]] == ["step_1", "step_2"]


def test_what_runs_on_an_older_version_is_sent_back_and_goes_on_by_the_new_one(
    admin: FlaskClient, house: House
) -> None:
    flow_id = commit(lambda: make_flow(house, step("head", HEAD), resume="straight").id)
    request = submit(house, commit(lambda: new_item(house, name="Bolt").id))
    do(admin, flow_id, "add", kind="approve", place="", index=0)
    boss = one_approver("user", targets=house.boss)
    keep(admin, flow_id, "step_1", **PLAIN, **boss)
    post(admin, f"/flows/{flow_id}/publish", was=was(admin, flow_id))
    page = admin.get(f"/flows/{flow_id}/running").text
    assert "waits for Head" in page and "On the new version: Boss → Head" in page
    refused = post(admin, f"/flows/{flow_id}/running", request=request, reason="")
    assert refused.status_code == 422 and "Say why." in refused.text
    answer = post(admin, f"/flows/{flow_id}/running", request=request, reason="New rules")
    assert "1 sent back." in answer.text
    assert (request_of(request).state, open_tasks(request)) == ("returned", [])
    from core.approvals import service, store

    with as_user(house.worker):
        run_unit(lambda: service.resubmit(request))
    assert [t.assignee_id for t in open_tasks(request)] == [house.boss]
    loaded = commit(lambda: store.load(request))
    again = commit(lambda: store.rebuilt(loaded))
    assert (again.steps, again.tasks, again.returner) == (loaded.case.steps, loaded.case.tasks, loaded.case.returner)
    again_answer = post(admin, f"/flows/{flow_id}/running", request=request, reason="Again")
    assert "runs on the version in force already" in again_answer.text


READ = ("core.approval_flow.read",)
WRITE = (*READ, "core.approval_flow.write")


def test_reading_writing_and_publishing_are_rights_apart(client: FlaskClient, house: House) -> None:
    flow_id = commit(lambda: make_flow(house, step("head", HEAD)).id)
    url = f"/flows/{flow_id}"
    sign_in(client, commit(lambda: make_user(make_role(*READ))))
    page = client.get(url).text
    assert "Add something here" not in page and "Check and publish" not in page
    assert client.get(f"{url}/sheet?key=head").status_code == 200
    for path in ("do", "sheet", "flow", "discard", "publish", "running", "versions/1/draft"):
        assert post(client, f"{url}/{path}", was=was(client, flow_id)).status_code == 403, path
    for path in ("check", "replay", "running"):
        assert client.get(f"{url}/{path}").status_code == 403, path
    assert client.get("/flows/new").status_code == 403
    sign_in(client, commit(lambda: make_user(make_role(*WRITE))))
    assert do(client, flow_id, "add", kind="copy", place="", index=0).status_code == 200
    assert post(client, f"{url}/publish", was=was(client, flow_id)).status_code == 403
    sign_in(client, person(house.worker))
    for path in ("", "/sheet?key=head", "/simulate", "/versions", "/versions/1"):
        assert client.get(url + path).status_code == 403, path


def test_reading_a_page_writes_nothing(admin: FlaskClient, house: House) -> None:
    flow_id = commit(lambda: make_flow(house, step("head", HEAD)).id)
    for path in ("", "/sheet?key=rules", "/sheet?key=flow", "/simulate", "/check", "/replay", "/versions", "/running"):
        assert admin.get(f"/flows/{flow_id}{path}").status_code == 200, path
    assert commit(lambda: len(flows.versions_of(db.session.get_one(ApprovalFlow, flow_id)))) == 1


def test_the_designer_takes_a_fixed_number_of_statements(admin: FlaskClient, house: House) -> None:
    small = commit(lambda: make_flow(house, step("head", HEAD)).id)
    large = commit(lambda: make_flow(house, *[step(f"s{n}", HEAD) for n in range(30)], transition="retire").id)
    admin.get(f"/flows/{small}")
    few, many = (count_statements(lambda flow_id=f: admin.get(f"/flows/{flow_id}")) for f in (small, large))
    assert many <= few + 1 <= 20  # which apps are on is asked when nobody has asked yet


def test_rules_are_not_reachable_from_a_request(house: House) -> None:
    assert not any("definition" in name or "flow" in name for name in administration.MINE)
