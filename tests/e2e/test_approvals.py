"""Approvals as people live them: submitted with a preview, agreed, sent back, handed on, decided together."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from addons.masterdata.models import Item
from core.approvals import service
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.people.models import User
from tests.core.approvals.house import HEAD, House, as_user, make_flow, make_house, new_item, person, step
from tests.e2e.conftest import SIZES, Visitor


@pytest.fixture
def house(visitor: Visitor) -> House:
    with visitor.site.app.app_context():
        made: House = visitor.site.write(make_house)
    return made


def be(visitor: Visitor, house: House, name: str, language: str = "en") -> None:
    """Somebody else sits down at this browser."""

    def speak() -> None:
        user = db.session.get(User, house.people[name])
        assert user is not None
        user.language = language

    with visitor.site.app.app_context():
        visitor.site.write(speak)
        visitor.page.context.clear_cookies()
        visitor.sign_in(person(house.people[name]))


def write(visitor: Visitor, work: Any) -> Any:
    with visitor.site.app.app_context():
        return visitor.site.write(work)


def submit_all(visitor: Visitor, house: House, items: list[int]) -> list[int]:
    """The worker submits these items; returns the requests."""
    with visitor.site.app.app_context(), as_user(house.worker):
        made = [run_unit(lambda item=item: service.ask(db.session.get(Item, item), "release").id) for item in items]
        db.session.remove()
    return made


def state_of(visitor: Visitor, item: int) -> str:
    return str(write(visitor, lambda: db.session.get(Item, item, populate_existing=True).state))


def test_submitted_with_a_preview_agreed_by_head_and_finance_and_carried_out(visitor: Visitor, house: House) -> None:
    finance = {"kind": "role", "targets": [house.roles["finance"]]}
    write(visitor, lambda: make_flow(house, step("head", HEAD), step("money", finance, mode="all")))
    item = write(visitor, lambda: new_item(house, name="Bolt M8").id)
    page = visitor.page
    be(visitor, house, "worker")
    visitor.go(f"/m/masterdata/items/{item}")
    page.get_by_role("button", name="Release for use").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("This needs approval")
    expect(dialog).to_contain_text("head of the org unit")
    expect(dialog.locator(".qa-step strong", has_text="Fin 2")).to_be_visible()
    visitor.picture("approval-preview")
    dialog.get_by_role("button", name="Submit for approval").click()
    visitor.settle()
    expect(page.get_by_text("waits for Head since")).to_be_visible()
    visitor.picture("approval-banner")

    be(visitor, house, "head")
    visitor.go("/approvals")
    expect(page.locator("[data-todo]")).to_have_text("1")
    page.get_by_role("link", name="Bolt M8").click()
    visitor.settle()
    visitor.picture("approval-page")
    page.get_by_role("button", name="Agreed.").click()
    page.get_by_role("button", name="Agree", exact=True).click()
    visitor.settle()
    expect(page.locator(".qa-step.approved")).to_contain_text("Agreed.")

    for name in ("fin1", "fin2"):
        be(visitor, house, name)
        visitor.go("/approvals")
        page.locator("input[name=id]").first.check()
        page.get_by_role("button", name="Agree", exact=True).click()
        expect(page.locator("#dialog")).to_contain_text("Done: 1 of 1")
        page.get_by_role("button", name="Back to the list").click()
        visitor.settle()
        expect(page.get_by_text("Nothing to decide")).to_be_visible()
    request = write(visitor, lambda: db.session.execute(db.text("select id from core_approval_request")).scalar())
    write(visitor, lambda: service.execute(request))
    assert state_of(visitor, item) == "released"
    be(visitor, house, "worker")
    visitor.go(f"/approvals/{request}")
    expect(page.get_by_text("Carried out")).to_be_visible()
    visitor.picture("approval-done")


def test_sent_back_corrected_submitted_again_and_transferred(visitor: Visitor, house: House) -> None:
    write(visitor, lambda: make_flow(house, step("head", HEAD)))
    item = write(visitor, lambda: new_item(house, name="Nut M8").id)
    (request,) = submit_all(visitor, house, [item])
    page = visitor.page
    be(visitor, house, "head", "zh")
    visitor.go(f"/approvals/{request}")
    visitor.expect_status(422)
    page.get_by_role("button", name="退回", exact=True).click()
    visitor.settle()
    expect(page.locator("#comment")).to_be_focused()
    page.get_by_role("button", name="请补充资料。").click()
    page.get_by_role("button", name="退回", exact=True).click()
    visitor.settle()
    visitor.picture("approval-returned-zh")

    be(visitor, house, "worker")
    visitor.go("/approvals?box=mine")
    page.get_by_role("link", name="Nut M8").click()
    visitor.settle()
    page.get_by_role("link", name="Edit the document").click()
    visitor.settle()
    expect(page.locator(".qa-banner")).to_contain_text("Sent back")
    page.get_by_label("Name").fill("Nut M8 zinc-plated")
    page.get_by_role("button", name="Save").click()
    visitor.settle()
    page.locator(".qa-banner").get_by_role("link", name="Open the request").click()
    visitor.settle()
    page.get_by_role("button", name="Submit again").click()
    visitor.settle()
    expect(page.get_by_text("Round 2")).to_be_visible()

    be(visitor, house, "head")
    visitor.go(f"/approvals/{request}")
    expect(page.get_by_text("Nut M8 zinc-plated").first).to_be_visible()
    page.get_by_role("button", name="Transfer").click()
    form = page.locator(".qa-ask")
    visitor.choose(form, "Boss")
    form.get_by_label("Comment").fill("you know it better")
    form.get_by_role("button", name="Transfer").click()
    visitor.settle()
    expect(page.get_by_text("Handed from Head to Boss")).to_be_visible()

    be(visitor, house, "boss")
    visitor.go(f"/approvals/{request}")
    page.get_by_role("button", name="Agree", exact=True).click()
    visitor.settle()
    assert write(visitor, lambda: service.execute(request)) is None
    assert state_of(visitor, item) == "released"


def test_a_deputy_decides_together_and_signs_by_hand(visitor: Visitor, house: House) -> None:
    write(visitor, lambda: make_flow(house, step("head", HEAD, signature=True)))
    page = visitor.page
    be(visitor, house, "head")
    visitor.go("/approvals/delegations")
    visitor.choose(page.locator("#to_id + .ts-wrapper"), "Deputy")
    now = utcnow()
    page.get_by_label("From").fill((now - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_label("Until").fill((now + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M"))
    page.get_by_role("button", name="Delegate").click()
    visitor.settle()
    expect(page.get_by_role("button", name="Take back")).to_be_visible()
    visitor.picture("approval-delegations")
    items = [write(visitor, lambda n=n: new_item(house, name=f"Washer {n}").id) for n in range(2)]
    first, second = submit_all(visitor, house, items)

    be(visitor, house, "deputy")
    visitor.go("/approvals")
    page.locator("[data-pick-all]").evaluate("box => box.click()")
    page.get_by_role("button", name="Agree", exact=True).click()
    expect(page.locator("#dialog")).to_contain_text("Done: 0 of 2")
    expect(page.locator("#dialog")).to_contain_text("Sign first.")
    page.get_by_role("button", name="Back to the list").click()
    visitor.settle()
    visitor.go(f"/approvals/{first}")
    expect(page.get_by_text("You decide for Head.")).to_be_visible()
    pad = page.locator("[data-signature] canvas")
    pad.scroll_into_view_if_needed()
    page.locator("#comment").scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 40, steps=5)
    page.mouse.up()
    visitor.picture("approval-signature")
    page.get_by_role("button", name="Agree", exact=True).click()
    visitor.settle()
    expect(page.locator("img.qa-signature")).to_be_visible()
    expect(page.locator(".qa-step.approved")).to_contain_text("for Head")
    page.get_by_role("link", name="Next to decide").click()
    visitor.settle()
    assert page.url.endswith(f"/approvals/{second}")
    assert visitor.size in SIZES
