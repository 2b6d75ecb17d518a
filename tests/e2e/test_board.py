"""The board in the browser: a card is moved by dragging, or by its menu."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from addons.masterdata.factories import make_item
from tests.e2e.conftest import Visitor

BOARD = "/m/masterdata/items/kanban"
with_a_mouse = pytest.mark.parametrize("visitor", ["office"], indirect=True)


def column(page: Page, key: str) -> Any:
    return page.locator(f"[data-column={key}]")


def start(admin: Visitor) -> Page:
    def make() -> None:
        make_item(code="SH-1", name="Shaft", state="draft")
        make_item(code="SH-2", name="Shaft", state="draft")
        make_item(code="SH-3", name="Shaft", state="retired")

    admin.site.write(make)
    return admin.go(BOARD)


@with_a_mouse
def test_a_card_dragged_to_a_column_fires_the_transition_that_leads_there(admin: Visitor) -> None:
    page = start(admin)
    admin.picture("board")
    page.locator("[data-card]", has_text="SH-1").drag_to(column(page, "released"))
    expect(column(page, "released")).to_contain_text("SH-1")
    expect(column(page, "draft")).not_to_contain_text("SH-1")


@with_a_mouse
def test_a_card_cannot_be_dragged_where_no_transition_leads(admin: Visitor) -> None:
    page = start(admin)
    page.locator("[data-card]", has_text="SH-1").drag_to(column(page, "retired"))
    admin.settle()
    expect(column(page, "draft")).to_contain_text("SH-1")
    expect(column(page, "retired")).not_to_contain_text("SH-1")


def test_a_card_is_moved_by_its_menu_without_a_mouse(admin: Visitor) -> None:
    page = start(admin)
    card = page.locator("[data-card]", has_text="SH-2")
    card.locator("summary").focus()
    page.keyboard.press("Enter")
    admin.picture("board-menu")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(column(page, "released")).to_contain_text("SH-2")


def test_a_move_that_is_not_possible_any_more_is_told_on_the_board(admin: Visitor) -> None:
    admin.expect_status(409)
    page = start(admin)
    page.route("**/fire/release", lambda route: route.continue_(url=route.request.url.replace("/1/fire", "/3/fire")))
    card = page.locator("[data-card='1']")
    card.locator("summary").click()
    card.get_by_role("button", name="Release").click()
    expect(page.locator("#messages")).to_contain_text("is not possible")
    admin.picture("board-refused")
