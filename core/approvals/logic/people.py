"""Who decides in a step: from the ways it names people to persons, and why each of them.

Pure: organisation, facts and case in, people out. The order is fixed: whom the kinds name, who of them is
active, what applies when it is the initiator, who stands in for whom; then, if nobody is left, the step's
rule for that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.approvals.logic.case import AGREED, Case
from core.approvals.logic.definition import Approver, Step
from core.people.directory import Directory

LONGEST_CHAIN = 3
Why = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Org:
    """The organisation for one flow at one moment: `deputies` are the delegations in force, `admins` the flow's own."""

    directory: Directory = field(default_factory=Directory)
    deputies: Mapping[int, int] = field(default_factory=dict)
    admins: tuple[int, ...] = ()

    def is_active(self, user: int | None) -> bool:
        """Whether somebody of this id works here now."""
        return self.directory.is_active(user)

    def deputy(self, user: int, initiator: int) -> int:
        """Who stands in for a user: at most three delegations on, never in a circle, never the initiator."""
        seen = [user]
        while len(seen) <= LONGEST_CHAIN:
            following = self.deputies.get(seen[-1])
            if following in seen:
                return user
            if following is None or following == initiator or not self.is_active(following):
                break
            seen.append(following)
        return seen[-1]


@dataclass(frozen=True)
class Person:
    """Somebody to ask; `principal` when he stands in for another."""

    user: int
    why: Why
    principal: int | None = None

    def to_json(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {"user": self.user, "principal": self.principal, "why": dict(self.why)}


@dataclass(frozen=True)
class Found:
    """What a step comes to: people to ask, or how it ends without them and why."""

    people: tuple[Person, ...] = ()
    outcome: str = "ask"
    reason: str = ""


def resolve(step: Step, case: Case, org: Org) -> Found:
    """The people of a step, or `skip`, `reject` or `block` with the reason when there is nobody to ask."""
    named = [(user, why) for approver in step.approvers for user, why in candidates(approver, step.key, case, org)]
    active = [(user, why) for user, why in named if org.is_active(user)]
    left_out = step.self_rule == "skip" and any(user == case.initiator for user, _why in active)
    people = _people(_without_self(active, step, case, org), case, org)
    if people:
        return Found(people)
    if left_out:
        return Found(outcome="skip", reason="self")
    return _nobody(step, case, org)


def _people(named: Iterable[tuple[int, Why]], case: Case, org: Org) -> tuple[Person, ...]:
    found: dict[int, Person] = {}
    for user, why in named:
        deputy = org.deputy(user, case.initiator)
        found.setdefault(deputy, Person(deputy, why, user if deputy != user else None))
    return tuple(found.values())


def _without_self(named: Iterable[tuple[int, Why]], step: Step, case: Case, org: Org) -> Iterator[tuple[int, Why]]:
    for user, why in named:
        if user != case.initiator or step.self_rule == "allow":
            yield user, why
        elif step.self_rule == "manager":
            yield from ((m, {**why, "instead": "manager"}) for m in org.directory.managers_of(user)[:1])
        elif step.self_rule == "admin":
            yield from ((a, {**why, "instead": "admin"}) for a in org.admins if _may(a, step, case, org))


def _may(user: int, step: Step, case: Case, org: Org) -> bool:
    """Whether somebody may be asked at all: he works here, and is not the initiator where that is forbidden."""
    return org.is_active(user) and (user != case.initiator or step.self_rule == "allow")


def _nobody(step: Step, case: Case, org: Org) -> Found:
    if step.empty in ("pass", "reject"):
        return Found(outcome={"pass": "skip", "reject": "reject"}[step.empty], reason="nobody")
    fallback: Mapping[str, Callable[[], list[int]]] = {
        "manager": lambda: org.directory.managers_of(case.initiator)[:1],
        "user": lambda: [step.empty_user] if step.empty_user is not None else [],
        "admin": lambda: list(org.admins),
    }
    asked = [u for u in fallback[step.empty]() if _may(u, step, case, org)]
    people = _people(((user, {"kind": "nobody", "rule": step.empty}) for user in asked), case, org)
    return Found(people) if people else Found(outcome="block", reason="nobody")


def candidates(approver: Approver, key: str, case: Case, org: Org) -> list[tuple[int, Why]]:
    """Everybody one way of naming people names, active or not, with the reason."""
    return [(user, {"kind": approver.kind, **why}) for user, why in KINDS[approver.kind](approver, key, case, org)]


Named = Iterable[tuple[int, Why]]


def _users(approver: Approver, key: str, case: Case, org: Org) -> Named:
    return ((user, {}) for user in approver.targets)


def _roles(approver: Approver, key: str, case: Case, org: Org) -> Named:
    return ((u, {"role": r}) for r in approver.targets for u in org.directory.holders_of_role(r))


def _roles_within(approver: Approver, key: str, case: Case, org: Org) -> Named:
    if case.unit is None:
        return []
    return ((u, {"role": r}) for r in approver.targets for u in org.directory.holders_of_role(r, case.unit))


def _posts(approver: Approver, key: str, case: Case, org: Org) -> Named:
    return ((u, {"post": p}) for p in approver.targets for u in org.directory.holders_of_post(p))


def _unit_head(approver: Approver, key: str, case: Case, org: Org) -> Named:
    head = org.directory.head_above(case.unit, approver.level)
    return [] if head is None else [(head, {"level": approver.level})]


def _manager(approver: Approver, key: str, case: Case, org: Org) -> Named:
    above = org.directory.managers_of(case.initiator)
    return [(u, {"level": approver.level}) for u in above[approver.level : approver.level + 1]]


def _managers(approver: Approver, key: str, case: Case, org: Org) -> Named:
    last = set(org.directory.holders_of_role(approver.until_role)) if approver.until_role is not None else set()
    for level, user in enumerate(org.directory.managers_of(case.initiator)):
        if approver.until_role is None and level > approver.level:
            return
        yield user, {"level": level}
        if user in last:
            return


def _initiator(approver: Approver, key: str, case: Case, org: Org) -> Named:
    return [(case.initiator, {})]


def _choice(approver: Approver, key: str, case: Case, org: Org) -> Named:
    return ((user, {}) for user in case.choices.get(key, ()))


def _field(approver: Approver, key: str, case: Case, org: Org) -> Named:
    value = case.facts.get(approver.path)
    users = value if isinstance(value, list) else [value]
    return ((user, {"path": approver.path}) for user in users if type(user) is int)


def _previous_manager(approver: Approver, key: str, case: Case, org: Org) -> Named:
    voted = [t for t in case.votes() if t.state in AGREED]
    if not voted:
        return []
    last = max(voted, key=lambda t: (t.decided_at, t.step, t.order, t.n))
    return [(u, {"of": last.assignee}) for u in org.directory.managers_of(last.assignee)[:1]]


KINDS: Mapping[str, Callable[[Approver, str, Case, Org], Named]] = {
    "user": _users,
    "role": _roles,
    "role_within": _roles_within,
    "post": _posts,
    "unit_head": _unit_head,
    "manager": _manager,
    "managers": _managers,
    "initiator": _initiator,
    "choice": _choice,
    "field": _field,
    "lines_field": _field,
    "previous_manager": _previous_manager,
    "resolver": _field,
}
