"""With Redis: ids travel through RQ to worker processes. Redis holds nothing that may not be lost."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

import structlog
from flask import current_app
from redis import Redis
from redis.exceptions import RedisError
from rq import Queue, SimpleWorker
from rq.serializers import JSONSerializer

from core.events.deliver import deliver

QUEUE = "qingmes"
CONNECT_SECONDS = 1
ANSWER_SECONDS = 5
SILENCE_SECONDS = 10
KEEP_FAILED_SECONDS = 3600

log = structlog.get_logger()


class RqRunner:
    """Puts ids on the queue. After an error it leaves Redis alone for ten seconds, so requests stay fast."""

    def __init__(self, url: str) -> None:
        connection = Redis.from_url(
            url, socket_connect_timeout=CONNECT_SECONDS, socket_timeout=ANSWER_SECONDS, retry_on_timeout=False
        )
        self._queue = Queue(QUEUE, connection=connection, serializer=JSONSerializer)
        self._silent_until = 0.0

    def poke(self, ids: Iterable[int]) -> None:
        """Enqueue these in one round trip; a dead Redis is logged, never raised."""
        data = [
            Queue.prepare_data(run, args=(i,), timeout=-1, result_ttl=0, failure_ttl=KEEP_FAILED_SECONDS) for i in ids
        ]
        if not data or time.monotonic() < self._silent_until:
            return
        try:
            self._queue.enqueue_many(data)
        except RedisError as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            log.warning("poke lost, the sweep will find it", error=type(error).__name__)

    def backlog(self) -> int:
        """How many ids wait on the queue; 0 when Redis does not answer."""
        try:
            return int(self._queue.count)
        except RedisError:
            return 0


class PatientWorker(SimpleWorker):
    """An RQ worker that runs deliveries in its own process and remembers being asked to stop."""

    asked_to_stop = False

    def request_stop(self, signum: Any, frame: Any) -> None:
        """Finish the delivery at hand, then end."""
        self.asked_to_stop = True
        super().request_stop(signum, frame)  # type: ignore[no-untyped-call]


def run(delivery_id: int) -> str:
    """What a worker calls for each id; the database says whether there is still something to do."""
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context():
        return deliver(delivery_id)


def make_worker(url: str) -> PatientWorker:
    """A worker on our queue; raises RedisError when Redis is not there."""
    connection = Redis.from_url(url, socket_connect_timeout=CONNECT_SECONDS)
    return PatientWorker([QUEUE], connection=connection, serializer=JSONSerializer)
