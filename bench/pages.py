"""A list page and a transition over HTTP, product and floor asked in turn; and how many statements each takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import count
from statistics import median
from time import perf_counter

from bench.report import Figure, against, at_most
from bench.world import Served, World
from core.kernel.switch import forget_enabled
from core.testing.statements import count_statements

LIST = "/m/masterdata/items?c=kind~in~part&sort=name"
ROUNDS = 60
WARM_UP = 5
LIST_TIMES, LIST_STATEMENTS = 4, 8
FIRE_MILLISECONDS, FIRE_STATEMENTS = 20, 10


def measure(place: World, product: Served, floor: Served) -> list[Figure]:
    """The figures of one page and one transition."""
    listed = in_turn(
        {
            "product": lambda: product.get(LIST, Cookie=place.cookie),
            "floor": lambda: floor.get("/list?kind=part"),
        }
    )
    ids = count(1)
    fired = in_turn(
        {
            "product": lambda: product.post(f"/api/v1/masterdata/items/{next(ids)}/release", **bearer(place)),
            "floor": lambda: floor.post(f"/fire/{next(ids)}?to=released"),
        }
    )
    return [
        against("list of 80 of 100,000 items, filter and sort", listed["product"], listed["floor"], LIST_TIMES),
        at_most("  its statements", _statements(place, "GET", LIST), LIST_STATEMENTS, "statements"),
        at_most("one transition by API", fired["product"], FIRE_MILLISECONDS, "ms", fired["floor"]),
        at_most(
            "  its statements",
            _statements(place, "POST", f"/api/v1/masterdata/items/{next(ids)}/release"),
            FIRE_STATEMENTS,
            "statements",
        ),
    ]


def bearer(place: World) -> dict[str, str]:
    """The header a program sends."""
    return {"Authorization": f"Bearer {place.token}"}


def in_turn(calls: Mapping[str, Callable[[], object]], rounds: int = ROUNDS) -> dict[str, float]:
    """The median milliseconds of each call; every round makes each once, so that what disturbs one disturbs all."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for n in range(WARM_UP + rounds):
        for name, call in calls.items():
            start = perf_counter()
            call()
            if n >= WARM_UP:
                taken[name].append((perf_counter() - start) * 1000)
    return {name: median(values) for name, values in taken.items()}


def _statements(place: World, method: str, path: str) -> int:
    client = place.app.test_client()
    body = {} if method == "POST" else None

    def ask() -> None:
        forget_enabled()
        answer = client.open(path, method=method, json=body, headers=bearer(place))
        assert answer.status_code == 200, answer.text

    with place.app.app_context():
        return count_statements(ask)
