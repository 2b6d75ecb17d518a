"""Four hundred days of a factory by a made-up clock: holidays, quiet hours, restarts, two schedulers at once.

The oracle reckons working days and quiet hours by itself and shares no code with the rules.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from addons.masterdata.models import CalendarDay, CalendarShift, WorkCalendar
from addons.mrp_routing.factories import make_routing, make_work_order
from addons.mrp_routing.models import WorkOrder
from core.db.session import db
from core.reminders import firing, telling
from core.reminders.models import Reminder
from core.reminders.spans import Clock
from core.testing.people import make_role, make_user
from tests.core.reminders.support import make_rule

pytestmark = pytest.mark.usefixtures("system")

SHANGHAI = timezone(timedelta(hours=8))
START = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
AHEAD, AT, QUIET = 3, time(9, 0), (time(20, 0), time(7, 30))


@dataclass
class Oracle:
    """What must be told when: its own calendar, and what it has seen told."""

    off: set[date]
    worked: set[date]
    due: dict[int, date] = field(default_factory=dict)
    told: Counter[tuple[int, date]] = field(default_factory=Counter)

    def works(self, day: date) -> bool:
        return day in self.worked or (day.weekday() < 5 and day not in self.off)

    def reminds_at(self, due: date) -> datetime:
        """Nine o'clock, three working days before."""
        day, left = due, AHEAD
        while left:
            day -= timedelta(days=1)
            left -= self.works(day)
        return datetime.combine(day, AT, SHANGHAI)

    def is_quiet(self, now: datetime) -> bool:
        local = now.astimezone(SHANGHAI)
        return local.time() >= QUIET[0] or local.time() < QUIET[1] or not self.works(local.date())

    def expected(self, now: datetime) -> set[tuple[int, date]]:
        """What is to be told at this moment."""
        if self.is_quiet(now):
            return set()
        return {
            (order, due)
            for order, due in self.due.items()
            if self.reminds_at(due) <= now
            and not self.told[order, due]
            and (due >= now.astimezone(SHANGHAI).date() or self.reminds_at(due) > START)
        }


def draw_holidays(dice: Random) -> tuple[set[date], set[date]]:
    """Days off in runs of up to eight days, and Sundays worked in exchange."""
    off: set[date] = set()
    for _run in range(12):
        first = START.date() + timedelta(days=dice.randrange(420))
        off |= {first + timedelta(days=n) for n in range(dice.randint(1, 8))}
    sundays = [START.date() + timedelta(days=6 + 7 * week) for week in range(60)]
    return off, {day for day in dice.sample(sundays, 12) if day not in off}


def enter_calendar(oracle: Oracle) -> None:
    """The factory's calendar, as the oracle has it."""
    calendar = WorkCalendar(code="F", name="Factory")
    calendar.shifts = [CalendarShift(weekday=day, start="08:00", end="17:00") for day in WEEKDAYS]
    calendar.days = [
        CalendarDay(day_on=day, working=day in oracle.worked, like_weekday="mon" if day in oracle.worked else None)
        for day in sorted(oracle.off | oracle.worked)
    ]
    db.session.add(calendar)
    db.session.flush()


class Factory:
    """The rule, the orders, and a clock that is moved by the test."""

    def __init__(self, dice: Random, monkeypatch: pytest.MonkeyPatch) -> None:
        self.dice, self.now = dice, START
        self.oracle = Oracle(*draw_holidays(dice))
        enter_calendar(self.oracle)
        self.item = make_routing().item_id
        owner = make_user(make_role("mrp_routing.work_order.read"))
        make_rule(
            offset=f"-{AHEAD} work_days",
            at="09:00",
            since=START,
            quiet_from="20:00",
            quiet_to="07:30",
            skip_days_off=True,
            recipients=[{"kind": "user", "id": owner.id}],
        )
        self.clock = Clock.of_factory()
        self.seen: list[tuple[int, date]] = []
        self.put_off: dict[int, date] = {}
        notify = telling._notify
        monkeypatch.setattr(telling, "_notify", lambda rule, reminder, *rest: self.note(notify, rule, reminder, *rest))

    def note(self, notify: Any, rule: Any, reminder: Reminder, *rest: Any) -> list[int]:
        """Remember what really reached somebody."""
        new: list[int] = notify(rule, reminder, *rest)
        assert reminder.anchor_on is not None
        self.seen += [(reminder.record_id, reminder.anchor_on)] * len(new)
        return new

    def happen(self) -> None:
        """An order is entered, one's date is moved, or one that is about to be told of is put off and back again."""
        day, due = self.now.astimezone(SHANGHAI).date(), self.oracle.due
        waiting = [o for o in due if self.oracle.reminds_at(due[o]) <= self.now and not self.oracle.told[o, due[o]]]
        if self.put_off and self.dice.random() < 0.7:
            order, date_before = self.put_off.popitem()
            self.move(order, date_before)
        elif waiting and self.dice.random() < 0.6:
            order = self.dice.choice(waiting)
            self.put_off[order] = due[order]
            self.move(order, due[order] + timedelta(days=30))
        elif due and self.dice.random() < 0.35:
            order = self.dice.choice(list(due))
            self.move(order, due[order] + timedelta(days=self.dice.randint(-4, 6)))
        else:
            made = day + timedelta(days=self.dice.randint(-2, 25))
            due[make_work_order(item_id=self.item, due_on=made).id] = made

    def move(self, order: int, to: date) -> None:
        """Somebody changes the date of an order."""
        db.session.execute(update(WorkOrder).where(WorkOrder.id == order).values(due_on=to))
        self.oracle.due[order] = to

    def run(self) -> None:
        """One look by a scheduler, which may die half-way and be started again, or have a twin."""
        if self.dice.random() < 0.1:
            half = db.session.begin_nested()
            self.look()
            half.rollback()
            self.seen.clear()
        for _twin in range(2 if self.dice.random() < 0.3 else 1):
            self.look()

    def look(self) -> None:
        for rule in firing.active_rules():
            firing.look(rule, self.now, self.clock)
        firing.tell_due(self.now, self.clock)
        db.session.flush()

    def step(self) -> None:
        """Some hours later, now and then days: the server was off over a long weekend."""
        hours = self.dice.randint(20, 90) if self.dice.random() < 0.05 else self.dice.randint(1, 14)
        self.now += timedelta(hours=hours, minutes=self.dice.randint(0, 59))


def simulate(seed: int, days: int, monkeypatch: pytest.MonkeyPatch) -> int:
    """Run a factory, asserting at each look that exactly what is due is told; returns how much was told."""
    factory = Factory(Random(seed), monkeypatch)
    oracle = factory.oracle
    while factory.now < START + timedelta(days=days):
        factory.step()
        if factory.dice.random() < 0.4:
            factory.happen()
        expected = oracle.expected(factory.now)
        factory.run()
        assert Counter(factory.seen) == Counter(expected), f"seed {seed} at {factory.now}"
        oracle.told.update(factory.seen)
        factory.seen.clear()
    assert set(oracle.told.values()) == {1}
    return len(oracle.told)


def test_each_occasion_is_told_once_never_in_quiet_hours_and_none_is_lost(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert simulate(1, 400, monkeypatch) > 150


@pytest.mark.nightly
@pytest.mark.parametrize("seed", range(2, 22))
def test_the_same_in_twenty_other_factories(app: Flask, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    assert simulate(seed, 400, monkeypatch) > 50  # how much happens is drawn with the factory
