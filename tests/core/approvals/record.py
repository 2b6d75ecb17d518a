"""What a log says happened, read by other eyes: the second opinion the trial compares the engine's rows with.

Written from the meaning of the events alone; it shares no code with the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

WAITS = ("todo", "waiting", "parked")
AGREES = ("approved", "auto")
ENDS = ("approved", "rejected", "withdrawn", "cancelled")


@dataclass
class Seat:
    """One person asked. `said` is the event in which he (or the clock, then `late`) decided."""

    n: int
    stage: int
    order: int
    holder: int
    principal: int | None
    added_by: int | None
    state: str
    why: str = ""
    said: int = 0
    voter: int | None = None
    hash: str | None = None
    marks: tuple[str, ...] = ()
    source: int | None = None
    late: bool = False


@dataclass
class Stage:
    """One step of one round; `opened` and `closed` are events."""

    n: int
    round: int
    key: str
    kind: str
    state: str
    opened: int
    parent: int | None = None
    mode: str = "any"
    threshold: int = 50
    reason: str = ""
    closed: int = 0
    carried: int | None = None
    seats: list[Seat] = field(default_factory=list)


@dataclass
class Record:
    """A whole request as its log tells it."""

    state: str = "new"
    round: int = 0
    began: int = 0
    how: str = ""
    stages: list[Stage] = field(default_factory=list)
    seats: list[Seat] = field(default_factory=list)
    arms: dict[str, str] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    hash: str = ""
    amount: Decimal | None = None
    base: Decimal | None = None
    choices: dict[str, list[int]] = field(default_factory=dict)
    inserted: list[Mapping[str, Any]] = field(default_factory=list)
    copies: list[int] = field(default_factory=list)
    returner: str | None = None
    back_to: str | None = None

    def read(self, n: int, actor: int | None, verb: str, data: Mapping[str, Any]) -> None:
        """One more line of the log."""
        getattr(self, f"_{verb}", self._nothing)(n, actor, data)

    # What can be asked

    def this_round(self) -> list[Stage]:
        """The stages of the round that runs, in order."""
        return [s for s in self.stages if s.round == self.round]

    def decided_in(self, stage: Stage) -> Stage:
        """Where a carried stage was really decided."""
        return stage if stage.carried is None else self.decided_in(self.stages[stage.carried - 1])

    def counting(self) -> Iterator[Seat]:
        """Every seat whose decision counts in this round, carried ones too."""
        for stage in self.this_round():
            yield from (s for s in self.decided_in(stage).seats if s.state in (*AGREES, "rejected"))

    def top(self, stage: Stage) -> Stage:
        """The step of the way that others were put before."""
        return stage if stage.parent is None else self.top(self.stages[stage.parent - 1])

    def waiting_now(self) -> Stage | None:
        """The stage that is open or blocked."""
        return next((s for s in self.stages if s.state in ("open", "blocked")), None)

    def passed(self, key: str) -> Stage | None:
        """Where this round passed a step of the way."""
        ways = (s for s in self.this_round() if s.key == key and s.kind != "before")
        return next((s for s in ways if s.state in ("approved", "skipped")), None)

    # Rounds

    def _submitted(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._round(n, "submitted")
        self.arms, self.choices = {}, dict(data["choices"]) or self.choices
        self._facts(data)
        self.base = self.amount

    def _resumed(self, n: int, _actor: int | None, _data: Mapping[str, Any]) -> None:
        self.back_to = self.returner
        self._round(n, "resumed")

    def _edited(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._facts(data)
        if data["tolerated"]:
            for seat in self.counting():
                seat.marks += (self.hash,) if seat.state in AGREES else ()
            return
        self._clear(n)
        self._round(n, "edited")
        self.arms, self.base = {}, self.amount

    def _sent_back(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        stage = self.stages[data["step"] - 1]
        self._clear(n)
        stage.state = "returned"
        self.back_to = data["to"]
        if data["to"] is None:
            self.state, self.returner = "returned", stage.key if stage.kind == "plan" else None
        else:
            self._round(n, "sent_back")

    def _round(self, n: int, how: str) -> None:
        self.round, self.began, self.how = self.round + 1, n, how
        self.state, self.returner = "running", None

    def _facts(self, data: Mapping[str, Any]) -> None:
        self.facts, self.hash = data["facts"], data["hash"]
        self.amount = None if data["amount"] is None else Decimal(data["amount"])

    def _clear(self, n: int) -> None:
        for stage in self.stages:
            if stage.state in ("open", "blocked", "parked"):
                self._end_stage(stage, n, "cancelled")

    @staticmethod
    def _end_stage(stage: Stage, n: int, state: str) -> None:
        stage.state, stage.closed = state, n
        for seat in stage.seats:
            seat.state = "cancelled" if seat.state in WAITS else seat.state

    # Steps

    def _arm(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.arms[data["branch"]] = data["arm"]

    def _opened(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        stage = Stage(len(self.stages) + 1, self.round, data["key"], data["kind"], "open", n)
        stage.parent, stage.mode, stage.threshold = data["parent"], data["mode"], data["threshold"]
        self.stages.append(stage)
        for person in data["people"]:
            queued = stage.mode == "sequence" and stage.seats
            self._sit(stage, person, "waiting" if queued else "todo")

    def _sit(self, stage: Stage, person: Mapping[str, Any], state: str, order: int | None = None) -> None:
        order = order or max((s.order for s in stage.seats), default=0) + 1
        seat = Seat(len(self.seats) + 1, stage.n, order, person["user"], person.get("principal"), None, state)
        seat.added_by, seat.why = person.get("added_by"), person["why"]["kind"]
        self.seats.append(seat)
        stage.seats.append(seat)

    def _skipped(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._pass(n, data, "skipped")

    def _refused(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._pass(n, data, "rejected")

    def _pass(self, n: int, data: Mapping[str, Any], state: str) -> None:
        made = Stage(len(self.stages) + 1, self.round, data["key"], "plan", state, n, closed=n, reason=data["reason"])
        self.stages.append(made)

    def _carried(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        old = self.stages[data["from"] - 1]
        made = Stage(len(self.stages) + 1, self.round, data["key"], old.kind, old.state, n, closed=n, reason=old.reason)
        made.carried, made.mode, made.threshold = old.n, old.mode, old.threshold
        self.stages.append(made)

    def _closed(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._end_stage(self.stages[data["step"] - 1], n, data["state"])

    def _parked(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._turn_all(data, "parked", "todo", "parked")

    def _unparked(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._turn_all(data, "open", "parked", "todo")

    def _blocked(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.state = "blocked"
        self.stages[data["step"] - 1].reason = data["reason"]
        self._turn_all(data, "blocked", "todo", "parked")

    def _unblocked(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.state = "running"
        self.stages[data["step"] - 1].reason = ""
        self._turn_all(data, "open", "parked", "todo")

    def _turn_all(self, data: Mapping[str, Any], stage_state: str, before: str, after: str) -> None:
        stage = self.stages[data["step"] - 1]
        stage.state = stage_state
        for seat in stage.seats:
            seat.state = after if seat.state == before else seat.state

    def _inserted(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.inserted.append(data)

    # People

    def _agreed(self, n: int, actor: int | None, data: Mapping[str, Any]) -> None:
        self._say(n, actor, data, "approved")

    def _rejected(self, n: int, actor: int | None, data: Mapping[str, Any]) -> None:
        self._say(n, actor, data, "rejected")

    def _say(self, n: int, actor: int | None, data: Mapping[str, Any], state: str) -> None:
        seat = self.seats[data["task"] - 1]
        seat.state, seat.said, seat.voter, seat.hash = state, n, actor, data["hash"]
        seat.late = actor is None

    def _auto(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        seat = self.seats[data["task"] - 1]
        seat.state, seat.said, seat.source = "auto", n, data["source"]
        seat.hash = self.seats[seat.source - 1].hash

    def _turn(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.seats[data["task"] - 1].state = "todo"

    def _moved(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        seat = self.seats[data["task"] - 1]
        if data["to"] is None:
            seat.state = "left"
            return
        state, seat.state = data.get("state", seat.state), "moved"
        self._sit(self.stages[seat.stage - 1], data["to"], state, seat.order)

    def _joined(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self._sit(self.stages[data["step"] - 1], data["person"], data["state"])

    def _removed(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.seats[data["task"] - 1].state = "removed"

    # The rest

    def _ended(self, n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.state = data["state"]
        self._clear(n)

    def _copied(self, _n: int, _actor: int | None, data: Mapping[str, Any]) -> None:
        self.copies.append(data["user"])

    def _nothing(self, _n: int, _actor: int | None, _data: Mapping[str, Any]) -> None:
        pass
