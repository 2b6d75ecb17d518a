"""Web process and PostgreSQL are killed under load: every posting that was acknowledged is there, once."""

from __future__ import annotations

import http.client
import json
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from addons.stock import services
from addons.stock.models import Receipt, StockMove
from core.db.session import db
from core.testing.apps import TestApp, postgres_app
from core.testing.people import administrator, make_token
from core.testing.served import Web
from core.testing.servers import Postgres, free_port, postgres
from tests.addons.stock.support import commit, main, stocked

CLIENTS, LINES, SEED, PATIENCE = 6, 3, 20261127, 60
REFUSALS = range(400, 500)


@dataclass
class Client:
    """Somebody who writes receipts and posts them, each until it is acknowledged."""

    port: int
    token: str
    body: dict[str, Any]
    over: threading.Event
    posted: list[int] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def run(self) -> None:
        """Until it is over; what was begun is carried through."""
        while not self.over.is_set():
            made = self.until_acknowledged("/api/v1/stock/receipts", self.body)
            self.until_acknowledged(f"/api/v1/stock/receipts/{made['id']}/post", {})
            self.posted.append(made["id"])

    def until_acknowledged(self, path: str, body: dict[str, Any]) -> Any:
        """Send the same request with the same key until somebody answers; the answer."""
        key, deadline = str(uuid.uuid4()), time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException, json.JSONDecodeError):
                status, answer = self.ask(path, body, key)
                if status in (200, 201):
                    return answer
                if status in REFUSALS:
                    self.refusals.append(f"{path}: {status} {answer}")
            time.sleep(0.05)
        raise TimeoutError(f"{path} was never acknowledged: {self.refusals[-1:]}")

    def ask(self, path: str, body: dict[str, Any], key: str) -> tuple[int, Any]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        }
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


@dataclass
class Factory:
    """A factory on servers of its own that may be killed."""

    server: Postgres
    web: Web
    token: str
    body: dict[str, Any]

    @contextmanager
    def working(self) -> Iterator[list[Client]]:
        """Clients at work for as long as the block lasts; then everybody finishes what he has begun."""
        over = threading.Event()
        clients = [Client(self.web.port, self.token, self.body, over) for _ in range(CLIENTS)]
        threads = [threading.Thread(target=client.run) for client in clients]
        for thread in threads:
            thread.start()
        try:
            yield clients
        finally:
            over.set()
            for thread in threads:
                thread.join()


@pytest.fixture(scope="module")
def factory() -> Iterator[Factory]:
    with postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        test_app: TestApp = postgres_app(Path(folder), server, "kills")
        with test_app.fresh() as app:
            items = commit(lambda: [stocked(10).id for _ in range(LINES)])
            token = make_token(commit(administrator))
            lines = [{"item_id": item, "quantity": "1"} for item in items]
            body = {"kind": "other", "location_id": commit(main), "lines": lines}
            web = Web(app, free_port())
            web.start()
            yield Factory(server, web, token, body)
            web.kill()


@pytest.mark.postgres
@pytest.mark.parametrize("times", [2, pytest.param(20, marks=pytest.mark.nightly)])
@pytest.mark.parametrize("victim", ["web", "database"])
def test_every_acknowledged_posting_is_there_once(factory: Factory, victim: str, times: int) -> None:
    chance, before = random.Random(SEED), commit(_count)
    with factory.working() as clients:
        for _ in range(times):
            time.sleep(chance.uniform(0.4, 1.2))
            if victim == "web":
                factory.web.kill()
                factory.web.start()
            else:
                factory.server.kill()
                factory.server.start()
    db.session.remove()
    db.engine.dispose()
    posted = [receipt for client in clients for receipt in client.posted]
    assert [refusal for client in clients for refusal in client.refusals] == []
    assert len(posted) == len(set(posted)) >= times
    receipts, moves = commit(_count)
    assert (receipts - before[0], moves - before[1]) == (len(posted), len(posted) * LINES)
    assert commit(lambda: _moves_of(posted)) == dict.fromkeys(posted, LINES)
    assert commit(services.reconcile) == []


def _count() -> tuple[int, int]:
    """How many receipts and moves there are."""
    receipts = db.session.scalar(select(func.count()).select_from(Receipt)) or 0
    return receipts, db.session.scalar(select(func.count()).select_from(StockMove)) or 0


def _moves_of(receipts: list[int]) -> dict[int, int]:
    query = select(StockMove.cause_id, func.count()).where(
        StockMove.cause_model == "stock.receipt", StockMove.cause_id.in_(receipts)
    )
    return {receipt or 0: number for receipt, number in db.session.execute(query.group_by(StockMove.cause_id))}
