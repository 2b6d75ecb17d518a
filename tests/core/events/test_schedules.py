"""By the clock: each occurrence once, whoever looks, and missed ones together."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from addons.tally.jobs import SCHEDULES
from flask import Flask
from sqlalchemy import select, update

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.events.models import Delivery
from core.events.schedules import fire_due, latest_occurrence
from core.kernel.switch import disable

pytestmark = pytest.mark.usefixtures("system")

ZONE = "Asia/Shanghai"
START = datetime(2026, 11, 24, 1, 5, tzinfo=UTC)  # 09:05 in Shanghai
DAILY, OFTEN = SCHEDULES


def fire(now: datetime) -> None:
    """Look at the clock once."""
    run_unit(lambda: fire_due(now, ZONE))


def occurrences(schedule: str) -> list[tuple[str, str]]:
    """What was put in the outbox for a schedule: occurrence and state."""
    prefix = f"schedule:{schedule}:"
    query = select(Delivery.key, Delivery.state).where(Delivery.key.startswith(prefix)).order_by(Delivery.id)
    return [(str(key).removeprefix(prefix), state) for key, state in db.session.execute(query)]


def end_all() -> None:
    """Everything in the outbox is done."""
    run_unit(lambda: db.session.execute(update(Delivery).values(state="done", finished_at=utcnow())))


def test_a_daily_schedule_is_reckoned_in_the_factorys_time_zone() -> None:
    assert latest_occurrence(DAILY, START, ZONE) == datetime(2026, 11, 23, 22, 30, tzinfo=UTC)
    before = datetime(2026, 11, 23, 22, 29, tzinfo=UTC)
    assert latest_occurrence(DAILY, before, ZONE) == datetime(2026, 11, 22, 22, 30, tzinfo=UTC)


def test_an_interval_is_reckoned_from_the_full_hour() -> None:
    assert latest_occurrence(OFTEN, START, ZONE) == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)


def test_a_new_schedule_starts_with_its_next_occurrence(tally: Flask) -> None:
    fire(START)
    assert occurrences("tally.often") == [("2026-11-24T01:00Z", "done")]
    fire(START + timedelta(minutes=5))
    assert occurrences("tally.often")[1:] == [("2026-11-24T01:10Z", "waiting")]


def test_an_occurrence_fires_once_however_often_one_looks(tally: Flask) -> None:
    fire(START)
    for minute in range(60, 65):
        fire(START + timedelta(minutes=minute))
        end_all()
    assert occurrences("tally.often")[1:] == [("2026-11-24T02:00Z", "done")]


def test_missed_occurrences_fire_once(tally: Flask) -> None:
    fire(START)
    fire(START + timedelta(days=3))
    assert occurrences("tally.daily")[1:] == [("2026-11-26T22:30Z", "waiting")]


def test_nothing_is_added_while_an_occurrence_is_still_waiting(tally: Flask) -> None:
    fire(START)
    fire(START + timedelta(minutes=10))
    fire(START + timedelta(minutes=20))
    assert len(occurrences("tally.often")) == 2


def test_eight_schedulers_at_once_fire_an_occurrence_once(tally: Flask) -> None:
    fire(START)
    db.session.remove()
    errors: list[BaseException] = []

    def look() -> None:
        try:
            with tally.app_context(), acting(SYSTEM):
                fire(START + timedelta(days=1))
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [len(occurrences(key)) for key in ("tally.daily", "tally.often", "core.purge_outbox")] == [2, 2, 2]


def test_a_disabled_addons_schedules_rest(tally: Flask) -> None:
    fire(START)
    run_unit(lambda: disable("tally"))
    fire(START + timedelta(days=1))
    assert len(occurrences("tally.daily")) == 1


def test_core_seals_the_audit_trail_and_tidies_up_every_day(lite: Flask) -> None:
    fire(START)
    fire(START + timedelta(days=1))
    due = set(db.session.scalars(select(Delivery.target).where(Delivery.state == "waiting")))
    assert {"core.seal_audit_trail", "core.purge_outbox"} <= due
