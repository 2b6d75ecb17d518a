"""A shop floor in a storm: lost answers, duplicates, another order, while web, PostgreSQL and Redis are killed.

Whatever a device was told is recorded, each event once and with its effect once, and all books agree afterwards. Served
without the kernel's memory of events the same check fails: it can see.
"""

from __future__ import annotations

import http.client
import json
import random
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from addons.mrp_routing.models import Operation, QuantityEntry, ScanEvent, ScanFlag, TimeEntry
from addons.mrp_routing.services import make_code, reconcile
from core.actor import SYSTEM, acting
from core.db import db, utcnow
from core.db.session import run_unit
from core.testing.apps import TestApp, postgres_app
from core.testing.people import administrator, make_token
from core.testing.served import Web
from core.testing.servers import Postgres, Redis, free_port, postgres, redis
from tests.addons.mrp_routing.support import make_floor, make_worker

pytestmark = [pytest.mark.postgres, pytest.mark.redis]

SEED = 20261127
PIECES, LOST, PATIENCE = 1_000_000, 0.05, 300
FORGETFUL = """
import sys, uuid
from dataclasses import replace
from datetime import timedelta
from addons.mrp_routing.services import scans
scans._again = lambda device, scan, digest: scans._take(
    device, replace(scan, event_id=str(uuid.uuid4()), seq=None), timedelta())
from core.cli import main
sys.argv[0] = "qingmes"
main()
"""


@dataclass
class Device:
    """A terminal with a worker who reports piece after piece; it sends each event until it is answered."""

    name: str
    port: int
    token: str
    codes: list[str]
    pause: float
    over: threading.Event
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, str] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Until it is over; what was made is sent."""
        chance = random.Random(f"{SEED}{self.name}")
        held: list[dict[str, Any]] = []
        while not self.over.is_set():
            batch = self.batch(chance)
            if chance.random() < LOST and not held:
                held = [{**event, "offline": True} for event in batch]  # sent after those that follow
            else:
                self.send(batch, chance)
                self.send(held, chance)
                held = []
            time.sleep(chance.uniform(0, 2) * self.pause * len(batch))
        self.send(held, chance)

    def batch(self, chance: random.Random) -> list[dict[str, Any]]:
        """He begins, reports a piece or two, and ends."""
        what: list[dict[str, Any]] = [{"action": "start"}]
        what += [{"action": "report", "qty": {"good": "1"}}] * chance.randint(0, 2)
        what += [{"action": "finish", "qty": {"good": "1", "scrap": "0"}}]
        return [self.event(**values) for values in what]

    def event(self, **values: Any) -> dict[str, Any]:
        """The next event."""
        made = {"id": str(uuid.uuid4()), "seq": len(self.made), "at": utcnow().isoformat(), "codes": self.codes}
        self.made[made["id"]] = {**made, **values}
        return self.made[made["id"]]

    def send(self, events: Sequence[dict[str, Any]], chance: random.Random) -> None:
        """In any order, again and again until they are answered; now and then the answer is lost."""
        deadline = time.monotonic() + PATIENCE
        while events:
            mixed = chance.sample(list(events), len(events))
            results = self.ask({"device": self.name, "events": mixed})
            if results is not None and chance.random() >= LOST:
                self.told |= {result["id"]: result["verdict"] for result in results}
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"{self.name} was never answered")
            time.sleep(0.05)

    def ask(self, body: dict[str, Any]) -> list[dict[str, Any]] | None:
        """One request on a connection of its own; None without an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/v1/mrp_routing/scan-events", json.dumps(body), headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status == 200:
                found: list[dict[str, Any]] = json.loads(text)["results"]
                return found
            if 400 <= answer.status < 500:
                self.refusals.append(f"{answer.status} {text[:200]!r}")
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            pass
        finally:
            connection.close()
        return None


@dataclass
class Storm:
    """A factory on servers of its own that may be killed."""

    database: Postgres
    redis: Redis
    web: Web
    token: str
    codes: list[list[str]]

    @contextmanager
    def raging(self, events_per_second: int) -> Iterator[list[Device]]:
        """All devices at work for as long as the block lasts; then everybody sends what he has."""
        over = threading.Event()
        pause = len(self.codes) / events_per_second
        devices = [
            Device(f"pda-{n:02d}", self.web.port, self.token, codes, pause, over) for n, codes in enumerate(self.codes)
        ]
        threads = [threading.Thread(target=device.run) for device in devices]
        for thread in threads:
            thread.start()
        try:
            yield devices
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def kill(self, victim: str) -> None:
        """Kill one of the servers and start it again."""
        server: Any = {"web": self.web, "database": self.database, "redis": self.redis}[victim]
        server.kill()
        server.start()


@contextmanager
def storm(devices: int, *program: str) -> Iterator[Storm]:
    """A factory with so many devices, four to a work order, served by this program."""
    with postgres(durable=True) as server, redis() as broker, tempfile.TemporaryDirectory() as folder:
        test_app: TestApp = postgres_app(Path(folder), server, "storm")
        with test_app.fresh() as app:
            with acting(SYSTEM):
                token = make_token(run_unit(administrator))
                codes = run_unit(lambda: _codes(devices))
            more = {"QINGMES_REDIS_URL": broker.url}
            web = Web(app, free_port(), *([program] if program else []), more=more)
            web.start()
            try:
                yield Storm(server, broker, web, token, codes)
            finally:
                web.kill()


def _codes(devices: int) -> list[list[str]]:
    """What each device scans: a worker of its own, and the operation it shares with others."""
    floors = [make_floor(quantity=PIECES, steps=1) for _ in range((devices + 3) // 4)]
    tickets = [make_code("operation", floor.order.operations[0].id) for floor in floors]
    return [[str(make_worker().badge), tickets[n // 4]] for n in range(devices)]


def check(devices: Sequence[Device]) -> None:
    """Acknowledged is recorded, once, with its effect once; devices' order is kept or flagged; books agree."""
    assert [refusal for device in devices for refusal in device.refusals] == []
    made = {event_id: event for device in devices for event_id, event in device.made.items()}
    told = {event_id: verdict for device in devices for event_id, verdict in device.told.items()}
    assert told.keys() == made.keys()
    rows = db.session.execute(
        select(ScanEvent.id, ScanEvent.event_id, ScanEvent.device, ScanEvent.device_seq, ScanEvent.verdict).order_by(
            ScanEvent.id
        )
    ).all()
    assert sorted(row.event_id for row in rows) == sorted(made)
    assert {row.verdict for row in rows} == {"applied"}
    booked: dict[str, list[Decimal]] = defaultdict(list)
    for entry in db.session.scalars(select(QuantityEntry)):
        booked[entry.event_id or ""].append(entry.quantity)
    expected = {event_id: [Decimal(1)] for event_id, event in made.items() if "qty" in event}
    assert booked == expected
    total = sum((o.good for o in db.session.scalars(select(Operation))), Decimal(0))
    assert total == len(expected)
    _check_order(rows)
    entries = list(db.session.scalars(select(TimeEntry)))
    assert all(e.finished_at is not None and e.finished_at >= e.started_at for e in entries)
    assert reconcile() == []


def _check_order(rows: Sequence[Any]) -> None:
    flagged = set(db.session.scalars(select(ScanFlag.event_id).where(ScanFlag.code == "overtaken")))
    latest: dict[str, int] = defaultdict(lambda: -1)
    for row in rows:
        assert (row.device_seq < latest[row.device]) == (row.id in flagged), row
        latest[row.device] = max(latest[row.device], row.device_seq)


def rage(place: Storm, seconds: float, events_per_second: int, kills: dict[str, int]) -> list[Device]:
    """Let it rage for so long, with so many kills of each server spread over it."""
    chance = random.Random(SEED)
    victims = [victim for victim, times in kills.items() for _ in range(times)]
    chance.shuffle(victims)
    with place.raging(events_per_second) as devices:
        ends = time.monotonic() + seconds
        for number, victim in enumerate(victims, start=1):
            time.sleep(max(0.0, ends - time.monotonic()) / (len(victims) - number + 2))
            place.kill(victim)
        time.sleep(max(0.0, ends - time.monotonic()))
    db.session.remove()
    with suppress(Exception):
        db.engine.dispose()
    return devices


FEW = {"web": 2, "database": 1, "redis": 1}
MANY = {"web": 20, "database": 5, "redis": 5}


@pytest.mark.parametrize(
    ("devices", "seconds", "kills"), [(12, 8, FEW), pytest.param(64, 120, MANY, marks=pytest.mark.nightly)]
)
def test_nothing_acknowledged_is_lost_and_nothing_counts_twice(devices: int, seconds: int, kills: Any) -> None:
    with storm(devices) as place, acting(SYSTEM):
        check(rage(place, seconds, 50, kills))


def test_the_check_sees_a_kernel_that_forgets_what_it_was_told() -> None:
    with storm(12, "-c", FORGETFUL) as place, acting(SYSTEM):
        devices = rage(place, 4, 50, {"web": 1})
        with pytest.raises(AssertionError):
            check(devices)
