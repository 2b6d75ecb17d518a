"""Units of work: committed once, rolled back whole, run again after a deadlock, queued on SQLite."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from addons.gauge.models import Maker
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from core.actor import SYSTEM, acting
from core.db.session import db, reading, run_unit, writing
from core.testing.apps import TestApp
from tests.core.api.fixtures import make_maker, system_unit


def codes() -> list[str]:
    return list(system_unit(lambda: db.session.scalars(select(Maker.code).order_by(Maker.code)).all()))


def test_an_error_leaves_nothing_behind(gauge_app: Flask) -> None:
    def work() -> None:
        make_maker(code="A")
        raise LookupError

    with acting(SYSTEM), pytest.raises(LookupError):
        run_unit(work)
    assert codes() == []


def test_what_cannot_succeed_is_not_run_again(gauge_app: Flask) -> None:
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        make_maker(code="A")
        make_maker(code="A")

    with acting(SYSTEM), pytest.raises(IntegrityError):
        run_unit(work)
    assert len(runs) == 1


@pytest.mark.postgres
def test_after_a_deadlock_the_whole_unit_runs_again(gauge_postgres: TestApp) -> None:
    """Two units lock the same two rows crosswise; PostgreSQL ends one of them, which then succeeds."""
    together = threading.Barrier(2, timeout=30)
    runs: list[str] = []

    def cross(app: Flask, first: str, second: str) -> None:
        def work() -> None:
            runs.append(first)
            for code in (first, second):
                query = select(Maker).where(Maker.code == code).with_for_update()
                maker = db.session.scalars(query).one()
                maker.name = f"{maker.name or ''}{first}"
                db.session.flush()
                if code == first and runs.count(first) == 1:
                    together.wait()

        with app.app_context(), acting(SYSTEM):
            run_unit(work)
            db.session.remove()

    with gauge_postgres.fresh() as app:
        system_unit(lambda: (make_maker(code="A"), make_maker(code="B")))
        threads = [threading.Thread(target=cross, args=(app, *pair)) for pair in ("AB", "BA")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        names = system_unit(lambda: db.session.scalars(select(Maker.name)).all())
    assert len(runs) == 3
    assert [sorted(name) for name in names] == [["A", "B"], ["A", "B"]]


@pytest.mark.postgres
def test_it_gives_up_after_three_times(gauge_postgres: TestApp) -> None:
    runs: list[int] = []

    def work() -> None:
        runs.append(1)
        db.session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))

    with gauge_postgres.fresh(), acting(SYSTEM), pytest.raises(DBAPIError):
        run_unit(work)
    assert len(runs) == 3


def test_on_sqlite_writing_units_queue_and_readers_do_not_wait(gauge_sqlite: TestApp) -> None:
    """A reader sees what was there before; the second writer goes on when the first has committed."""
    order: list[str] = []
    started = threading.Event()

    def second(app: Flask) -> None:
        with app.app_context(), acting(SYSTEM):
            started.set()
            run_unit(lambda: order.append(make_maker(code="B").code))
            db.session.remove()

    with gauge_sqlite.fresh() as app:
        thread = threading.Thread(target=second, args=(app,))

        def first() -> None:
            make_maker(code="A")
            thread.start()
            started.wait()
            order.append(f"seen: {read(app)}")
            order.append("A")

        with acting(SYSTEM):
            run_unit(first)
        thread.join()
        assert order == ["seen: []", "A", "B"]
        assert codes() == ["A", "B"]


def read(app: Flask) -> Any:
    """What a GET in another thread finds."""
    found: list[Any] = []

    def look() -> None:
        with app.app_context(), acting(SYSTEM), reading():
            found.append(db.session.scalars(select(Maker.code)).all())
            db.session.remove()

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    return found[0]


def test_a_block_that_writes_may_stand_in_one_that_reads(gauge_app: Flask) -> None:
    with reading(), writing():
        system_unit(lambda: make_maker(code="A"))
    assert codes() == ["A"]
