"""A request between its rows and the case the engine works on, with the log chained by hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from core.actor import Actor, current_actor
from core.approvals.facts import kinds
from core.approvals.logic.case import Case, Event, Inserted, StepRun, Task
from core.approvals.logic.definition import Definition
from core.approvals.logic.reading import compile_arms, read_definition
from core.approvals.models import (
    ApprovalCopy,
    ApprovalEvent,
    ApprovalFlow,
    ApprovalRequest,
    ApprovalStep,
    ApprovalTask,
    ApprovalVersion,
)
from core.criteria.facts import to_fact_predicate
from core.db.session import db
from core.errors import NotFound
from core.i18n import _
from core.kernel.registry import current_registry

STEP = [f.name for f in fields(StepRun)]
TASK = {f.name: {"assignee": "assignee_id", "principal": "principal_id"}.get(f.name, f.name) for f in fields(Task)}
SAME_ON_CASE = ("facts", "facts_hash", "amount", "round", "state")


@dataclass
class Loaded:
    """A request with its rows and the case made of them; `waiting` are its live tasks' states when it was read."""

    request: ApprovalRequest
    flow: ApprovalFlow
    case: Case
    steps: dict[int, ApprovalStep]
    tasks: dict[int, ApprovalTask]
    waiting: Mapping[int, str] = field(default_factory=dict)


def load(request_id: int, *, lock: bool = False, log: bool = False) -> Loaded:
    """A request and its case; `lock` takes the request's row first. `NotFound` for no such request.

    `log` reads the events too, for what needs them. Four statements, five with the log.
    """
    query = (
        select(ApprovalRequest, ApprovalVersion, ApprovalFlow)
        .join(ApprovalVersion, ApprovalVersion.id == ApprovalRequest.version_id)
        .join(ApprovalFlow, ApprovalFlow.id == ApprovalVersion.flow_id)
        .where(ApprovalRequest.id == request_id)
    )
    if lock:
        query = query.with_for_update(of=ApprovalRequest).execution_options(populate_existing=True)
    found = db.session.execute(query).one_or_none()
    if found is None:
        raise NotFound(_("There is no such request, or it is not yours to see."))
    request, version, flow = found
    steps, tasks = _rows(ApprovalStep, request.id), _rows(ApprovalTask, request.id)
    case = _case(request, definition_of(version, flow, request.initiator_id, request.unit_id), steps, tasks)
    if log:
        case.log, case.logged = log_of(request.id), 0
    waiting = {t.n: t.state for t in case.live_tasks()}
    return Loaded(request, flow, case, {s.n: s for s in steps}, {t.n: t for t in tasks}, waiting)


def _rows(model: Any, request_id: int) -> list[Any]:
    query = select(model).where(model.request_id == request_id).order_by(model.n)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def _case(
    request: ApprovalRequest, definition: Definition, steps: Iterable[ApprovalStep], tasks: Iterable[ApprovalTask]
) -> Case:
    progress = request.progress
    case = Case(definition, request.initiator_id, request.unit_id)
    for name in SAME_ON_CASE:
        setattr(case, name, getattr(request, name))
    case.base_amount = None if progress.get("base_amount") is None else Decimal(progress["base_amount"])
    case.choices = {key: tuple(ids) for key, ids in progress.get("choices", {}).items()}
    case.arms, case.returner = dict(progress.get("arms", {})), progress.get("returner")
    case.inserted = [Inserted(**{**i, "people": tuple(i["people"])}) for i in progress.get("inserted", ())]
    case.copies = {int(user): on for user, on in progress.get("copies", {}).items()}
    case.steps = [StepRun(**{name: getattr(row, name) for name in STEP}) for row in steps]
    case.tasks = [Task(**{name: getattr(row, column) for name, column in TASK.items()}) for row in tasks]
    case.logged = request.events
    return case


def new(
    version: ApprovalVersion, flow: ApprovalFlow, *, record: Any, transition: str, title: str, params: Any, unit: Any
) -> Loaded:
    """A request that has just been made, not yet submitted. Not flushed."""
    actor = current_actor()
    request = ApprovalRequest(
        version_id=version.id,
        model=current_registry().spec_of(record).name,
        record_id=record.id,
        transition=transition,
        params=params,
        title=title[:255],
        initiator_id=actor.user_id,
        unit_id=unit,
        progress={},
        events=0,
        last_hash="",
    )
    definition = definition_of(version, flow, request.initiator_id, unit)
    return Loaded(request, flow, Case(definition, request.initiator_id, unit), {}, {})


def definition_of(version: ApprovalVersion, flow: ApprovalFlow, initiator: int | None, unit: int | None) -> Definition:
    """What a version says, its conditions as functions; in them “me” is the initiator."""
    spec = current_registry().model(flow.model)
    transition = current_registry().transition(flow.model, flow.transition)
    if transition is None:
        raise NotFound(_("There is no such action."))
    known = kinds(spec, transition)
    actor = Actor(user_id=initiator, name="", channel="system", unit_id=unit)
    read = _read(json.dumps(version.definition, sort_keys=True))
    return compile_arms(read, lambda tree: to_fact_predicate(known, tree, actor))


@lru_cache(maxsize=256)
def _read(text: str) -> Definition:
    return read_definition(json.loads(text))


def save(loaded: Loaded) -> list[Event]:
    """Write what the engine did; returns the new events. Flushes."""
    request, case = loaded.request, loaded.case
    for name in SAME_ON_CASE:
        setattr(request, name, getattr(case, name))
    request.progress = _progress(case)
    if case.state in ("approved", "rejected", "withdrawn", "cancelled") and request.finished_at is None:
        request.finished_at = case.log[-1].at
    if request.id is None:
        db.session.add(request)
        db.session.flush()
    for run in case.steps:
        row = loaded.steps.setdefault(run.n, ApprovalStep(request_id=request.id))
        _write(row, {name: getattr(run, name) for name in STEP})
    for task in case.tasks:
        row_ = loaded.tasks.setdefault(task.n, ApprovalTask(request_id=request.id))
        _write(row_, {column: getattr(task, name) for name, column in TASK.items()})
    events = case.log[max(0, request.events - case.logged) :]
    _write_log(request, events)
    db.session.flush()
    return events


def _write(row: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)
    db.session.add(row)


def _progress(case: Case) -> dict[str, Any]:
    return {
        "arms": case.arms,
        "returner": case.returner,
        "choices": {key: list(ids) for key, ids in case.choices.items()},
        "inserted": [{**asdict(i), "people": list(i.people)} for i in case.inserted],
        "copies": {str(user): on for user, on in case.copies.items()},
        "base_amount": None if case.base_amount is None else str(case.base_amount),
    }


def _write_log(request: ApprovalRequest, events: Iterable[Event]) -> None:
    actor = current_actor()
    for event in events:
        request.last_hash = chained(request.last_hash, event)
        request.events = event.n
        name = actor.name if event.actor == actor.user_id else ""
        db.session.add(
            ApprovalEvent(
                request_id=request.id,
                n=event.n,
                at=event.at,
                actor_id=event.actor,
                actor_name=name,
                channel=actor.channel,
                verb=event.verb,
                data=dict(event.data),
                hash=request.last_hash,
            )
        )
        if event.verb == "copied":
            user, on = event.data["user"], event.data["on"]
            db.session.add(ApprovalCopy(request_id=request.id, user_id=user, on=on, at=event.at))


def chained(before: str, event: Event) -> str:
    """The hash of an event in its chain: SHA-256 over the hash before it and the event as canonical JSON."""
    told = [event.n, event.at.isoformat(), event.actor, event.verb, event.data]
    text = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)
    return hashlib.sha256(f"{before}{text}".encode()).hexdigest()


def log_of(request_id: int) -> list[Event]:
    """The events of a request, oldest first."""
    query = select(ApprovalEvent).where(ApprovalEvent.request_id == request_id).order_by(ApprovalEvent.n)
    return [Event(row.n, row.at, row.actor_id, row.verb, row.data) for row in db.session.scalars(query)]


def is_chain_whole(request_id: int) -> bool:
    """Whether the log is as it was written: every hash follows from the one before, and the last is the request's."""
    hashes = select(ApprovalEvent.hash).where(ApprovalEvent.request_id == request_id).order_by(ApprovalEvent.n)
    kept, before = list(db.session.scalars(hashes)), ""
    for event, hash_ in zip(log_of(request_id), kept, strict=True):
        before = chained(before, event)
        if before != hash_:
            return False
    request = db.session.get(ApprovalRequest, request_id)
    return request is not None and request.last_hash == before and request.events == len(kept)


def rebuilt(loaded: Loaded) -> Case:
    """The case that the log alone makes, to be compared with the one the rows make."""
    return Case.replay(loaded.case.definition, loaded.case.initiator, loaded.case.unit, log_of(loaded.request.id))
