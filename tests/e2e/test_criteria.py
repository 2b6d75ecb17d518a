"""The form builder of conditions in the browser: an advanced filter put together, kept, opened again."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Locator, Page, expect

from addons.masterdata import demo
from tests.e2e.conftest import Visitor

ITEMS = "/m/masterdata/items"


@pytest.fixture
def shop(admin: Visitor) -> Visitor:
    """An administrator of the machining shop of the demonstration."""
    admin.site.write(demo.load)
    return admin


def open_builder(page: Page) -> Locator:
    """The dialog of a list's advanced filter."""
    page.locator("summary", has_text="Filter").click()
    page.get_by_role("button", name="Advanced filter").click()
    return page.locator("dialog[open]")


def rows(inside: Locator) -> Locator:
    return inside.locator("[data-leaf]")


def add(group: Locator, kind: str = "Condition") -> None:
    """Add a row or a group at the end of a group, and wait for it."""
    foot = group.locator(":scope > [data-foot]")
    before = group.locator("[data-part]").count()
    foot.get_by_role("button", name=kind).click()
    expect(group.locator("[data-part]")).to_have_count(before + (2 if kind == "Group" else 1))


def fill(row: Locator, field: str, op: str) -> None:
    """Choose what a row compares, and how; each choice brings the row anew."""
    choose(row, "path", field)
    choose(row, "op", op)
    expect(row.locator("[data-op]")).to_be_focused()


def choose(row: Locator, what: str, value: str) -> None:
    """Choose something, and wait for the row that comes instead."""
    row.evaluate("row => row.classList.add('before')")
    row.locator(f"[data-{what}]").select_option(value)
    expect(row).not_to_have_class(re.compile("before"))
    expect(row.locator(f"[data-{what}]")).to_have_value(value)


def result(page: Page) -> Any:
    return json.loads(page.locator("[data-result]").input_value() or "null")


def test_a_nested_filter_is_put_together_kept_and_opened_again(shop: Visitor) -> None:
    page = shop.go(ITEMS)
    dialog = open_builder(page)
    root = dialog.locator("[data-group]").first
    add(root)
    fill(rows(root).first, "kind", "in")
    rows(root).first.get_by_label("Part", exact=True).check()
    rows(root).first.get_by_label("Raw material").check()
    add(root, "Group")
    group = root.locator("[data-group]")
    group.locator("[data-join]").select_option("none")
    fill(rows(group).first, "category_id", "eq")
    shop.choose(rows(group).first, "棒料")
    add(group)
    fill(rows(group).nth(1), "name", "contains")
    rows(group).nth(1).locator("[data-as]").fill("锻件")
    rows(group).nth(1).locator("[data-as]").press("Tab")
    shop.picture("criteria-builder")
    category = result(page)["and"][1]["not"]["or"][0]["value"]
    assert isinstance(category, int)
    tree = {
        "and": [
            {"field": "kind", "op": "in", "value": ["raw", "part"]},
            {
                "not": {
                    "or": [
                        {"field": "category_id", "op": "eq", "value": category},
                        {"field": "name", "op": "contains", "value": "锻件"},
                    ]
                }
            },
        ]
    }
    assert result(page) == tree
    dialog.get_by_role("button", name="Apply").click()
    chip = page.locator(".qm-filter.set")
    expect(chip).to_contain_text("Kind one of Raw material, Part and not (Category is 棒料 or Name contains “锻件”)")
    names = page.locator(".qm-table tbody tr[data-href]")
    expect(names.filter(has_text="锻件")).to_have_count(0)
    assert names.count() > 10
    shop.picture("criteria-list")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("button", name="Keep this list").click()
    page.get_by_role("dialog").get_by_label("Name").fill("No bars")
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("summary", has_text="No bars")).to_be_visible()
    shop.go(ITEMS)
    page.locator("summary", has_text="Views").click()
    page.get_by_role("link", name="No bars").click()
    shop.settle()
    chip.get_by_role("button").click()
    dialog = page.locator("dialog[open]")
    expect(rows(dialog)).to_have_count(3)
    expect(rows(dialog).nth(1)).to_contain_text("棒料")
    dialog.locator("[data-join]").first.dispatch_event("change")
    assert result(page) == tree


def test_a_row_tells_what_is_wrong_and_what_an_empty_value_does(admin: Visitor) -> None:
    page = admin.go(ITEMS)
    dialog = open_builder(page)
    root = dialog.locator("[data-group]").first
    add(root)
    row = rows(root).first
    fill(row, "weight", "gt")
    row.locator("[data-as]").fill("heavy")
    row.locator("[data-as]").press("Tab")
    expect(row.locator("[data-problem]")).to_contain_text("“heavy” is no value of “Weight”")
    admin.expect_status(422)
    dialog.get_by_role("button", name="Apply").click()
    expect(dialog.get_by_role("alert")).to_contain_text("no value of")
    row = rows(dialog).first
    row.locator("[data-as]").fill("2.5")
    row.locator("[data-as]").press("Tab")
    expect(row.locator("[data-problem]")).to_be_empty()
    choose(row, "op", "!between")
    expect(row).to_contain_text("Holds also where there is no value.")
    admin.picture("criteria-hint")
    row.get_by_role("button", name="is filled in").click()
    expect(rows(dialog)).to_have_count(2)
    between = {"not": {"field": "weight", "op": "between", "value": ["2.5", ""]}}
    assert result(page) == {"and": [between, {"not": {"field": "weight", "op": "empty"}}]}


def test_days_are_dates_or_counted_from_today(admin: Visitor) -> None:
    page = admin.go(ITEMS)
    dialog = open_builder(page)
    root = dialog.locator("[data-group]").first
    add(root)
    row = rows(root).first
    fill(row, "created_at", "gte")
    row.locator("[data-as]").fill("2026-01-31")
    assert result(page) == {"field": "created_at", "op": "gte", "value": "2026-01-31"}
    choose(row, "mode", "today")
    row.locator("[data-as]").fill("-7")
    assert result(page) == {"field": "created_at", "op": "gte", "value": {"today": -7}}
    choose(row, "mode", "moment")
    row.locator("[data-as]").fill("2026-01-31T08:30:00")
    assert result(page)["value"] == "2026-01-31T08:30+08:00"
    dialog.get_by_role("button", name="Apply").click()
    expect(page.locator(".qm-filter.set")).to_contain_text("Created at ≥ 2026-01-31 08:30")


def test_the_builder_is_worked_by_the_keyboard(admin: Visitor) -> None:
    page = admin.go(ITEMS)
    dialog = open_builder(page)
    add_row = dialog.get_by_role("button", name="Condition", exact=True).first
    for count in (1, 2, 3):
        add_row.focus()
        page.keyboard.press("Enter")
        expect(rows(dialog)).to_have_count(count)
        expect(rows(dialog).last.locator("[data-path]")).to_be_focused()
    page.keyboard.press("Control+Delete")
    expect(rows(dialog)).to_have_count(2)
    expect(rows(dialog).last.locator("[data-path]")).to_be_focused()
    rows(dialog).last.get_by_role("button", name="Remove condition").focus()
    page.keyboard.press("Enter")
    expect(rows(dialog)).to_have_count(1)
    assert result(page) is None


TREES = (
    {"field": "name", "op": "eq", "value": "a \"b\" <i>'c' \\ ~"},
    {"not": {"not": {"field": "name", "op": "starts", "value": " "}}},
    {"not": {"and": [{"not": {"not": {"or": [{"field": "active", "op": "empty"}]}}}]}},
    {"and": []},
    {"and": [{"field": "kind", "op": "in", "value": ["part", "raw", "part"]}, {"or": []}]},
    {"field": "state", "op": "contains", "value": "draft"},
    {"or": [{"not": {"field": "category.name", "op": "in", "value": ["a", "b,c", ""]}}, {"not": {"or": []}}]},
    {"field": "category.created_by.org_unit_id", "op": "under", "value": {"my_unit": True}},
    {"field": "created_by_id", "op": "in", "value": [{"me": True}, 1, 999]},
    {"field": "created_at", "op": "between", "value": ["2026-01-31T08:00:00.123456+00:00", {"today": 0}]},
    {"field": "created_at", "op": "in", "value": ["2026-01-31", {"today": -3}]},
    {"field": "lead_days", "op": "between", "value": ["1", {"me": True}]},
    {"field": "weight", "op": "between", "value": ["1.50", 2]},
    {"field": "updated_at", "op": "older_than", "value": 30},
)


def test_whatever_the_api_takes_is_shown_and_written_back_unchanged(admin: Visitor) -> None:
    page = admin.go(ITEMS)
    for tree in TREES:
        address = f"/criteria/masterdata.item/filter?filter={quote(json.dumps(tree))}"
        page.evaluate("address => htmx.ajax('GET', address, '#dialog')", address)
        expect(page.locator("dialog[open] [data-criteria]")).to_be_visible()
        page.locator("[data-result]").evaluate("input => { input.value = ''; }")
        page.locator("dialog [data-group]").first.dispatch_event("change")
        assert result(page) == tree
        assert page.locator("dialog [data-problem]:not(:empty)").all_inner_texts() == []
        page.keyboard.press("Escape")
        expect(page.locator("dialog[open]")).to_have_count(0)


def test_the_builder_reads_well_in_chinese(visitor: Visitor) -> None:
    visitor.site.write(demo.load)
    visitor.sign_in(visitor.site.administrator(name="林梅", login="linmei", language="zh"))
    tree = {
        "and": [
            {"field": "kind", "op": "in", "value": ["part", "raw"]},
            {"not": {"field": "category.name", "op": "contains", "value": "棒"}},
            {
                "or": [
                    {"field": "created_at", "op": "older_than", "value": 7},
                    {"field": "weight", "op": "gt", "value": "10000"},
                ]
            },
        ]
    }
    page = visitor.go(f"{ITEMS}?filter={quote(json.dumps(tree))}")
    chip = page.locator(".qm-filter.set button")
    words = "类型 属于 零件、原材料 且 分类 · 名称 不包含 “棒”（或为空） 且 （创建时间 早于 7 天前 或 重量 > 10,000）"
    expect(chip).to_have_attribute("title", words)
    chip.click()
    expect(page.locator("dialog[open]")).to_contain_text("高级筛选")
    visitor.picture("criteria-zh")
