"""One figure, and how figures are printed: a table for people, one JSON line each for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace


@dataclass(frozen=True)
class Figure:
    """A measured value beside its control, measured in the same run. `bar` is what the ratio may be at most, or
    the value where it is judged by itself; `ok` says whether that is kept."""

    name: str
    value: float
    unit: str
    control: float | None
    ratio: float | None
    bar: float
    ok: bool


def against(name: str, value: float, control: float, bar: float, unit: str = "ms") -> Figure:
    """A figure judged by its ratio to the control."""
    ratio = value / control
    return Figure(name, round(value, 3), unit, round(control, 3), round(ratio, 2), bar, ratio <= bar)


def at_most(name: str, value: float, bar: float, unit: str, control: float | None = None) -> Figure:
    """A figure judged by itself: statements, megabytes. A control is shown beside it."""
    ratio = round(value / control, 2) if control else None
    return Figure(name, round(value, 3), unit, round(control, 3) if control else None, ratio, bar, value <= bar)


def at_least(name: str, value: float, bar: float, unit: str, control: float | None = None) -> Figure:
    """A figure that is the better the larger it is: work done in a second."""
    figure = at_most(name, value, bar, unit, control)
    return replace(figure, ok=value >= bar)


def show(figures: Sequence[Figure]) -> None:
    """Print the table, then the JSON lines."""
    print(f"{'figure':<58} {'value':>10} {'unit':<10} {'control':>9} {'ratio':>6} {'bar':>6}  ok")
    for f in figures:
        control = "" if f.control is None else f"{f.control:.2f}"
        ratio = "" if f.ratio is None else f"{f.ratio:.2f}"
        mark = "yes" if f.ok else "NO"
        print(f"{f.name:<58} {f.value:>10.2f} {f.unit:<10} {control:>9} {ratio:>6} {f.bar:>6g}  {mark}")
    print()
    for f in figures:
        print(json.dumps(asdict(f)))
