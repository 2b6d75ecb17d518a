"""Workers, Redis and web processes are killed while they work: every database effect happens exactly once."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from http.client import HTTPException
from pathlib import Path

import pytest
from addons.tally import jobs
from addons.tally.models import Mark
from flask import Flask
from sqlalchemy import func, select

from core.db.session import db, run_unit
from core.events import defer
from core.events.models import Delivery
from core.events.poke import RUNNER
from core.events.rq_runner import RqRunner
from core.testing.apps import TestApp
from core.testing.people import bearer, make_role, make_token, make_user
from core.testing.servers import Redis, free_port, redis
from tests.core.events.storms import (
    SEED,
    Nursery,
    count_open,
    drain,
    nursery,
    put,
    violations,
    wait_for_answer,
)

pytestmark = pytest.mark.usefixtures("system")

WORKERS = 3
PATIENCE_SECONDS = 30


def kills(every_run: int, nightly: int) -> pytest.MarkDecorator:
    """How often a test kills: seldom in every run, often at night."""
    return pytest.mark.parametrize("times", [every_run, pytest.param(nightly, marks=pytest.mark.nightly)])


@pytest.fixture
def redis_server() -> Iterator[Redis]:
    """A private Redis that is killed on the way."""
    with redis() as server:
        yield server


@pytest.fixture
def storm(postgres_tally: TestApp, redis_server: Redis) -> Iterator[Flask]:
    """The application on PostgreSQL with Redis."""
    with postgres_tally.fresh() as app:
        config = app.config["QINGMES"]
        app.config["QINGMES"] = replace(config, redis_url=redis_server.url)
        runner = app.extensions[RUNNER] = RqRunner(redis_server.url)
        yield app
        runner._queue.connection.close()
        app.config["QINGMES"] = config
        del app.extensions[RUNNER]


def kill_workers(born: Nursery, times: int, before: Callable[[int], None] = lambda number: None) -> int:
    """Kill one worker after the other, each replaced at once; how many were killed while there was work."""
    chance = random.Random(SEED)
    killed = 0
    for number in range(times):
        before(number)
        time.sleep(chance.uniform(0.1, 0.4))
        killed += 1 if count_open() else 0
        born.kill_one(chance)
        born.spawn("worker")
    return killed


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
@kills(every_run=34, nightly=200)
def test_deliveries_survive_killed_workers_and_a_redis_killed_and_emptied(
    storm: Flask, redis_server: Redis, tmp_path: Path, times: int
) -> None:
    put(320, millis=30)

    def disturb(number: int) -> None:
        put(20, millis=30)
        if number % 12 == 4:
            redis_server.kill()
        if number % 12 == 6:
            redis_server.start()
        if number % 12 == 11:
            storm.extensions[RUNNER]._queue.connection.flushall()

    with nursery(storm, tmp_path) as born:
        born.ask("scheduler")
        born.ask("scheduler")
        for _ in range(WORKERS):
            born.spawn("worker")
        killed = kill_workers(born, times, disturb)
        drain()
    assert db.session.scalar(select(func.count()).where(Delivery.key.is_(None))) == 320 + 20 * times >= 1000
    assert killed == times
    assert violations() == []


@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
def test_the_checker_sees_effects_committed_apart_from_their_mark(storm: Flask, tmp_path: Path) -> None:
    run_unit(lambda: [defer(jobs.count_apart, millis=300) for _ in range(40)])
    db.session.remove()
    with nursery(storm, tmp_path) as born:
        born.ask("scheduler")
        for _ in range(WORKERS):
            born.spawn("worker")
        kill_workers(born, 10)
        drain()
    assert len(violations()) >= 3


@pytest.mark.postgres
@pytest.mark.redis
def test_an_idle_worker_and_a_scheduler_end_when_asked(storm: Flask, tmp_path: Path) -> None:
    put(1, millis=0)
    with nursery(storm, tmp_path) as born:
        ours = [born.ask("worker"), born.ask("scheduler")]
        drain()
        time.sleep(0.5)
        for process in ours:
            os.kill(process, signal.SIGTERM)
        end = time.monotonic() + 20
        while any(map(is_alive, ours)) and time.monotonic() < end:
            time.sleep(0.05)
        assert [is_alive(process) for process in ours] == [False, False]
    assert violations() == []


def is_alive(process: int) -> bool:
    """Whether there is a process with this id."""
    return Path(f"/proc/{process}").exists()


@pytest.mark.slow
@kills(every_run=30, nightly=200)
def test_deliveries_survive_killed_web_processes(lite: Flask, tmp_path: Path, times: int) -> None:
    put(400, millis=10)
    with nursery(lite, tmp_path) as born:
        rounds = kill_web(born, times, lambda: put(20, millis=10))
        drain()
    assert db.session.scalar(select(func.count()).where(Delivery.key.is_(None))) == 400 + 20 * rounds >= 1000
    assert violations() == []


@pytest.mark.slow
def test_the_checker_sees_them_in_a_killed_web_process_too(lite: Flask, tmp_path: Path) -> None:
    run_unit(lambda: [defer(jobs.count_apart, millis=300) for _ in range(25)])
    db.session.remove()
    with nursery(lite, tmp_path) as born:
        kill_web(born, 6, lambda: None)
        drain()
    assert len(violations()) >= 1


def kill_web(born: Nursery, times: int, between: Callable[[], None]) -> int:
    """Kill the web process until so many were at work, then leave one alive; how many were killed in all."""
    chance = random.Random(SEED)
    killed = at_work = 0
    while at_work < times:
        assert killed < 2 * times, "the web process is hardly ever at work"
        port = free_port()
        born.spawn(f"web {port}")
        wait_for_answer(port)
        between()
        time.sleep(chance.uniform(0.1, 0.5))
        at_work += 1 if count_open() else 0
        born.kill_one(chance)
        killed += 1
    born.spawn(f"web {free_port()}")
    return killed


@dataclass
class Client:
    """Somebody who sends numbered requests to whatever web process there is; `answered` are those he heard of."""

    token: str
    port: int = 0
    sent: int = 0
    answered: list[int] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    def work(self) -> None:
        """Send one request after the other; what is not answered is not sent again."""
        while not self.stop.is_set():
            self.sent += 1
            address = f"http://127.0.0.1:{self.port}/tally/take/{self.sent}"
            request = urllib.request.Request(address, data=b"", headers=bearer(self.token))
            try:
                with urllib.request.urlopen(request, timeout=10) as answer:
                    self.answered.append(int(answer.read()))
            except (OSError, HTTPException):
                self.stop.wait(0.02)

    def wait_for_an_answer(self) -> None:
        """Until one more request was answered."""
        before, end = len(self.answered), time.monotonic() + PATIENCE_SECONDS
        while len(self.answered) == before:
            assert time.monotonic() < end, "no request is answered"
            time.sleep(0.005)


@pytest.mark.slow
@kills(every_run=25, nightly=200)
def test_a_request_whose_web_process_is_killed_leaves_all_or_nothing(tally: Flask, tmp_path: Path, times: int) -> None:
    client = Client(make_token(run_unit(lambda: make_user(make_role("core.health.read"))), "core.health.read"))
    db.session.remove()
    with nursery(tally, tmp_path) as born:
        kill_under(client, born, times)
        born.spawn(f"web {free_port()}")
        drain()
    steps = list(db.session.scalars(select(Mark.step).where(Mark.delivery_id == -1)))
    taken = {int(step.split()[1]) for step in steps}
    assert sorted(steps) == sorted(f"{step} {number}" for number in taken for step in ("taken", "kept"))
    assert set(client.answered) <= taken <= set(range(1, client.sent + 1))
    assert db.session.scalar(select(func.count()).where(Delivery.target == "tally.on_counted")) == len(taken)
    assert len(client.answered) >= times
    assert violations() == []


def kill_under(client: Client, born: Nursery, times: int) -> None:
    """Kill one web process after the other, each after it has answered and while the next request is with it."""
    chance = random.Random(SEED)
    thread = threading.Thread(target=client.work)
    for number in range(times):
        client.port = free_port()
        born.spawn(f"web {client.port}")
        wait_for_answer(client.port)
        if number == 0:
            thread.start()
        client.wait_for_an_answer()
        time.sleep(chance.uniform(0.0, 0.03))
        born.kill_one(chance)
    client.stop.set()
    thread.join()
