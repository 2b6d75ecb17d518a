"""Lists in the browser: filters, columns, groups, kept views, bulk actions, the keyboard."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from addons.masterdata import demo
from tests.e2e.conftest import Visitor

ITEMS = "/m/masterdata/items"


@pytest.fixture
def shop(admin: Visitor) -> Visitor:
    """An administrator of the machining shop of the demonstration."""
    admin.site.write(demo.load)
    return admin


def rows(page: Page) -> Any:
    return page.locator(".qm-table tbody tr[data-href]")


def counted(page: Page, text: str) -> None:
    expect(page.locator(".qm-pager")).to_contain_text(text)


def open_filter(page: Page, label: str) -> Any:
    """Open the drop-down of a filter beside the search field."""
    chip = page.locator(".qm-filter", has_text=label).first
    chip.locator("summary").click()
    return chip


def apply(chip: Any) -> None:
    """Apply a filter, and wait until the page that follows listens."""
    chip.get_by_role("button", name="Apply").click()
    chip.page.wait_for_load_state("networkidle")


def test_a_list_is_narrowed_step_by_step_and_widened_again(shop: Visitor) -> None:
    page = shop.go(ITEMS)
    counted(page, "1–80 of 300")
    shop.picture("list")
    kind = open_filter(page, "Kind")
    kind.get_by_label("Raw material").check()
    kind.get_by_label("Consumable").check()
    shop.picture("list-choose-filter")
    apply(kind)
    expect(page.locator(".qm-filter.set")).to_contain_text("Kind: Raw material, Consumable")
    page.locator("[data-list-search]").fill("45#")
    page.keyboard.press("Enter")
    expect(rows(page).first).to_contain_text("45#")
    shop.picture("list-filtered")
    page.get_by_role("link", name="Remove filter Kind").click()
    expect(page.locator(".qm-filter.set")).to_have_count(0)
    assert page.url.endswith("?q=45%23")


def test_any_field_can_be_filtered_by(shop: Visitor) -> None:
    page = shop.go(ITEMS)
    adding = page.locator("details", has=page.get_by_text("Filter", exact=True))
    adding.locator("summary").click()
    adding.get_by_role("button", name="Lead time (days)").click()
    expect(adding.get_by_placeholder("From")).to_be_visible()
    adding.get_by_placeholder("From").fill("1")
    adding.get_by_placeholder("To").fill("9")
    apply(adding)
    chip = open_filter(page, "Lead time (days): 1 – 9")
    chip.get_by_label("How to compare").select_option("empty")
    expect(chip.get_by_placeholder("From")).to_be_hidden()
    apply(chip)
    expect(page.locator(".qm-filter.set")).to_contain_text("Lead time (days): is empty")
    adding.locator("summary").click()
    adding.get_by_role("button", name="Created at").click()
    adding.get_by_label("Period").select_option("week")
    apply(adding)
    expect(page.locator(".qm-filter.set").last).to_contain_text("Created at: This week")


def test_a_link_is_filtered_by_searching_for_its_record(shop: Visitor) -> None:
    page = shop.go(ITEMS)
    chip = open_filter(page, "Category")
    field = chip.locator(".ts-control input")
    field.click()
    field.press_sequentially("棒")
    page.locator(".ts-dropdown .option", has_text="棒料").click()
    shop.picture("list-link-filter")
    apply(chip)
    expect(page.locator(".qm-filter.set")).to_contain_text("棒料")
    assert {text.split("-")[0].strip() for text in rows(page).locator(".first").all_inner_texts()} == {"BAR"}


def test_columns_and_groups_are_chosen_and_kept_as_a_view(shop: Visitor) -> None:
    page = shop.go(ITEMS)
    page.get_by_label("Group by").select_option("kind")
    expect(page.locator("tr.group").first).to_be_visible()
    page.locator("summary[aria-label=Columns]").click()
    page.get_by_label("Weight").check()
    page.get_by_label("Drawing number").uncheck()
    for _n in range(2):
        page.get_by_label("Specification").press("Alt+ArrowUp")
    page.get_by_role("button", name="Show these columns").click()
    shop.settle()
    heads = [text.strip() for text in page.locator(".qm-table th").all_text_contents()]
    assert heads[1:4] == ["Specification", "Code", "Name"]
    shop.picture("list-grouped")
    page.locator("summary", has_text="Views").click()
    page.get_by_role("button", name="Keep this list").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("By kind")
    dialog.get_by_label("Open the list with this view").check()
    shop.picture("list-keep-view")
    dialog.get_by_role("button", name="Save view").click()
    expect(page.locator("summary", has_text="By kind")).to_be_visible()
    shop.go(ITEMS)
    expect(page.locator("tr.group").first).to_be_visible()
    page.locator("summary", has_text="By kind").click()
    page.get_by_role("link", name="All records").click()
    expect(page.locator("tr.group")).to_have_count(0)


def test_several_rows_are_done_at_once_each_with_its_result(shop: Visitor) -> None:
    page = shop.go(f"{ITEMS}?c=state~in~draft,retired")
    before = rows(page).count()
    assert before > 2
    for n in range(before):
        rows(page).nth(n).locator("input[name=id]").check()
    expect(page.locator("[data-picked]")).to_have_text(str(before))
    shop.picture("list-picked")
    page.once("dialog", lambda question: question.accept())
    page.locator(".qm-bulk").get_by_role("button", name="Retire", exact=True).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("is not possible")
    shop.picture("list-bulk-results")
    dialog.get_by_role("button", name="Back to the list").click()
    shop.settle()
    expect(dialog).to_be_hidden()


def test_a_list_is_worked_by_the_keyboard(shop: Visitor) -> None:
    page = shop.go(f"{ITEMS}?sort=-code")
    page.keyboard.press("/")
    expect(page.locator("[data-list-search]")).to_be_focused()
    page.locator("h1").click()
    for key in ("j", "j", "j", "k", "x"):
        page.keyboard.press(key)
    expect(rows(page).nth(1)).to_have_class("current")
    expect(page.locator("[data-picked]")).to_have_text("1")
    code = rows(page).nth(1).locator(".first").inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(code)


def test_from_a_record_one_goes_to_its_neighbours_and_back_to_the_list_as_it_was(shop: Visitor) -> None:
    page = shop.go(f"{ITEMS}?sort=-code&c=kind~in~raw")
    first, second = rows(page).locator(".first").all_inner_texts()[:2]
    rows(page).first.locator(".first a").click()
    expect(page.locator("h1")).to_contain_text(first)
    expect(page.get_by_role("link", name="Previous record")).to_be_hidden()
    page.get_by_role("link", name="Next record").click()
    expect(page.locator("h1")).to_contain_text(second)
    expect(page.locator("[data-back]")).to_have_attribute("href", re.compile("sort=-code"))
    page.locator("[data-back]").click()
    expect(page.locator(".qm-filter.set")).to_contain_text("Raw material")


def test_a_list_is_exported_as_it_is_shown(shop: Visitor) -> None:
    page = shop.go(f"{ITEMS}?c=kind~in~raw&columns=code,name")
    page.locator("summary[aria-label=More]").click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as text").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == "Code,Name"
    counted(page, f"of {len(lines) - 1}")


def test_a_list_reads_well_in_chinese_dense_and_dark(visitor: Visitor) -> None:
    visitor.site.write(demo.load)
    user = visitor.site.administrator(name="林梅", login="linmei", language="zh")
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    page = visitor.go(f"{ITEMS}?group=category_id&c=kind~in~part,raw&c=lead_days~between~1,")
    expect(page.locator(".qm-filter.set").first).to_contain_text("零件、原材料")
    page.locator("summary[aria-label=更多]").click()
    page.get_by_role("button", name="紧凑行距").click()
    expect(page.locator("table.qm-dense")).to_be_visible()
    visitor.picture("list-zh")
    page.locator("summary[aria-label=我的账户]").click()
    page.get_by_role("button", name="深色主题").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    visitor.picture("list-zh-dark")
