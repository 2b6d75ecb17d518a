"""Row scope sits in the session: no way of reading gets past it."""

from __future__ import annotations

from typing import Any

import pytest
from addons.gauge.models import Maker, Sheet, SheetLine
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased, joinedload, selectinload

from core.actor import SYSTEM, Actor, NoActor, acting
from core.db.scope import get_or_none
from core.db.session import db
from core.testing import people
from core.testing.apps import actor_with
from tests.core.api.fixtures import make_maker, make_sheet

RIGHTS = ("gauge.sheet.read", "gauge.maker.read")


@pytest.fixture
def mine(gauge_app: Flask) -> Actor:
    """Somebody with one sheet and one maker of his own, beside one of each that is not; a line on each sheet."""
    with acting(SYSTEM):
        user = people.make_user()
        for name, owner in (("mine", user.id), ("other", None)):
            maker = make_maker(code=name, owner_id=owner)
            make_sheet(name, title=name, maker_id=maker.id, owner_id=owner, lines=("1",))
        crossed = db.session.scalars(select(Maker).where(Maker.code == "other")).one()
        make_sheet("crossed", title="crossed", maker_id=crossed.id, owner_id=user.id)
        db.session.commit()
    return actor_with(*RIGHTS, scope="own", user_id=user.id)


def titles(query: Any) -> list[str]:
    return sorted(db.session.scalars(query))


def test_every_way_of_asking_finds_only_what_is_reached(mine: Actor) -> None:
    other = aliased(Sheet)
    with acting(mine):
        assert titles(select(Sheet.title)) == ["crossed", "mine"]
        assert titles(select(other.title)) == ["crossed", "mine"]
        assert db.session.scalar(select(func.count(Sheet.id))) == 2
        assert db.session.scalar(select(func.count()).select_from(Sheet)) == 2
        assert titles(select(Sheet.title).join(Maker)) == ["mine"]
        assert titles(select(Sheet.title).union(select(Maker.code))) == ["crossed", "mine"]
        assert db.session.scalar(select(Sheet.id).where(Sheet.title == "other").exists().select()) is False
        assert db.session.scalar(select(func.count(SheetLine.id))) == 1


@pytest.mark.parametrize("load", [joinedload, selectinload])
def test_a_linked_record_out_of_reach_is_not_loaded_along(mine: Actor, load: Any) -> None:
    with acting(mine):
        found = db.session.scalars(select(Sheet).options(load(Sheet.maker)).order_by(Sheet.title)).all()
        assert [sheet.maker.code if sheet.maker else None for sheet in found] == [None, "mine"]


def test_a_linked_record_out_of_reach_is_not_loaded_later_either(mine: Actor) -> None:
    with acting(mine):
        crossed = db.session.scalars(select(Sheet).where(Sheet.title == "crossed")).one()
        assert crossed.maker is None


def test_sets_of_rows_are_changed_only_as_far_as_one_reaches(mine: Actor) -> None:
    with acting(mine):
        db.session.execute(update(Sheet).values(note="seen"))
        db.session.execute(delete(SheetLine))
    with acting(SYSTEM):
        assert titles(select(Sheet.title).where(Sheet.note == "seen")) == ["crossed", "mine"]
        assert db.session.scalar(select(func.count(SheetLine.id))) == 1


def test_what_the_session_remembers_does_not_open_a_record(mine: Actor) -> None:
    """The system has loaded the record in this session; `Session.get` would hand it out without asking."""
    with acting(SYSTEM):
        far = db.session.scalars(select(Sheet).where(Sheet.title == "other")).one()
    with acting(mine):
        assert db.session.get(Sheet, far.id) is far
        assert get_or_none(Sheet, far.id) is None
        assert get_or_none(Sheet, far.id, lock=True) is None
        db.session.expunge_all()
        assert db.session.get(Sheet, far.id) is None


def test_with_nobody_acting_nothing_is_read(mine: Actor) -> None:
    with pytest.raises(NoActor):
        db.session.scalars(select(Sheet)).all()


def test_without_the_permission_nothing_is_reached(mine: Actor) -> None:
    with acting(actor_with("gauge.maker.read", user_id=mine.user_id)):
        assert titles(select(Sheet.title)) == []
