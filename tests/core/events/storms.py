"""What the kill tests share: processes to kill, work to do meanwhile, and the checker of every effect."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError

from addons.tally import jobs
from addons.tally.events import Counted
from addons.tally.models import Mark
from flask import Flask
from sqlalchemy import func, select

from core.db.session import db, reading, run_unit
from core.events import defer, publish
from core.events.models import Delivery

HERE = Path(__file__).parent
SEED = 20261124
DRAIN_SECONDS = 90
LONG_STEPS = 4


@dataclass
class Nursery:
    """The process that forks ours, and who of them is alive."""

    process: subprocess.Popen[str]
    alive: list[int] = field(default_factory=list)

    def ask(self, line: str) -> int:
        """Start a process; its id."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def spawn(self, line: str) -> None:
        """Start a process that may be killed."""
        self.alive.append(self.ask(line))

    def kill_one(self, chance: random.Random) -> None:
        """SIGKILL one of them."""
        victim = self.alive.pop(chance.randrange(len(self.alive)))
        os.kill(victim, signal.SIGKILL)


@contextmanager
def nursery(app: Flask, folder: Path) -> Iterator[Nursery]:
    """A nursery for this application's database and Redis."""
    config = app.config["QINGMES"]
    env = {
        **os.environ,
        "QINGMES_DATA": str(config.data_dir),
        "QINGMES_DATABASE_URL": config.database_url,
        "QINGMES_SECRET_KEY": config.secret_key,
        "QINGMES_REDIS_URL": config.redis_url or "",
        "QINGMES_ADDONS_PATH": str(HERE / "addons"),
        "QINGMES_ONLY": "tally",
    }
    command = [sys.executable, "-P", str(HERE / "nursery.py")]  # -P: our folder `addons` is not the package
    with (
        (folder / "nursery.log").open("w") as log,
        subprocess.Popen(
            command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, cwd=HERE.parents[2]
        ) as process,
    ):
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n", (folder / "nursery.log").read_text()
        try:
            yield Nursery(process)
        finally:
            process.kill()


def put(count: int, millis: int) -> None:
    """Put deliveries into the outbox: half events, half jobs, every twentieth a long one."""

    def unit() -> None:
        for number in range(count):
            if number % 20 == 0:
                defer(jobs.count_steps, steps=LONG_STEPS, millis=millis // LONG_STEPS)
            elif number % 2:
                publish(Counted(millis=millis))
            else:
                defer(jobs.count, millis=millis)

    run_unit(unit)
    db.session.remove()


def expected(delivery: Delivery) -> list[str]:
    """The effects a delivery is to have."""
    if delivery.target == "tally.count_steps":
        return [f"step {n}" for n in range(1, LONG_STEPS + 1)] + ["end"]
    return ["begin", "end"]


def violations() -> list[str]:
    """What is not exactly once: lost, doubled or half effects, and deliveries that are not done."""
    with reading():
        found: dict[int, Counter[str]] = {}
        for delivery_id, step in db.session.execute(select(Mark.delivery_id, Mark.step).where(Mark.delivery_id > 0)):
            found.setdefault(delivery_id, Counter())[step] += 1
        wrong = []
        for delivery in db.session.scalars(select(Delivery).where(Delivery.target.startswith("tally."))):
            effects = found.pop(delivery.id, Counter())
            is_right = delivery.state == "done" and effects == Counter(expected(delivery))
            if delivery.key is None and not is_right:  # those with a key the clock has added meanwhile
                wrong.append(f"{delivery.id} {delivery.target} {delivery.state} {dict(effects)}")
        db.session.rollback()
    return wrong + [f"{delivery_id} has no row" for delivery_id in found]


def count_open() -> int:
    """How many deliveries are not done."""
    with reading():
        query = select(func.count()).select_from(Delivery).where(Delivery.state != "done")
        open_ones = db.session.scalar(query) or 0
        db.session.remove()
    return open_ones


def drain(seconds: float = DRAIN_SECONDS) -> None:
    """Wait until everything is done, or for so long."""
    end = time.monotonic() + seconds
    while count_open() and time.monotonic() < end:
        time.sleep(0.2)


def wait_for_answer(port: int) -> None:
    """Until the web process serves."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                assert answer.status == 200
                return
        except (URLError, ConnectionError):
            time.sleep(0.02)
    raise AssertionError("the web process does not answer")
