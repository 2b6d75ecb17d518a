"""The terminal: a gun that types, a camera, a keyboard; any order, any focus, with network and without."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect
from sqlalchemy import func, select

from addons.mrp_routing.models import ScanEvent, TimeEntry
from addons.mrp_routing.services import make_code, parse_codes
from core.db import db
from core.errors import ValidationError
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker
from tests.addons.mrp_routing.test_scans import ALPHABET
from tests.core.paper.support import printed
from tests.e2e.camera import near_code, paper, see_with, show, shown_in_turn
from tests.e2e.conftest import SIZES, Site, Visitor
from tests.e2e.guns import gun, news

PAGE = "/mrp_routing/scan"
AT_A_KIOSK = pytest.mark.parametrize("visitor", ["office"], indirect=True)  # where the size makes no difference
KINDS = ("badge", "machine", "ticket")
ORDERS = list(itertools.permutations(KINDS))
SCANS_OFFLINE = 200
# Keys as a gun sends them with an input method on, all at once; then what came of them is waited for.
KEYS = """text => {
  for (const d of [...text, "Enter"]) (document.activeElement || document.body).dispatchEvent(new KeyboardEvent(
    "keydown",
    { key: d === "Enter" ? d : "Process", code: d === "Enter" ? d : `Digit${d}`, bubbles: true, cancelable: true },
  ));
  return window.terminal.done();
}"""


@pytest.fixture
def floor(site: Site) -> Floor:
    def made() -> Floor:
        floor = make_floor()
        floor.worker.name, floor.machine.name, floor.order.item.name = "张三", "数控车床 1 号", "传动轴 Φ40×200"
        floor.machine.work_center_id = floor.order.operations[0].work_center_id
        for operation, name in zip(floor.order.operations, ("粗车", "精车"), strict=True):
            operation.name = name
        return floor

    floor: Floor = site.write(made)
    return floor


def opened(visitor: Visitor) -> Page:
    """The page, ready for a scan."""
    page = visitor.go(PAGE)
    expect(page.locator("body[data-ready]")).to_have_count(1)
    return page


def slots(page: Page, text: str) -> None:
    expect(page.locator(".scan-slots")).to_contain_text(text)


def ticket(site: Site, floor: Floor) -> str:
    """The printed code of the first operation."""
    return str(site.write(floor.ticket))


def codes_of(site: Site, floor: Floor, worker: int) -> dict[str, str]:
    machine = make_code("machine", floor.machine.id)
    return {"badge": make_code("worker", worker), "machine": machine, "ticket": ticket(site, floor)}


def entries(site: Site) -> list[tuple[int, int | None]]:
    """Who is at work with which machine."""

    def found() -> list[Any]:
        query = select(TimeEntry.user_id, TimeEntry.machine_id).order_by(TimeEntry.id)
        return [tuple(row) for row in db.session.execute(query)]

    return list(site.write(found))


def reported(site: Site, floor: Floor) -> tuple[Decimal, Decimal]:
    return site.write(lambda: (floor.operations[0].good, floor.operations[0].scrap))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("language", "started", "finished"), [("zh", "已开工", "合格 7"), ("en", "Started", "7 good")])
def test_a_worker_starts_and_finishes_with_a_gun(
    floor: Floor, visitor: Visitor, language: str, started: str, finished: str
) -> None:
    visitor.sign_in(visitor.site.administrator(language=language))
    page = opened(visitor)
    visitor.picture(f"scan-empty-{language}")
    gun(page, make_code("worker", floor.worker.id))
    slots(page, "张三")
    gun(page, ticket(visitor.site, floor))
    expect(page.locator("[data-panel=machine]")).to_be_visible()
    visitor.picture(f"scan-machine-{language}")
    gun(page, make_code("machine", floor.machine.id))
    news(page, started)
    visitor.picture(f"scan-started-{language}")
    gun(page, ticket(visitor.site, floor))
    gun(page, make_code("worker", floor.worker.id))
    good = page.locator("[name=good]")
    expect(good).to_have_value("10")
    visitor.picture(f"scan-quantity-{language}")
    page.keyboard.type("77")
    page.keyboard.press("Enter")
    news(page, "NG")
    visitor.picture(f"scan-refused-{language}")
    good.fill("7")
    page.get_by_role("button", name={"zh": "加一", "en": "One more"}[language]).nth(1).click()
    page.keyboard.press("Enter")
    news(page, finished)
    visitor.picture(f"scan-finished-{language}")
    assert reported(visitor.site, floor) == (7, 1)


@AT_A_KIOSK
def test_what_is_scrapped_is_taken_from_the_good_ones_until_somebody_writes_them(floor: Floor, admin: Visitor) -> None:
    admin.site.write(floor.take)
    page = opened(admin)
    gun(page, ticket(admin.site, floor))
    gun(page, make_code("worker", floor.worker.id))
    expect(page.locator("[name=good]")).to_have_value("10")
    page.locator("[name=scrap]").fill("3")
    expect(page.locator("[name=good]")).to_have_value("7")
    page.locator("[name=good]").fill("5")
    page.locator("[name=scrap]").fill("1")
    expect(page.locator("[name=good]")).to_have_value("5")


@pytest.mark.parametrize("visitor", SIZES, indirect=True)
def test_badge_machine_and_operation_come_in_any_of_six_orders(floor: Floor, admin: Visitor) -> None:
    workers = admin.site.write(lambda: [make_worker().id for _order in ORDERS])
    page = opened(admin)
    for worker, order in zip(workers, ORDERS, strict=True):
        codes = codes_of(admin.site, floor, worker)
        for kind in order:
            gun(page, codes[kind])
        news(page, "Started")
        page.get_by_role("button", name="Start over").click()
    assert entries(admin.site) == [(worker, floor.machine.id) for worker in workers]


@pytest.fixture
def started_by_camera(floor: Floor, site: Site, browsers: Playwright) -> Callable[[Path], None]:
    """A phone sees a film, starts, and the worker is at his machine."""

    def see(film: Path) -> None:
        with see_with(browsers, film) as context:
            context.add_cookies([site.cookie_of(site.administrator())])  # type: ignore[list-item]
            page = context.new_page()
            page.goto(site.url + PAGE)
            page.locator("[data-do=camera]").first.click()
            expect(page.locator("[data-history] [data-verdict=applied]")).to_contain_text("Started")
        assert entries(site) == [(floor.worker.id, floor.machine.id)]

    return see


@pytest.mark.parametrize("order", ORDERS, ids="-".join)
def test_a_phone_reads_the_three_in_any_order(
    floor: Floor, site: Site, tmp_path: Path, started_by_camera: Callable[[Path], None], order: tuple[str, ...]
) -> None:
    codes = codes_of(site, floor, floor.worker.id)
    started_by_camera(shown_in_turn(tmp_path, [codes[kind] for kind in order]))


def test_a_phone_reads_our_own_paper(
    floor: Floor, site: Site, tmp_path: Path, started_by_camera: Callable[[Path], None]
) -> None:
    def print_all() -> list[bytes]:
        ticket = printed("mrp_routing.work_order", "mrp_routing.job_ticket", floor.order)
        return [ticket, printed("mrp_routing.machine", "mrp_routing.machine_plate", floor.machine)]

    ticket_pdf, plate_pdf = site.write(print_all)
    codes = codes_of(site, floor, floor.worker.id)
    near = [near_code(ticket_pdf, codes["ticket"]), near_code(plate_pdf, codes["machine"]), paper(codes["badge"])]
    started_by_camera(show(tmp_path, near))


@AT_A_KIOSK
def test_a_start_without_a_machine_needs_nothing_more(floor: Floor, admin: Visitor) -> None:
    page = opened(admin)
    admin.page.clock.install()
    page.evaluate(KEYS, make_code("worker", floor.worker.id))
    page.evaluate(KEYS, ticket(admin.site, floor))
    expect(page.locator("[data-panel=machine]")).to_be_visible()
    page.clock.fast_forward(11_000)
    news(page, "Started")
    assert entries(admin.site) == [(floor.worker.id, None)]


@pytest.mark.parametrize("typed", [False, True], ids=["printed", "typed"])
@AT_A_KIOSK
def test_the_next_badge_lets_the_one_before_start(floor: Floor, admin: Visitor, typed: bool) -> None:
    other = admin.site.write(lambda: make_worker(name="李四"))
    page = opened(admin)
    gun(page, make_code("worker", floor.worker.id))
    gun(page, ticket(admin.site, floor))
    expect(page.locator("[data-panel=machine]")).to_be_visible()
    gun(page, other.badge if typed else make_code("worker", other.id))
    slots(page, "李四")
    slots(page, "not scanned yet")
    assert entries(admin.site) == [(floor.worker.id, None)]


@AT_A_KIOSK
def test_the_gun_is_heard_whatever_has_the_focus_and_with_an_input_method_on(floor: Floor, admin: Visitor) -> None:
    page = opened(admin)
    page.get_by_role("button", name="Enter").focus()
    gun(page, make_code("worker", floor.worker.id))
    slots(page, "张三")
    page.evaluate("document.activeElement.blur()")
    page.evaluate(KEYS, make_code("machine", floor.machine.id))
    page.evaluate(KEYS, ticket(admin.site, floor))
    news(page, "Started")
    assert entries(admin.site) == [(floor.worker.id, floor.machine.id)]


@AT_A_KIOSK
def test_a_badge_scanned_into_the_quantity_is_a_badge(floor: Floor, admin: Visitor) -> None:
    admin.site.write(floor.take)
    other = admin.site.write(lambda: make_worker(name="李四").id)
    page = opened(admin)
    gun(page, make_code("worker", floor.worker.id))
    gun(page, ticket(admin.site, floor))
    expect(page.locator("[name=good]")).to_be_focused()
    gun(page, make_code("worker", other))
    gun(page, make_code("machine", floor.machine.id))
    news(page, "Started")
    assert reported(admin.site, floor) == (0, 0)


@AT_A_KIOSK
def test_a_machine_stands_still_and_runs_again(floor: Floor, admin: Visitor) -> None:
    page = opened(admin)
    page.get_by_role("button", name="Machine down").click()
    gun(page, make_code("machine", floor.machine.id))
    gun(page, make_code("worker", floor.worker.id))
    news(page, "The machine stands still.")
    page.get_by_role("button", name="Machine runs").click()
    gun(page, floor.machine.code)
    gun(page, str(floor.worker.badge))
    news(page, "It runs again after 0 minutes.")


def garbage(count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(chance.choices(ALPHABET, k=chance.randint(1, 40))) for _n in range(count)]


@pytest.mark.parametrize("count", [300, pytest.param(50_000, marks=pytest.mark.nightly)])
@AT_A_KIOSK
def test_garbage_gets_a_sentence_each_and_never_a_dialog(floor: Floor, admin: Visitor, count: int) -> None:
    page = opened(admin)
    admin.listen("dialog", lambda dialog: admin.complaints.append(f"a dialog: {dialog.message}"))
    gun(page, make_code("worker", floor.worker.id))
    slots(page, "张三")
    page.set_default_timeout(2_400_000)
    known = ["6901234567892", "1" * 16, "<b>'\"%00", "员工", f"{floor.order.number}/9", make_code("lot", 1), "9" * 5000]
    said = page.evaluate(
        """async texts => {
             const sentences = [];
             const sentence = document.querySelector("[data-sentence]");
             for (const text of texts) {
               sentence.textContent = "";
               await window.terminal.take(text, new Date(Date.now() + 1e7 * sentences.length));
               sentences.push(document.querySelector("[data-news].is-ng") ? sentence.textContent : "");
             }
             return sentences;
           }""",
        [*known, *garbage(count, 3)],
    )
    assert [text for text, sentence in zip([*known, *garbage(count, 3)], said, strict=True) if not sentence] == []
    assert len(set(said)) < 10
    slots(page, "张三")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert entries(admin.site) == []


@AT_A_KIOSK
def test_the_page_reads_codes_as_the_server_does(admin: Visitor) -> None:
    page = opened(admin)
    chance = random.Random(5)
    digits = [str(chance.randint(0, 10**16 - 1)).zfill(16) for _n in range(300)]
    codes = [make_code(kind, n) for n in (0, 7, 10**10 - 1) for kind in ("worker", "machine", "ticket", "operation")]
    texts = [*garbage(1500, 4), *digits, *codes, codes[1] + codes[2], " ".join(codes), "10 01 0000000007 00"]
    read = page.evaluate(
        """async texts => {
             const { parseCodes } = await import("/static/mrp_routing/terminal/codes.js");
             return texts.map((text) => parseCodes(text).parts?.map((part) => part.word ?? part.code) ?? null);
           }""",
        texts,
    )
    assert [(t, r) for t, r in zip(texts, read, strict=True) if r != as_the_server_reads(t)] == []


def as_the_server_reads(text: str) -> list[str] | None:
    """Words and printed codes; None where the page refuses, too."""
    try:
        parts = parse_codes(text)
    except ValidationError:
        return None
    if any(not isinstance(part, str) and part.kind in ("lot", "tool", "preset") for part in parts):
        return None
    return [part if isinstance(part, str) else make_code(part.kind, part.number, part.site) for part in parts]


@pytest.fixture
def device(site: Site, chromium: Browser) -> Iterator[BrowserContext]:
    """A phone of its own, whose tabs may be killed."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, has_touch=True)
    context.add_cookies([site.cookie_of(site.administrator(language="zh"))])  # type: ignore[list-item]
    yield context
    context.close()


@pytest.mark.parametrize("site", ["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
def test_what_is_scanned_without_network_is_applied_once_and_in_order(site: Site, device: BrowserContext) -> None:
    pieces = SCANS_OFFLINE // 2
    floor: Floor = site.write(lambda: make_floor(quantity=pieces, steps=1))
    badge, code = make_code("worker", floor.worker.id), ticket(site, floor)
    page = device.new_page()
    page.goto(site.url + PAGE)
    expect(page.locator("body[data-ready]")).to_have_count(1)
    page.evaluate("navigator.serviceWorker.ready.then(() => caches.open('terminal')).then(c => c.match(location.href))")
    page.wait_for_function(
        "async () => (await (await caches.open('terminal')).keys()).some(r => r.url.endsWith('/mrp_routing/scan'))"
        " && (await (await caches.open('terminal')).keys()).length > 10"
    )
    device.set_offline(True)
    for _n in range(pieces):
        start_and_finish(page, badge, code)
    expect(page.locator("[data-unsent]")).to_have_text(f"未上传 {SCANS_OFFLINE} 条")
    assert site.write(lambda: db.session.scalar(select(func.count()).select_from(ScanEvent))) == 0
    page.close()  # the tab is killed; the device forgets nothing
    page = device.new_page()
    page.goto(site.url + PAGE)
    expect(page.locator("[data-unsent]")).to_have_text(f"未上传 {SCANS_OFFLINE} 条")
    device.set_offline(False)
    expect(page.locator("[data-unsent]")).to_be_hidden()
    kept = site.write(
        lambda: db.session.execute(
            select(ScanEvent.device_seq, ScanEvent.does, ScanEvent.verdict, ScanEvent.is_offline).order_by(ScanEvent.id)
        ).all()
    )
    does = ["start", "finish"] * pieces
    assert [tuple(row) for row in kept] == [(n + 1, does[n], "applied", True) for n in range(SCANS_OFFLINE)]
    assert reported(site, floor) == (pieces, 0)


def start_and_finish(page: Page, badge: str, code: str) -> None:
    """Without network nobody can say whether there are machines, so Enter says that there is none."""
    for keys in (badge, code, "", badge, code, "1"):
        page.evaluate(KEYS, keys)


def test_an_answer_that_is_lost_is_asked_for_again_and_nothing_is_done_twice(
    floor: Floor, site: Site, device: BrowserContext
) -> None:
    page = device.new_page()
    page.goto(site.url + PAGE)
    expect(page.locator("body[data-ready]")).to_have_count(1)
    lost: list[int] = []

    def lose(route: Any) -> None:
        if not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/scan-events", lose)
    for code in codes_of(site, floor, floor.worker.id).values():
        gun(page, code)
    expect(page.locator("[data-history] [data-verdict=duplicate]")).to_have_count(1)
    assert lost == [200]
    assert entries(site) == [(floor.worker.id, floor.machine.id)]


def test_whoever_was_signed_out_signs_in_and_what_was_kept_is_sent(
    floor: Floor, site: Site, device: BrowserContext
) -> None:
    page = device.new_page()
    page.goto(site.url + PAGE)
    expect(page.locator("body[data-ready]")).to_have_count(1)
    device.clear_cookies()
    for code in codes_of(site, floor, floor.worker.id).values():
        gun(page, code)
    expect(page.locator("[data-sign-in]")).to_be_visible()
    expect(page.locator("[data-unsent]")).to_have_text("未上传 1 条")
    device.add_cookies([site.cookie_of(site.administrator(language="zh"))])  # type: ignore[list-item]
    page.reload()
    expect(page.locator("[data-history] [data-verdict=applied]")).to_have_count(1)
    assert entries(site) == [(floor.worker.id, floor.machine.id)]
