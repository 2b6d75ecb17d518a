"""A worker that dies leaves nothing of a whole import, and goes on with one of the valid rows."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import pieces
from addons.masterdata.models import Item
from core.actor import SYSTEM, Actor, acting
from core.db import db
from core.db.session import run_unit
from core.imports import work
from core.imports.applying import Applier
from core.people.grants import actor_for
from core.testing.people import administrator
from tests.core.imports.support import check, read, xlsx

HEAD = ("code", "name", "uom")
ROWS = 25


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def checked(any_app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch) -> int:
    """A file of 25 new items that has been checked, to be imported ten at a time."""
    user = administrator(language="en")
    pieces()
    db.session.commit()
    monkeypatch.setattr(work, "BATCH", 10)
    with acting(actor_for(user, "web")):
        result = check(xlsx(HEAD, *((f"N-{n:02}", "x", "pcs") for n in range(ROWS))))
    assert result.kept.counts == {"create": ROWS}
    return result.kept.id


def step_through(import_id: int, *, whole: bool, cursor: int | None = None, most: int = 99) -> int | None:
    """Run the steps of a job, `most` at the longest; returns the cursor."""
    steps = work.steps(import_id, dry=False, whole=whole, cursor=cursor)
    for _n in range(most):
        progress = run_unit(lambda: next(steps, None))
        if progress is None:
            break
        cursor = progress.cursor
    db.session.rollback()
    return cursor


def items() -> int:
    return db.session.scalar(select(func.count()).select_from(Item)) or 0


def test_an_import_of_the_valid_rows_goes_on_where_it_was(checked: int) -> None:
    cursor = step_through(checked, whole=False, most=2)
    assert (cursor, items()) == (10, 10)
    step_through(checked, whole=False, cursor=cursor)
    result = read(checked)
    assert (items(), result.kept.state, result.kept.counts) == (ROWS, "done", {"create": ROWS})
    assert [row.row for row in result.rows] == list(range(2, ROWS + 2))


def test_a_whole_import_that_is_interrupted_leaves_nothing(checked: int, monkeypatch: pytest.MonkeyPatch) -> None:
    apply, seen = Applier.apply, []

    def dies(self: Applier, documents: Any) -> Any:
        if seen:
            raise Killed
        seen.append(apply(self, documents))
        return seen[0]

    monkeypatch.setattr(Applier, "apply", dies)
    with pytest.raises(Killed):
        step_through(checked, whole=True)
    assert len(seen[0]) == 10
    assert items() == 0
    monkeypatch.setattr(Applier, "apply", apply)
    step_through(checked, whole=True, cursor=0)
    assert (items(), read(checked).kept.state) == (ROWS, "done")


def test_the_command_line_acts_as_the_system(app: Flask) -> None:
    actor: Actor = SYSTEM
    with acting(actor):
        pieces()
        db.session.commit()
        result = check(xlsx(HEAD, ("N-1", "x", "pcs")))
        assert result.kept.user_id is None
        assert result.outcomes == ["create"]
