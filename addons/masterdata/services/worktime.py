"""Working time reckoned in whole minutes, away from the database: what a calendar says, as plain values.

A stretch is `(start, end)` in minutes after the midnight its shift begins on; past 1440 it is the next day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from math import floor
from zoneinfo import ZoneInfo

Stretch = tuple[int, int]

DAY = 24 * 60
MONDAY = 0
HORIZON_DAYS = 3 * 366


@dataclass(frozen=True, kw_only=True)
class WorkingTime:
    """The weekly pattern (Monday is 0), the days that differ from it, and the zone their times are in."""

    zone: ZoneInfo
    weekly: Mapping[int, tuple[Stretch, ...]] = field(default_factory=dict)
    special: Mapping[date, tuple[Stretch, ...]] = field(default_factory=dict)

    def on(self, day: date) -> tuple[Stretch, ...]:
        """The stretches of the shifts that begin on a day."""
        found = self.special.get(day)
        return self.weekly.get(day.weekday(), ()) if found is None else found

    def is_working_day(self, day: date) -> bool:
        """Whether a shift begins on the day."""
        return bool(self.on(day))

    def minutes(self, start: datetime, end: datetime) -> int:
        """Working minutes from one instant to a later one.

        Instants count as the minute they are in, so minutes of adjacent intervals add up.
        """
        first, last = _minute(start), _minute(end)
        if last < first:
            raise ValueError("the end is before the start")
        spans = self.spans(start.astimezone(self.zone).date(), end.astimezone(self.zone).date())
        return sum(max(0, min(b, last) - max(a, first)) for a, b in spans)

    def after(self, start: datetime, minutes: int) -> datetime | None:
        """The instant at which so many working minutes from `start` are done; None beyond three years."""
        left, position = minutes, _minute(start)
        if left <= 0:
            return start
        begin = start.astimezone(self.zone).date()
        for a, b in self.spans(begin, begin + timedelta(days=HORIZON_DAYS)):
            usable = b - max(a, position)
            if usable >= left:
                return _instant(max(a, position) + left)
            left -= max(0, usable)
        return None

    def spans(self, first: date, last: date) -> Iterator[Stretch]:
        """Working time of the days as disjoint spans in minutes since 1970, ordered; overlaps count once."""
        reached = -(10**12)
        for a, b in self._absolute(first - timedelta(days=1), last):
            if b > reached:
                yield max(a, reached), b
                reached = b

    def _absolute(self, first: date, last: date) -> Iterator[Stretch]:
        """As `spans`, sorted by start as far as neighbouring days overlap, overlaps still in."""
        waiting: list[Stretch] = []
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            waiting = sorted([*waiting, *(self._placed(day, stretch) for stretch in self.on(day))])
            border = self._at(day, DAY)
            while waiting and waiting[0][0] < border:
                yield waiting.pop(0)
        yield from waiting

    def _placed(self, day: date, stretch: Stretch) -> Stretch:
        return self._at(day, stretch[0]), self._at(day, stretch[1])

    def _at(self, day: date, minute: int) -> int:
        local = datetime(day.year, day.month, day.day, tzinfo=self.zone) + timedelta(minutes=minute)
        return _minute(local)


def without(stretch: Stretch, pause: Stretch | None) -> tuple[Stretch, ...]:
    """A stretch less its break."""
    if pause is None:
        return (stretch,)
    start, end = stretch
    return tuple((a, b) for a, b in ((start, pause[0]), (pause[1], end)) if b > a)


def overlap(stretches: Iterable[Stretch]) -> bool:
    """Whether two of the stretches share a minute."""
    reached = -DAY
    for start, end in sorted(stretches):
        if start < reached:
            return True
        reached = max(reached, end)
    return False


def _minute(instant: datetime) -> int:
    return floor(instant.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
