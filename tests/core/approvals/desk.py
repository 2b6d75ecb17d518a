"""One request on a desk, to be clicked through by hand: a small organisation, a flow, and what was said."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from core.approvals.logic import definition as d
from core.approvals.logic.case import Case, StepRun
from core.approvals.logic.people import Org
from core.approvals.logic.reading import compile_arms
from core.people.directory import Directory, Person, Unit
from tests.core.approvals import world as w
from tests.core.approvals.clicks import Click, perform


def step(key: str, *users: int, **rules: Any) -> d.Step:
    """A step that asks these users."""
    named = {"approvers": (d.Approver(kind="user", targets=users),), **rules}
    return d.Step(key=key, name=key, **named)


def office(people: int = 9, **more: Any) -> Org:
    """So many people in one unit that user 1 heads."""
    everybody = {n: Person(n, f"P{n}", True, w.UNIT) for n in range(1, people + 1)}
    return Org(directory=Directory(people=everybody, units={w.UNIT: Unit(w.UNIT, "U", None, 1)}), **more)


class Desk:
    """The request of user 9, submitted."""

    def __init__(self, *nodes: d.Node, org: Org | None = None, facts: Any = None, initiator: int = 9, **rules: Any):
        self.org, self.at = org or office(), datetime(2026, 3, 2, 8, tzinfo=UTC)
        flow = compile_arms(d.Definition(nodes=nodes, **{"dedupe": "none", **rules}), w.compile_when)
        self.case = Case(flow, initiator, w.UNIT)
        self.facts = facts or {"amount": 1000}
        self.do("submit", initiator, **self.sent())

    def sent(self, **new: Any) -> dict[str, Any]:
        """The document as it is submitted, with these facts changed."""
        self.facts = {**self.facts, **new}
        return {"facts": self.facts, "hash": w.fingerprint(self.facts), "choices": {}}

    def do(self, verb: str, by: int | None, **args: Any) -> None:
        """A click seven minutes later."""
        self.at += timedelta(minutes=7)
        perform(Click(verb, by, args), self.case, self)  # type: ignore[arg-type]

    def vote(self, by: int, verb: str = "agree", **more: Any) -> None:
        """Somebody decides on his open task."""
        said = {"hash": self.case.facts_hash, "comment": "fine", **more}
        self.do(verb, by, task=self.task(by), **said)

    def task(self, of: int) -> int:
        """The number of somebody's open task."""
        return next(t.n for t in self.case.tasks if t.assignee == of and t.state == "todo")

    def edit(self, **new: Any) -> None:
        """The document changes."""
        sent = self.sent(**new)
        self.do("edit", 1, facts=sent["facts"], hash=sent["hash"])

    def leaves(self, user: int) -> None:
        """Somebody no longer works here."""
        people = dict(self.org.directory.people)
        people[user] = replace(people[user], active=False)
        self.org = replace(self.org, directory=replace(self.org.directory, people=people))
        self.do("leave", None, user=user, successor=None)

    @property
    def asked(self) -> list[int]:
        """Whose turn it is."""
        return [t.assignee for t in self.case.tasks if t.state == "todo"]

    @property
    def open_step(self) -> StepRun:
        """Where it is."""
        assert self.case.current is not None
        return self.case.current
