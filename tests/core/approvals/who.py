"""Who must be asked in a step, worked out by other eyes from the bare organisation.

Uses the rows of the organisation, none of its questions, and none of the engine's code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.people import Org
from tests.core.approvals.record import AGREES, Record

Asked = list[tuple[int, int | None]]


def works_here(org: Org, user: Any) -> bool:
    """Whether this is the id of somebody who works here."""
    return not isinstance(user, bool) and user in org.directory.people and org.directory.people[user].active


def chain_of_units(org: Org, unit: int | None) -> list[int]:
    """A unit and those above it."""
    line: list[int] = []
    while unit in org.directory.units and unit not in line:
        line.append(unit)
        unit = org.directory.units[unit].parent_id
    return line


def bosses(org: Org, user: int) -> list[int]:
    """Those above somebody, nearest first."""
    found: list[int] = []
    for unit in chain_of_units(org, org.directory.people[user].unit_id) if user in org.directory.people else []:
        head = org.directory.units[unit].head_id
        if head not in (None, user) and works_here(org, head) and head not in found:
            found.append(head)
    return found


def holds_role(org: Org, role: int) -> list[int]:
    """Who holds a role, by id."""
    return sorted({h.user_id for h in org.directory.roles.get(role, ()) if works_here(org, h.user_id)})


def answers_for(org: Org, role: int, unit: int | None) -> list[int]:
    """Who holds a role for this org unit, by id."""
    if unit is None:
        return []
    line = chain_of_units(org, unit)
    reach: dict[str, Any] = {"all": lambda h: True, "subtree": lambda h: h.unit_id in line}
    fits = (h for h in org.directory.roles.get(role, ()) if reach.get(h.scope, lambda h: h.unit_id == unit)(h))
    return sorted({h.user_id for h in fits if works_here(org, h.user_id)})


def stands_in(org: Org, user: int, initiator: int) -> int:
    """Who decides in somebody's place; himself when nobody does, or when it goes in a circle."""
    line = [user]
    for _hop in range(3):
        to = org.deputies.get(line[-1])
        if to in line:
            return user
        if to is None or to == initiator or not works_here(org, to):
            break
        line.append(to)
    return line[-1]


def named_by(rule: d.Approver, key: str, record: Record, org: Org, initiator: int, unit: int | None) -> list[Any]:
    """Everybody one way of naming people names, in order."""
    above = bosses(org, initiator)
    line = chain_of_units(org, unit)
    stated = record.facts.get(rule.path)
    match rule.kind:
        case "user":
            return list(rule.targets)
        case "role":
            return [u for role in rule.targets for u in holds_role(org, role)]
        case "role_within":
            return [u for role in rule.targets for u in answers_for(org, role, unit)]
        case "post":
            return [u for post in rule.targets for u in sorted(set(org.directory.posts.get(post, ())))]
        case "unit_head":
            return [org.directory.units[line[rule.level]].head_id] if rule.level < len(line) else []
        case "manager":
            return above[rule.level : rule.level + 1]
        case "managers":
            return above[: _height(rule, above, org)]
        case "initiator":
            return [initiator]
        case "choice":
            return list(record.choices.get(key, ()))
        case "previous_manager":
            return [boss for last in last_to_agree(record) for boss in bosses(org, last)[:1]]
    return stated if isinstance(stated, list) else [stated]


def _height(rule: d.Approver, above: list[int], org: Org) -> int:
    if rule.until_role is None:
        return rule.level + 1
    holders = holds_role(org, rule.until_role)
    return next((n for n, boss in enumerate(above, start=1) if boss in holders), len(above))


def last_to_agree(record: Record) -> list[int]:
    """Whoever agreed last in this round, if anybody did."""
    said = [s for s in record.counting() if s.state in AGREES]
    return [max(said, key=lambda s: (s.said, s.n)).holder] if said else []


def must_be_asked(step: d.Step, record: Record, org: Org, initiator: int, unit: int | None) -> tuple[str, str, Asked]:
    """What a step comes to: `ask` and whom (for whom), or `skip`, `reject`, `block` and why."""
    names = [u for rule in step.approvers for u in named_by(rule, step.key, record, org, initiator, unit)]
    names = [u for u in names if works_here(org, u)]
    allowed = step.self_rule == "allow"
    instead = {"manager": bosses(org, initiator)[:1], "admin": _others(org, initiator)}.get(step.self_rule, [])
    wanted = [one for u in names for one in ([u] if u != initiator or allowed else instead)]
    if wanted:
        return "ask", "", seated(wanted, org, initiator)
    if step.self_rule == "skip" and initiator in names:
        return "skip", "self", []
    return _nobody(step, org, initiator)


def _others(org: Org, initiator: int) -> list[int]:
    return [a for a in org.admins if a != initiator and works_here(org, a)]


def _nobody(step: d.Step, org: Org, initiator: int) -> tuple[str, str, Asked]:
    if step.empty in ("pass", "reject"):
        return {"pass": "skip", "reject": "reject"}[step.empty], "nobody", []
    fallback: Mapping[str, list[Any]] = {
        "manager": bosses(org, initiator)[:1],
        "user": [step.empty_user],
        "admin": list(org.admins),
    }
    fine = [u for u in fallback[step.empty] if works_here(org, u) and (u != initiator or step.self_rule == "allow")]
    return ("ask", "", seated(fine, org, initiator)) if fine else ("block", "nobody", [])


def seated(users: list[int], org: Org, initiator: int) -> Asked:
    """Deputies in place of those they stand in for, each once."""
    places: dict[int, int | None] = {}
    for user in users:
        deputy = stands_in(org, user, initiator)
        if deputy not in places:
            places[deputy] = user if deputy != user else None
    return list(places.items())
