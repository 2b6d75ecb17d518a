"""Scanning: one event against the floor's handler, sixteen devices at once, the WIP board, a worker before the page.

Measured twice: with a floor of 10,000 places where pieces lie, and again with a million reports of former years.
"""

from __future__ import annotations

import http.client
import json
import shutil
import threading
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import count
from statistics import quantiles
from time import monotonic, perf_counter, sleep
from typing import Any

from playwright.sync_api import sync_playwright
from sqlalchemy import insert, select, text

from addons.masterdata.models import Item
from addons.mrp_routing.factories import make_operation_type
from addons.mrp_routing.models import JobTicket, Operation, WorkOrder
from addons.mrp_routing.services import make_code
from bench.pages import bearer, in_turn
from bench.report import Figure, against, at_least, at_most
from bench.world import Served, World
from core.actor import SYSTEM, acting
from core.db import utcnow
from core.db.session import db, run_unit
from core.kernel.switch import forget_enabled
from core.people.models import User
from core.testing.people import make_user
from core.testing.statements import count_statements

PLACES, CENTERS, STEPS, DEVICES, REPORTS = 10_000, 12, 3, 16, 1_000_000
SECONDS = 10
EVENT_TIMES, EVENT_MILLISECONDS, EVENT_STATEMENTS = 3, 20, 14
PER_SECOND, P99, BOARD_MILLISECONDS, GROWTH = 150, 300, 200, 1.2
AT_THE_PAGE, OTHERS_PER_SECOND, CONFIRMED_MILLISECONDS = 60, 20, 300
EVENTS, BOARD = "/api/v1/mrp_routing/scan-events", "/mrp_routing/wip"
FORMER = (
    """INSERT INTO mrp_routing_scan_event (event_id, device, device_seq, at, received_at, clock_offset, is_offline,
    payload, payload_hash, verdict, answer, does, operation_id, worker_id)
    SELECT gen_random_uuid()::text, 'pda-' || n % 50, n, now() - n * interval '30 s', now(), 0, false, '{}', '',
    'applied', '{}', 'finish', :first + n % :many, :worker FROM generate_series(1, :reports) n""",
    """INSERT INTO mrp_routing_quantity_entry (operation_id, at, outcome, quantity, user_id, event_id, is_correction)
    SELECT operation_id, at, 'good', 1, worker_id, event_id, false FROM mrp_routing_scan_event
    WHERE device LIKE 'pda-%'""",
    """INSERT INTO mrp_routing_time_entry (operation_id, user_id, kind, machine_key, started_at, finished_at, closed_by,
    is_given, is_corrected, start_event, finish_event)
    SELECT operation_id, worker_id, 'run', 0, at - interval '20 s', at, 'scan', false, false, event_id, event_id
    FROM mrp_routing_scan_event WHERE device LIKE 'pda-%'""",
)
TABLES = ("scan_event", "quantity_entry", "time_entry", "operation", "job_ticket", "work_order")
# The keys of a gun; gives the milliseconds from the last of them to the confirmation on the screen.
SCAN = """async ([codes]) => {
  const press = (key) => document.dispatchEvent(new KeyboardEvent(
    "keydown", { key, code: key === "Enter" ? key : `Digit${key}`, bubbles: true, cancelable: true }));
  const news = document.querySelector("[data-news]");
  news.hidden = true;
  let last = 0;
  for (const code of codes) {
    for (const key of [...code, "Enter"]) press(key);
    last = performance.now();
    if (code !== codes.at(-1)) await window.terminal.done();
  }
  while (news.hidden || !news.matches(".is-ok")) await new Promise((done) => { requestAnimationFrame(done); });
  return performance.now() - last;
}"""


@dataclass(frozen=True)
class Shop:
    """The operations devices report and the workers at them: those of single devices, of our crowd, of the floor's."""

    operations: list[int]
    workers: list[int]


def measure(place: World, product: Served, floor: Served) -> Iterator[Figure]:
    """The figures of scanning."""
    with place.app.app_context(), acting(SYSTEM):
        shop = run_unit(_make_shop)
        _analyze()
        event, board = yield from _small(place, product, floor, shop)
        yield from _crowd(place, product, floor, shop)
        yield _at_the_page(place, product, shop)
        run_unit(partial(_remember_years, shop))
        _analyze()
        product.connection.close()  # it has been idle for too long; the next request opens it again
        told = in_turn({"event": _reporter(place, product, shop, 4), "board": _board(place, product)})
        yield against("one scan event after a million reports, against before", told["event"], event, GROWTH)
        yield against("WIP board after a million reports, against before", told["board"], board, GROWTH)


def _analyze() -> None:
    names = ", ".join(f"mrp_routing_{name}" for name in TABLES)
    db.session.execute(text(f"ANALYZE {names}"))
    db.session.commit()


def _make_shop() -> Shop:
    """So many tickets whose pieces lie at the first of their operations; those of the devices never end."""
    item = db.session.scalars(select(Item.id).limit(1)).one()
    types = [make_operation_type() for _n in range(CENTERS)]
    numbers = range(1, PLACES + 1)
    rows = [{"number": f"B{n}", "item_id": item, "quantity": Decimal(10**6), "state": "in_progress"} for n in numbers]
    connection = db.session.connection()
    connection.execute(insert(WorkOrder), rows)
    orders = db.session.scalars(select(WorkOrder.id).where(WorkOrder.number.like("B%")).order_by(WorkOrder.id)).all()
    pieces = {"quantity": Decimal(10**6)}
    connection.execute(insert(JobTicket), [{"work_order_id": o, "number": f"B{o}-1", **pieces} for o in orders])
    tickets = db.session.execute(select(JobTicket.id, JobTicket.work_order_id).where(JobTicket.number.like("B%"))).all()
    connection.execute(insert(Operation), [_step(t, seq, types) for t in tickets for seq in range(1, STEPS + 1)])
    firsts = select(Operation.id).where(Operation.seq == 1, Operation.moved_at.is_not(None)).order_by(Operation.id)
    workers = [make_user(badge=f"K{n}").id for n in range(3 * DEVICES)]
    return Shop(list(db.session.scalars(firsts.limit(3 * DEVICES))), workers)


def _step(ticket: Any, seq: int, types: list[Any]) -> dict[str, Any]:
    kind = types[(ticket.id + seq) % len(types)]
    lies = {"received": Decimal(10**6 if seq == 1 else 0), "moved_at": utcnow() if seq == 1 else None}
    of = {"work_order_id": ticket.work_order_id, "ticket_id": ticket.id, "seq": seq, "name": f"Step {seq}"}
    return {**of, **lies, "operation_type_id": kind.id, "work_center_id": kind.work_center_id}


def _remember_years(shop: Shop) -> None:
    """A million reports of operations that are not the devices', straight into the tables."""
    first = max(shop.operations) + 1
    values = {"first": first, "many": PLACES, "worker": shop.workers[0], "reports": REPORTS}
    for n, statement in enumerate(FORMER):
        db.session.execute(text(statement), values if n == 0 else {})


def _small(place: World, product: Served, floor: Served, shop: Shop) -> Any:
    """One device by itself."""
    report = _reporter(place, product, shop)
    told = in_turn({"product": report, "floor": _floor_reporter(floor, shop), "board": _board(place, product)})
    yield against("one scan event by API", told["product"], told["floor"], EVENT_TIMES)
    yield at_most("  by itself", told["product"], EVENT_MILLISECONDS, "ms")
    yield at_most("  its statements", _statements(place, shop), EVENT_STATEMENTS, "statements")
    yield at_most("WIP board with 10,000 places", told["board"], BOARD_MILLISECONDS, "ms")
    return told["product"], told["board"]


def _board(place: World, product: Served) -> Callable[[], object]:
    return lambda: product.get(BOARD, Cookie=place.cookie)


def _said(shop: Shop, n: int, turn: int, device: str) -> dict[str, Any]:
    """What a device sends: start, finish, start, finish."""
    codes = [make_code("worker", shop.workers[n]), make_code("operation", shop.operations[n])]
    event = {"id": str(uuid.uuid4()), "seq": turn, "at": utcnow().isoformat(), "codes": codes}
    does = {"action": "finish", "qty": {"good": "1"}} if turn % 2 else {"action": "start"}
    return {"device": device, "events": [{**event, **does}]}


def _floor_said(shop: Shop, n: int, turn: int) -> dict[str, Any]:
    who = {"operation": shop.operations[n], "worker": shop.workers[n]}
    return {"id": str(uuid.uuid4()), "action": "finish" if turn % 2 else "start", **who}


def _reporter(place: World, product: Served, shop: Shop, n: int = 0) -> Callable[[], object]:
    turns, device = count(), f"bench-{uuid.uuid4()}"

    def report() -> None:
        answer = json.loads(product.post(EVENTS, _said(shop, n, next(turns), device), **bearer(place)))
        if answer["results"][0]["verdict"] != "applied":
            raise RuntimeError(str(answer))

    return report


def _floor_reporter(floor: Served, shop: Shop) -> Callable[[], object]:
    turns = count()
    return lambda: floor.post("/scan", _floor_said(shop, 1, next(turns)))


def _statements(place: World, shop: Shop) -> int:
    client, device = place.app.test_client(), f"bench-{uuid.uuid4()}"

    def ask(turn: int) -> None:
        forget_enabled()
        answer = client.post(EVENTS, json=_said(shop, 2, turn, device), headers=bearer(place))
        assert answer.get_json()["results"][0]["verdict"] == "applied", answer.text

    return max(count_statements(partial(ask, turn)) for turn in range(2))


def _crowd(place: World, product: Served, floor: Served, shop: Shop) -> Iterator[Figure]:
    """Sixteen devices, each as fast as it is answered."""
    device = f"crowd-{uuid.uuid4()}"
    sent = {"Content-Type": "application/json"}
    ours = _storm(product.port, EVENTS, {**sent, **bearer(place)}, partial(_of_crowd, shop, device))
    theirs = _storm(floor.port, "/scan", sent, lambda n, t: _floor_said(shop, 2 * DEVICES + n, t))
    yield at_least("scan events a second, 16 devices", len(ours) / SECONDS, PER_SECOND, "events", len(theirs) / SECONDS)
    yield at_most("  99th percentile", _percentile(ours, 99), P99, "ms", _percentile(theirs, 99))


def _of_crowd(shop: Shop, device: str, n: int, turn: int) -> dict[str, Any]:
    return _said(shop, DEVICES + n, turn, f"{device}-{n}")


def _percentile(taken: list[float], which: int) -> float:
    return quantiles(taken, n=100)[which - 1]


def _storm(port: int, path: str, headers: dict[str, str], say: Callable[[int, int], Any]) -> list[float]:
    """The milliseconds of each event of all devices in the time there is."""
    end = monotonic() + SECONDS

    def device(n: int) -> list[float]:
        taken, turn = [], 0
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        while monotonic() < end or turn % 2:  # what was begun is finished
            start = perf_counter()
            connection.request("POST", path, json.dumps(say(n, turn)), headers)
            answer = connection.getresponse()
            if b"applied" not in answer.read():
                raise RuntimeError(f"{path} was answered with {answer.status}")
            taken.append((perf_counter() - start) * 1000)
            turn += 1
        connection.close()
        return taken

    with ThreadPoolExecutor(DEVICES) as devices:
        return [each for taken in devices.map(device, range(DEVICES)) for each in taken]


def _at_the_page(place: World, product: Served, shop: Shop) -> Figure:
    """From the last scan to the confirmation on the screen, while other devices send 20 events a second."""
    with _others(place, product.port, shop), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 390, "height": 844})
        name, _sign, value = place.cookie.partition("=")
        context.add_cookies([{"name": name, "value": value, "url": f"http://127.0.0.1:{product.port}"}])
        page = context.new_page()
        page.goto(f"http://127.0.0.1:{product.port}/mrp_routing/scan")
        page.wait_for_selector("body[data-ready]")
        workers = [make_code("worker", worker) for worker in _more_workers()]
        operation = make_code("operation", shop.operations[3])
        taken = [float(page.evaluate(SCAN, [[worker, operation]])) for worker in workers]
        browser.close()
    name = "last scan to confirmation on screen, 95th percentile"
    return at_most(name, _percentile(taken, 95), CONFIRMED_MILLISECONDS, "ms")


def _more_workers() -> list[int]:
    def made() -> list[int]:
        users: list[User] = [make_user(badge=f"P{n}") for n in range(AT_THE_PAGE)]
        return [user.id for user in users]

    found: list[int] = run_unit(made)
    return found


@contextmanager
def _others(place: World, port: int, shop: Shop) -> Iterator[None]:
    """Devices that send at a steady pace meanwhile."""
    stop, device = threading.Event(), f"others-{uuid.uuid4()}"
    headers = {"Content-Type": "application/json", **bearer(place)}

    def send() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        turn = 0
        while not stop.is_set():
            began = monotonic()
            connection.request("POST", EVENTS, json.dumps(_said(shop, 5, turn, device)), headers)
            connection.getresponse().read()
            turn += 1
            sleep(max(0.0, 1 / OTHERS_PER_SECOND - (monotonic() - began)))

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
