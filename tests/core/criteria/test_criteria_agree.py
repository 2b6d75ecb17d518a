"""Random conditions mean the same in Python as in SQL, on both databases, also for somebody who does not reach all."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from addons.gauge.models import Maker, Sheet
from flask import Flask
from sqlalchemy import select

from core.actor import SYSTEM, Actor, acting
from core.criteria import to_clause, to_predicate
from core.criteria.tree import OPERATORS, find_field, fits
from core.db.session import db
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from tests.core.api.fixtures import make_maker, make_sheet

PER_RUN = 400
SHEETS = 60
OWN = ("id", "title", "note", "maker_id", "qty", "price", "amount", "times", "due_on", "checked_at", "urgent", "colour")
LINKED = ("maker.code", "maker.name", "maker.rebate", "maker.id", "maker.created_by.login")
FIELDS = (*OWN, "origin", "state", "number", "owner_id", *LINKED, "maker.created_by.org_unit.name")
WORDS = ("", "bolt", "Bolt", "BÄR", "bär", "轴承", "a%b_c", "a/b", "50%", "é", "Σ")
NUMBERS = ("-3", "0", "0.000001", "1.5", "1.50", "2", "1000000.25")
DAYS = tuple(date(2026, 11, 20) + timedelta(days=n) for n in range(8))
MOMENTS = tuple(datetime(2026, 11, 20, 16, tzinfo=UTC) + timedelta(hours=9 * n) for n in range(8))


def maybe(random: Random, values: Any) -> Any:
    return None if random.random() < 0.3 else random.choice(values)


def fill(random: Random) -> dict[str, int]:
    """Makers, sheets and people in two units; returns the ids a condition may ask for."""
    units = [people.make_unit(name=name) for name in ("North", "South")]
    users = [people.make_user(unit=unit) for unit in units]
    makers = [
        make_maker(
            code=f"K{n}",
            name=maybe(random, WORDS),
            rebate=maybe(random, [Decimal(x) for x in NUMBERS]),
            owner_id=maybe(random, [u.id for u in users]),
            org_unit_id=maybe(random, [u.id for u in units]),
        )
        for n in range(8)
    ]
    for maker in makers:  # the session stamps new records itself
        maker.created_by_id = maybe(random, [u.id for u in users])
    for n in range(SHEETS):
        make_sheet(
            f"N{n}",
            title=random.choice(WORDS[1:]),
            note=maybe(random, WORDS),
            maker_id=maybe(random, [m.id for m in makers]),
            qty=Decimal(random.choice(NUMBERS)),
            price=maybe(random, [Decimal(x) for x in NUMBERS]),
            amount=maybe(random, [Decimal("1.5"), Decimal("-0.0001"), Decimal(2)]),
            times=maybe(random, range(-2, 5)),
            due_on=maybe(random, DAYS),
            checked_at=maybe(random, MOMENTS),
            urgent=random.random() < 0.5,
            colour=maybe(random, ("red", "green", "blue")),
            origin=maybe(random, WORDS),
            owner_id=maybe(random, [u.id for u in users]),
            org_unit_id=maybe(random, [u.id for u in units]),
        )
    return {"unit": units[0].id, "user": users[0].id}


def tree(random: Random, actor: Actor, depth: int = 1) -> Any:
    """A random condition of at most five levels."""
    roll = random.random()
    if depth < 5 and roll < 0.25:
        return {"not": tree(random, actor, depth + 1)}
    if depth < 5 and roll < 0.6:
        parts = [tree(random, actor, depth + 1) for _n in range(random.randint(0, 3))]
        return {random.choice(("and", "or")): parts}
    return leaf(random, actor)


def leaf(random: Random, actor: Actor) -> dict[str, Any]:
    path = random.choice(FIELDS)
    _links, field = find_field(current_registry().models["gauge.sheet"], path, actor)
    op = random.choice([op for op in OPERATORS if fits(field, op)])
    if op == "empty":
        return {"field": path, "op": op}
    if op in ("in", "between"):
        values = [value(random, field) for _n in range(2 if op == "between" else random.randint(0, 4))]
        return {"field": path, "op": op, "value": values}
    return {"field": path, "op": op, "value": value(random, field)}


def value(random: Random, field: Any) -> Any:
    if field.kind in ("quantity", "price", "money"):
        return random.choice(NUMBERS[:2] + NUMBERS[3:]) if field.kind == "money" else random.choice(NUMBERS)
    if field.kind == "link":
        return random.choice([1, 2, 5, 10**9, {"me": True}, {"my_unit": True}])
    makers: dict[str, Any] = {
        "integer": lambda: random.choice([-2, 0, 1, 2**31 - 1, {"me": True}]),
        "date": lambda: random.choice([random.choice(DAYS).isoformat(), {"today": random.randint(-5, 5)}]),
        "datetime": lambda: random.choice([random.choice(MOMENTS).isoformat(), "2026-11-22", {"today": 0}]),
        "boolean": lambda: random.choice([True, False]),
    }
    if field.kind == "choice":
        return random.choice(list(field.info.choices))
    return makers.get(field.kind, lambda: random.choice([*WORDS, "o", "B", "N1", "K2", "draft", "South"]))()


def actors(made: dict[str, int]) -> list[Actor]:
    """The system, somebody of one unit, and somebody nothing but the sheets belongs to."""
    verbs = ["gauge.sheet.read", "gauge.maker.read", "core.user.read", "core.org_unit.read"]
    narrow = {"user_id": made["user"], "unit_id": made["unit"], "field_groups": ("prices",)}
    return [SYSTEM, actor_with(*verbs, scope="unit", **narrow), actor_with(*verbs, scope="own", **narrow)]  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [20261124])
def test_conditions_agree_in_python_and_sql(gauge_app: Flask, seed: int) -> None:
    random = Random(seed)
    with acting(SYSTEM):
        made = fill(random)
        spec = current_registry().models["gauge.sheet"]
        sheets = list(db.session.scalars(select(Sheet)))
        assert db.session.scalars(select(Maker)).all()
        people_asking = actors(made)
        found = 0
        for _n in range(PER_RUN):
            actor = random.choice(people_asking)
            asked = tree(random, actor)
            holds = to_predicate(spec, asked, actor)
            by_python = {sheet.id for sheet in sheets if holds(sheet)}
            by_sql = set(db.session.scalars(select(Sheet.id).where(to_clause(spec, asked, actor))))
            assert by_python == by_sql, (asked, actor.name, by_python ^ by_sql)
            found += 0 < len(by_sql) < SHEETS
    assert found > PER_RUN / 4  # conditions that tell records apart, not all or none
