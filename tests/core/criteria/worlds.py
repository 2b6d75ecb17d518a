"""A few records with every kind of hole in them, and random conditions on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from addons.gauge.models import Maker, Sheet, SheetLine

from core.actor import SYSTEM, Actor
from core.criteria.paths import find_path
from core.criteria.tree import OPERATORS, fits
from core.db.session import db
from core.kernel.registry import current_registry
from core.testing import people
from core.testing.apps import actor_with
from tests.core.api.fixtures import make_maker

SHEETS = 14
OWN = ("id", "title", "note", "maker_id", "qty", "price", "amount", "times", "due_on", "checked_at", "urgent", "colour")
LINKED = ("maker.code", "maker.name", "maker.rebate", "maker.id", "maker.created_by.login", "maker.org_unit_id")
FAR = ("origin", "state", "number", "owner_id", "org_unit_id", "maker.created_by.org_unit.name")
TOTALS = (
    "count(lines)",
    *(f"{total}(lines.{path})" for total in ("sum", "min", "max") for path in ("qty", "cost", "seq", "maker.rebate")),
    "max(lines.maker.created_at)",
)
EACH = tuple(
    f"{total}(lines.{path})"
    for total in ("any", "all")
    for path in ("qty", "cost", "maker_id", "maker.code", "maker.name", "maker.created_by.login", "maker.org_unit_id")
)
PATHS = (*OWN, *LINKED, *FAR, *TOTALS, *EACH)
WORDS = ("", "bolt", "Bolt", "BÄR", "bär", "轴承", "a%b_c", "a/b", "50%", "é", "Σ")
NUMBERS = ("-3", "0", "0.000001", "1.5", "1.50", "2", "1000000.25")
AMOUNTS = ("1.5", "-0.0001", "2", "0")
FIRST = date.today() - timedelta(days=4)
DAYS = tuple(FIRST + timedelta(days=n) for n in range(9))
# Among them the moments days begin at a factory in China, and the hours around them.
MOMENTS = tuple(datetime(FIRST.year, FIRST.month, FIRST.day, 1, tzinfo=UTC) + timedelta(hours=5 * n) for n in range(40))
VERBS = ("gauge.sheet.read", "gauge.maker.read", "core.user.read", "core.org_unit.read")


def maybe(random: Random, values: Any) -> Any:
    return None if random.random() < 0.3 else random.choice(values)


def fill(random: Random) -> dict[str, int]:
    """Makers, sheets with up to three lines, and people in units below each other; returns ids to ask for."""
    north = people.make_unit(name="North")
    units = [north, people.make_unit(name="South"), people.make_unit(name="North hall", parent=north)]
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
    db.session.add_all(_sheet(random, n, makers, users, units) for n in range(SHEETS))
    db.session.flush()
    return {"unit": north.id, "user": users[0].id}


def _sheet(random: Random, number: int, makers: list[Maker], users: Any, units: Any) -> Sheet:
    return Sheet(
        number=f"N{number}",
        title=random.choice(WORDS[1:]),
        note=maybe(random, WORDS),
        maker_id=maybe(random, [m.id for m in makers]),
        qty=Decimal(random.choice(NUMBERS)),
        price=maybe(random, [Decimal(x) for x in NUMBERS]),
        amount=maybe(random, [Decimal(x) for x in AMOUNTS]),
        times=maybe(random, range(-2, 5)),
        due_on=maybe(random, DAYS),
        checked_at=maybe(random, MOMENTS),
        urgent=random.random() < 0.5,
        colour=maybe(random, ("red", "green", "blue")),
        origin=maybe(random, WORDS),
        owner_id=maybe(random, [u.id for u in users]),
        org_unit_id=maybe(random, [u.id for u in units]),
        lines=[_line(random, n, makers) for n in range(random.randint(0, 3))],
    )


def _line(random: Random, seq: int, makers: list[Maker]) -> SheetLine:
    return SheetLine(
        seq=seq,
        qty=Decimal(random.choice(NUMBERS)),
        cost=maybe(random, [Decimal(x) for x in AMOUNTS]),
        maker_id=maybe(random, [m.id for m in makers]),
    )


def tree(random: Random, actor: Actor, depth: int = 1) -> Any:
    """A random condition of at most five levels."""
    roll = random.random()
    if depth < 5 and roll < 0.25:
        return {"not": tree(random, actor, depth + 1)}
    if depth < 5 and roll < 0.5:
        parts = [tree(random, actor, depth + 1) for _n in range(random.randint(0, 3))]
        return {random.choice(("and", "or")): parts}
    return leaf(random, actor)


def leaf(random: Random, actor: Actor) -> dict[str, Any]:
    """A random comparison of any path the actor may ask of, with any operator that fits."""
    text = random.choice(PATHS)
    field = find_path(current_registry().models["gauge.sheet"], text, actor).field
    op = random.choice([op for op in OPERATORS if fits(field, op)])
    if op == "empty":
        return {"field": text, "op": op}
    if op in ("older_than", "within_next"):
        return {"field": text, "op": op, "value": random.randint(0, 4)}
    if op in ("in", "between"):
        values = [value(random, field) for _n in range(2 if op == "between" else random.randint(0, 4))]
        return {"field": text, "op": op, "value": values}
    return {"field": text, "op": op, "value": value(random, field)}


def value(random: Random, field: Any) -> Any:
    """A value of this kind, near what the records hold."""
    if field.kind in ("quantity", "price", "money"):
        return random.choice(AMOUNTS) if field.kind == "money" else random.choice(NUMBERS)
    if field.kind == "link":
        return random.choice([1, 2, 3, 4, 5, 10**9, {"me": True}, {"my_unit": True}])
    makers: dict[str, Any] = {
        "integer": lambda: random.choice([-2, 0, 1, 2, 3, 2**31 - 1, {"me": True}]),
        "date": lambda: random.choice([random.choice(DAYS).isoformat(), {"today": random.randint(-5, 5)}]),
        "datetime": lambda: random.choice(
            [random.choice(MOMENTS).isoformat(), random.choice(DAYS).isoformat(), {"today": 0}]
        ),
        "boolean": lambda: random.choice([True, False]),
    }
    if field.kind == "choice":
        return random.choice(list(field.info.choices))
    return makers.get(field.kind, lambda: _text(random))()


def _text(random: Random) -> str:
    """A word the records hold, or a piece of one, now and then in other letters; or a wildcard of SQL."""
    if random.random() < 0.1:
        return random.choice("%_\\/")
    word = random.choice([*WORDS, "N1", "K2", "draft", "South"])
    start = random.randrange(len(word) + 1)
    piece = word[start : start + random.randint(1, 6)] if random.random() < 0.6 else word
    return piece.swapcase() if random.random() < 0.4 else piece


def all_seeing(made: dict[str, int]) -> list[Actor]:
    """The system, and somebody of a unit who reaches every row: facts are read with every right, too."""
    person = Actor(user_id=made["user"], name="person", channel="job", unit_id=made["unit"], unrestricted=True)
    return [SYSTEM, person]


def short_sighted(made: dict[str, int]) -> list[Actor]:
    """Somebody of one unit, and somebody nothing but his own belongs to."""
    narrow: Any = {"user_id": made["user"], "unit_id": made["unit"], "field_groups": ("prices", "costs")}
    return [actor_with(*VERBS, scope=scope, **narrow) for scope in ("unit", "own")]
