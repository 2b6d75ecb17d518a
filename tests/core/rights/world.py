"""A made-up factory for the rights campaign: a tree of units, people with several roles, and 200 sheets.

Everything is drawn from a seed, described in the oracle's words, and then entered into the database.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from core.db.session import db
from core.people.models import OrgUnit, User
from core.testing import people
from tests.core.api.fixtures import make_maker, make_sheet, system_unit
from tests.core.rights.oracle import Holding, Oracle, Person, Role, Row

SHEETS, MAKERS, BATCH = 200, 12, 10
SCOPES = ("own", "unit", "subtree", "all")
RIGHTS = ("gauge.sheet.read", "gauge.sheet.export", "gauge.maker.read", "core.audit.read")
GROUPS = ("prices", "costs")
MAKER_KEYS = [f"MK{n:02d}X" for n in range(MAKERS)]
MARKS = {
    "gauge.sheet": [*MAKER_KEYS, *(f"batch{n:02d}" for n in range(SHEETS // BATCH))],
    "gauge.maker": MAKER_KEYS,
}


@dataclass
class World:
    """What was drawn, and the ids it has in the database."""

    oracle: Oracle
    persons: list[Person]
    sheets: list[Row]
    makers: list[Row]
    made_by: dict[str, str]
    users: dict[str, User] = field(default_factory=dict)
    sheet_ids: dict[str, int] = field(default_factory=dict)


def draw(seed: int, actors: int) -> World:
    """A world; the first persons are those who act, the others only own records."""
    dice = Random(seed)
    units = [f"U{n:02d}" for n in range(14)]
    parents = {unit: dice.choice(units[max(0, n - 5) : n]) if n else None for n, unit in enumerate(units)}
    persons = [_person(dice, f"P{n:02d}", units, acts=n < actors) for n in range(actors + 4)]
    makers = [Row(key, *_place(dice, persons, units), frozenset({key})) for key in MAKER_KEYS]
    made_by = {f"GS{n:04d}X": dice.choice(makers).key for n in range(SHEETS)}
    sheets = [
        Row(key, *_place(dice, persons, units), frozenset({_batch(n), maker}))
        for n, (key, maker) in enumerate(made_by.items())
    ]
    return World(Oracle(parents), persons, sheets, makers, made_by)


def _batch(number: int) -> str:
    return f"batch{number // BATCH:02d}"


def _place(dice: Random, persons: Sequence[Person], units: Sequence[str]) -> tuple[str | None, str | None]:
    owner, unit = dice.choice(persons).name, dice.choice(units)
    return (owner if dice.random() < 0.8 else None), (unit if dice.random() < 0.9 else None)


def _person(dice: Random, name: str, units: Sequence[str], *, acts: bool) -> Person:
    unit = dice.choice(units) if dice.random() < 0.8 else None
    number = dice.choice((1, 1, 2, 3)) if acts else 0
    return Person(name, unit, tuple(_holding(dice, unit, units) for _n in range(number)))


def _holding(dice: Random, own_unit: str | None, units: Sequence[str]) -> Holding:
    role = Role(
        permissions=frozenset(r for r in RIGHTS if dice.random() < 0.75),
        scope=dice.choice((*SCOPES[:3], *SCOPES)),
        groups=frozenset(g for g in GROUPS if dice.random() < 0.4),
        active=dice.random() < 0.9,
        rules={noun: drawn for noun in MARKS if (drawn := _marks(dice, noun))},
    )
    if dice.random() < 0.6:
        return Holding(role, dice.choice(units), post=True, post_active=dice.random() < 0.9)
    return Holding(role, own_unit)


def _marks(dice: Random, noun: str) -> frozenset[str]:
    """What a role is limited to, nothing for most."""
    return frozenset(dice.sample(MARKS[noun], 8)) if dice.random() < 0.3 else frozenset()


def _tree(noun: str, marks: frozenset[str]) -> dict[str, Any]:
    """The rule as an administrator puts it together; of sheets some marks are their maker's code."""
    named = sorted(marks & set(MAKER_KEYS))
    if noun == "gauge.maker":
        return {"field": "code", "op": "in", "value": named}
    of_makers = {"field": "maker.code", "op": "in", "value": named}
    return {"or": [of_makers, {"field": "title", "op": "in", "value": sorted(marks - set(MAKER_KEYS))}]}


def enter(world: World) -> None:
    """Put the world into the database."""
    system_unit(lambda: _enter(world))


def _enter(world: World) -> None:
    units: dict[str | None, OrgUnit] = {}
    for name, parent in world.oracle.parents.items():
        units[name] = people.make_unit(parent=units.get(parent), code=name, name=f"Unit {name}")
    for person in world.persons:
        world.users[person.name] = _enter_person(person, units)
    ids = {name: user.id for name, user in world.users.items()}
    places = {name: unit.id for name, unit in units.items()}
    makers = {}
    for row in world.makers:
        maker = make_maker(code=row.key, name=f"Maker {row.key}")
        maker.owner_id, maker.org_unit_id = ids.get(row.owner or ""), places.get(row.unit)
        makers[row.key] = maker.id
    for number, row in enumerate(world.sheets):
        sheet = make_sheet(
            row.key,
            title=_batch(number),
            maker_id=makers[world.made_by[row.key]],
            price=Decimal(f"8{number:04d}.53"),
            lines=("1",),
        )
        sheet.owner_id, sheet.org_unit_id = ids.get(row.owner or ""), places.get(row.unit)
        sheet.lines[0].cost = Decimal(f"9{number:04d}.57")
        world.sheet_ids[row.key] = sheet.id
    db.session.flush()


def _enter_person(person: Person, units: dict[str | None, OrgUnit]) -> User:
    direct, posts = [], []
    for holding in person.holdings:
        kept = holding.role
        role = people.make_role(*kept.permissions, scope=kept.scope, field_groups=kept.groups, active=kept.active)
        role.row_rules = {noun: _tree(noun, marks) for noun, marks in kept.rules.items()}
        if holding.post:
            posts.append(people.make_post(role, unit=units[holding.unit], active=holding.post_active))
        else:
            direct.append(role)
    return people.make_user(*direct, unit=units.get(person.unit), posts=posts, login=person.name, name=person.name)
