"""Work that leaves a trace in the table for each effect."""

from __future__ import annotations

import time
from collections.abc import Iterator

from addons.tally.models import Mark

from core.actor import current_actor
from core.db.session import db
from core.events import Progress, current_delivery, defer
from core.i18n import get_locale, gettext
from core.kernel.manifest import Schedule


def _mark(step: str, said: str = "") -> None:
    db.session.add(Mark(delivery_id=current_delivery(), step=step, said=said))
    db.session.flush()


def count(millis: int = 0) -> None:
    """Two effects, and some time between them."""
    _mark("begin")
    time.sleep(millis / 1000)
    _mark("end")


def count_apart(millis: int = 0) -> None:
    """What a job must never do: its effects are committed apart from the mark that it is done."""
    count(0)
    db.session.commit()
    time.sleep(millis / 1000)


def count_steps(steps: int, millis: int = 0, fail_at: int = -1, cursor: int | None = None) -> Iterator[Progress]:
    """One effect a step; goes on after the last committed one."""
    for number in range((cursor or 0) + 1, steps + 1):
        _mark(f"step {number}")
        time.sleep(millis / 1000)
        if number == fail_at:
            raise RuntimeError("the step failed")
        yield Progress(done=number, total=steps, cursor=number)
    _mark("end")


def fail(text: str) -> None:
    """An effect, and then a failure."""
    _mark("begin")
    raise RuntimeError(text)


def say() -> None:
    """Who I am, in which language."""
    actor = current_actor()
    _mark("say", f"{actor.name}|{actor.channel}|{actor.unrestricted}|{get_locale()}|{gettext('Waiting')}")


def chain() -> None:
    """A job that asks for another one."""
    _mark("begin")
    defer(count)


def daily() -> None:
    """Run by the clock."""
    _mark("daily")


SCHEDULES = (
    Schedule(key="tally.daily", job=daily, title="Every day", daily_at="06:30"),
    Schedule(key="tally.often", job=count, title="Every ten minutes", every_minutes=10),
)
