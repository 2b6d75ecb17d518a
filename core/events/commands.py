"""The long-running commands beside the web: `qingmes worker` and `qingmes scheduler`."""

from __future__ import annotations

import signal
import threading
from typing import Any

import structlog
from flask import Flask
from redis.exceptions import RedisError

from core.errors import SetupError
from core.events.sweep import EVERY_SECONDS, sweep

PAUSE_SECONDS = 1.0

log = structlog.get_logger()


def worker(app: Flask) -> None:
    """Run deliveries from Redis until SIGTERM or SIGINT; start as many of these processes as there are cores.

    A Redis that goes away is waited for. Raises `SetupError` without `QINGMES_REDIS_URL`.
    """
    from core.events.rq_runner import make_worker

    url = _redis_url(app)
    pause = threading.Event()
    with app.app_context():
        while True:
            try:
                rq_worker = make_worker(url)
                rq_worker.work(logging_level="WARNING")
                if rq_worker.asked_to_stop:
                    return
            except RedisError as error:
                log.warning("worker waits for Redis", error=type(error).__name__)
            pause.wait(PAUSE_SECONDS)


def scheduler(app: Flask, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Sweep every minute until SIGTERM or SIGINT. A second one does no harm: occurrences are unique rows."""
    _redis_url(app)
    stop = threading.Event()

    def ask_to_stop(signum: int, frame: Any) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask_to_stop)
    while not stop.is_set():
        sweep(app)
        stop.wait(every_seconds)


def _redis_url(app: Flask) -> str:
    url: str | None = app.config["QINGMES"].redis_url
    if url is None:
        raise SetupError(
            addon="core",
            file="settings",
            field="QINGMES_REDIS_URL",
            problem="is not set, so the web process runs the jobs itself",
            remedy="set it to the address of a Redis, or run only: qingmes serve",
        )
    return url
