"""What people, the clock, administrators and the personnel office do to a request: random, and often wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from core.approvals.logic import changes, engine, verbs
from core.approvals.logic.case import Case
from core.approvals.logic.engine import Turn
from core.people.directory import Holding
from tests.core.approvals import world as w
from tests.core.approvals.record import WAITS, Record, Seat
from tests.core.approvals.world import World


@dataclass(frozen=True)
class Click:
    """One attempt: who does what, to what."""

    verb: str
    by: int | None
    args: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.verb} by {self.by}: {dict(self.args)}"


def perform(click: Click, case: Case, world: World) -> None:
    """Make the engine's call a click stands for."""
    PERFORM[click.verb](case, Turn(by=click.by, at=world.at, org=world.org), **click.args)


def _submit(case: Case, turn: Turn, *, facts: Any, hash: str, choices: Any) -> None:
    engine.submit(case, turn, facts, hash, w.amount_of(facts), choices)


def _resubmit(case: Case, turn: Turn, *, facts: Any, hash: str, choices: Any) -> None:
    verbs.resubmit(case, turn, facts, hash, w.amount_of(facts), choices)


def _edit(case: Case, turn: Turn, *, facts: Any, hash: str) -> None:
    changes.change_facts(case, turn, facts, hash, w.amount_of(facts))


PERFORM: Mapping[str, Callable[..., Any]] = {
    "submit": _submit,
    "resubmit": _resubmit,
    "edit": _edit,
    "agree": lambda c, t, task, hash, comment: engine.agree(c, t, task, hash, comment),
    "reject": lambda c, t, task, hash, comment: engine.reject(c, t, task, hash, comment),
    "send_back": lambda c, t, task, hash, comment, to: verbs.send_back(c, t, task, hash, comment, to),
    "transfer": lambda c, t, task, to: verbs.transfer(c, t, task, to),
    "before": lambda c, t, task, people: verbs.add_before(c, t, task, people),
    "after": lambda c, t, task, people: verbs.add_after(c, t, task, people),
    "beside": lambda c, t, task, people: verbs.add_beside(c, t, task, people),
    "remove": lambda c, t, task: verbs.remove(c, t, task),
    "withdraw": lambda c, t: verbs.withdraw(c, t),
    "urge": lambda c, t: verbs.urge(c, t),
    "comment": lambda c, t, comment: verbs.comment(c, t, comment),
    "leave": lambda c, t, user, successor: verbs.leave(c, t, user, successor),
    "delegate": lambda c, t, user: verbs.delegate_open(c, t, user),
    "timeout": lambda c, t, task, then, to: verbs.timeout(c, t, task, then, to),
    "assign": lambda c, t, task, to, comment: verbs.assign(c, t, task, to, comment),
    "insert": lambda c, t, after, people, comment: verbs.insert_step(c, t, after, "added", people, comment),
    "terminate": lambda c, t, comment: verbs.terminate(c, t, comment),
}


class Hand:
    """Chooses the next click."""

    def __init__(self, world: World, record: Record) -> None:
        self.world, self.record, self.random = world, record, world.random
        self.habit = ""

    def first(self) -> Click:
        """The initiator submits."""
        return Click("submit", self.world.initiator, self._sent(self.world.facts, self.world.choices))

    def next(self) -> Click:
        """Something somebody does now."""
        if self.record.state == "returned" and self.random.random() < 0.6:
            return self.resubmit()
        if self.record.state == "blocked" and self.random.random() < 0.5:
            return self.assign()
        insists = self.habit in INSISTS and self.random.random() < 0.45
        self.habit = self.random.choice(INSISTS[self.habit]) if insists else self.random.choices(NAMES, WEIGHTS)[0]
        return getattr(self, self.habit)()

    # Little choices

    def anybody(self) -> int:
        return self.random.choice(list(self.world.org.directory.people))

    def initiator_mostly(self) -> int:
        return self.world.initiator if self.random.random() < 0.85 else self.anybody()

    def seat(self, *states: str) -> Seat | None:
        seats = [s for s in self.record.seats if not states or s.state in states]
        return self.random.choice(seats) if seats else None

    def mine(self, right: float) -> tuple[int, int | None]:
        """A task and who acts on it: mostly an open one and its holder."""
        seat = self.seat("todo") if self.random.random() < right else self.seat()
        if seat is None:
            return 0, self.anybody()
        return seat.n, seat.holder if self.random.random() < right else self.anybody()

    def seen(self) -> str:
        return self.record.hash if self.random.random() < 0.95 else "stale"

    def text(self) -> str:
        return "because" if self.random.random() < 0.95 else " "

    def people(self) -> list[int]:
        return [self.newcomer() for _ in range(self.random.choice((0, 1, 1, 1, 1, 2, 2, 3)))]

    def newcomer(self) -> int:
        """Mostly somebody who works here and has not been asked in the step that is open."""
        now = self.record.waiting_now()
        there = {s.holder for s in now.seats} if now else set()
        fresh = [p.id for p in self.world.org.directory.people.values() if p.active and p.id not in there]
        return self.random.choice(fresh) if fresh and self.random.random() < 0.8 else self.anybody()

    # Clicks

    def agree(self) -> Click:
        task, by = self.mine(0.97)
        comment = self.random.choice(("", "fine", "fine", "fine"))
        return Click("agree", by, {"task": task, "hash": self.seen(), "comment": comment})

    def reject(self) -> Click:
        task, by = self.mine(0.93)
        return Click("reject", by, {"task": task, "hash": self.seen(), "comment": self.text().strip()})

    def send_back(self) -> Click:
        task, by = self.mine(0.95)
        keys = [s.key for s in self.record.stages]
        to = self.random.choice(keys) if keys and self.random.random() < 0.6 else None
        return Click("send_back", by, {"task": task, "hash": self.seen(), "comment": self.text().strip(), "to": to})

    def transfer(self) -> Click:
        task, by = self.mine(0.93)
        return Click("transfer", by, {"task": task, "to": self.anybody()})

    def add(self) -> Click:
        task, by = self.mine(0.96)
        verb = self.random.choice(("before", "before", "after", "beside"))
        return Click(verb, by, {"task": task, "people": self.people()})

    def deeper(self) -> Click:
        """Before those who were just put before somebody, others again."""
        task, by = self.mine(0.96)
        return Click("before", by, {"task": task, "people": [self.newcomer()]})

    def remove(self) -> Click:
        added = [s for s in self.record.seats if s.added_by is not None]
        seat = self.random.choice(added) if added else self.seat()
        if seat is None:
            return Click("remove", self.anybody(), {"task": 0})
        return Click("remove", seat.added_by if self.random.random() < 0.9 else self.anybody(), {"task": seat.n})

    def withdraw(self) -> Click:
        return Click("withdraw", self.initiator_mostly())

    def resubmit(self) -> Click:
        same = self.random.random() < 0.6
        facts = dict(self.record.facts) if same else w.changed(self.random, self.record.facts, self.world.org)
        chosen = self.world.choices if self.random.random() < 0.5 else {}
        return Click("resubmit", self.initiator_mostly(), self._sent(facts, chosen))

    def _sent(self, facts: Mapping[str, Any], chosen: Mapping[str, list[int]]) -> dict[str, Any]:
        spoilt = self.random.random() < 0.03
        choices = {**chosen, self.random.choice(["nowhere", *chosen]): [self.anybody(), 0]} if spoilt else chosen
        return {"facts": dict(facts), "hash": w.fingerprint(facts), "choices": choices}

    def edit(self) -> Click:
        facts = w.changed(self.random, self.record.facts, self.world.org)
        return Click("edit", self.anybody(), {"facts": facts, "hash": w.fingerprint(facts)})

    def urge(self) -> Click:
        return Click("urge", self.initiator_mostly())

    def comment(self) -> Click:
        return Click("comment", self.anybody(), {"comment": self.text().strip()})

    def timeout(self) -> Click:
        seat = self.seat("todo") if self.random.random() < 0.8 else self.seat()
        if seat is None:
            return self.agree()
        then = self.random.choice(("none", "escalate", "transfer", "agree", "agree", "reject"))
        to = self.anybody() if then == "transfer" else None
        return Click("timeout", None, {"task": seat.n, "then": then, "to": to})

    def assign(self) -> Click:
        seat = self.seat(*WAITS) if self.random.random() < 0.9 else self.seat()
        gap = self.random.random() < (0.7 if self.record.state == "blocked" else 0.1)
        task = None if gap or seat is None else seat.n
        return Click("assign", self.anybody(), {"task": task, "to": self.anybody(), "comment": self.text().strip()})

    def insert(self) -> Click:
        now, keys = self.record.waiting_now(), [s.key for s in self.record.stages]
        after = now.key if now and self.random.random() < 0.7 else self.random.choice(["nowhere", *keys])
        people = list(dict.fromkeys(self.people()))
        return Click("insert", self.anybody(), {"after": after, "people": people, "comment": self.text().strip()})

    def terminate(self) -> Click:
        return Click("terminate", self.anybody(), {"comment": self.text().strip()})

    # What happens in the organisation

    def leave(self) -> Click:
        seat = self.seat("todo", "waiting", "parked")
        user = seat.holder if seat and self.random.random() < 0.8 else self.anybody()
        self._replace_person(user, active=False)
        successor = self.anybody() if self.random.random() < 0.4 else None
        return Click("leave", self.anybody(), {"user": user, "successor": successor})

    def delegate(self) -> Click:
        seat, org = self.seat(*WAITS), self.world.org
        user = seat.holder if seat and self.random.random() < 0.8 else self.anybody()
        to = self.world.initiator if self.random.random() < 0.2 else self.anybody()
        if to != user:
            self.world.org = replace(org, deputies={**org.deputies, user: to})
        return Click("delegate", user, {"user": user})

    def reorganise(self) -> Click:
        """Somebody changes department, a unit its head, a role its holders; then somebody agrees."""
        org, units = self.world.org, list(self.world.org.directory.units)
        user = self.anybody()
        if self.random.random() < 0.4:
            self._replace_person(user, unit_id=self.random.choice(units))
        elif self.random.random() < 0.5:
            unit = org.directory.units[self.random.choice(units)]
            headed = {**org.directory.units, unit.id: replace(unit, head_id=user)}
            self.world.org = replace(org, directory=replace(org.directory, units=headed))
        else:
            held = {**org.directory.roles, self.random.choice(list(org.directory.roles)): (Holding(user),)}
            self.world.org = replace(org, directory=replace(org.directory, roles=held))
        return self.agree()

    def _replace_person(self, user: int, **new: Any) -> None:
        org = self.world.org
        people = {**org.directory.people, user: replace(org.directory.people[user], **new)}
        self.world.org = replace(org, directory=replace(org.directory, people=people))


HABITS = {
    "agree": 42,
    "reject": 3,
    "send_back": 6,
    "transfer": 5,
    "add": 10,
    "remove": 3,
    "withdraw": 1,
    "resubmit": 1,
    "edit": 5,
    "urge": 2,
    "comment": 1,
    "timeout": 6,
    "assign": 2,
    "insert": 2,
    "terminate": 0.3,
    "leave": 3,
    "delegate": 2,
    "reorganise": 3,
}
INSISTS = {
    "add": ("deeper", "remove"),
    "deeper": ("deeper", "deeper", "remove"),
    "urge": ("urge",),
    "leave": ("leave",),
    "delegate": ("leave",),
}
NAMES, WEIGHTS = list(HABITS), list(HABITS.values())
