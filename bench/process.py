"""What a web process costs: the time from its start to its first page, and its memory after some use."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from statistics import median
from time import perf_counter

from bench.pages import LIST
from bench.report import Figure, at_most
from bench.world import Served, World, floor, product

STARTS = 3
START_SECONDS = 2.5


def measure(place: World) -> list[Figure]:
    """The time to the first page with every app, product and floor started in turn."""
    taken: dict[str, list[float]] = {"product": [], "floor": []}
    for _n in range(STARTS):
        taken["product"].append(_first_page(product, place, LIST))
        taken["floor"].append(_first_page(floor, place, "/list?kind=part"))
    ours, theirs = median(taken["product"]), median(taken["floor"])
    return [at_most("start to first page, all apps", ours, START_SECONDS, "s", theirs)]


def _first_page(serve: Callable[[World], AbstractContextManager[Served]], place: World, path: str) -> float:
    start = perf_counter()
    with serve(place) as served:
        served.get(path, Cookie=place.cookie)
        return perf_counter() - start
