"""Without Redis: one thread of the web process runs the deliveries."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterable
from datetime import timedelta

import structlog
from flask import Flask
from sqlalchemy import update
from sqlalchemy.exc import SQLAlchemyError

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.poke import RUNNER
from core.events.sweep import EVERY_SECONDS, find_due, sweep

POLL_SECONDS = 1.0
AT_ONCE = 50
STOP_SECONDS = 10

log = structlog.get_logger()


class Embedded:
    """The thread: wakes on a poke or every second, sweeps every minute, ends after the delivery at hand."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._wake, self._stopping = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="qingmes-jobs", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()
        atexit.register(self.stop)

    def stop(self) -> None:
        """Finish the delivery at hand and end; gives up waiting after ten seconds."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(STOP_SECONDS)
        atexit.unregister(self.stop)
        if self._app.extensions.get(RUNNER) is self:
            del self._app.extensions[RUNNER]

    def poke(self, ids: Iterable[int]) -> None:
        """Look at once."""
        self._wake.set()

    def backlog(self) -> int:
        """Nothing is queued here: the thread reads the table itself."""
        return 0

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive()

    def _run(self) -> None:
        if self._app.config["QINGMES"].is_sqlite:
            self._guarded(self._end_leases)
        swept = -float(EVERY_SECONDS)
        while not self._stopping.is_set():
            if time.monotonic() - swept >= EVERY_SECONDS:
                swept = time.monotonic()
                sweep(self._app)
            if not self._guarded(self._work):
                self._wake.wait(POLL_SECONDS)
                self._wake.clear()

    def _guarded(self, work: Callable[[], int]) -> int:
        """Run `work`; a database that does not answer is logged, and asked again later."""
        try:
            return work()
        except (SQLAlchemyError, RuntimeError) as error:
            log.warning("jobs wait for the database", error=str(error.__cause__ or error)[:200])
            return 0

    def _work(self) -> int:
        """Run what is due; returns how many were run."""
        with self._app.app_context(), acting(SYSTEM):
            ids = find_due(AT_ONCE)
        return sum(self._deliver(delivery_id) for delivery_id in ids)

    def _deliver(self, delivery_id: int) -> bool:
        """Run one, unless we are to end or another process has it; False then, so that we wait before looking again."""
        if self._stopping.is_set():
            return False
        with self._app.app_context():
            return deliver(delivery_id) != "nothing"

    def _end_leases(self) -> int:
        """SQLite has one web process: whatever is marked as running now was left by one that died."""
        past = utcnow() - timedelta(seconds=1)
        over = update(Delivery).where(Delivery.lease_until > utcnow()).values(lease_until=past)
        with self._app.app_context(), acting(SYSTEM):
            run_unit(lambda: db.session.execute(over))
        return 0


def start(app: Flask) -> Embedded:
    """Start the thread of this process; a second call gives back the running one."""
    known = app.extensions.get(RUNNER)
    if isinstance(known, Embedded) and known.is_alive:
        return known
    runner = app.extensions[RUNNER] = Embedded(app)
    runner.start()
    return runner
