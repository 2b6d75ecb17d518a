"""Random organisations, flows and facts for the trial of the approval engine: one seed, one world."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from random import Random
from typing import Any
from zlib import crc32

from core.approvals.logic import definition as d
from core.approvals.logic.people import Org
from core.approvals.logic.reading import compile_arms
from core.people.directory import Directory, Holding, Person, Unit

UNIT, ROLE, POST = 100, 200, 300  # where the ids of each begin, so that none is taken for another
KINDS = ("small", "big", "spare", "steel")
AMOUNTS = (0, 100, 950, 1_000, 1_040, 1_100, 4_900, 5_000, 5_200, 9_000, 20_000)
DEEPEST, MANY = 3, 30  # branches in branches, and nodes after which none is begun
SHARES = (1, 33, 34, 50, 51, 66, 67, 75, 100)


@dataclass
class World:
    """Who works here now, what the flow says, what the document says, and what time it is."""

    random: Random
    org: Org
    definition: d.Definition
    facts: dict[str, Any]
    initiator: int
    at: datetime = datetime(2026, 3, 2, 8, tzinfo=UTC)
    choices: dict[str, list[int]] = field(default_factory=dict)

    @property
    def unit(self) -> int | None:
        """The initiator's org unit."""
        return self.org.directory.people[self.initiator].unit_id

    @property
    def amount(self) -> Decimal | None:
        """The document's amount, if it has one."""
        return amount_of(self.facts)

    def later(self) -> datetime:
        """Some minutes pass."""
        self.at += timedelta(minutes=self.random.choice((1, 5, 31, 600)))
        return self.at


def amount_of(facts: Mapping[str, Any]) -> Decimal | None:
    """The amount these facts state."""
    stated = facts.get("amount")
    return None if stated is None else Decimal(stated)


def fingerprint(facts: Mapping[str, Any]) -> str:
    """Equal for equal facts."""
    return f"{crc32(json.dumps(facts, sort_keys=True).encode()):08x}"


def make(seed: int) -> World:
    """The world of a seed."""
    random = Random(seed)
    org = organisation(random)
    initiator = random.choice([p.id for p in org.directory.people.values() if p.active])
    org = replace(org, admins=_admins(random, org, initiator), deputies=deputies(random, org, initiator))
    flow = compile_arms(definition(random, org), compile_when)
    world = World(random, org, flow, facts(random, org), initiator)
    world.choices = choices(random, org, flow)
    return world


def maybe(random: Random, chance: float, value: Any) -> Any:
    """The value, or None."""
    return value if random.random() < chance else None


def some(random: Random, ids: list[int], most: int) -> tuple[int, ...]:
    """One to so many of them, each once."""
    return tuple(random.sample(ids, random.randint(1, min(most, len(ids)))))


# The organisation


def organisation(random: Random) -> Org:
    """Three to fifteen people in a tree of up to six units, with vacancies, and with heads of several units."""
    ids = list(range(1, random.randint(3, 15) + 1))
    units = [UNIT + n for n in range(random.randint(1, 6))]
    people = {n: Person(n, f"P{n}", random.random() < 0.9, maybe(random, 0.93, random.choice(units))) for n in ids}
    people[1] = replace(people[1], active=True)
    directory = Directory(
        people=people,
        units={u: Unit(u, f"U{u}", _parent(random, units, u), maybe(random, 0.75, random.choice(ids))) for u in units},
        roles={ROLE + n: holdings(random, ids, units) for n in range(3)},
        posts={POST + n: tuple(random.choices(ids, k=random.randint(0, 3))) for n in range(2)},
    )
    return Org(directory=directory)


def _parent(random: Random, units: list[int], unit: int) -> int | None:
    above = [u for u in units if u < unit]
    return random.choice(above) if above else None


def holdings(random: Random, ids: list[int], units: list[int]) -> tuple[Holding, ...]:
    """Who holds a role, for what."""
    scopes = ("own", "unit", "subtree", "all")
    count = random.choice((0, 1, 2, 2, 3, 4))
    held = [Holding(random.choice(ids), random.choice(scopes), random.choice(units)) for _ in range(count)]
    return tuple(held)


def _admins(random: Random, org: Org, initiator: int) -> tuple[int, ...]:
    ids = list(org.directory.people)
    several = [some(random, ids, 3) for _ in range(5)]
    return random.choice(((), (initiator,), *several))


def deputies(random: Random, org: Org, initiator: int) -> dict[int, int]:
    """Delegations: single ones, long chains, circles, and some that end at the initiator."""
    ids = list(org.directory.people)
    made = {n: random.choice(ids) for n in ids if random.random() < 0.12}
    if random.random() < 0.3:
        line = random.sample(ids, min(len(ids), 6))
        made.update(pairwise(line))
        if random.random() < 0.4:
            made[line[-1]] = random.choice(line)
    if random.random() < 0.15:
        made[random.choice(ids)] = initiator
    return {who: to for who, to in made.items() if who != to}


# The document


def facts(random: Random, org: Org) -> dict[str, Any]:
    """What the flow may look at; any of it may be missing."""
    ids = list(org.directory.people)
    stated = {
        "amount": maybe(random, 0.9, random.choice(AMOUNTS)),
        "kind": random.choice(KINDS),
        "urgent": random.random() < 0.5,
        "buyer": maybe(random, 0.8, random.choice(ids)),
        "owners": list(random.choices(ids, k=random.randint(0, 4))),
        "named": list(some(random, ids, 2)),
    }
    return {name: value for name, value in stated.items() if random.random() < 0.92}


def changed(random: Random, now: Mapping[str, Any], org: Org) -> dict[str, Any]:
    """The document after an edit: mostly another amount, near or far."""
    amount = now.get("amount")
    if amount is not None and random.random() < 0.75:
        factor = random.choice((0.5, 0.98, 1.02, 1.04, 1.05, 1.06, 1.1, 1.2, 3))
        return {**now, "amount": int(amount * factor)}
    other = facts(random, org)
    part = random.choice(("amount", "kind", "urgent", "buyer", "owners", "named"))
    rest = {name: value for name, value in now.items() if name != part}
    return {**rest, part: other[part]} if part in other else rest


# The flow


def definition(random: Random, org: Org) -> d.Definition:
    """Any flow: every kind of node, every rule."""
    writer = _Writer(random, org)
    return d.Definition(
        nodes=writer.nodes(random.choice((1, 2, 3, 4, 5, 6)), 0),
        dedupe=random.choice(list(d.DEDUPE_RULES)),
        withdraw=random.choice(list(d.WITHDRAW_RULES)),
        on_reject=random.choice(("end", "end", "return")),
        resume=random.choice(("replay", "straight")),
        tolerance=maybe(random, 0.7, random.choice((0, 5, 10, 100))),
        auto_agree=maybe(random, 0.6, Decimal(random.choice((1_000, 5_000, 100_000)))),
        copy_approved=writer.approvers(2) if random.random() < 0.3 else (),
        copy_rejected=writer.approvers(2) if random.random() < 0.3 else (),
    )


class _Writer:
    """Writes nodes, each with a key of its own."""

    def __init__(self, random: Random, org: Org) -> None:
        self.random, self.written = random, 0
        self.people = list(org.directory.people)
        self.roles, self.posts = list(org.directory.roles), list(org.directory.posts)

    def key(self, letter: str) -> str:
        self.written += 1
        return f"{letter}{self.written}"

    def nodes(self, count: int, depth: int) -> tuple[d.Node, ...]:
        return tuple(self.node(depth) for _ in range(count))

    def node(self, depth: int) -> d.Node:
        drawn = self.random.random()
        if drawn < 0.2 and depth < DEEPEST and self.written < MANY:
            return self.branch(depth)
        if drawn < 0.3:
            return d.Copy(key=self.key("c"), name="copy", approvers=self.approvers(2))
        if drawn < 0.315:
            return d.Verdict(key=self.key("v"), name="verdict", approved=self.random.random() < 0.5)
        return self.step()

    def branch(self, depth: int) -> d.Branch:
        arms = tuple(
            d.Arm(key=self.key("a"), name="arm", when=when(self.random), nodes=self.nodes(self.few(), depth + 1))
            for _ in range(self.random.randint(1, 3))
        )
        return d.Branch(key=self.key("b"), arms=arms, otherwise=self.nodes(self.few(), depth + 1))

    def few(self) -> int:
        return self.random.choice((0, 1, 1, 2))

    def step(self) -> d.Step:
        random = self.random
        empty = random.choices(("admin", "manager", "user", "pass", "reject"), (4, 4, 4, 1, 1))[0]
        return d.Step(
            key=self.key("s"),
            name="step",
            approvers=self.approvers(3),
            mode=random.choice(list(d.MODES)),
            threshold=random.choice(SHARES),
            empty=empty,
            empty_user=random.choice(self.people) if empty == "user" else None,
            self_rule=random.choice(list(d.SELF_RULES)),
            allow=frozenset(v for v in d.VERBS if random.random() < 0.85),
            comment=random.random() < 0.1,
            due=d.Due(hours=8, then=random.choice(("none", "escalate", "agree", "reject"))),
        )

    def approvers(self, most: int) -> tuple[d.Approver, ...]:
        return tuple(self.approver() for _ in range(self.random.randint(1, most)))

    def approver(self) -> d.Approver:
        kind, random = self.random.choice(list(d.KINDS)), self.random
        targets = {"user": self.people, "role": self.roles, "role_within": self.roles, "post": self.posts}
        paths = {"field": "buyer", "lines_field": "owners", "resolver": "named"}
        made = d.Approver(kind=kind, level=random.choice((0, 0, 1, 2)), path=paths.get(kind, ""))
        if kind in targets:
            return replace(made, targets=some(random, targets[kind], 3))
        if kind == "managers":
            return replace(made, until_role=maybe(random, 0.4, random.choice(self.roles)))
        if kind == "choice":
            wide = random.random() < 0.5
            return replace(made, targets=() if wide else some(random, self.people, 4), most=random.choice((1, 2)))
        return made


def choices(random: Random, org: Org, flow: d.Definition) -> dict[str, list[int]]:
    """Whom the initiator chooses: mostly as he may, now and then nobody."""
    found: dict[str, list[int]] = {}
    for node in d.walk(flow.nodes):
        rule = next((a for a in node.approvers if a.kind == "choice"), None) if isinstance(node, d.Step) else None
        if rule is not None and random.random() < 0.9:
            offered = list(rule.targets) or [p.id for p in org.directory.people.values() if p.active]
            found[node.key] = list(some(random, offered, rule.most))
    return found


# Conditions


def when(random: Random, depth: int = 0) -> dict[str, Any]:
    """A random condition on the facts."""
    drawn = random.random()
    if depth < 2 and drawn < 0.25:
        return {random.choice(("and", "or")): [when(random, depth + 1) for _ in range(2)]}
    if depth < 2 and drawn < 0.35:
        return {"not": when(random, depth + 1)}
    if drawn < 0.75:
        return {"field": "amount", "op": random.choice(("gt", "lte")), "value": random.choice(AMOUNTS)}
    if drawn < 0.9:
        return {"field": "kind", "op": "eq", "value": random.choice(KINDS)}
    return {"field": "urgent", "op": "eq", "value": True}


def compile_when(tree: Mapping[str, Any]) -> Callable[[d.Facts], bool]:
    """A condition as a function of facts, as an arm holds it; what is missing makes it false."""
    if "and" in tree:
        parts = [compile_when(t) for t in tree["and"]]
        return lambda facts: all(p(facts) for p in parts)
    if "or" in tree:
        parts = [compile_when(t) for t in tree["or"]]
        return lambda facts: any(p(facts) for p in parts)
    if "not" in tree:
        inner = compile_when(tree["not"])
        return lambda facts: not inner(facts)
    return _compile_leaf(tree["field"], tree["op"], tree["value"])


def _compile_leaf(path: str, op: str, value: Any) -> Callable[[d.Facts], bool]:
    compare = {"gt": lambda a: a > value, "lte": lambda a: a <= value, "eq": lambda a: a == value}[op]
    return lambda facts: facts.get(path) is not None and compare(facts[path])
