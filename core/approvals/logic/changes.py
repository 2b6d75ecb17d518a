"""What becomes of the votes when the document changes while its request runs. Pure, like `engine.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from core.approvals.logic import engine
from core.approvals.logic.case import Case
from core.approvals.logic.definition import Branch, Node, Step, walk
from core.approvals.logic.engine import Turn
from core.approvals.logic.people import Org, resolve
from core.errors import Conflict
from core.i18n import _


def change_facts(
    case: Case, turn: Turn, facts: Mapping[str, Any], facts_hash: str, amount: Decimal | None = None
) -> bool:
    """The document has changed while the request runs; returns whether the votes still stand.

    They do when nothing the flow looks at changed, or when the amount rose within the flow's tolerance (or
    fell) and the same people would have been asked. Otherwise a new round begins.
    """
    if case.state not in ("running", "blocked"):
        raise Conflict(_("This request has ended."))
    if facts_hash == case.facts_hash:
        return True
    stands = _tolerates(case, amount) and _same_way(case, turn.org, facts)
    written = None if amount is None else str(amount)
    case.emit(turn.at, turn.by, "edited", facts=dict(facts), hash=facts_hash, amount=written, tolerated=stands)
    engine.advance(case, turn)
    return stands


def _tolerates(case: Case, amount: Decimal | None) -> bool:
    if case.definition.tolerance is None or amount is None or case.base_amount is None:
        return False
    return amount <= case.base_amount * (100 + case.definition.tolerance) / 100


def _same_way(case: Case, org: Org, facts: Mapping[str, Any]) -> bool:
    """Whether the flow would take the same ways, and have asked the same people in the steps so far."""
    nodes, after = case.definition.nodes, replace(case, facts=facts)
    so_far = {s.key for s in case.steps if s.round == case.round and s.kind == "plan"}
    steps = [n for n in walk(nodes) if isinstance(n, Step) and n.key in so_far]
    same_people = all(_asked(step, case, org) == _asked(step, after, org) for step in steps)
    return same_people and _ways(nodes, case.facts) == _ways(nodes, facts)


def _asked(step: Step, case: Case, org: Org) -> tuple[str, str, list[int]]:
    found = resolve(step, case, org)
    return found.outcome, found.reason, [p.user for p in found.people]


def _ways(nodes: Iterable[Node], facts: Mapping[str, Any]) -> dict[str, str]:
    """The arm of every branch that is met on these facts."""
    ways: dict[str, str] = {}
    for branch in (n for n in nodes if isinstance(n, Branch)):
        arm = engine.arm_of(branch, facts)
        ways |= {branch.key: arm, **_ways(branch.nodes_of(arm), facts)}
    return ways
