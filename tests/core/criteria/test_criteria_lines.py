"""What totals of lines, days and units mean, in SQL as in Python."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM
from core.criteria import to_clause, to_predicate
from core.db.session import db
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from core.workflow.numbering import today
from tests.core.api.fixtures import make_maker, make_sheet

FACTORY = ZoneInfo("Asia/Shanghai")


def titles(tree: Any, actor: Any = SYSTEM) -> set[str]:
    """The sheets that fulfil a condition: those SQL finds, if Python finds the same."""
    spec = current_registry().models["gauge.sheet"]
    found = set(db.session.scalars(select(Sheet.title).where(to_clause(spec, tree, actor))))
    holds = to_predicate(spec, tree, actor)
    assert found == {sheet.title for sheet in db.session.scalars(select(Sheet)) if holds(sheet)}
    return found


def asked(field: str, op: str, value: Any = None) -> set[str]:
    return titles({"field": field, "op": op, "value": value} if value is not None else {"field": field, "op": op})


@pytest.fixture
def sheets(gauge_app: Flask, system: Any) -> None:
    make_sheet("1", title="none")
    make_sheet("2", title="one", lines=["5"])
    make_sheet("3", title="two", lines=["0.1", "0.2"])


def test_the_sum_of_no_lines_is_zero_and_sums_are_exact(sheets: None) -> None:
    assert asked("sum(lines.qty)", "eq", "0") == {"none"}
    assert asked("sum(lines.qty)", "eq", "0.3") == {"two"}
    assert asked("sum(lines.qty)", "empty") == set()
    assert asked("sum(lines.cost)", "eq", "0") == {"none", "one", "two"}


def test_lines_are_counted(sheets: None) -> None:
    assert asked("count(lines)", "eq", 0) == {"none"}
    assert asked("count(lines)", "between", [1, 2]) == {"one", "two"}


def test_the_smallest_of_no_lines_is_missing(sheets: None) -> None:
    assert asked("min(lines.qty)", "lt", "1") == {"two"}
    assert asked("max(lines.qty)", "gt", "0") == {"one", "two"}
    assert asked("min(lines.qty)", "empty") == {"none"}
    assert titles({"not": {"field": "min(lines.qty)", "op": "lt", "value": "1"}}) == {"none", "one"}


def test_any_needs_one_line_and_all_needs_lines_that_all_fulfil_it(sheets: None) -> None:
    assert asked("any(lines.qty)", "lt", "0.15") == {"two"}
    assert asked("all(lines.qty)", "lt", "0.15") == set()
    assert asked("all(lines.qty)", "gt", "0") == {"one", "two"}
    assert asked("all(lines.maker_id)", "empty") == {"one", "two"}
    assert titles({"not": {"field": "all(lines.qty)", "op": "gt", "value": "0"}}) == {"none"}


def test_lines_are_followed_through_their_links(sheets: None) -> None:
    sheet = db.session.scalars(select(Sheet).where(Sheet.title == "two")).one()
    sheet.lines[1].maker_id = make_maker(code="Kessel", rebate="2.5").id
    db.session.flush()
    db.session.expire_all()
    assert asked("any(lines.maker.code)", "starts", "kes") == {"two"}
    assert asked("all(lines.maker.code)", "starts", "kes") == set()
    assert asked("sum(lines.maker.rebate)", "eq", "2.5") == {"two"}


def test_the_lines_of_a_document_out_of_reach_are_none(sheets: None) -> None:
    user = people.make_user()
    db.session.scalars(select(Sheet).where(Sheet.title == "two")).one().owner_id = user.id
    db.session.flush()
    own = actor_with("gauge.sheet.read", scope="own", user_id=user.id)
    assert titles({"field": "count(lines)", "op": "gt", "value": 0}, own) == {"two"}


def test_days_are_whole_days_of_the_factory(gauge_app: Flask, system: Any) -> None:
    for title, days in (("before", -2), ("yesterday", -1), ("today", 0), ("later", 3)):
        day = today() + timedelta(days=days)
        last = datetime.combine(day, time(23, 59, 59), FACTORY).astimezone(UTC)
        make_sheet(title, title=title, due_on=day, checked_at=last)
    make_sheet("never", title="never")
    for field in ("due_on", "checked_at"):
        assert asked(field, "older_than", 0) == {"before", "yesterday"}
        assert asked(field, "older_than", 1) == {"before"}
        assert asked(field, "within_next", 0) == {"today"}
        assert asked(field, "within_next", 3) == {"today", "later"}
        assert titles({"not": {"field": field, "op": "within_next", "value": 3}}) == {"before", "yesterday", "never"}


def test_under_a_unit_are_the_unit_and_those_below_it(gauge_app: Flask, system: Any) -> None:
    plant = people.make_unit(name="Plant")
    hall, other = people.make_unit(name="Hall", parent=plant), people.make_unit(name="Other")
    for unit in (plant, hall, other):
        make_sheet(unit.name, title=unit.name, org_unit_id=unit.id)
    db.session.add(Sheet(number="x", title="nowhere", org_unit_id=None))
    db.session.flush()
    assert asked("org_unit_id", "under", plant.id) == {"Plant", "Hall"}
    assert asked("org_unit_id", "under", hall.id) == {"Hall"}
    assert asked("org_unit_id", "under", 10**9) == set()
    mine = {"field": "org_unit_id", "op": "under", "value": {"my_unit": True}}
    assert titles(mine, actor_with("gauge.sheet.read", unit_id=plant.id)) == {"Plant", "Hall"}
    assert titles(mine) == set()
