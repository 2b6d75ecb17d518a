"""Figures of this process for Prometheus: requests by route, and the state of the outbox."""

from __future__ import annotations

import time
from collections.abc import Iterator

from flask import Response, g, request
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import func, select

from core.db.session import db

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class OutboxCollector(Collector):
    """How many deliveries there are in each state, asked of the database at each scrape."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """One gauge, by state."""
        from core.events.models import Delivery

        gauge = GaugeMetricFamily("qingmes_deliveries", "Deliveries and jobs by state", labels=["state"])
        table = Delivery.__table__
        unfinished = table.c.state != "done"
        query = select(table.c.state, func.count()).where(unfinished).group_by(table.c.state)
        found: dict[str, int] = dict(iter(db.session.execute(query)))
        for state in ("waiting", "running", "dead"):
            gauge.add_metric([state], found.get(state, 0))
        yield gauge


REGISTRY = CollectorRegistry()
REQUESTS = Counter("qingmes_requests", "Requests answered", ["method", "endpoint", "status"], registry=REGISTRY)
DURATION = Histogram("qingmes_request_seconds", "Time to answer", ["endpoint"], buckets=SECONDS, registry=REGISTRY)
REGISTRY.register(OutboxCollector())


def start() -> None:
    """Note when a request began."""
    g.qingmes_started = time.perf_counter()


def count(response: Response) -> Response:
    """Count a request by its endpoint, never by its address: addresses are without number."""
    endpoint = request.endpoint or "none"
    REQUESTS.labels(request.method, endpoint, response.status_code).inc()
    started = g.get("qingmes_started")
    if started is not None:
        DURATION.labels(endpoint).observe(time.perf_counter() - started)
    return response


def exposition() -> bytes:
    """All figures as text."""
    return generate_latest(REGISTRY)
