"""What the flow and the house allow, said again by other eyes: routes, quorums, and who may do what when.

Works on the record (`record.py`), never on the engine's rows, and shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.people import Org
from tests.core.approvals.record import AGREES, ENDS, WAITS, Record, Seat, Stage
from tests.core.approvals.who import works_here

OPEN = ("running", "blocked", "returned")


# Conditions and routes


def true_of(tree: Mapping[str, Any], facts: Mapping[str, Any]) -> bool:
    """Whether a condition holds; asking for what is missing is false."""
    if "not" in tree:
        return not true_of(tree["not"], facts)
    if "and" in tree or "or" in tree:
        held = [true_of(part, facts) for part in tree.get("and", tree.get("or"))]
        return False not in held if "and" in tree else True in held
    value, wanted = facts.get(tree["field"]), tree["value"]
    if value is None:
        return False
    return bool({"gt": value > wanted, "lte": value <= wanted}[tree["op"]] if tree["op"] != "eq" else value == wanted)


def arm_taken(branch: d.Branch, facts: Mapping[str, Any]) -> str:
    """The key of the first way whose condition holds; empty for otherwise."""
    return next((arm.key for arm in branch.arms if true_of(arm.when, facts)), "")


def all_branches(nodes: tuple[d.Node, ...]) -> Iterator[d.Branch]:
    """Every branch of a flow, on whatever way."""
    for node in nodes:
        if isinstance(node, d.Branch):
            yield node
            for inner in [*(arm.nodes for arm in node.arms), node.otherwise]:
                yield from all_branches(inner)


Way = Iterator[tuple[str, Any]]


def way(nodes: tuple[d.Node, ...], record: Record) -> Way:
    """The nodes of the way this round takes with their keys; it ends at a branch not yet decided, or a verdict."""
    for node in nodes:
        if isinstance(node, d.Branch):
            yield from _way_of_branch(node, record)
            if node.key not in record.arms:
                return
        else:
            yield node.key, node
            yield from _added_after(node.key, record)


def _way_of_branch(branch: d.Branch, record: Record) -> Way:
    if branch.key not in record.arms:
        yield branch.key, branch
        return
    arm = next((a for a in branch.arms if a.key == record.arms[branch.key]), None)
    yield from way(arm.nodes if arm else branch.otherwise, record)


def _added_after(key: str, record: Record) -> Way:
    for added in record.inserted:
        if added["after"] == key:
            yield added["key"], added
            yield from _added_after(added["key"], record)


def next_on(flow: d.Definition, record: Record) -> tuple[str, Any] | None:
    """The first node of the way this round has not passed."""
    for key, node in way(flow.nodes, record):
        if isinstance(node, d.Branch) or record.passed(key) is None:
            return key, node
    return None


def step_of(flow: d.Definition, key: str) -> d.Step | None:
    """The flow's step of this key."""
    return next((n for n in d.walk(flow.nodes) if isinstance(n, d.Step) and n.key == key), None)


def rules_over(flow: d.Definition, record: Record, stage: Stage) -> d.Step | None:
    """What the flow says of a stage, or of the one it was put before; nothing of what somebody inserted."""
    top = record.top(stage)
    return step_of(flow, top.key) if top.kind == "plan" else None


# Quorums


def recount(stage: Stage) -> str | None:
    """What the raw votes come to. Who left without a successor is a vote that is missing."""
    seats = [s for s in stage.seats if s.state not in ("moved", "removed", "cancelled")]
    yes = len([s for s in seats if s.state in AGREES])
    no = len([s for s in seats if s.state == "rejected"])
    if stage.mode == "any":
        return "approved" if yes else "rejected" if no else None
    if stage.mode == "ratio":
        if seats and 100 * yes >= stage.threshold * len(seats):
            return "approved"
        return "rejected" if 100 * (len(seats) - no) < stage.threshold * len(seats) else None
    return "rejected" if no else "approved" if seats and yes == len(seats) else None


def is_stuck(stage: Stage) -> bool:
    """Whether somebody left for whom nobody decides, so that the step cannot end by itself."""
    states = [s.state for s in stage.seats]
    waits = any(state in WAITS for state in states)
    return not waits if stage.mode == "any" else "left" in states or not waits


# Who may


def may_sit(user: Any, stage: Stage, flow: d.Definition, record: Record, org: Org, initiator: int) -> bool:
    """Whether somebody may be asked in this stage besides those who are."""
    there = (*WAITS, *AGREES, "rejected")
    if not works_here(org, user) or any(s.holder == user and s.state in there for s in stage.seats):
        return False
    return may_judge(user, stage, flow, record, initiator)


def may_judge(user: int | None, stage: Stage, flow: d.Definition, record: Record, initiator: int) -> bool:
    """Whether somebody may decide here at all: the initiator only where the flow lets him."""
    rules = rules_over(flow, record, stage)
    return user != initiator or (rules is not None and rules.self_rule == "allow")


def holds(record: Record, task: int, by: int | None) -> Seat | None:
    """The seat, if it is this person's turn to decide on it."""
    seat = record.seats[task - 1] if 0 < task <= len(record.seats) else None
    fine = seat is not None and seat.holder == by and seat.state == "todo" and record.state == "running"
    return seat if fine else None


def decided_by_people(record: Record) -> list[Seat]:
    """The seats somebody himself has decided on in this round, carried ones too."""
    return [s for s in record.counting() if s.voter is not None]


def can_go_back_to(record: Record) -> list[str]:
    """The steps of this round in which somebody agreed."""
    ways = (s for s in record.this_round() if s.kind != "before" and s.state == "approved")
    return [s.key for s in ways if any(seat.state in AGREES for seat in record.decided_in(s).seats)]


def goes_straight(flow: d.Definition, record: Record, args: Mapping[str, Any]) -> bool:
    """Whether what was sent back goes straight to who sent it back."""
    same = args["hash"] == record.hash and args["choices"] in ({}, record.choices)
    return flow.resume == "straight" and record.returner is not None and same


class Law:
    """Whether a click must work: all that is known when it is made."""

    def __init__(self, flow: d.Definition, record: Record, org: Org, initiator: int, log: list[Any]) -> None:
        self.flow, self.record, self.org, self.initiator, self.log = flow, record, org, initiator, log

    def allows(self, verb: str, by: int | None, at: Any, args: Mapping[str, Any]) -> bool:
        """Must it work?"""
        return bool(getattr(self, f"_{verb}")(by, at, args))

    def _permits(self, seat: Seat, verb: str) -> bool:
        rules = rules_over(self.flow, self.record, self.record.stages[seat.stage - 1])
        return rules is None or verb in rules.allow

    def _sits(self, user: int, stage: Stage) -> bool:
        return may_sit(user, stage, self.flow, self.record, self.org, self.initiator)

    def _agree(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        seat = holds(self.record, args["task"], by)
        if seat is None or args["hash"] != self.record.hash:
            return False
        rules = rules_over(self.flow, self.record, self.record.stages[seat.stage - 1])
        return bool(args["comment"]) or rules is None or not rules.comment

    def _reject(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        return bool(holds(self.record, args["task"], by)) and args["hash"] == self.record.hash and bool(args["comment"])

    def _send_back(self, by: int | None, at: Any, args: Mapping[str, Any]) -> bool:
        seat = holds(self.record, args["task"], by)
        if seat is None or not self._reject(by, at, args) or not self._permits(seat, "send_back"):
            return False
        return args["to"] is None or args["to"] in can_go_back_to(self.record)

    def _transfer(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        seat = holds(self.record, args["task"], by)
        if seat is None or not self._permits(seat, "transfer"):
            return False
        return self._sits(args["to"], self.record.stages[seat.stage - 1])

    def _add(self, by: int | None, args: Mapping[str, Any]) -> Stage | None:
        seat = holds(self.record, args["task"], by)
        people = set(args["people"])
        if seat is None or not self._permits(seat, "add") or not 1 <= len(people) <= 10:
            return None
        stage = self.record.stages[seat.stage - 1]
        return stage if all(self._sits(user, stage) for user in people) else None

    def _before(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        stage, depth = self._add(by, args), 0
        while stage is not None and stage.parent is not None:
            stage, depth = self.record.stages[stage.parent - 1], depth + 1
        return stage is not None and depth < 3

    def _after(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        stage = self._add(by, args)
        return stage is not None and stage.kind != "before" and self.initiator not in args["people"]

    def _beside(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        stage = self._add(by, args)
        return stage is not None and stage.mode != "any"

    def _remove(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        seats, task = self.record.seats, args["task"]
        if by is None or not 0 < task <= len(seats) or seats[task - 1].added_by != by:
            return False
        stage = self.record.stages[seats[task - 1].stage - 1]
        return self.record.state == "running" and seats[task - 1].state in WAITS and stage.state == "open"

    def _withdraw(self, by: int | None, _at: Any, _args: Mapping[str, Any]) -> bool:
        if by != self.initiator or self.record.state not in OPEN:
            return False
        if self.record.state == "returned" or self.flow.withdraw == "final":
            return True
        return self.flow.withdraw == "first_vote" and not decided_by_people(self.record)

    def _resubmit(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        if by != self.initiator or self.record.state != "returned":
            return False
        return goes_straight(self.flow, self.record, args) or self._chosen_well(args["choices"])

    def _submit(self, by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        return by == self.initiator and self.record.state == "new" and self._chosen_well(args["choices"])

    def _chosen_well(self, choices: Mapping[str, list[int]]) -> bool:
        return all(self._chosen(step_of(self.flow, key), set(users)) for key, users in choices.items())

    def _chosen(self, step: d.Step | None, users: set[int]) -> bool:
        rules = [a for a in step.approvers if a.kind == "choice"] if step else []
        if not rules or not rules[0].least <= len(users) <= rules[0].most:
            return False
        return all(u in rules[0].targets if rules[0].targets else works_here(self.org, u) for u in users)

    def _urge(self, by: int | None, at: Any, _args: Mapping[str, Any]) -> bool:
        urged = [e for e in self.log if e.verb == "urged" and at - e.at < timedelta(minutes=30)]
        lately = {task for e in urged for task in e.data["tasks"]}
        asked = {s.n for s in self.record.seats if s.state == "todo"} - lately
        return by == self.initiator and self.record.state == "running" and bool(asked)

    def _edit(self, _by: int | None, _at: Any, _args: Mapping[str, Any]) -> bool:
        return self.record.state in ("running", "blocked")

    def _assign(self, _by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        now, task = self.record.waiting_now(), args["task"]
        if not args["comment"] or now is None:
            return False
        if task is None:
            return self.record.state == "blocked" and self._sits(args["to"], now)
        seat = self.record.seats[task - 1] if 0 < task <= len(self.record.seats) else None
        fine = seat is not None and seat.state in WAITS
        return fine and seat is not None and self._sits(args["to"], self.record.stages[seat.stage - 1])

    def _insert(self, _by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        now, known = self.record.waiting_now(), {s.key for s in self.record.stages if s.kind != "before"}
        people = args["people"]
        if not args["comment"] or self.record.state not in OPEN or args["after"] not in known or not people:
            return False
        if now is not None and self.record.passed(args["after"]) is not None:
            return False
        return all(works_here(self.org, u) and u != self.initiator for u in people)

    def _terminate(self, _by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        return bool(args["comment"]) and self.record.state in OPEN

    def _comment(self, _by: int | None, _at: Any, args: Mapping[str, Any]) -> bool:
        return bool(args["comment"])

    def _always(self, _by: int | None, _at: Any, _args: Mapping[str, Any]) -> bool:
        return True

    _leave = _delegate = _timeout = _always


def has_ended(record: Record) -> bool:
    """Whether nothing may happen any more."""
    return record.state in ENDS
