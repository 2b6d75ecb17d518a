"""Ways of a branch that no document can take, found by trying every kind of value the conditions tell apart.

Between two limits a condition names, all values are alike; so are all values of a set it does not name. One value
for each such part, in every combination, is therefore as good as every value there is. Where these are too many,
a thousand of them are tried, and a way that was never taken is only suspected.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.actor import current_actor
from core.approvals.logic.definition import Arm, Branch, Definition, Facts, Node, Predicate
from core.criteria.facts import to_fact_predicate, to_json
from core.criteria.tree import Leaf, check_facts, leaves
from core.db.spec import FieldSpec

MOST_TRIED = 5_000
RANDOM_TRIED = 1_000
MISSING = object()
Kinds = Mapping[str, FieldSpec]
Guard = tuple[Predicate, bool]


@dataclass(frozen=True)
class Unreached:
    """A way that no document takes; `is_certain` when every combination was tried."""

    arm: Arm
    is_certain: bool


def find_unreached(definition: Definition, kinds: Kinds) -> list[Unreached]:
    """The ways never taken, in reading order. The conditions must be ones that can be read."""
    return list(_in_nodes(definition.nodes, kinds, (), []))


def _in_nodes(nodes: Iterable[Node], kinds: Kinds, guards: tuple[Guard, ...], trees: list[Any]) -> Iterator[Unreached]:
    for node in nodes:
        if isinstance(node, Branch):
            yield from _in_branch(node, kinds, guards, trees)


def _in_branch(branch: Branch, kinds: Kinds, guards: tuple[Guard, ...], trees: list[Any]) -> Iterator[Unreached]:
    asked = [*trees, *(arm.when for arm in branch.arms)]
    tried, is_certain = _tried(asked, kinds)
    holding = [facts for facts in tried if all(holds(facts) is wanted for holds, wanted in guards)]
    before: tuple[Guard, ...] = guards
    for arm in branch.arms:
        holds = to_fact_predicate(kinds, arm.when, current_actor())
        if not any(holds(facts) for facts in holding):
            yield Unreached(arm, is_certain)
        else:
            yield from _in_nodes(arm.nodes, kinds, (*before, (holds, True)), asked)
        holding = [facts for facts in holding if not holds(facts)]
        before = (*before, (holds, False))
    if holding:
        yield from _in_nodes(branch.otherwise, kinds, before, asked)


def _tried(trees: Iterable[Any], kinds: Kinds) -> tuple[list[Facts], bool]:
    """Facts that stand for all documents, and whether they really do."""
    found: dict[str, list[Leaf]] = {}
    for tree in trees:
        for leaf in leaves(check_facts(kinds, tree, current_actor())):
            found.setdefault(leaf.path.text, []).append(leaf)
    parts = {path: list(_values(asked)) for path, asked in found.items()}
    number = 1
    for values in parts.values():
        number *= len(values)
    if number <= MOST_TRIED:
        return [_facts(parts, chosen) for chosen in itertools.product(*parts.values())], True
    chance = random.Random(0)  # the same flow is judged the same each time
    return [_facts(parts, [chance.choice(v) for v in parts.values()]) for _n in range(RANDOM_TRIED)], False


def _facts(parts: Mapping[str, Any], chosen: Iterable[Any]) -> Facts:
    return {path: value for path, value in zip(parts, chosen, strict=True) if value is not MISSING}


def _values(asked: list[Leaf]) -> Iterator[Any]:
    """One value of a fact for every part its comparisons tell apart; of lines: none, each alone, all together."""
    single = list(dict.fromkeys(value for leaf in asked for value in _around(leaf)))
    yield MISSING
    if not asked[0].path.is_each:
        yield from map(to_json, single)
        return
    yield []
    yield from ([to_json(value)] for value in single)
    yield from ([to_json(a), to_json(b)] for a, b in itertools.combinations(single, 2))
    yield [to_json(value) for value in single]


def _around(leaf: Leaf) -> Iterator[Any]:
    """The values a comparison names, and those beside and between them."""
    named = leaf.value if isinstance(leaf.value, (list, tuple, frozenset)) else [leaf.value]
    kind = leaf.path.field.kind
    if kind == "boolean":
        yield from (True, False)
        return
    for value in [v for v in named if v is not None]:
        yield value
        yield from _beside(value)
    if kind in ("link", "integer"):
        yield -1
    elif kind not in ("date", "datetime") and not leaf.path.field.is_number:
        yield "\x01"


def _beside(value: Any) -> Iterable[Any]:
    if isinstance(value, bool):
        return ()
    if isinstance(value, (datetime, date)):
        step = timedelta(days=1) if not isinstance(value, datetime) else timedelta(seconds=1)
        return (value - step, value + step)
    if isinstance(value, Decimal):
        return (value - Decimal("0.0001"), value + Decimal("0.0001"))
    if isinstance(value, int):
        return (value - 1, value + 1)
    return (f"{value}\x01", f"\x01{value}") if isinstance(value, str) else ()
