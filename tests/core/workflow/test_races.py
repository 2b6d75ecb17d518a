"""Sixteen at once: one wins a transition, nobody's change is lost, no number is given twice."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import select, update

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.errors import Conflict, QingmesError, StaleVersion
from core.kernel.registry import current_registry
from core.testing.apps import TestApp
from core.workflow import numbering
from core.workflow.fire import fire
from core.workflow.models import AuditEntry, NumberCounter, NumberRule
from core.workflow.records import create_record, update_record
from tests.core.api.fixtures import SHEETS, Caller, make_caller, make_sheet, system_unit

WRITERS, ROUNDS, DOCUMENTS = 16, 4, 6


def at_once(work: Callable[[int], Any], writers: int = WRITERS) -> None:
    """Run `work(n)` in so many threads; an error in one of them is raised here."""
    errors: list[BaseException] = []

    def guarded(n: int) -> None:
        try:
            work(n)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(n,)) for n in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def unit(app: Flask, work: Callable[[], Any]) -> Any:
    """One unit of work as a process of its own would run it."""
    with app.app_context(), acting(SYSTEM):
        try:
            return run_unit(work)
        finally:
            db.session.remove()


def the_sheet(record_id: int) -> Sheet:
    return db.session.scalars(select(Sheet).where(Sheet.id == record_id)).one()


def test_one_of_sixteen_fires_and_the_others_are_told(gauge_app: Flask) -> None:
    ids = system_unit(lambda: [make_sheet(str(n)).id for n in range(DOCUMENTS)])
    told: Counter[str] = Counter()
    start = threading.Barrier(WRITERS, timeout=60)

    def press(n: int) -> None:
        for record_id in ids:
            start.wait()
            try:
                unit(gauge_app, lambda record_id=record_id: fire(the_sheet(record_id), "confirm"))
                told["fired"] += 1
            except Conflict:
                told["conflict"] += 1

    at_once(press)
    assert told == {"fired": DOCUMENTS, "conflict": DOCUMENTS * (WRITERS - 1)}
    with acting(SYSTEM):
        assert {s.version for s in db.session.scalars(select(Sheet))} == {2}
        fired = db.session.scalars(select(AuditEntry.root_id).where(AuditEntry.action == "confirm"))
        assert sorted(fired) == sorted(ids)


def test_no_change_of_a_document_is_lost(gauge_app: Flask) -> None:
    """All read the same version, then all write: one is taken in each round, the others are told to look again."""
    record_id = system_unit(lambda: make_sheet("1", note="-").id)
    spec = current_registry().models["gauge.sheet"]
    taken: list[str] = []
    stale: list[int] = []
    together = threading.Barrier(WRITERS, timeout=60)

    def write(n: int) -> None:
        for round_ in range(ROUNDS):
            seen = unit(gauge_app, lambda: the_sheet(record_id))
            together.wait()
            changes = {"note": f"{seen.note}{n:x}"}
            change = partial(update_record, spec, record_id, changes, version=seen.version)
            try:
                unit(gauge_app, change)
                taken.append(f"{n:x}")
            except StaleVersion:
                stale.append(round_)
            together.wait()

    at_once(write)
    with acting(SYSTEM):
        final = the_sheet(record_id)
    assert final.note == "-" + "".join(taken)
    assert (final.version, len(taken), len(stale)) == (1 + ROUNDS, ROUNDS, ROUNDS * (WRITERS - 1))


def test_no_change_over_the_api_is_lost(gauge_app: Flask) -> None:
    call = make_caller(gauge_app)
    path = f"{SHEETS}/{system_unit(lambda: make_sheet('1', note='-').id)}"
    token = call.headers["Authorization"].removeprefix("Bearer ")
    answers: Counter[int] = Counter()
    taken: list[str] = []
    together = threading.Barrier(WRITERS, timeout=60)

    def write(n: int) -> None:
        own = Caller(gauge_app, call.user, token)
        for _round in range(ROUNDS):
            seen = own("GET", path).json
            together.wait()
            body = {"note": f"{seen['note']}{n:x}", "version": seen["version"]}
            answer = own("PATCH", path, body)
            answers[answer.status_code] += 1
            if answer.status_code == 200:
                taken.append(f"{n:x}")
            together.wait()

    at_once(write)
    assert answers == {200: ROUNDS, 409: ROUNDS * (WRITERS - 1)}
    assert call("GET", path).json["note"] == "-" + "".join(taken)


def test_writing_without_asking_for_the_version_would_lose_changes(gauge_app: Flask) -> None:
    """The control: the same race, written past `update_record`, loses all but one change."""
    record_id = system_unit(lambda: make_sheet("1", note="-").id)
    together = threading.Barrier(WRITERS, timeout=60)

    def write(n: int) -> None:
        seen = unit(gauge_app, lambda: the_sheet(record_id).note)
        together.wait()
        unit(
            gauge_app,
            lambda: db.session.execute(update(Sheet).where(Sheet.id == record_id).values(note=f"{seen}{n:x}")),
        )

    at_once(write)
    with acting(SYSTEM):
        assert len(str(the_sheet(record_id).note)) == 2


@pytest.mark.parametrize("mode", ["gap_free", "fast"])
def test_numbers_of_documents_made_at_once_are_all_different(gauge_app: Flask, mode: str) -> None:
    """A third of the units roll back after taking a number; without gaps means without theirs too."""
    spec = current_registry().models["gauge.sheet"]
    system_unit(lambda: db.session.execute(update(NumberRule).where(NumberRule.model == spec.name).values(mode=mode)))

    def make(fails: bool) -> None:
        create_record(spec, {"title": "T"})
        if fails:
            raise Conflict("This unit is rolled back on purpose.")

    def write(n: int) -> None:
        for turn in range(ROUNDS):
            try:
                unit(gauge_app, lambda turn=turn: make((n + turn) % 3 == 0))
            except QingmesError:
                pass

    at_once(write)
    kept = [(n + turn) % 3 for n in range(WRITERS) for turn in range(ROUNDS)]
    with acting(SYSTEM):
        numbers = sorted(int(number.rpartition("-")[2]) for number in db.session.scalars(select(Sheet.number)))
    assert len(numbers) == len(set(numbers)) == sum(k != 0 for k in kept)
    if mode == "gap_free":
        assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.postgres
def test_a_counter_that_is_read_and_then_written_would_give_numbers_twice(
    gauge_postgres: TestApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: with the one atomic statement taken apart, the race above shows duplicates."""
    together = threading.Barrier(2, timeout=60)

    def apart(connection: Any, rule_id: int, scope: str, step: int) -> int:
        counter = select(NumberCounter.value).where(NumberCounter.rule_id == rule_id, NumberCounter.scope == scope)
        value = int(connection.execute(counter).scalar_one()) + step
        together.wait()
        connection.execute(update(NumberCounter).where(NumberCounter.scope == scope).values(value=value))
        return value

    with gauge_postgres.fresh() as app:
        rule = select(NumberRule).where(NumberRule.model == "gauge.sheet")
        system_unit(lambda: numbering._count(db.session.scalars(rule).one(), "x{n}"))
        monkeypatch.setattr(numbering, "_increment", apart)
        taken: list[int] = []
        at_once(lambda n: taken.append(unit(app, lambda: numbering._count(db.session.scalars(rule).one(), "x{n}"))), 2)
    assert taken == [2, 2]
