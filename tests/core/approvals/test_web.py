"""Submitting, deciding and everything else on the pages, as people of a small factory do it."""

from __future__ import annotations

import pytest
from flask import Flask

from addons.masterdata.models import Item
from core.approvals import service
from core.approvals.models import ApprovalCopy, ApprovalTask
from core.db.session import db
from core.workflow.attachments import attach
from tests.core.approvals.desktop import Desk, desk, plain
from tests.core.approvals.house import (
    HEAD,
    House,
    commit,
    decide,
    make_flow,
    make_house,
    new_item,
    open_tasks,
    request_of,
    step,
    submit,
)


@pytest.fixture
def house(any_app: Flask) -> House:
    return commit(make_house)


@pytest.fixture
def item(house: House) -> int:
    return int(commit(lambda: new_item(house, name="Bolt M8").id))


def at(any_app: Flask, house: House, *names: str) -> list[Desk]:
    return [desk(any_app, house, name) for name in names]


def record(item: int) -> str:
    return f"/m/masterdata/items/{item}"


def state_of(item: int) -> str:
    return str(commit(lambda: db.session.get(Item, item, populate_existing=True).state))


def finance(house: House) -> dict[str, object]:
    return {"kind": "role", "targets": [house.roles["finance"]]}


def test_the_dialog_says_beforehand_who_will_be_asked_and_why(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD), step("money", finance(house), mode="all")))
    (worker,) = at(any_app, house, "worker")
    assert f"{record(item)}/fire/release" in worker.get(record(item)).text
    told = worker.get(f"{record(item)}/fire/release").text
    words = plain(told)
    assert "Submit for approval" in words
    for part in ("Head", "head of the org unit", "Money", "all of them", "Fin 1", "Fin 2", "role Finance"):
        assert part in words
    assert commit(lambda: db.session.scalar(db.select(db.func.count(ApprovalTask.id)))) == 0


def test_without_a_flow_the_button_acts_at_once(any_app: Flask, house: House, item: int) -> None:
    (worker,) = at(any_app, house, "worker")
    assert worker.post(f"{record(item)}/fire/release").status_code == 303
    assert state_of(item) == "released"


def test_what_was_submitted_is_shown_on_the_document_with_whom_it_waits_for(
    any_app: Flask, house: House, item: int
) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    worker, admin = at(any_app, house, "worker", "admin")
    assert worker.post(f"{record(item)}/fire/release").status_code == 303
    words = worker.text(record(item))
    assert "Waiting for approval" in words
    assert "waits for Head since" in words
    assert "Urge" in words
    assert "Open the request" in admin.text(record(item))
    tab = worker.text(f"{record(item)}/approvals")
    assert "Has to decide" in tab
    assert "Submitted" in tab


def test_a_request_that_would_get_stuck_is_told_in_red(any_app: Flask, house: House, item: int) -> None:
    nobody = {"kind": "role", "targets": [house.roles["empty"]]} if "empty" in house.roles else HEAD
    commit(lambda: make_flow(house, step("x", nobody, empty="user", empty_user=house.worker, self_rule="skip")))
    commit(lambda: setattr(db.session.get(Item, item), "name", "Bolt M8"))
    from core.people.models import OrgUnit

    def no_heads() -> None:
        for unit in db.session.scalars(db.select(OrgUnit)):
            unit.manager_id = None

    commit(no_heads)
    (worker,) = at(any_app, house, "worker")
    assert "Nobody may decide" in plain(worker.get(f"{record(item)}/fire/release").text)


def test_the_initiator_chooses_people_where_the_flow_says_so(any_app: Flask, house: House, item: int) -> None:
    choice = {"kind": "choice", "targets": [house.fin1, house.fin2], "least": 1, "most": 1}
    commit(lambda: make_flow(house, step("pick", choice)))
    (worker,) = at(any_app, house, "worker")
    address = f"{record(item)}/fire/release"
    assert "You choose one person" in plain(worker.get(address).text)
    refused = worker.post(address)
    assert refused.status_code == 422
    assert "Choose who decides in “Pick”" in plain(refused.text)
    assert worker.post(address, **{"choice-pick": str(house.boss)}).status_code == 422
    assert worker.post(address, **{"choice-pick": str(house.fin2)}).status_code == 303
    request = commit(lambda: db.session.scalar(db.select(ApprovalTask.request_id)))
    assert [t.assignee_id for t in open_tasks(request)] == [house.fin2]


def test_several_are_submitted_at_once_from_the_list(any_app: Flask, house: House, item: int) -> None:
    other = commit(lambda: new_item(house).id)
    commit(lambda: make_flow(house, step("head", HEAD)))
    (worker,) = at(any_app, house, "worker")
    answer = worker.post("/m/masterdata/items/bulk", id=[item, other], action="release")
    assert "Done: 2 of 2" in plain(answer.text)
    assert "Submitted for approval" in plain(answer.text)
    assert (state_of(item), state_of(other)) == ("draft", "draft")


def test_the_head_agrees_on_the_page_and_the_document_is_carried_out(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    (head,) = at(any_app, house, "head")
    assert "Bolt M8" in head.text("/approvals")
    words = head.text(f"/approvals/{request}")
    assert "Bolt M8" in words
    assert "head of the org unit" in words
    assert head.decide(request, comment="fine", client_key="k1").status_code == 303
    assert head.decide(request, comment="fine", client_key="k1").status_code == 303, "a double tap is one vote"
    commit(lambda: service.execute(request))
    assert state_of(item) == "released"
    after = head.text(f"/approvals/{request}")
    assert "Agreed" in after
    assert "fine" in after
    assert "Carried out" in after
    assert "Bolt M8" in head.text("/approvals?box=done")


def test_the_document_is_shown_only_while_there_is_something_to_decide(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: attach(db.session.get(Item, item), "plan.txt", b"a plan"))
    file = commit(lambda: db.session.execute(db.text("select id from core_attachment")).scalar())
    commit(lambda: make_flow(house, step("head", HEAD, hide=["specification"])))
    request = submit(house, item)
    head, boss = at(any_app, house, "head", "boss")
    assert head.get(record(item)).status_code == 403, "he may not read items at all"
    page = head.get(f"/approvals/{request}").text
    assert 'id="code"' in page
    assert 'id="specification"' not in page
    assert "plan.txt" in page
    assert head.get(f"/approvals/{request}/files/{file}").data == b"a plan"
    assert boss.get(f"/approvals/{request}/files/{file}").status_code == 404
    head.decide(request)
    page = head.get(f"/approvals/{request}").text
    assert 'id="code"' not in page
    assert "You cannot open the document itself." in page
    assert head.get(f"/approvals/{request}/files/{file}").status_code == 403


def test_strangers_find_nothing_at_any_address(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    (boss,) = at(any_app, house, "boss")
    one = f"/approvals/{request}"
    assert [boss.get(f"{one}{end}").status_code for end in ("", "/ask/comment", "/files/1")] == [404, 404, 404]
    for end in ("/decide", "/act/comment", "/act/urge", "/act/terminate", "/resubmit", "/retry", "/edit"):
        assert boss.post(one + end, comment="x", verb="agree", task=1).status_code == 404, end
    assert boss.text("/approvals").count("Bolt") == 0
    assert [t.state for t in open_tasks(request)] == ["todo"]


def test_a_rejection_needs_a_reason_and_keeps_what_was_typed(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    (head,) = at(any_app, house, "head")
    refused = head.decide(request, "reject")
    assert refused.status_code == 422
    assert "Say why." in plain(refused.text)
    long = head.decide(request, "reject", comment="x" * 2001)
    assert long.status_code == 422
    assert head.decide(request, "reject", comment="wrong size").status_code == 303
    assert request_of(request).state == "rejected"


def test_sent_back_corrected_and_submitted_again(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    head, worker = at(any_app, house, "head", "worker")
    assert head.decide(request, "send_back", comment="add the norm").status_code == 303
    words = worker.text(f"/approvals/{request}")
    assert "Sent back to you" in words
    assert "add the norm" in words
    assert "Edit the document" in words
    version = commit(lambda: db.session.get(Item, item, populate_existing=True).version)
    assert worker.post(record(item), name="Bolt M8 zinc", version=version).status_code == 303, "he may correct it now"
    assert worker.post(f"/approvals/{request}/resubmit").status_code == 303
    assert request_of(request).state == "running"
    assert "Bolt M8 zinc" in request_of(request).title
    assert worker.post(record(item), name="Bolt M9", version=version + 1).status_code == 409
    assert "Round 2" in head.text(f"/approvals/{request}")
    assert head.decide(request).status_code == 303
    assert request_of(request).state == "approved"


def test_transfer_add_and_take_away_again(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD, mode="all")))
    request = submit(house, item)
    head, boss = at(any_app, house, "head", "boss")
    act = f"/approvals/{request}/act"
    assert "Add approver" in head.text(f"/approvals/{request}/ask/add")
    assert head.post(f"{act}/add", way="beside", task=1, people=[house.fin1]).status_code == 303
    added = next(t.n for t in open_tasks(request) if t.assignee_id == house.fin1)
    assert "Take away again" in head.text(f"/approvals/{request}")
    assert head.post(f"{act}/remove", task=added).status_code == 303
    assert head.post(f"{act}/transfer", task=1).status_code == 422
    assert head.post(f"{act}/transfer", task=1, to=house.boss, comment="please").status_code == 303
    assert [t.assignee_id for t in open_tasks(request)] == [house.boss]
    assert "transferred by Head" in boss.text(f"/approvals/{request}")
    assert boss.decide(request).status_code == 303


def test_withdraw_urge_and_comment(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    worker, head = at(any_app, house, "worker", "head")
    act = f"/approvals/{request}/act"
    assert worker.post(f"{act}/urge").status_code == 303
    assert worker.post(f"{act}/urge").status_code == 429
    assert worker.post(f"{act}/comment", comment="customer waits").status_code == 303
    assert "customer waits" in head.text(f"/approvals/{request}")
    assert head.post(f"{act}/withdraw").status_code == 403
    assert worker.post(f"{act}/withdraw").status_code == 303
    assert request_of(request).state == "withdrawn"


def test_administrators_reassign_insert_and_terminate_with_a_reason(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    admin, head = at(any_app, house, "admin2", "head")
    act = f"/approvals/{request}/act"
    assert head.post(f"{act}/terminate", comment="no").status_code == 403
    assert admin.post(f"{act}/assign", task=1, to=house.boss).status_code == 422
    assert admin.post(f"{act}/assign", task=1, to=house.boss, comment="ill").status_code == 303
    assert admin.post(f"{act}/insert_step", after="head", people=[house.fin1], comment="costly").status_code == 303
    decide(house, request, "boss")
    assert [t.assignee_id for t in open_tasks(request)] == [house.fin1]
    assert "Terminate" in admin.text(f"/approvals/{request}")
    assert admin.post(f"{act}/terminate", comment="not needed").status_code == 303
    assert request_of(request).state == "cancelled"


def test_a_copy_is_read_by_a_script_on_its_page_not_by_looking(any_app: Flask, house: House, item: int) -> None:
    copy = {"type": "copy", "key": "c", "name": "C", "approvers": [{"kind": "user", "targets": [house.fin1]}]}
    commit(lambda: make_flow(house, copy, step("head", HEAD)))
    request = submit(house, item)
    (reader,) = at(any_app, house, "fin1")
    assert "New" in reader.text("/approvals?box=copies")
    reader.get(f"/approvals/{request}")
    read = db.select(ApprovalCopy.read_at)
    assert commit(lambda: db.session.scalar(read)) is None
    assert reader.post(f"/approvals/{request}/read").status_code == 204
    assert commit(lambda: db.session.scalar(read)) is not None


def test_a_password_is_asked_again_and_guessing_is_slowed_down(any_app: Flask, house: House, item: int) -> None:
    from core.people.models import SignInAttempt, User
    from core.people.passwords import set_password

    commit(lambda: set_password(db.session.get(User, house.head), "correct horse 7"))
    commit(lambda: make_flow(house, step("head", HEAD, password=True)))
    request = submit(house, item)
    (head,) = at(any_app, house, "head")
    assert 'name="password"' in head.get(f"/approvals/{request}").text
    assert head.decide(request).status_code == 422
    assert head.decide(request, password="wrong").status_code == 422
    assert commit(lambda: db.session.scalar(db.select(db.func.count(SignInAttempt.id)))) == 2
    assert request_of(request).state == "running"
    assert head.decide(request, password="correct horse 7").status_code == 303
    assert request_of(request).state == "approved"


def test_a_signature_is_a_small_picture_and_nothing_else(any_app: Flask, house: House, item: int) -> None:
    import base64
    import io

    from PIL import Image

    buffer = io.BytesIO()
    Image.new("RGBA", (60, 20)).save(buffer, "PNG")
    drawn = "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()
    commit(lambda: make_flow(house, step("head", HEAD, signature=True)))
    request = submit(house, item)
    (head,) = at(any_app, house, "head")
    svg = "data:image/svg+xml;base64," + base64.b64encode(b"<svg onload=alert(1)>").decode()
    for bad in ("", svg, drawn[:-8], "data:image/png;base64," + "A" * 200_000, "javascript:alert(1)"):
        assert head.decide(request, signature=bad).status_code == 422, bad[:40]
    assert head.decide(request, signature=drawn).status_code == 303
    assert drawn in head.get(f"/approvals/{request}").text


def test_an_approver_changes_only_what_his_step_lets_him(any_app: Flask, house: House, item: int) -> None:
    commit(
        lambda: make_flow(
            house, step("boss", {"kind": "user", "targets": [house.boss]}), step("head", HEAD, edit=["name"])
        )
    )
    request = submit(house, item)
    decide(house, request, "boss")
    (head,) = at(any_app, house, "head")
    version = commit(lambda: db.session.get(Item, item, populate_existing=True).version)
    task = open_tasks(request)[0].n
    edit = f"/approvals/{request}/edit"
    assert "You may change this" in head.text(f"/approvals/{request}")
    assert head.post(edit, task=task, version=version, specification="x").status_code == 403
    assert head.post(edit, task=task, version=version, name="").status_code == 422
    assert head.post(edit, task=task, version=version, name="Bolt M10").status_code == 303
    assert commit(lambda: db.session.get(Item, item, populate_existing=True).name) == "Bolt M10"
    assert request_of(request).round == 2, "the boss has seen something else"
    assert "everybody is asked again" in head.text(f"/approvals/{request}")
    assert head.post(edit, task=task, version=version + 1, name="Bolt M12").status_code == 409


def test_delegations_are_made_taken_back_and_work(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    head, worker = at(any_app, house, "head", "worker")
    page = "/approvals/delegations"
    period = {"starts_at": "2020-01-01T00:00", "ends_at": "2020-02-01T00:00"}
    assert head.post(page, to_id=house.deputy, **period).status_code == 422
    assert head.post(page, to_id=house.deputy, starts_at="x", ends_at="y").status_code == 422
    from datetime import timedelta

    from core.db.types import utcnow

    soon = (utcnow() + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    early = (utcnow() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    made = head.post(page, to_id=house.deputy, starts_at=early, ends_at=soon, reason="holiday")
    assert made.status_code == 303
    assert "Deputy" in head.text(page)
    assert "holiday" not in worker.text(page)
    request = submit(house, item)
    (deputy,) = at(any_app, house, "deputy")
    assert "You decide for Head" in deputy.text(f"/approvals/{request}")
    assert "Deputy" in head.text(f"/approvals/{request}"), "whom he stands in for may see it"
    assert worker.post(f"{page}/1/end").status_code == 403
    assert head.post(f"{page}/1/end").status_code == 303
    assert worker.post(page, from_id=house.head, to_id=house.boss, starts_at=early, ends_at=soon).status_code == 403


def test_everybody_finds_his_colleagues_by_name(any_app: Flask, house: House) -> None:
    (head,) = at(any_app, house, "head")
    found = head.get("/approvals/people?q=fin").json["items"]
    assert [(one["id"], one["text"]) for one in found] == [
        (house.fin1, "Fin 1 · Plant"),
        (house.fin2, "Fin 2 · Plant"),
    ]
    assert head.get("/approvals/people?q=%25").json["items"] == []


def test_a_leavers_tasks_are_handed_over_in_bulk(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    requests = [submit(house, item), submit(house, commit(lambda: new_item(house).id))]
    admin, head = at(any_app, house, "admin2", "head")
    page = "/approvals/hand-over"
    assert head.get(page).status_code == 403
    assert "Bolt M8" in admin.text(f"{page}?user_id={house.head}")
    assert admin.post(page, user_id=house.head, to_id=house.boss).status_code == 422
    done = admin.post(page, user_id=house.head, to_id=house.boss, comment="left the factory")
    assert "Handed over: 2" in plain(done.text)
    assert [open_tasks(r)[0].assignee_id for r in requests] == [house.boss, house.boss]


def test_the_bell_tells_what_can_be_decided_now(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    submit(house, item)
    head, boss = at(any_app, house, "head", "boss")
    assert "data-todo>1<" in head.get("/notifications/bell").text
    assert "data-todo" not in boss.get("/notifications/bell").text
    assert "/approvals" in boss.get("/").text


def test_what_was_approved_but_refused_says_why_and_runs_again(any_app: Flask, house: House, item: int) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    request = submit(house, item)
    decide(house, request, "head")

    def spoil(state: str) -> None:
        db.session.execute(db.update(Item).where(Item.id == item).values(state=state))

    commit(lambda: spoil("retired"))
    commit(lambda: service.execute(request))
    (worker,) = at(any_app, house, "worker")
    assert "could not be carried out" in worker.text(f"/approvals/{request}")
    assert "Approved, but not carried out" in worker.text(record(item))
    commit(lambda: spoil("draft"))
    assert worker.post(f"/approvals/{request}/retry").status_code == 303
    assert request_of(request).last_error == ""
    assert state_of(item) == "released"


def test_rows_of_the_inbox_are_decided_together_each_with_its_own_result(
    any_app: Flask, house: House, item: int
) -> None:
    commit(lambda: make_flow(house, step("head", HEAD)))
    first, second = submit(house, item), submit(house, commit(lambda: new_item(house).id))
    (head,) = at(any_app, house, "head")
    seen = {r: f"{r}:1:{request_of(r).facts_hash}" for r in (first, second)}
    stale = f"{second}:1:{'0' * 64}"
    answer = head.post("/approvals/decide", id=[seen[first], stale], verb="agree", comment="ok")
    words = plain(answer.text)
    assert "Done: 1 of 2" in words
    assert "has changed meanwhile" in words
    assert (request_of(first).state, request_of(second).state) == ("approved", "running")
    assert head.post("/approvals/decide", id=[seen[second]] * 51, verb="agree").status_code == 422
    assert head.post("/approvals/decide", id=["x"], verb="agree").status_code == 422
    assert head.post("/approvals/decide", id=[seen[second]], verb="terminate").status_code == 404
