"""From an org unit to somebody who sees exactly what his role says; and the tree of rights."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from addons.masterdata.factories import make_partner
from core.db.session import db
from core.people import starter
from core.people.models import OrgUnit, Role, User
from core.testing.people import make_role, make_unit
from tests.e2e.conftest import Visitor
from tests.e2e.test_criteria import fill

PARTNERS = "/m/masterdata/partners"
PASSWORD = "correct horse battery"


def fill_new(visitor: Visitor, path: str, **values: str) -> Page:
    page = visitor.go(path)
    for name, value in values.items():
        page.locator(f"#{name}").fill(value)
    return page


def save(visitor: Visitor) -> None:
    page = visitor.page
    page.get_by_role("button", name="Save").click()
    expect(page.locator("h1")).not_to_contain_text("New")
    visitor.settle()


def add_line(page: Page, table: str, typed: str) -> None:
    """Add a line, whose first field opens at once, and take what was searched for."""
    page.locator(f"[data-lines={table}]").get_by_role("button", name="Add line").click()
    expect(page.locator(".ts-dropdown:visible .option").first).to_be_visible()
    page.keyboard.type(typed)
    page.locator(".ts-dropdown:visible .option", has_text=typed).click()


def unit_named(name: str) -> OrgUnit:
    return db.session.scalars(select(OrgUnit).where(OrgUnit.name == name)).one()


def make_role_in_the_editor(visitor: Visitor) -> None:
    """A role that reads, writes and exports partners of its subtree, but sees no prices."""
    fill_new(visitor, "/m/core/roles/new", code="workshop", name="Workshop")
    visitor.page.locator("#scope").select_option("subtree")
    save(visitor)
    visitor.page.locator("summary[aria-label=More]").click()
    visitor.page.get_by_role("link", name="Edit rights").click()
    visitor.settle()
    visitor.page.get_by_placeholder("Search rights").fill("partner")
    page_of_partners = visitor.page.locator(".role-page:visible", has_text="Partner").first
    expect(visitor.page.locator(".role-page:visible")).to_have_count(1)
    for action in ("Read", "Edit", "Export"):
        page_of_partners.get_by_label(action, exact=True).check()
    visitor.picture("role-search")
    limit_to_suppliers(visitor.page)
    visitor.picture("role-rule")
    visitor.page.get_by_role("button", name="Save").click()
    visitor.settle()
    expect(visitor.page.locator("[data-rule]")).to_contain_text("Partner")


def limit_to_suppliers(page: Page) -> None:
    """Of partners only those called a supplier, as a condition put together in the role's editor."""
    page.locator("[data-add-rule]").select_option("masterdata.partner")
    rule = page.locator("[data-rule]")
    rule.get_by_role("button", name="Condition").click()
    fill(rule.locator("[data-leaf]"), "name", "contains")
    rule.get_by_label("Value").fill("Supplier")
    rule.get_by_label("Value").blur()


def test_a_role_limited_to_its_subtree_shows_its_holder_exactly_that(admin: Visitor) -> None:
    top = admin.site.write(lambda: make_unit(code="W", name="Workshop hall").id)
    page = admin.go("/organisation")
    hall = page.locator(".qm-unit", has_text="Workshop hall").last
    hall.get_by_role("link", name="Unit below").click()
    admin.settle()
    page.locator("#code").fill("W1")
    page.locator("#name").fill("Milling")
    save(admin)
    make_role_in_the_editor(admin)
    fill_new(admin, f"/m/core/posts/new?org_unit_id={top}", code="foreman", name="Foreman")
    add_line(page, "roles", "Workshop")
    save(admin)
    fill_new(admin, f"/m/core/users/new?org_unit_id={top}", login="wu", name="Wu Jing")
    page.locator("#language").select_option("en")
    add_line(page, "posts", "Foreman")
    save(admin)
    admin.go("/organisation")
    expect(page.locator(".qm-post", has_text="Foreman")).to_contain_text("Wu Jing")
    admin.picture("organisation")

    address = password_link(admin)
    partners(admin)
    admin.page.context.clear_cookies()
    page.goto(address)
    page.get_by_label("Password").fill(PASSWORD)
    admin.picture("password-link")
    page.get_by_role("button", name="Set password").click()
    expect(page.locator("summary[aria-label='My account']")).to_be_visible()
    see_only_the_own_subtree(admin)


def password_link(visitor: Visitor) -> str:
    """The address an administrator hands to the new user."""
    user = visitor.site.write(lambda: db.session.scalars(select(User).where(User.login == "wu")).one())
    page = visitor.go(f"/users/{user.id}/rights")
    expect(page.locator("#rights tr")).to_have_count(1)
    expect(page.locator("#rights tr a.ms-2")).to_have_text(["Read", "Edit", "Export"])
    expect(page.locator("#rights tr").first).to_contain_text("post Foreman in Workshop hall")
    visitor.picture("rights")
    page.get_by_role("button", name="One-time password link").click()
    return page.get_by_label("One-time link").input_value()


def partners(visitor: Visitor) -> None:
    """One in the hall, one below it, one elsewhere."""

    def make() -> None:
        for code, unit in (("HALL", "Workshop hall"), ("MILL", "Milling"), ("ELSE", None)):
            unit_id = unit_named(unit).id if unit else make_unit().id
            make_partner(code=code, name=f"Supplier {code}", org_unit_id=unit_id)
        make_partner(code="AGENT", name="Agent AGENT", org_unit_id=unit_named("Milling").id)

    visitor.site.write(make)


def see_only_the_own_subtree(visitor: Visitor) -> None:
    page = visitor.go(PARTNERS)
    expect(page.locator(".qm-table tbody tr[data-href]")).to_have_count(2)
    visitor.picture("own-subtree")
    for code, there in (("HALL", True), ("MILL", True), ("ELSE", False)):
        visitor.go(f"/search?q={code}")
        assert bool(re.search(r"/partners/\d+$", page.url)) == there
    assert visitor.page.context.request.get(f"{visitor.site.url}/m/core/users").status == 403
    exported = visitor.page.context.request.get(f"{visitor.site.url}{PARTNERS}/export?format=csv").text()
    assert "HALL" in exported and "MILL" in exported and "ELSE" not in exported
    hidden = visitor.site.write(lambda: _partner_id("ELSE"))
    assert visitor.page.context.request.get(f"{visitor.site.url}{PARTNERS}/{hidden}").status == 404
    visitor.go(f"{PARTNERS}/{visitor.site.write(lambda: _partner_id('MILL'))}")
    expect(page.locator("#name")).to_have_value("Supplier MILL")


def _partner_id(code: str) -> int:
    from addons.masterdata.models import Partner

    return db.session.scalars(select(Partner.id).where(Partner.code == code)).one()


@pytest.fixture
def clerk(admin: Visitor) -> Role:
    role: Role = admin.site.write(lambda: make_role("masterdata.item.read", code="clerk", name="Clerk", scope="unit"))
    return role


def test_the_tree_of_rights_ticks_whole_branches_and_shows_what_is_in_between(admin: Visitor, clerk: Role) -> None:
    page = admin.go(f"/roles/{clerk.id}/edit")
    branch = page.locator(".role-branch", has_text="Master data").first
    parent = branch.locator("summary [data-parent]")
    assert parent.evaluate("box => box.indeterminate")
    expect(branch.locator("[data-count]")).to_have_text(re.compile(r"^1 / \d+$"))
    parent.check()
    assert branch.locator("input[name=permission]:not(:checked)").count() == 0
    admin.picture("role-editor")
    page.get_by_role("button", name="Save").click()
    admin.settle()
    kept = admin.site.write(lambda: db.session.get_one(Role, clerk.id, populate_existing=True).permissions)
    assert {name.partition(".")[0] for name in kept} == {"masterdata"} and len(kept) > 30


def test_rights_are_copied_from_another_role_and_two_are_compared(admin: Visitor, clerk: Role) -> None:
    admin.site.write(lambda: make_role("masterdata.item.read", "masterdata.item.export", name="Reader", code="reader"))
    page = admin.go(f"/roles/{clerk.id}/edit")
    page.get_by_text("Compare with …").click()
    page.get_by_role("link", name="Reader", exact=True).click()
    expect(page.locator("#compared tr:visible")).to_have_count(3)
    page.get_by_label("Only what differs").check()
    expect(page.locator("#compared tr:visible")).to_have_count(2)
    expect(page.locator("#compared tr:visible").last).to_contain_text("Item: Export")
    admin.picture("role-compare")
    admin.go(f"/roles/{clerk.id}/edit")
    page.get_by_label("Copy from").select_option(label="Reader")
    admin.settle()
    page.get_by_role("button", name="Save").click()
    admin.settle()
    kept = admin.site.write(lambda: db.session.get_one(Role, clerk.id, populate_existing=True))
    assert (kept.scope, kept.permissions) == ("all", ["masterdata.item.export", "masterdata.item.read"])
    assert kept.name == "Clerk"


def test_a_device_gets_its_token_once_and_loses_it_at_once(admin: Visitor) -> None:
    admin.site.write(lambda: starter.demo_users(PASSWORD))
    page = admin.go("/devices")
    page.get_by_text("New token").click()
    page.get_by_label("Name").fill("Terminal 1")
    page.get_by_label("User").select_option(label="张三 (operator)")
    page.locator("input[value='mrp_routing.work_order.report']").check()
    admin.picture("devices-new")
    page.get_by_role("button", name="Make token").click()
    assert page.get_by_label("Secret").input_value().startswith("qm_")
    admin.picture("devices-made")
    admin.listen("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Revoke").click()
    expect(page.get_by_text("No tokens")).to_be_visible()
