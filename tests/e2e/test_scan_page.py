"""The page at the machine with a gun that types: any order, any focus, an input method on, a slow network."""

from __future__ import annotations

import itertools
from decimal import Decimal

import pytest
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from addons.mrp_routing.models import TimeEntry
from addons.mrp_routing.services import make_code
from core.db import db
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker
from tests.e2e.conftest import Site, Visitor

PAGE = "/mrp_routing/scan"
AT_A_KIOSK = pytest.mark.parametrize("visitor", ["office"], indirect=True)  # where the size makes no difference


@pytest.fixture
def floor(site: Site) -> Floor:
    def made() -> Floor:
        floor = make_floor()
        floor.worker.name, floor.machine.name, floor.order.item.name = "张三", "数控车床 1 号", "传动轴 Φ40×200"
        for operation, name in zip(floor.order.operations, ("粗车", "精车"), strict=True):
            operation.name = name
        return floor

    floor: Floor = site.write(made)
    return floor


def gun(page: Page, code: str) -> None:
    """What a scanner types."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def news(page: Page, text: str) -> None:
    """Wait for the answer."""
    expect(page.get_by_role("status")).to_contain_text(text)


def ticket(site: Site, floor: Floor) -> str:
    """The printed code of the first operation."""
    return str(site.write(floor.ticket))


def count_entries(site: Site) -> int:
    return int(site.write(lambda: db.session.scalar(select(func.count()).select_from(TimeEntry))))


@pytest.mark.parametrize(("language", "started", "finished"), [("zh", "已开工", "合格 7"), ("en", "Started", "7 good")])
def test_a_worker_starts_and_finishes_with_a_gun(
    floor: Floor, visitor: Visitor, language: str, started: str, finished: str
) -> None:
    visitor.sign_in(visitor.site.administrator(language=language))
    page = visitor.go(PAGE)
    visitor.picture(f"scan-empty-{language}")
    gun(page, make_code("worker", floor.worker.id))
    expect(page.locator(".scan-slots")).to_contain_text("张三")
    gun(page, make_code("machine", floor.machine.id))
    expect(page.locator(".scan-slots")).to_contain_text("数控车床 1 号")
    visitor.picture(f"scan-half-{language}")
    gun(page, ticket(visitor.site, floor))
    news(page, started)
    visitor.picture(f"scan-started-{language}")
    gun(page, make_code("worker", floor.worker.id))
    gun(page, ticket(visitor.site, floor))
    good = page.locator("[name=good]")
    expect(good).to_have_value("10")
    visitor.picture(f"scan-quantity-{language}")
    good.fill("77")
    page.keyboard.press("Enter")
    news(page, "NG")
    visitor.picture(f"scan-refused-{language}")
    page.keyboard.type("7")
    page.keyboard.press("Tab")
    page.keyboard.type("1")
    page.keyboard.press("Enter")
    news(page, finished)
    visitor.picture(f"scan-finished-{language}")
    assert reported(visitor.site, floor) == (7, 1)


def reported(site: Site, floor: Floor) -> tuple[Decimal, Decimal]:
    return site.write(lambda: (floor.operations[0].good, floor.operations[0].scrap))  # type: ignore[no-any-return]


@AT_A_KIOSK
def test_badge_machine_and_operation_come_in_any_of_six_orders(floor: Floor, admin: Visitor) -> None:
    workers = admin.site.write(lambda: [make_worker().id for _n in range(6)])
    for worker, order in zip(workers, itertools.permutations(("badge", "machine", "ticket")), strict=True):
        codes = {
            "badge": make_code("worker", worker),
            "machine": make_code("machine", floor.machine.id),
            "ticket": ticket(admin.site, floor),
        }
        page = admin.go(PAGE)
        for kind in order:
            gun(page, codes[kind])
            if {"badge", "ticket"} <= set(order[: order.index(kind) + 1]):
                break
        news(page, "Started")
    assert count_entries(admin.site) == 6


@AT_A_KIOSK
def test_the_gun_is_heard_whatever_has_the_focus_and_with_an_input_method_on(floor: Floor, admin: Visitor) -> None:
    page = admin.go(PAGE)
    page.get_by_role("button", name="Enter").focus()
    gun(page, make_code("worker", floor.worker.id))
    expect(page.locator(".scan-slots")).to_contain_text("张三")
    page.evaluate("document.activeElement.blur()")
    page.evaluate(
        """digits => [...digits, "Enter"].forEach(d => document.body.dispatchEvent(new KeyboardEvent("keydown", {
             key: d === "Enter" ? d : "Process", code: d === "Enter" ? d : `Digit${d}`, bubbles: true, cancelable: true
           })))""",
        ticket(admin.site, floor),
    )
    news(page, "Started")


@AT_A_KIOSK
def test_codes_scanned_while_an_answer_is_on_its_way_wait_for_it(floor: Floor, admin: Visitor) -> None:
    page = admin.go(PAGE)
    held: list[Route] = []
    page.route(f"**{PAGE}", lambda route: route.continue_() if held else held.append(route))
    with page.expect_request(f"**{PAGE}"):
        gun(page, make_code("worker", floor.worker.id))
    gun(page, make_code("machine", floor.machine.id))
    gun(page, ticket(admin.site, floor))
    held[0].continue_()
    news(page, "Started")
    entry = admin.site.write(lambda: tuple(db.session.execute(select(TimeEntry.user_id, TimeEntry.machine_id)).one()))
    assert entry == (floor.worker.id, floor.machine.id)


@AT_A_KIOSK
def test_a_badge_scanned_into_the_quantity_is_a_badge(floor: Floor, admin: Visitor) -> None:
    admin.site.write(floor.take)
    other = admin.site.write(lambda: make_worker(name="李四").id)
    page = admin.go(PAGE)
    gun(page, make_code("worker", floor.worker.id))
    gun(page, ticket(admin.site, floor))
    expect(page.locator("[name=good]")).to_be_focused()
    gun(page, make_code("worker", other))
    news(page, "Started")
    assert reported(admin.site, floor) == (0, 0)


def test_garbage_gets_a_sentence_and_never_a_dialog(floor: Floor, admin: Visitor) -> None:
    page = admin.go(PAGE)
    admin.listen("dialog", lambda dialog: admin.complaints.append(f"a dialog: {dialog.message}"))
    gun(page, make_code("worker", floor.worker.id))
    for garbage in ("6901234567892", "1" * 16, "<b>'\"%00", "员工", f"{floor.order.number}/9", make_code("lot", 1)):
        expect(page.locator(".htmx-settling, .htmx-request")).to_have_count(0)
        with page.expect_response(f"**{PAGE}"):
            gun(page, garbage)
        news(page, "NG")
        expect(page.locator("[name=code]")).to_have_value("")
        expect(page.locator("[name=code]")).to_be_focused()
        expect(page.locator(".scan-slots")).to_contain_text("张三")
    expect(page.locator("dialog[open]")).to_have_count(0)


@AT_A_KIOSK
def test_a_lost_connection_is_said_and_nothing_is_lost(floor: Floor, admin: Visitor) -> None:
    page = admin.go(PAGE)
    admin.allowed += ["ERR_FAILED", "htmx:"]
    page.route(f"**{PAGE}", lambda route: route.abort())
    gun(page, make_code("worker", floor.worker.id))
    expect(page.locator(".scan-lamp")).to_contain_text("No connection")
    page.unroute(f"**{PAGE}")
    page.keyboard.press("Enter")
    expect(page.locator(".scan-slots")).to_contain_text("张三")
