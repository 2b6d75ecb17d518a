"""What is measured: a durable PostgreSQL with 100,000 items in it, and the product and the floor served on it."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, text

from addons.masterdata.factories import pieces
from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.app import create_app
from core.db.session import db, run_unit
from core.people.models import UserSession
from core.people.secrets import new_token, token_hash
from core.people.sessions import COOKIE_KEY
from core.testing.apps import config_for, set_up
from core.testing.people import administrator, make_token
from core.testing.servers import Postgres, free_port, postgres

ITEMS = 100_000
BATCH = 10_000
NAMES = ("Shaft", "Flange", "Bracket", "Housing", "Bushing", "Cover", "Spindle", "Gear", "Plate", "Sleeve")
KINDS = ("part", "part", "part", "raw", "tool")
START_SECONDS = 60
SECRET = "a-secret-of-the-benchmark-only-0123456789"
PRODUCT = (sys.executable, "-m", "core.cli", "serve", "--threads", "8", "--port")
FLOOR = (sys.executable, "-m", "gunicorn", "-k", "gthread", "--threads", "8", "--no-control-socket")


@dataclass
class World:
    """The database, an application on it in this process, and how to be somebody to both."""

    app: Flask
    folder: Path
    database_url: str
    cookie: str
    token: str


@contextmanager
def world() -> Iterator[World]:
    """A fresh database with every app enabled, 100,000 items, and an administrator."""
    with postgres(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        yield _filled(server, Path(folder))


def _filled(server: Postgres, folder: Path) -> World:
    server.create("bench")
    app = create_app(config_for(folder, server.url("bench"), secret_key=SECRET, testing=False))
    set_up(app)
    with app.app_context(), acting(SYSTEM):
        run_unit(_make_items)
        cookie, token = _somebody(app)
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    return World(app, folder, server.url("bench"), cookie, token)


def _make_items() -> None:
    unit = pieces().id
    for start in range(0, ITEMS, BATCH):
        rows = [_item(n, unit) for n in range(start, start + BATCH)]
        db.session.connection().execute(insert(Item), rows)


def _item(n: int, unit: int) -> dict[str, Any]:
    return {
        "code": f"P{n:06d}",
        "name": f"{NAMES[n % len(NAMES)]} {n * 7919 % 10_000}",
        "specification": f"{n % 90 + 10} x {n % 37 + 3} mm",
        "kind": KINDS[n % len(KINDS)],
        "uom_id": unit,
        "state": "draft",
    }


def _somebody(app: Flask) -> tuple[str, str]:
    """An administrator's session cookie and API token."""
    user = run_unit(lambda: administrator(login="bench"))
    secret = new_token()
    run_unit(lambda: db.session.add(UserSession(token_hash=token_hash(secret), user_id=user.id)))
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"session={serializer.dumps({COOKIE_KEY: secret})}", make_token(user)


@dataclass
class Served:
    """One server process group and a connection to it that is kept open."""

    port: int
    process: subprocess.Popen[bytes]
    connection: http.client.HTTPConnection

    def get(self, path: str, **headers: str) -> bytes:
        """The body of a page; RuntimeError unless it is answered with 200."""
        return self._ask("GET", path, None, headers)

    def post(self, path: str, body: Any = None, **headers: str) -> bytes:
        """The answer to a JSON body; RuntimeError unless it went well."""
        sent = {"Content-Type": "application/json", **headers}
        return self._ask("POST", path, json.dumps(body if body is not None else {}), sent)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> bytes:
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path} was answered with {answer.status}: {content[:300]!r}")
        return content

    @property
    def megabytes(self) -> float:
        """The resident memory of its web process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for line in Path(f"/proc/{children[0]}/status").read_text().splitlines():
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        raise RuntimeError("the web process has ended")


@contextmanager
def product(place: World) -> Iterator[Served]:
    """`qingmes serve` on the database, one web process of 8 threads."""
    port = free_port()
    with _running([*PRODUCT, str(port)], place, port) as served:
        yield served


@contextmanager
def floor(place: World) -> Iterator[Served]:
    """The floor on the same database, served by the same gunicorn in the same way."""
    port = free_port()
    with _running([*FLOOR, "--bind", f"127.0.0.1:{port}", "bench.floor:create_app()"], place, port) as served:
        yield served


@contextmanager
def _running(command: Sequence[str], place: World, port: int) -> Iterator[Served]:
    environment = {
        **os.environ,
        "QINGMES_DATA": str(place.folder),
        "QINGMES_DATABASE_URL": place.database_url,
        "QINGMES_SECRET_KEY": SECRET,
    }
    with (place.folder / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        _wait(port, process, place.folder / "server.log")
        yield Served(port, process, connection)
    finally:
        connection.close()
        process.terminate()
        process.wait(30)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.01)
    raise RuntimeError(f"The server did not start:\n{log.read_text(errors='replace')[-2000:]}")
