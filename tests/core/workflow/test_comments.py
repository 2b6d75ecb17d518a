"""Remarks reach whom they name and who follows, and nobody who may not read the record; tags."""

from __future__ import annotations

from typing import Any

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, Actor, acting
from core.db.session import db
from core.errors import ValidationError
from core.events.models import Notification
from core.people.grants import actor_for
from core.people.models import User
from core.testing import people
from core.workflow import comments, following
from core.workflow.fire import fire
from tests.core.api.fixtures import make_sheet, system_unit

RIGHTS = ("gauge.sheet.read", "gauge.sheet.confirm")


def person(login: str, *permissions: str, scope: str = "all", **values: Any) -> User:
    role = people.make_role(*permissions, scope=scope)
    return people.make_user(role, login=login, name=login.title(), **values)


@pytest.fixture
def office(gauge_app: Flask, system: Actor) -> dict[str, User]:
    """Wang and Li may read sheets, Zhao only his own, Sun none; Qian has left."""
    return {
        "wang": person("wang", *RIGHTS),
        "li": person("li.na", *RIGHTS),
        "zhao": person("zhao", *RIGHTS, scope="own"),
        "sun": person("sun", "core.user.read"),
        "qian": person("qian", *RIGHTS, active=False),
    }


@pytest.fixture
def sheet(office: dict[str, User]) -> Sheet:
    return make_sheet("7", title="Caliper")


def told() -> list[tuple[int, str]]:
    """Whom something was told, and what, in English; then it is forgotten."""
    rows = list(db.session.scalars(select(Notification).order_by(Notification.id)))
    found = [(row.user_id, row.text % row.params) for row in rows]
    for row in rows:
        db.session.delete(row)
    db.session.flush()
    return found


def test_a_remark_tells_those_it_names_who_may_read_the_record(office: dict[str, User], sheet: Sheet) -> None:
    with acting(actor_for(office["wang"], "web")):
        comments.comment(sheet, "@li.na. please look; @zhao @sun @qian @nobody a@wang")
    assert told() == [(office["li"].id, "Wang on 7 Caliper: @li.na. please look; @zhao @sun @qian @nobody a@wang")]


def test_whoever_owns_the_record_reaches_it_and_is_told(office: dict[str, User]) -> None:
    own = make_sheet("8", owner_id=office["zhao"].id)
    comments.comment(own, "@zhao")
    assert [user_id for user_id, _text in told()] == [office["zhao"].id]


def test_a_writer_follows_and_hears_what_others_write_and_do(office: dict[str, User], sheet: Sheet) -> None:
    with acting(actor_for(office["wang"], "web")):
        comments.comment(sheet, "Mine.")
    with acting(actor_for(office["li"], "web")):
        comments.comment(sheet, "Mine too.")
        fire(sheet, "confirm")
    assert [user_id for user_id, _text in told()] == [office["wang"].id] * 2


def test_who_stops_following_hears_no_more(office: dict[str, User], sheet: Sheet) -> None:
    wang = office["wang"].id
    following.follow(sheet, wang)
    following.follow(sheet, wang)
    assert following.followers(sheet) == {wang}
    following.unfollow(sheet, wang)
    comments.comment(sheet, "Anybody?")
    assert told() == []


def test_remarks_are_read_in_their_order_on_their_record_only(office: dict[str, User], sheet: Sheet) -> None:
    other = make_sheet("8")
    for text in ("one", "two\r\nlines"):
        comments.comment(sheet, text)
    comments.comment(other, "elsewhere")
    assert [c.text for c in comments.find_comments(sheet)] == ["one", "two\nlines"]


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 4001, "a\x00b", "a\x1bb", "\u202egnp.exe", "\ud800"])
def test_a_remark_that_cannot_be_kept_is_refused(one_app: Flask, system: Actor, text: str) -> None:
    record = make_sheet("1")
    with pytest.raises(ValidationError):
        comments.comment(record, text)
    assert comments.find_comments(record) == []


def test_a_tag_is_put_on_once_and_taken_off(gauge_app: Flask, system: Actor) -> None:
    record, other = make_sheet("1"), make_sheet("2")
    for word in ("urgent", " urgent ", "加急"):
        comments.add_tag(record, word)
    assert [tag.word for tag in comments.tags(record)] == ["urgent", "加急"]
    first = comments.tags(record)[0]
    comments.remove_tag(other, first.id)
    assert len(comments.tags(record)) == 2
    comments.remove_tag(record, first.id)
    assert [tag.word for tag in comments.tags(record)] == ["加急"]


@pytest.mark.parametrize("word", ["", "x" * 41, "two\nlines", "a\x00"])
def test_a_tag_that_cannot_be_kept_is_refused(one_app: Flask, word: str) -> None:
    record = system_unit(lambda: make_sheet("1"))
    with acting(SYSTEM), pytest.raises(ValidationError):
        comments.add_tag(record, word)
