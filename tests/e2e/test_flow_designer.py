"""An administrator designs the approval of credit limits, tries it, publishes it; then a document takes that way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from addons.masterdata.factories import make_partner
from addons.masterdata.models import Partner
from core.actor import acting
from core.approvals import service
from core.approvals.models import ApprovalRequest, ApprovalTask, Delegation
from core.approvals.service import Decision
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.kernel.switch import forget_enabled
from core.people.grants import actor_for
from core.people.models import User
from core.testing.people import administrator, make_post, make_role, make_unit, make_user
from tests.e2e.conftest import Visitor

ACTION = "masterdata.partner/set_credit_limit"
MOST_CLICKS = 12


def make_people() -> dict[str, int]:
    """A sales office with its head and his deputy, two of finance, the managing director, a second administrator."""
    company = make_unit(name="Company")
    sales, accounts = make_unit(parent=company, name="Sales office"), make_role(name="Accounts")
    may = ("masterdata.partner.read", "masterdata.partner.set_credit_limit")
    people = {
        "seller": make_user(make_role(*may, field_groups=("prices",)), unit=sales, name="Sun Li"),
        "head": make_user(unit=sales, name="Han Head"),
        "deputy": make_user(unit=sales, name="Du Deputy"),
        "fin1": make_user(accounts, unit=company, name="Fang One"),
        "fin2": make_user(accounts, unit=company, name="Fei Two"),
        "boss": make_user(unit=company, posts=[make_post(unit=company, name="Managing director")], name="Bo Boss"),
        "other": administrator(name="Second Admin", login="second"),
    }
    sales.manager_id, company.manager_id = people["head"].id, people["boss"].id
    now = utcnow()
    db.session.add(
        Delegation(from_id=people["head"].id, to_id=people["deputy"].id, starts_at=now, ends_at=now + timedelta(days=3))
    )
    partner = make_partner(code="P-1", name="Acme", state="active", owner_id=people["seller"].id)
    db.session.flush()
    return {**{name: user.id for name, user in people.items()}, "partner": partner.id}


@pytest.fixture
def people(visitor: Visitor) -> dict[str, int]:
    made: dict[str, int] = visitor.site.write(make_people)
    return made


@dataclass
class Designer:
    """The designer's page, and how often its user has clicked. Choosing from a list is two clicks."""

    visitor: Visitor
    clicks: int = 0

    @property
    def page(self) -> Page:
        return self.visitor.page

    @property
    def sheet(self) -> Locator:
        return self.page.locator("#sheet")

    def click(self, what: Locator) -> None:
        self.clicks += 1
        what.click()

    def select(self, label: str, option: str) -> None:
        self.clicks += 2
        self.sheet.get_by_label(label, exact=True).select_option(label=option)

    def pick(self, label: str, text: str) -> None:
        """Choose in a field that searches."""
        self.clicks += 2
        self.visitor.choose(self.sheet.locator(".fd-field", has_text=label).last, text)

    def close(self) -> None:
        """The sheet covers the page on a phone."""
        if self.visitor.size == "phone":
            self.click(self.sheet.get_by_role("button", name="Close"))

    def add(self, kind: str, place: str, index: int) -> None:
        """Put something in at a plus; its sheet opens."""
        before = self.sheet.locator("h2").get_attribute("data-sheet") if self.sheet.locator("h2").count() else ""
        slot = self.page.locator(f".fd-slot[data-place='{place}'][data-index='{index}']")
        self.click(slot.get_by_label("Add something here"))
        self.click(slot.get_by_role("button", name=kind))
        expect(self.sheet.locator(f"h2:not([data-sheet='{before}'])")).to_be_visible()

    def says(self, sentence: str) -> None:
        """The sentence on top follows every change."""
        expect(self.page.locator("#sentence")).to_contain_text(sentence)


def begin(visitor: Visitor, starter: str) -> Designer:
    page = visitor.go(f"/flows/new?action={ACTION}")
    page.get_by_label(starter).check()
    page.get_by_role("button", name="Design the flow").click()
    expect(page.locator(".fd-canvas")).to_be_visible()
    return Designer(visitor)


def design(designer: Designer) -> None:
    """Over 10,000: department head, then both of finance, then the managing director; else the head alone."""
    designer.add("Branch by condition", "", 0)
    designer.says("New credit limit > 10,000")
    for amount in ("20000", "10000"):
        value = designer.sheet.get_by_label("Value")
        value.fill(amount)
        value.press("Tab")
        designer.says(f"New credit limit > {int(amount):,}")
    designer.visitor.picture("designer-way")
    designer.close()
    designer.add("Approval step", "way_1", 0)
    designer.close()
    designer.add("Approval step", "way_1", 1)
    designer.select("Way of naming people", "Holders of a role")
    designer.pick("Roles", "Accounts")
    designer.says("Accounts")
    designer.select("When several people are asked", "All of them")
    designer.says("Accounts, all of them")
    designer.visitor.picture("designer-step")
    designer.close()
    designer.add("Approval step", "way_1", 2)
    designer.select("Way of naming people", "Holders of a post")
    designer.pick("Posts", "Managing director")
    designer.says("→ Managing director")
    designer.close()
    designer.add("Approval step", "branch_1.otherwise", 0)
    designer.close()
    designer.says(
        "New credit limit > 10,000: head of the org unit → Accounts, all of them → Managing director; "
        "otherwise: head of the org unit"
    )
    designer.visitor.picture("designer-board")


def simulate(designer: Designer, amount: str) -> Locator:
    page, sheet = designer.page, designer.sheet
    if not sheet.get_by_text("Who will approve this?").is_visible():
        page.get_by_role("button", name="Simulate").click()
        designer.visitor.choose(sheet.locator(".fd-field", has_text="Who submits it"), "Sun Li")
    sheet.get_by_label("New credit limit").fill(amount)
    sheet.get_by_label("New credit limit").blur()
    expect(sheet.locator("#way")).to_contain_text(f"it is {amount}")
    return sheet.locator("#way .fs-row")


def test_a_flow_is_designed_tried_published_and_then_taken(admin: Visitor, people: dict[str, int]) -> None:
    designer = begin(admin, "Start empty")
    page = designer.page
    design(designer)
    large = simulate(designer, "20,000")
    expect(large).to_have_count(5)
    expect(large.nth(0)).to_contain_text("New credit limit > 10,000")
    expect(large.nth(1)).to_contain_text("Du Deputy (stands in for Han Head) head of the org unit")
    expect(large.nth(2)).to_contain_text("Fang One role Accounts")
    expect(large.nth(2)).to_contain_text("Fei Two role Accounts")
    expect(large.nth(3)).to_contain_text("Bo Boss post Managing director")
    admin.picture("designer-simulation")
    small = simulate(designer, "500")
    expect(small).to_have_count(3)
    expect(small.nth(0)).to_contain_text("Otherwise")
    designer.close()

    admin.settle()
    page.get_by_role("link", name="Check and publish").click()
    expect(page.get_by_text("Nothing is wrong")).to_be_visible()
    expect(page.locator("#replay")).to_contain_text("Whoever may submit this finds somebody to decide.")
    admin.picture("flow-check")
    admin.settle()
    page.get_by_label("What has changed and why").fill("First version")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".list-group-item")).to_contain_text("First version")
    admin.settle()
    admin.picture("flow-versions")
    admin.go("/flows/")
    expect(page.get_by_text("In force: version 1")).to_be_visible()
    admin.picture("flows")
    take_the_way(people)


def take_the_way(people: dict[str, int]) -> None:
    """The document goes exactly as was simulated, and is carried out only at the end."""
    request = act(people["seller"], lambda: ask_for(people["partner"], Decimal(20_000)))
    asked = []
    for names in (["deputy"], ["fin1", "fin2"], ["boss"]):
        assert waiting(request) == sorted(people[name] for name in names)
        for name in names:
            act(people[name], lambda user=people[name]: agree(request, user))
            asked.append(name)
    assert system(lambda: db.session.get_one(Partner, people["partner"]).credit_limit) is None
    system(lambda: service.execute(request))
    assert system(lambda: db.session.get_one(Partner, people["partner"]).credit_limit) == Decimal(20_000)


def system(work: Any) -> Any:
    from core.actor import SYSTEM

    db.session.expire_all()
    forget_enabled()  # what was published came through the server, a unit of its own
    with acting(SYSTEM):
        return run_unit(work)


def act(user_id: int, work: Any) -> Any:
    actor = system(lambda: actor_for(db.session.get_one(User, user_id), "web"))
    with acting(actor):
        return run_unit(work)


def ask_for(partner_id: int, limit: Decimal) -> int:
    request = service.ask(db.session.get_one(Partner, partner_id), "set_credit_limit", credit_limit=limit)
    assert request is not None
    return request.id


def waiting(request_id: int) -> list[int]:
    query = db.select(ApprovalTask.assignee_id).where(
        ApprovalTask.request_id == request_id, ApprovalTask.state == "todo"
    )
    found: list[int] = system(lambda: sorted(db.session.scalars(query)))
    return found


def agree(request_id: int, user: int) -> None:
    query = db.select(ApprovalTask).where(ApprovalTask.request_id == request_id, ApprovalTask.assignee_id == user)
    task = next(t.n for t in db.session.scalars(query) if t.state == "todo")
    seen = db.session.get_one(ApprovalRequest, request_id).facts_hash
    service.decide(request_id, Decision(task=task, verb="agree", facts_hash=seen))


def test_adding_the_director_above_an_amount_takes_a_dozen_clicks_at_most(
    admin: Visitor, people: dict[str, int]
) -> None:
    designer = begin(admin, "The department head decides")
    designer.add("Branch by condition", "", 1)
    designer.sheet.get_by_label("Value").fill("5000")
    designer.page.keyboard.press("Tab")
    designer.says("New credit limit > 5,000")
    designer.close()
    designer.add("Approval step", "way_1", 0)
    designer.select("Way of naming people", "Holders of a post")
    designer.pick("Posts", "Managing director")
    designer.says("→ [New credit limit > 5,000: Managing director; otherwise: nothing more]")
    designer.close()
    admin.settle()
    designer.click(designer.page.get_by_role("link", name="Check and publish"))
    admin.settle()
    designer.click(designer.page.get_by_role("button", name="Publish"))
    expect(designer.page.get_by_text("In force", exact=True)).to_be_visible()
    assert designer.clicks <= MOST_CLICKS


def test_parts_move_by_keyboard_and_mouse_and_what_is_deleted_comes_back(
    admin: Visitor, people: dict[str, int]
) -> None:
    designer = begin(admin, "The department head decides")
    page = designer.page
    designer.add("Copy to somebody", "", 1)
    designer.close()
    designer.says("Department head (head of the org unit) → copy to head of the org unit")
    page.locator(".fd-card").nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    designer.says("copy to head of the org unit → Department head")
    designer.close()
    page.locator(".fd-card").first.drag_to(page.locator(".fd-slot").last)
    designer.says("Department head (head of the org unit) → copy to")
    designer.close()
    page.locator(".fd-card").first.click()
    designer.sheet.get_by_role("button", name="Delete").click()
    expect(page.locator(".fd-card")).to_have_count(1)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(".fd-card")).to_have_count(2)
    page.get_by_role("button", name="Rules").click()
    designer.sheet.get_by_label("The amount may rise by so many percent").fill("500")
    admin.expect_status(422)
    page.keyboard.press("Tab")
    expect(designer.sheet.get_by_text("Must be at most 100.")).to_be_visible()
    designer.sheet.get_by_label("The amount may rise by so many percent").fill("10")
    page.keyboard.press("Tab")
    expect(designer.sheet.get_by_text("Must be at most 100.")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(designer.sheet).to_be_empty()
    admin.settle()
    page.reload()
    admin.settle()
    page.get_by_role("button", name="Rules").click()
    expect(designer.sheet.get_by_label("The amount may rise by so many percent")).to_have_value("10")
