"""`python -m bench`: every figure of the product beside its control; exit code 1 when a bar is not kept."""

from __future__ import annotations

import sys

from bench import approvals, pages, planning, process, scanning, similar, stock
from bench.report import Figure, at_most, show
from bench.world import World, floor, product, world

MEGABYTES = 160


def main() -> int:
    """Measure, print, and say whether every bar was kept."""
    with world() as place:
        figures = [*_served(place), *process.measure(place), *stock.measure(place)]
        figures += [*planning.measure(), *similar.measure(place)]
    show(figures)
    return 0 if all(figure.ok for figure in figures) else 1


def _served(place: World) -> list[Figure]:
    """What is measured on running servers, and their memory after it."""
    with product(place) as ours, floor(place) as theirs:
        figures = pages.measure(place, ours, theirs)
        figures += approvals.measure(place, ours)
        figures += scanning.measure(place, ours, theirs)
        memory = at_most("memory of one web process", ours.megabytes, MEGABYTES, "MB", theirs.megabytes)
    return [*figures, memory]


if __name__ == "__main__":
    sys.exit(main())
