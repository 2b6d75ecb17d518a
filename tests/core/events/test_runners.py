"""After the commit: the runner is poked, and what it misses is swept up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from addons.tally import jobs
from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy import text, update

from core.builtin.jobs import purge_outbox
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import SetupError
from core.events import commands, embedded, rq_runner
from core.events.models import Delivery, Notification
from core.events.poke import RUNNER
from core.events.sweep import sweep
from core.testing.servers import Redis, redis
from tests.core.events.outbox_help import deferred, row, steps_of

pytestmark = pytest.mark.usefixtures("system")


@pytest.fixture
def thread(tally: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[embedded.Embedded]:
    """The embedded runner, woken by pokes only."""
    monkeypatch.setattr(embedded, "POLL_SECONDS", 600)
    db.session.remove()
    runner = embedded.start(tally)
    yield runner
    runner.stop()


@pytest.fixture(scope="module")
def redis_server() -> Iterator[Redis]:
    """A private Redis."""
    with redis() as server:
        yield server


@pytest.fixture
def with_redis(tally: Flask, redis_server: Redis) -> Iterator[rq_runner.RqRunner]:
    """The application as if `QINGMES_REDIS_URL` were set."""
    config = tally.config["QINGMES"]
    tally.config["QINGMES"] = replace(config, redis_url=redis_server.url)
    runner = tally.extensions[RUNNER] = rq_runner.RqRunner(redis_server.url)
    runner._queue.empty()
    yield runner
    runner._queue.connection.close()
    tally.config["QINGMES"] = config
    tally.extensions.pop(RUNNER, None)


def wait_until(condition: Callable[[], bool]) -> None:
    """Ask again and again; fails after half a minute."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)
        db.session.rollback()


def is_done(delivery_id: int) -> bool:
    """Whether a delivery is over."""
    return row(delivery_id).state == "done"


def test_a_commit_wakes_the_thread(tally: Flask, thread: embedded.Embedded) -> None:
    job = deferred(jobs.count)
    wait_until(lambda: is_done(job))
    assert steps_of(job) == ["begin", "end"]


def test_a_rolled_back_unit_wakes_nobody(tally: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(tally.extensions, RUNNER, Listening(heard))
    with pytest.raises(LookupError):
        run_unit(_defer_and_fail)
    kept = deferred(jobs.count)
    assert heard == [kept]


def test_a_savepoint_wakes_nobody_before_the_commit(tally: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(tally.extensions, RUNNER, Listening(heard))

    def work() -> list[int]:
        with db.session.begin_nested():
            db.session.add(Delivery(kind="job", addon="tally", target="tally.count"))
        return list(heard)

    assert run_unit(work) == []
    assert len(heard) == 1


def test_a_job_for_later_wakes_nobody(tally: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[int] = []
    monkeypatch.setitem(tally.extensions, RUNNER, Listening(heard))
    deferred(jobs.count, run_at=utcnow() + timedelta(hours=1))
    assert heard == []


class Listening:
    """A runner that only listens."""

    def __init__(self, heard: list[int]) -> None:
        self.heard = heard

    def poke(self, ids: Any) -> None:
        """Remember."""
        self.heard.extend(ids)

    def backlog(self) -> int:
        """Nothing."""
        return 0


def _defer_and_fail() -> None:
    db.session.add(Delivery(kind="job", addon="tally", target="tally.count"))
    db.session.flush()
    raise LookupError


def test_the_thread_ends_cleanly(tally: Flask) -> None:
    db.session.remove()
    runner = embedded.start(tally)
    assert embedded.start(tally) is runner
    runner.stop()
    assert (runner.is_alive, RUNNER in tally.extensions) == (False, False)


def test_after_a_start_on_sqlite_a_long_job_of_a_dead_process_goes_on(lite: Flask) -> None:
    job = deferred(jobs.count_steps, steps=3)
    left = update(Delivery).values(state="running", cursor=2, lease_until=utcnow() + timedelta(minutes=5))
    run_unit(lambda: db.session.execute(left))
    db.session.remove()
    runner = embedded.start(lite)
    wait_until(lambda: is_done(job))
    runner.stop()
    assert steps_of(job) == ["step 3", "end"]


def test_the_thread_survives_a_database_that_does_not_answer(lite: Flask, thread_of_lite: embedded.Embedded) -> None:
    run_unit(lambda: db.session.execute(text("ALTER TABLE core_delivery RENAME TO core_delivery_away")))
    thread_of_lite.poke([])
    time.sleep(0.3)
    run_unit(lambda: db.session.execute(text("ALTER TABLE core_delivery_away RENAME TO core_delivery")))
    job = deferred(jobs.count)
    wait_until(lambda: is_done(job))
    assert thread_of_lite.is_alive


@pytest.fixture
def thread_of_lite(lite: Flask) -> Iterator[embedded.Embedded]:
    """The embedded runner on SQLite, looking every second."""
    db.session.remove()
    runner = embedded.start(lite)
    yield runner
    runner.stop()


@pytest.mark.redis
def test_a_commit_reaches_a_worker_through_redis(tally: Flask, with_redis: rq_runner.RqRunner) -> None:
    job = deferred(jobs.count)
    _work_off(with_redis)
    assert (row(job).state, steps_of(job)) == ("done", ["begin", "end"])


@pytest.mark.redis
def test_what_travels_through_redis_is_json(tally: Flask, with_redis: rq_runner.RqRunner) -> None:
    job = deferred(jobs.count)
    (queued,) = with_redis._queue.get_jobs()
    assert (queued.func_name, list(queued.args)) == ("core.events.rq_runner.run", [job])
    assert with_redis._queue.serializer is JSONSerializer


@pytest.mark.redis
def test_a_dead_redis_fails_no_commit_and_the_sweep_repairs_the_loss(
    tally: Flask, with_redis: rq_runner.RqRunner, redis_server: Redis
) -> None:
    redis_server.kill()
    job = deferred(jobs.count)
    redis_server.start()
    with_redis._silent_until = 0
    assert with_redis.backlog() == 0
    db.session.remove()
    assert sweep(tally) >= 1
    _work_off(with_redis)
    assert row(job).state == "done"


@pytest.mark.redis
def test_a_delivery_that_is_queued_twice_is_run_once(tally: Flask, with_redis: rq_runner.RqRunner) -> None:
    job = deferred(jobs.count)
    with_redis.poke([job, job])
    _work_off(with_redis)
    assert steps_of(job) == ["begin", "end"]


def _work_off(runner: rq_runner.RqRunner) -> None:
    """Run what is on the queue in this thread."""
    db.session.remove()
    worker = SimpleWorker([runner._queue], connection=runner._queue.connection, serializer=JSONSerializer)
    worker.work(burst=True, logging_level="ERROR")


def test_a_worker_without_redis_says_what_to_do(lite: Flask) -> None:
    with pytest.raises(SetupError, match="QINGMES_REDIS_URL"):
        commands.worker(lite)


def test_old_deliveries_and_notifications_are_forgotten(tally: Flask, system: Any) -> None:
    from core.testing.people import make_user

    user = make_user()
    for days in (29, 31):
        past = utcnow() - timedelta(days=days)
        db.session.add(Delivery(kind="job", addon="tally", target="tally.count", state="done", finished_at=past))
        db.session.add(Delivery(kind="job", addon="tally", target="tally.count", state="dead", created_at=past))
        db.session.add(Notification(user_id=user.id, text="x", at=utcnow() - timedelta(days=days * 6)))
    db.session.flush()
    purge_outbox()
    states = [d.state for d in db.session.query(Delivery).order_by(Delivery.id)]
    assert (states, db.session.query(Notification).count()) == (["done", "dead", "dead"], 1)
