"""An approval request as it stands: rounds of steps, their tasks, and the log that made them.

Everything happens as events. `Case.emit` writes one to the log and applies it; applying the same log to an
empty case gives the same rows again (`Case.replay`). What may happen is decided in `engine.py` and `verbs.py`,
never here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from core.approvals.logic.definition import Definition, Step

OPEN = frozenset({"running", "blocked", "returned"})
LIVE = frozenset({"todo", "waiting", "parked"})
AGREED = frozenset({"approved", "auto"})
PASSED = frozenset({"approved", "skipped"})


@dataclass(frozen=True)
class Event:
    """One line of the log. `actor` is a user id, None for the system; `data` is JSON."""

    n: int
    at: datetime
    actor: int | None
    verb: str
    data: Mapping[str, Any]


@dataclass
class Task:
    """One person's decision in one step; `principal` is whom he stands in for; `why` says how he was found."""

    n: int
    step: int
    order: int
    assignee: int
    principal: int | None = None
    why: Mapping[str, Any] = field(default_factory=dict)
    state: str = "todo"
    added_by: int | None = None
    facts_hash: str | None = None
    tolerated: str | None = None
    decided_at: datetime | None = None
    decided_by: int | None = None
    comment: str = ""
    source: int | None = None


@dataclass
class StepRun:
    """One step of one round. `kind`: plan, before (parks its `parent`), or inserted."""

    n: int
    round: int
    key: str
    name: str
    kind: str = "plan"
    parent: int | None = None
    mode: str = "any"
    threshold: int = 50
    state: str = "open"
    reason: str = ""
    carried_from: int | None = None
    opened_at: datetime | None = None
    closed_at: datetime | None = None


@dataclass
class Inserted:
    """A step somebody put after another one; it stays in every later round."""

    key: str
    after: str
    name: str
    mode: str
    people: tuple[int, ...]
    added_by: int


@dataclass
class Case:
    """A request. `facts` are the frozen values its flow decides on, `facts_hash` their fingerprint.

    `log` holds the events since it was read from where it is kept; `logged` is how many there were before.
    """

    definition: Definition
    initiator: int
    unit: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    facts_hash: str = ""
    amount: Decimal | None = None
    base_amount: Decimal | None = None
    choices: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    round: int = 0
    state: str = "new"
    steps: list[StepRun] = field(default_factory=list)
    tasks: list[Task] = field(default_factory=list)
    arms: dict[str, str] = field(default_factory=dict)
    inserted: list[Inserted] = field(default_factory=list)
    copies: dict[int, str] = field(default_factory=dict)
    returner: str | None = None
    log: list[Event] = field(default_factory=list)
    logged: int = 0

    def emit(self, at: datetime, actor: int | None, verb: str, /, **data: Any) -> None:
        """Write an event and apply it."""
        event = Event(self.logged + len(self.log) + 1, at, actor, verb, data)
        self.log.append(event)
        APPLY[verb](self, event)

    @classmethod
    def replay(cls, definition: Definition, initiator: int, unit: int | None, log: Iterable[Event]) -> Case:
        """The case a log makes."""
        case = cls(definition, initiator, unit)
        for event in log:
            case.emit(event.at, event.actor, event.verb, **event.data)
        return case

    def step(self, n: int) -> StepRun:
        """The step with this number."""
        return self.steps[n - 1]

    def task(self, n: int) -> Task:
        """The task with this number."""
        return self.tasks[n - 1]

    def tasks_of(self, step: StepRun) -> list[Task]:
        """A step's tasks in their order."""
        return sorted((t for t in self.tasks if t.step == step.n), key=lambda t: (t.order, t.n))

    def live_tasks(self) -> list[Task]:
        """Every task nobody has dealt with."""
        return [t for t in self.tasks if t.state in LIVE]

    @property
    def current(self) -> StepRun | None:
        """The step that is open or blocked; None when there is none."""
        return next((s for s in reversed(self.steps) if s.state in ("open", "blocked")), None)

    def passed(self, key: str) -> StepRun | None:
        """The run of this round that passed the step, or None."""
        runs = (s for s in self.steps if s.round == self.round and s.key == key and s.kind != "before")
        return next((s for s in runs if s.state in PASSED), None)

    def rules_of(self, step: StepRun) -> Step | None:
        """What the flow says of a step, or of the one it was put before; None for one somebody inserted."""
        while step.parent is not None:
            step = self.step(step.parent)
        return self.definition.step(step.key) if step.kind == "plan" else None

    def source(self, run: StepRun) -> StepRun:
        """Where a carried step was really decided."""
        while run.carried_from is not None:
            run = self.step(run.carried_from)
        return run

    def votes(self) -> list[Task]:
        """The tasks whose decisions count in this round, those of steps carried into it too."""
        steps = {self.source(s).n for s in self.steps if s.round == self.round}
        return [t for t in self.tasks if t.step in steps and (t.state in AGREED or t.state == "rejected")]


def _on_submitted(case: Case, event: Event) -> None:
    data = event.data
    case.state, case.round, case.arms, case.returner = "running", case.round + 1, {}, None
    case.choices = {key: tuple(ids) for key, ids in data.get("choices", {}).items()} or case.choices
    _set_facts(case, data)
    case.base_amount = case.amount


def _set_facts(case: Case, data: Mapping[str, Any]) -> None:
    case.facts, case.facts_hash = data["facts"], data["hash"]
    case.amount = Decimal(data["amount"]) if data.get("amount") is not None else None


def _on_resumed_straight(case: Case, event: Event) -> None:
    case.state, case.round, case.returner = "running", case.round + 1, None


def _on_edited(case: Case, event: Event) -> None:
    _set_facts(case, event.data)
    if not event.data["tolerated"]:
        case.round, case.arms, case.base_amount = case.round + 1, {}, case.amount
        _cancel_open(case, event, "cancelled")
        case.state = "running"
        return
    for task in case.votes():
        if task.state in AGREED:
            task.tolerated = case.facts_hash


def _on_arm(case: Case, event: Event) -> None:
    case.arms[event.data["branch"]] = event.data["arm"]


def _on_opened(case: Case, event: Event) -> None:
    data = event.data
    run = StepRun(len(case.steps) + 1, case.round, data["key"], data["name"], data["kind"], data.get("parent"))
    run.mode, run.threshold, run.opened_at = data["mode"], data["threshold"], event.at
    case.steps.append(run)
    for order, person in enumerate(data["people"], start=1):
        _add_task(case, run.n, order, person, "waiting" if data["mode"] == "sequence" and order > 1 else "todo")


def _add_task(case: Case, step: int, order: int, person: Mapping[str, Any], state: str) -> None:
    case.tasks.append(
        Task(
            n=len(case.tasks) + 1,
            step=step,
            order=order,
            assignee=person["user"],
            principal=person.get("principal"),
            why=person.get("why", {}),
            state=state,
            added_by=person.get("added_by"),
        )
    )


def _on_skipped(case: Case, event: Event) -> None:
    _closed_run(case, event, "skipped", event.data["reason"])


def _on_refused(case: Case, event: Event) -> None:
    _closed_run(case, event, "rejected", event.data["reason"])


def _on_carried(case: Case, event: Event) -> None:
    before = case.step(event.data["from"])
    run = _closed_run(case, event, before.state, before.reason)
    run.carried_from, run.kind, run.mode, run.threshold = before.n, before.kind, before.mode, before.threshold


def _closed_run(case: Case, event: Event, state: str, reason: str) -> StepRun:
    data = event.data
    run = StepRun(len(case.steps) + 1, case.round, data["key"], data["name"], state=state, reason=reason)
    run.opened_at = run.closed_at = event.at
    case.steps.append(run)
    return run


def _decided(state: str) -> Callable[[Case, Event], None]:
    def apply(case: Case, event: Event) -> None:
        task = case.task(event.data["task"])
        task.state, task.decided_at, task.decided_by = state, event.at, event.actor
        task.facts_hash, task.comment = event.data["hash"], event.data.get("comment", "")

    return apply


def _on_auto(case: Case, event: Event) -> None:
    task, source = case.task(event.data["task"]), case.task(event.data["source"])
    task.state, task.source, task.decided_at, task.facts_hash = "auto", source.n, event.at, source.facts_hash


def _on_turn(case: Case, event: Event) -> None:
    case.task(event.data["task"]).state = "todo"


def _on_closed(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    _close(case, run, event, event.data["state"])


def _close(case: Case, run: StepRun, event: Event, state: str) -> None:
    run.state, run.closed_at = state, event.at
    for task in case.tasks:
        if task.step == run.n and task.state in LIVE:
            task.state = "cancelled"


def _cancel_open(case: Case, event: Event, state: str) -> None:
    for run in case.steps:
        if run.state in ("open", "blocked", "parked"):
            _close(case, run, event, state)


def _on_parked(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    run.state = "parked"
    _swap(case, run, "todo", "parked")


def _on_unparked(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    run.state = "open"
    _swap(case, run, "parked", "todo")


def _swap(case: Case, run: StepRun, before: str, after: str) -> None:
    for task in case.tasks_of(run):
        if task.state == before:
            task.state = after


def _on_moved(case: Case, event: Event) -> None:
    data = event.data
    task = case.task(data["task"])
    state, task.state, task.decided_at = task.state, "moved", event.at
    if data["to"] is None:
        task.state = "left"
    else:
        _add_task(case, task.step, task.order, data["to"], data.get("state", state))


def _on_joined(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    order = max((t.order for t in case.tasks_of(run)), default=0) + 1
    _add_task(case, run.n, order, event.data["person"], event.data["state"])


def _on_removed(case: Case, event: Event) -> None:
    task = case.task(event.data["task"])
    task.state, task.decided_at = "removed", event.at


def _on_inserted(case: Case, event: Event) -> None:
    data = event.data
    case.inserted.append(
        Inserted(data["key"], data["after"], data["name"], data["mode"], tuple(data["people"]), event.actor or 0)
    )


def _on_sent_back(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    _cancel_open(case, event, "cancelled")
    run.state, case.returner = "returned", run.key if run.kind == "plan" else None
    if event.data["to"] is None:
        case.state = "returned"
    else:
        case.round, case.returner = case.round + 1, None


def _on_blocked(case: Case, event: Event) -> None:
    run = case.step(event.data["step"])
    case.state = run.state = "blocked"
    run.reason = event.data["reason"]
    _swap(case, run, "todo", "parked")


def _on_unblocked(case: Case, event: Event) -> None:
    case.state, run = "running", case.step(event.data["step"])
    run.state, run.reason = "open", ""
    _swap(case, run, "parked", "todo")


def _on_ended(case: Case, event: Event) -> None:
    case.state = event.data["state"]
    _cancel_open(case, event, "cancelled")


def _on_copied(case: Case, event: Event) -> None:
    case.copies[event.data["user"]] = event.data["on"]


def _nothing(case: Case, event: Event) -> None:
    """Only the log keeps it."""


APPLY: Mapping[str, Callable[[Case, Event], None]] = {
    "submitted": _on_submitted,
    "resumed": _on_resumed_straight,
    "edited": _on_edited,
    "arm": _on_arm,
    "opened": _on_opened,
    "skipped": _on_skipped,
    "refused": _on_refused,
    "carried": _on_carried,
    "agreed": _decided("approved"),
    "rejected": _decided("rejected"),
    "auto": _on_auto,
    "turn": _on_turn,
    "closed": _on_closed,
    "parked": _on_parked,
    "unparked": _on_unparked,
    "moved": _on_moved,
    "joined": _on_joined,
    "removed": _on_removed,
    "inserted": _on_inserted,
    "sent_back": _on_sent_back,
    "migrated": lambda case, event: setattr(case, "returner", None),
    "blocked": _on_blocked,
    "unblocked": _on_unblocked,
    "ended": _on_ended,
    "copied": _on_copied,
    "commented": _nothing,
    "urged": _nothing,
    "reminded": _nothing,
    "executed": _nothing,
    "failed": _nothing,
    "revoked": _nothing,
}
