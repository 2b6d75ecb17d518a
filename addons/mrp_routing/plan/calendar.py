"""Working time as one axis: minutes that are worked, put end to end.

A stretch of work is then a start and a length, whatever shifts, breaks and holidays lie in between, and both ways
between that axis and the clock are one search each. Times are whole minutes since 1970, UTC.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field

Span = tuple[int, int]
FOR_EVER = 10**9


class NoMoreTime(Exception):
    """The calendar ends before the work does."""


@dataclass(frozen=True, eq=False)
class Calendar:
    """When a machine, or a supplier, works: disjoint spans in order, each from its start up to its end.

    Machines with the same hours share one object.
    """

    spans: tuple[Span, ...]
    starts: tuple[int, ...] = field(init=False, repr=False)
    ends: tuple[int, ...] = field(init=False, repr=False)
    before: tuple[int, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note how much is worked before each span."""
        before, total = [], 0
        for start, end in self.spans:
            before.append(total)
            total += end - start
        object.__setattr__(self, "starts", tuple(start for start, _end in self.spans))
        object.__setattr__(self, "ends", tuple(end for _start, end in self.spans))
        object.__setattr__(self, "before", (*before, total))

    @classmethod
    def always(cls) -> Calendar:
        """Day and night."""
        return cls(((0, FOR_EVER),))

    @classmethod
    def of(cls, spans: Iterable[Span]) -> Calendar:
        """From spans in order; those that touch or overlap become one."""
        joined: list[Span] = []
        for start, end in spans:
            if joined and start <= joined[-1][1]:
                joined[-1] = joined[-1][0], max(end, joined[-1][1])
            elif end > start:
                joined.append((start, end))
        return cls(tuple(joined))

    def to_work(self, at: int) -> int:
        """How many minutes are worked before an instant."""
        number = bisect_right(self.starts, at) - 1
        if number < 0:
            return 0
        return self.before[number] + min(at, self.ends[number]) - self.starts[number]

    def start_at(self, work: int) -> int:
        """The first instant at which so many minutes are done and the next one is worked."""
        number = bisect_right(self.before, work) - 1
        if number >= len(self.spans):
            raise NoMoreTime
        return self.starts[number] + work - self.before[number]

    def end_at(self, work: int) -> int:
        """The first instant at which so many minutes are done: the end of a shift, not the start of the next."""
        number = bisect_left(self.before, work) - 1
        if number >= len(self.spans):
            raise NoMoreTime
        if number < 0:
            return self.starts[0] if self.starts else 0
        return self.starts[number] + work - self.before[number]

    def begin(self, at: int) -> int:
        """The first working instant from an instant on."""
        return self.start_at(self.to_work(at))

    def finish(self, start: int, minutes: int) -> int:
        """When work that begins at a working instant is done."""
        return self.end_at(self.to_work(start) + minutes) if minutes > 0 else start

    def begin_whole(self, at: int, minutes: int) -> int:
        """The first instant from which so many minutes are worked without a pause."""
        number = max(bisect_right(self.starts, at) - 1, 0)
        for start, end in self.spans[number:]:
            if end - max(start, at) >= minutes:
                return max(start, at)
        raise NoMoreTime
