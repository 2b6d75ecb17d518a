"""Random conditions mean the same in Python, in SQL and on facts, on both databases, whoever asks."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any, NamedTuple

import pytest
from addons.gauge.models import Sheet
from flask import Flask
from sqlalchemy import ColumnElement, and_, false, func, not_, select

from core.actor import SYSTEM, Actor, acting
from core.criteria import compare, facts, python, sql, to_predicate
from core.criteria.tree import check
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry
from tests.core.criteria import worlds

TREES = 10_000
PER_STATEMENT = 50
LIMITED = 0.05  # of the trees: for those who do not reach everything Python asks the database row by row
PER_FAULT = 3_000


class Asked(NamedTuple):
    """A condition, who asks it, and which records fulfil it in Python."""

    tree: Any
    actor: Actor
    held: set[int]


class World:
    """The records, their facts, and who asks."""

    def __init__(self, random: Random) -> None:
        made = worlds.fill(random)
        self.random = random
        self.spec: ModelSpec = current_registry().models["gauge.sheet"]
        self.sheets = list(db.session.scalars(select(Sheet)))
        self.all_seeing, self.short_sighted = worlds.all_seeing(made), worlds.short_sighted(made)
        self.kinds = facts.kinds_of(self.spec, worlds.PATHS)
        self.facts = {sheet.id: self.facts_of(sheet) for sheet in self.sheets}

    def facts_of(self, sheet: Sheet) -> Any:
        """As they are after years in a JSON column."""
        return json.loads(json.dumps(facts.collect(self.spec, worlds.PATHS, sheet)))

    def ask(self) -> Asked:
        limited = self.random.random() < LIMITED
        actor = self.random.choice(self.short_sighted if limited else self.all_seeing)
        tree = worlds.tree(self.random, actor)
        holds = to_predicate(self.spec, tree, actor)
        return Asked(tree, actor, {sheet.id for sheet in self.sheets if holds(sheet)})

    def by_sql(self, asked: list[Asked]) -> Iterator[set[int]]:
        """Which records fulfil each condition: all of them asked in one statement."""
        if db.engine.dialect.name == "postgresql":  # it would compile each statement to machine code, for 14 rows
            db.session.execute(select(func.set_config("jit", "off", True)))
        clauses = [sql.clause_of(Sheet, check(self.spec, one.tree, one.actor), one.actor) for one in asked]
        rows = db.session.execute(select(Sheet.id, *(c.label(f"c{n}") for n, c in enumerate(clauses)))).all()
        return ({row[0] for row in rows if row[n]} for n in range(1, len(asked) + 1))

    def by_facts(self, one: Asked) -> set[int]:
        holds = facts.to_fact_predicate(self.kinds, one.tree, one.actor)
        return {record_id for record_id, known in self.facts.items() if holds(known)}

    def disagreements(self, trees: int) -> Iterator[tuple[Asked, set[int]]]:
        """Conditions that mean something else in SQL or on facts."""
        for _n in range(trees // PER_STATEMENT):
            asked = [self.ask() for _n in range(PER_STATEMENT)]
            for one, found in zip(asked, self.by_sql(asked), strict=True):
                if found != one.held:
                    yield one, found
                if one.actor.unrestricted and (found := self.by_facts(one)) != one.held:
                    yield one, found


SEEDS = [20261124, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, 6))]


@pytest.mark.parametrize("seed", SEEDS)
def test_conditions_agree_in_python_in_sql_and_on_facts(gauge_app: Flask, seed: int) -> None:
    with acting(SYSTEM):
        world = World(Random(seed))
        assert next(world.disagreements(TREES), None) is None


def test_most_of_the_conditions_tell_records_apart(one_app: Flask) -> None:
    with acting(SYSTEM):
        world = World(Random(1))
        held = [len(world.ask().held) for _n in range(400)]
    assert sum(0 < n < worlds.SHEETS for n in held) > 400 / 3


def unguarded(column: Any, leaf: Any) -> ColumnElement[bool]:
    if leaf.op == "empty" or leaf.value is None or (leaf.op == "between" and None in leaf.value):
        return REAL[sql, "_compare"](column, leaf)  # type: ignore[no-any-return]
    return sql._operator(column, leaf.op, leaf.value)  # type: ignore[no-any-return]


def differently(op: str, clause: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    def faulty(column: Any, asked: str, value: Any) -> Any:
        return clause(column, value) if asked == op else REAL[sql, "_operator"](column, asked, value)

    return faulty


def without_lines_all_hold(leaf: Any, found: Any) -> bool:
    return (leaf.path.total == "all" and found == []) or REAL[compare, "holds"](leaf, found)


def lines_need_not_be_there(model: Any, leaf: Any, actor: Actor) -> Any:
    if leaf.path.total == "any":
        return REAL[sql, "_each"](model, leaf, actor)
    line, own = sql.lines_in(model, leaf.path, actor)
    inner = sql._linked(line, leaf.path.links, leaf, actor)
    return not_(select(line.id).where(own, not_(inner)).correlate(model).exists())


def a_missing_link_is_not_empty(model: Any, links: Any, leaf: Any, actor: Actor) -> Any:
    if not links:
        return REAL[sql, "_linked"](model, links, leaf, actor)
    relation = getattr(model, links[0])
    target = sql.alias_for(relation.property.mapper.class_, actor)
    return sql._exists(model, relation, target, actor, a_missing_link_is_not_empty(target, links[1:], leaf, actor))


def the_clock_on_the_wall(field: Any, value: Any) -> Any:
    found = REAL[facts, "from_json"](field, value)
    return found.replace(hour=(found.hour + 8) % 24) if field.kind == "datetime" and found else found


def nothing_is_not_zero(name: str, values: Any) -> Any:
    return REAL[python, "total"](name, values) if values else None


REAL: dict[tuple[Any, str], Any] = {
    (module, name): getattr(module, name)
    for module, names in {
        sql: ("_compare", "_operator", "_each", "_linked"),
        compare: ("holds",),
        python: ("total", "_is_reached"),
        facts: ("from_json",),
    }.items()
    for name in names
}
FAULTS: dict[str, tuple[Any, str, Any]] = {
    "NULL under not": (sql, "_compare", unguarded),
    "all of no lines, in Python": (compare, "holds", without_lines_all_hold),
    "all of no lines, in SQL": (sql, "_each", lines_need_not_be_there),
    "sum of no lines": (python, "total", nothing_is_not_zero),
    "upper and lower case": (sql, "_operator", differently("contains", lambda c, v: c.contains(v, autoescape=True))),
    "wildcards": (sql, "_operator", differently("starts", lambda c, v: func.lower(c).startswith(v.lower()))),
    "the last of between": (sql, "_operator", differently("between", lambda c, v: and_(c >= v[0], c < v[1]))),
    "the day after the next days": (sql, "_operator", differently("within_next", lambda c, v: c.between(*v))),
    "the unit itself only": (sql, "_operator", differently("under", lambda c, v: c == min(v, default=0))),
    "a list without anything in it": (sql, "_operator", differently("in", lambda c, v: c.in_(v) if v else ~false())),
    "the end of a missing link": (sql, "_linked", a_missing_link_is_not_empty),
    "the clock on the wall": (facts, "from_json", the_clock_on_the_wall),
    "records out of reach": (python, "_is_reached", lambda record, actor: True),
}


def test_every_seeded_fault_is_found(one_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    with acting(SYSTEM):
        world = World(Random(3))
        missed = []
        for name, (module, attribute, faulty) in FAULTS.items():
            with monkeypatch.context() as patch:
                patch.setattr(module, attribute, faulty)
                if next(world.disagreements(PER_FAULT), None) is None:
                    missed.append(name)
        assert missed == []
