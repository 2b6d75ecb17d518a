"""The record of approvals: rounds of steps with everybody's decision, and what else happened, as people read it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from core.approvals.logic.case import Case, Event, StepRun, Task
from core.approvals.logic.definition import MODES
from core.approvals.words import Titles, reason_words, why_words
from core.i18n import Text, _
from core.people.directory import Directory

TASK_STATES: Mapping[str, tuple[Text, str]] = {
    "todo": (_("Has to decide"), "blue"),
    "waiting": (_("Not his turn yet"), "secondary"),
    "parked": (_("Waits for others"), "secondary"),
    "approved": (_("Agreed"), "green"),
    "rejected": (_("Rejected"), "red"),
    "auto": (_("Agreed before, counted again"), "green"),
    "moved": (_("Handed on"), "secondary"),
    "left": (_("Has left"), "secondary"),
    "cancelled": (_("No longer needed"), "secondary"),
    "removed": (_("Taken away again"), "secondary"),
    "sent_back": (_("Sent back"), "orange"),
}
STEP_STATES: Mapping[str, tuple[Text, str]] = {
    "open": (_("Open"), "blue"),
    "blocked": (_("Nobody may decide"), "red"),
    "parked": (_("Waits for others"), "secondary"),
    "approved": (_("Agreed"), "green"),
    "rejected": (_("Rejected"), "red"),
    "skipped": (_("Passed over"), "secondary"),
    "returned": (_("Sent back"), "orange"),
    "cancelled": (_("Not finished"), "secondary"),
}
REQUEST_COLOURS: Mapping[str, str] = {
    "running": "blue",
    "blocked": "red",
    "returned": "orange",
    "approved": "green",
    "rejected": "red",
}


@dataclass(frozen=True)
class Entry:
    """One person in a step: for whom he stands in, why he, what he did. `task` is its number in the request."""

    task: int
    person: str
    stands_for: str
    why: str
    state: str
    decision: Text
    colour: str
    comment: str
    at: datetime | None
    signature: str | None
    added_by: int | None


@dataclass(frozen=True)
class StepEntry:
    """One step of a round; `is_carried` when an earlier round decided it."""

    name: Text
    key: str
    mode: Text
    state: str
    outcome: Text
    colour: str
    reason: str
    is_carried: bool
    opened_at: datetime | None
    closed_at: datetime | None
    people: tuple[Entry, ...]


@dataclass(frozen=True)
class RoundEntry:
    """One round: begun each time the document is submitted anew, sent back or changed."""

    number: int
    steps: tuple[StepEntry, ...]


@dataclass(frozen=True)
class Happening:
    """Something besides the decisions: who (empty: the program), what, what was said, when."""

    at: datetime
    person: str
    what: Text
    comment: str = ""


@dataclass(frozen=True)
class Voice:
    """What is needed to put a case into words."""

    directory: Directory
    titles: Titles

    def name(self, user_id: int | None) -> str:
        """A person's name; empty for nobody."""
        return self.directory.name_of(user_id) if user_id is not None else ""


def rounds(case: Case, voice: Voice, signatures: Mapping[int, str | None]) -> list[RoundEntry]:
    """Every round, the first first. `signatures` are drawings by task."""
    returned = {e.data["step"]: e for e in case.log if e.verb == "sent_back"}
    numbers = sorted({run.round for run in case.steps})
    return [
        RoundEntry(
            number,
            tuple(
                _step(case, run, voice, signatures, returned.get(run.n)) for run in case.steps if run.round == number
            ),
        )
        for number in numbers
    ]


def _step(
    case: Case, run: StepRun, voice: Voice, signatures: Mapping[int, str | None], returned: Event | None
) -> StepEntry:
    decided_in = case.source(run)
    tasks = case.tasks_of(decided_in)
    outcome, colour = STEP_STATES.get(run.state, (run.state, "secondary"))
    return StepEntry(
        name=name_of(run, case, voice),
        key=run.key,
        mode=MODES[run.mode] if len(tasks) > 1 else "",
        state=run.state,
        outcome=outcome,
        colour=colour,
        reason=reason_words(run.reason) if run.reason else "",
        is_carried=run.carried_from is not None,
        opened_at=decided_in.opened_at,
        closed_at=decided_in.closed_at,
        people=tuple(_entry(task, voice, signatures, returned) for task in tasks),
    )


def name_of(run: StepRun, case: Case, voice: Voice) -> Text:
    """What a step is called; those somebody put in have no name of their own."""
    if run.name:
        return run.name
    if run.kind == "before":
        asked = next((t.added_by for t in case.tasks_of(run)), None)
        return _("Asked first by %(name)s", name=voice.name(asked))
    return _("Added step")


def _entry(task: Task, voice: Voice, signatures: Mapping[int, str | None], returned: Event | None) -> Entry:
    sent_back = returned is not None and returned.data.get("task") == task.n
    state = "sent_back" if sent_back else task.state
    decision, colour = TASK_STATES.get(state, (state, "secondary"))
    return Entry(
        task=task.n,
        person=voice.name(task.assignee),
        stands_for=voice.name(task.principal),
        why=why_words(task.why, voice.directory, voice.titles) if task.why else "",
        state=state,
        decision=_late(task, decision),
        colour=colour,
        comment=returned.data.get("comment", "") if sent_back and returned else task.comment,
        at=returned.at if sent_back and returned else task.decided_at,
        signature=signatures.get(task.n),
        added_by=task.added_by,
    )


def _late(task: Task, decision: Text) -> Text:
    """The clock decided, nobody did."""
    if task.state in ("approved", "rejected") and task.decided_by is None:
        return _("%(decision)s by itself, being late", decision=decision)
    return decision


def happenings(case: Case, voice: Voice) -> list[Happening]:
    """What else happened, the latest first: submitted, sent back, handed on, added, commented, urged, ended."""
    told = (_happening(event, case, voice) for event in case.log)
    return [h for h in reversed(list(told)) if h is not None]


def _happening(event: Event, case: Case, voice: Voice) -> Happening | None:
    writer = HAPPENINGS.get(event.verb)
    what = writer(event, case, voice) if writer is not None else None
    if what is None:
        return None
    return Happening(event.at, voice.name(event.actor), what, event.data.get("comment", ""))


def _submitted(event: Event, case: Case, voice: Voice) -> Text:
    return _("Submitted") if event.n == 1 else _("Submitted again")


def _edited(event: Event, case: Case, voice: Voice) -> Text:
    if event.data["tolerated"]:
        return _("Changed the document; the votes stand")
    return _("Changed the document; everybody is asked again")


def _sent_back(event: Event, case: Case, voice: Voice) -> Text:
    if event.data["to"] is None:
        return _("Sent back to the initiator")
    names = [run.name for run in case.steps if run.key == event.data["to"]]
    return _("Sent back to “%(step)s”", step=names[0] if names else event.data["to"])


def _moved(event: Event, case: Case, voice: Voice) -> Text:
    task, to = case.task(event.data["task"]), event.data["to"]
    names = {"name": voice.name(task.assignee), "to": voice.name(to["user"]) if to else ""}
    if to is None:
        return _("Nobody takes over from %(name)s", name=names["name"])
    return _("Handed from %(name)s to %(to)s", **names)


def _opened(event: Event, case: Case, voice: Voice) -> Text | None:
    if event.data["kind"] != "before":
        return None
    return _("Asked first: %(names)s", names=_names(event.data["people"], voice))


def _names(people: Iterable[Mapping[str, Any]], voice: Voice) -> str:
    return str(_(", ")).join(voice.name(person["user"]) for person in people)


def _inserted(event: Event, case: Case, voice: Voice) -> Text:
    return _("Added a step: %(names)s", names=_names([{"user": u} for u in event.data["people"]], voice))


def _ended(event: Event, case: Case, voice: Voice) -> Text:
    told: Mapping[str, Text] = {
        "approved": _("Approved"),
        "rejected": _("Rejected"),
        "withdrawn": _("Withdrawn"),
        "cancelled": _("Ended by an administrator"),
    }
    return told[event.data["state"]]


HAPPENINGS: Mapping[str, Callable[[Event, Case, Voice], Text | None]] = {
    "submitted": _submitted,
    "resumed": lambda e, c, v: _("Submitted again"),
    "edited": _edited,
    "sent_back": _sent_back,
    "moved": _moved,
    "opened": _opened,
    "joined": lambda e, c, v: _("Added: %(name)s", name=v.name(e.data["person"]["user"])),
    "inserted": _inserted,
    "removed": lambda e, c, v: _("Taken away again: %(name)s", name=v.name(c.task(e.data["task"]).assignee)),
    "commented": lambda e, c, v: _("Said"),
    "urged": lambda e, c, v: _("Urged"),
    "blocked": lambda e, c, v: _("Nobody may decide"),
    "ended": _ended,
    "executed": lambda e, c, v: _("Carried out"),
    "failed": lambda e, c, v: _("Could not be carried out: %(error)s", error=e.data["error"]),
    "revoked": lambda e, c, v: _("Revoked"),
}


def waits_for(case: Case, voice: Voice) -> Sequence[str]:
    """The names of those who have to decide now."""
    return [voice.name(task.assignee) for task in case.tasks if task.state == "todo"]
