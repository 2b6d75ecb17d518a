"""The approvals of documents: whole cases of several requests in a fixed number of statements, for tab and paper."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from core.actor import current_actor
from core.approvals.logic.case import Case, Event, StepRun, Task
from core.approvals.logic.definition import Definition
from core.approvals.logic.verbs import can_withdraw
from core.approvals.models import ApprovalEvent, ApprovalRequest, ApprovalStep, ApprovalTask
from core.approvals.organisation import ADMINISTER
from core.approvals.pages.record import Entry, Happening, RoundEntry, StepEntry, Voice, happenings, rounds
from core.approvals.store import STEP, TASK, load
from core.approvals.titles import title_of
from core.approvals.words import load_titles, state_words
from core.db.session import db
from core.i18n import Text, _
from core.paper.approvals import Decision, Round, Step
from core.people.directory import load_directory
from core.people.models import User

NO_DEFINITION = Definition(nodes=())
OPEN = ("running", "blocked", "returned")


@dataclass(frozen=True)
class Told:
    """One request of a document with its whole record."""

    request: ApprovalRequest
    title: Text
    state: str
    outcome: str
    rounds: Sequence[RoundEntry]
    happenings: Sequence[Happening]


@dataclass(frozen=True)
class Waiting:
    """An open request of a document: for whom it waits and since when, and what the reader may do about it."""

    request_id: int
    title: Text
    state: str
    outcome: str
    names: Sequence[str]
    since: datetime
    initiator_id: int
    may_open: bool
    may_withdraw: bool


def find_requests(model: str, record_ids: Iterable[int]) -> list[ApprovalRequest]:
    """The requests of these records, oldest first. One statement."""
    mine = (ApprovalRequest.model == model, ApprovalRequest.record_id.in_(sorted(set(record_ids))))
    return list(db.session.scalars(select(ApprovalRequest).where(*mine).order_by(ApprovalRequest.id)))


@dataclass(frozen=True)
class Read:
    """The case of a request, what was drawn as a signature by task, and the end of its chain of fingerprints."""

    case: Case
    signatures: Mapping[int, str | None]
    seal: str


def read_cases(requests: Sequence[ApprovalRequest]) -> dict[int, Read]:
    """The case of each request with its log, without what its flow says. Three statements."""
    steps, tasks, events = (_rows(model, requests) for model in (ApprovalStep, ApprovalTask, ApprovalEvent))
    return {
        r.id: Read(
            case=_case(r, steps[r.id], tasks[r.id], events[r.id]),
            signatures={task.n: task.signature for task in tasks[r.id]},
            seal=events[r.id][-1].hash if events[r.id] else "",
        )
        for r in requests
    }


def _rows(model: Any, requests: Sequence[ApprovalRequest]) -> Mapping[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    ids = [request.id for request in requests]
    for row in db.session.scalars(select(model).where(model.request_id.in_(ids)).order_by(model.request_id, model.n)):
        found[row.request_id].append(row)
    return found


def _case(request: ApprovalRequest, steps: list[Any], tasks: list[Any], events: list[Any]) -> Case:
    case = Case(NO_DEFINITION, request.initiator_id, request.unit_id, round=request.round, state=request.state)
    case.steps = [StepRun(**{name: getattr(row, name) for name in STEP}) for row in steps]
    case.tasks = [Task(**{name: getattr(row, column) for name, column in TASK.items()}) for row in tasks]
    case.log = [Event(row.n, row.at, row.actor_id, row.verb, row.data) for row in events]
    return case


def tell_all(model: str, record_id: int) -> list[Told]:
    """Every request of a document, the latest first. Ten statements, however many."""
    requests = find_requests(model, [record_id])
    if not requests:
        return []
    cases, voice = read_cases(requests), load_voice()
    return [_told(request, cases[request.id], voice) for request in reversed(requests)]


def _told(request: ApprovalRequest, read: Read, voice: Voice) -> Told:
    state, told = state_of(request), rounds(read.case, voice, read.signatures)
    return Told(request, title_of(request), state, state_words(state), told, happenings(read.case, voice))


def load_voice() -> Voice:
    """Names of people, roles and posts. Six statements."""
    return Voice(load_directory(), load_titles())


def state_of(request: ApprovalRequest) -> str:
    """The state as people read it: revoked is one too."""
    return "revoked" if request.revoked_at is not None else request.state


def find_waiting(model: str, record_id: int) -> list[Waiting]:
    """The open requests of a document, and those approved that could not be carried out. One statement.

    A few more for whoever submitted one: whether he may still withdraw it.
    """
    request, task, user = ApprovalRequest, ApprovalTask, User.__table__
    unsettled = request.state.in_(OPEN) | ((request.state == "approved") & (request.last_error != ""))
    query = (
        select(request, user.c.name, task.at, task.assignee_id)
        .outerjoin(task, (task.request_id == request.id) & (task.state == "todo"))
        .outerjoin(user, user.c.id == task.assignee_id)
        .where(request.model == model, request.record_id == record_id, unsettled, request.revoked_at.is_(None))
        .order_by(request.id, task.order)
    )
    found: dict[int, tuple[ApprovalRequest, list[Any]]] = {}
    for one, *asked in db.session.execute(query):
        found.setdefault(one.id, (one, []))[1].extend([asked] if asked[0] else [])
    return [_waiting(one, asked) for one, asked in found.values()]


def _waiting(request: ApprovalRequest, asked: list[Any]) -> Waiting:
    actor, outcome = current_actor(), str(_("Approved, but not carried out"))
    involved = {request.initiator_id, *(user for _name, _at, user in asked)}
    return Waiting(
        request_id=request.id,
        title=title_of(request),
        state=request.state,
        outcome=state_words(request.state) if request.state in OPEN else outcome,
        names=[name for name, _at, _user in asked],
        since=min((at for _name, at, _user in asked), default=request.submitted_at),
        initiator_id=request.initiator_id,
        may_open=actor.user_id in involved or actor.can(ADMINISTER),
        may_withdraw=actor.user_id == request.initiator_id and can_withdraw(load(request.id).case),
    )


def rounds_of(model: str, record_ids: Sequence[int]) -> dict[int, list[Round]]:
    """The approvals of records as paper shows them, oldest first. Ten statements, however many."""
    requests = find_requests(model, record_ids)
    if not requests:
        return {}
    cases, voice = read_cases(requests), load_voice()
    found: dict[int, list[Round]] = defaultdict(list)
    for request in requests:
        read = cases[request.id]
        found[request.record_id] += _on_paper(request, rounds(read.case, voice, read.signatures), read.seal)
    return dict(found)


def _on_paper(request: ApprovalRequest, told: Sequence[RoundEntry], seal: str) -> list[Round]:
    """Its rounds; only the last says how the request ended, and bears the seal."""
    return [
        Round(
            title=title_of(request) if len(told) == 1 else _("%(title)s, round %(n)s", title=title_of(request), n=n),
            outcome=state_words(state_of(request)) if n == len(told) else "",
            steps=[_step_on_paper(step) for step in one.steps],
            seal=seal if n == len(told) else "",
        )
        for n, one in enumerate(told, start=1)
    ]


def _step_on_paper(step: StepEntry) -> Step:
    decided = [_decision(entry) for entry in step.people if entry.state not in ("moved", "left", "removed")]
    return Step(name=step.name, decisions=decided or [Decision(person="—", decision=step.outcome, comment=step.reason)])


def _decision(entry: Entry) -> Decision:
    person = entry.person
    if entry.stands_for:
        person = str(_("%(name)s for %(principal)s", name=entry.person, principal=entry.stands_for))
    return Decision(
        person=person, decision=entry.decision, comment=entry.comment, at=entry.at, signature=entry.signature
    )
