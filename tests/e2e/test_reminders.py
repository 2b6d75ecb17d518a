"""Reminders in a browser: a rule is written, previewed and run; its reader finds what he was told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from core.actor import SYSTEM, acting
from core.events.deliver import deliver
from core.events.sweep import find_due
from core.people.models import User
from core.testing.people import make_role, make_user
from tests.core.reminders.support import due_in, make_rule
from tests.e2e.conftest import Visitor


def orders(visitor: Visitor) -> tuple[User, list[str]]:
    """An owner with orders that are due soon, later, and done; the numbers of those the rule is about."""

    def work() -> tuple[User, list[str]]:
        owner = make_user(make_role("mrp_routing.work_order.read"), name="Wang Fang", login="wangfang")
        soon = [due_in(days, owner_id=owner.id) for days in (1, 2)]
        due_in(1, owner_id=owner.id, state="done")
        due_in(20, owner_id=owner.id)
        return owner, [order.number for order in soon]

    made: tuple[User, list[str]] = visitor.site.write(work)
    return made


def work_off(visitor: Visitor) -> None:
    """What a worker does."""
    with visitor.site.app.app_context(), acting(SYSTEM):
        for delivery_id in find_due(100):
            deliver(delivery_id)


def test_an_administrator_writes_a_rule_and_its_reader_is_told(admin: Visitor) -> None:
    owner, numbers = orders(admin)
    page = admin.go("/m/core/reminder-rules")
    page.get_by_role("link", name="New").click()
    admin.settle()
    page.get_by_label("Name", exact=True).fill("Due in three days")
    page.get_by_label("Kind of record").select_option(label="Work order")
    page.get_by_label("Occasion").select_option(label="Before or after a date")
    admin.settle()
    page.get_by_label("How long").fill("3")
    page.locator("#f-at").fill("00:00")
    page.get_by_role("button", name="Condition", exact=True).click()
    page.locator("[data-path]").select_option("state")
    admin.settle()
    page.locator("[data-leaf] [data-as]").select_option(label="Draft")
    page.get_by_label("Text").fill("Order  is due soon")
    page.get_by_label("Text").evaluate("text => text.setSelectionRange(6, 6)")
    page.get_by_label("Insert a field").select_option("number")
    expect(page.get_by_label("Text")).to_have_value("Order {number} is due soon")
    page.get_by_role("button", name="Count again").click()
    expect(page.locator("#preview")).to_contain_text("Would have fired 2 times in the last 30 days.")
    page.get_by_label("This rule is switched on").check()
    admin.picture("reminder-new")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile(r"/reminders/rules/\d+$"))
    expect(page.locator("#preview")).to_contain_text("Would have fired 2 times")
    page.get_by_role("button", name="Run now").click()
    admin.settle()
    work_off(admin)
    page.reload()
    expect(page.locator("#history a")).to_have_count(2)
    admin.picture("reminder-fired")
    page.context.clear_cookies()
    admin.sign_in(owner)
    page = admin.go("/notifications")
    for number in numbers:
        expect(page.get_by_role("button", name=f"Order {number} is due soon")).to_be_visible()
    page.get_by_role("button", name=f"Order {numbers[0]} is due soon").click()
    page.wait_for_url(re.compile(r"/m/mrp_routing/work-orders/\d+"))
    expect(page.get_by_role("heading", level=1)).to_contain_text(numbers[0])


def test_a_refused_rule_keeps_what_was_typed(admin: Visitor) -> None:
    rule = admin.site.write(make_rule)
    page = admin.go(f"/reminders/rules/{rule.id}")
    page.get_by_label("Text").fill("{nothing}")
    page.get_by_role("button", name="Add a recipient").first.click()
    expect(page.get_by_label("Who", exact=True)).to_have_count(2)
    admin.expect_status(422)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#error-text")).to_contain_text("names a field that is not there")
    expect(page.locator("#error-recipients")).to_be_visible()
    expect(page.get_by_label("Text")).to_have_value("{nothing}")
    page.get_by_role("button", name="Remove").nth(1).click()
    expect(page.get_by_label("Who", exact=True)).to_have_count(1)


def test_a_user_is_chosen_as_recipient(admin: Visitor) -> None:
    orders(admin)
    rule = admin.site.write(make_rule)
    page = admin.go(f"/reminders/rules/{rule.id}")
    page.get_by_label("Who", exact=True).select_option(label="A user")
    admin.settle()
    admin.choose(page.locator(".qm-recipient"), "Wang")
    page.get_by_role("button", name="Save").click()
    admin.settle()
    expect(page.locator(".qm-recipient .item")).to_have_text(re.compile("Wang Fang"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_robots_and_webhooks_read_well(visitor: Visitor, language: str) -> None:
    visitor.sign_in(visitor.site.administrator(name="林梅", login="linmei", language=language))
    words: dict[str, Any] = {
        "en": ("New robot", "New webhook", "Save"),
        "zh": ("新建群机器人", "新建 Webhook", "保存"),
    }
    robot, webhook, save = words[language]
    page = visitor.go("/robots")
    page.get_by_text(robot, exact=True).click()
    page.locator("[name=name]").fill("生产群")
    page.locator("[name=kind]").select_option("feishu")
    page.locator("[name=url]").fill("https://8.8.8.8/open-apis/bot/v2/hook/secret-part")
    page.get_by_role("button", name=save).click()
    visitor.settle()
    expect(page.locator("[id^=robot-]")).to_contain_text("生产群")
    expect(page.locator("body")).not_to_contain_text("secret-part")
    visitor.picture(f"robots-{language}")
    visitor.check()
    page = visitor.go("/webhooks")
    page.get_by_text(webhook, exact=True).click()
    page.locator("[name=name]").fill("ERP")
    page.locator("[name=url]").fill("https://8.8.8.8/hook")
    page.locator("[name=event]").first.check()
    page.get_by_role("button", name=save).click()
    visitor.settle()
    expect(page.locator(".alert input")).to_have_value(re.compile("^whsec_"))
    page.locator(".list-group-item", has_text="ERP").click()
    visitor.settle()
    visitor.picture(f"webhook-{language}")
