"""What the page of a request shows: document, record, what is still to come, and what the reader may do now."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.actor import Actor, current_actor
from core.approvals.access import get_visible
from core.approvals.facts import said_of
from core.approvals.gate import OPEN
from core.approvals.logic import verbs
from core.approvals.logic.case import Case, Inserted, StepRun, Task
from core.approvals.logic.definition import Branch, Step, walk
from core.approvals.logic.engine import paths_of
from core.approvals.logic.people import Org
from core.approvals.logic.plan import plan
from core.approvals.models import ApprovalCopy, ApprovalRequest
from core.approvals.organisation import ADMINISTER, LiveOrg
from core.approvals.pages import inbox
from core.approvals.pages.cases import state_of
from core.approvals.pages.document import Document, Limits, find_document
from core.approvals.pages.record import (
    TASK_STATES,
    Entry,
    Happening,
    RoundEntry,
    StepEntry,
    Voice,
    happenings,
    rounds,
    waits_for,
)
from core.approvals.store import Loaded
from core.approvals.titles import kind_of, sees_amount, title_of, transition_of
from core.approvals.words import Speaker, speaker_for, state_words
from core.criteria.words import names_of, value_words
from core.db.session import db
from core.db.types import utcnow
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.workflow.declare import Transition
from core.workflow.fire import can_fire


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What the reader may do now. `task` is his open task; `rules` is what the flow says of its step, if anything."""

    task: Task | None = None
    rules: Step | None = None
    transfer: bool = False
    add: tuple[str, ...] = ()
    send_back: bool = False
    back_to: tuple[tuple[str, Text], ...] = ()
    removable: frozenset[int] = frozenset()
    comment: bool = False
    withdraw: bool = False
    urge: bool = False
    resubmit: bool = False
    retry: bool = False
    undo: Transition | None = None
    administer: bool = False


@dataclass(frozen=True)
class Way:
    """A branch as it was taken: the name of the way, and the values it was chosen by as far as they may be seen."""

    name: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """What the page shows."""

    request: ApprovalRequest
    title: Text
    kind: Text
    initiator: str
    amount: Any
    state: str
    outcome: str
    rounds: list[RoundEntry]
    to_come: list[StepEntry]
    happenings: list[Happening]
    ways: list[Way]
    waits_for: list[str]
    stands_for: str
    document: Document | None
    offers: Offers
    next_task: int | None
    is_unread: bool
    blocked: StepRun | None


def show(request_id: int, limits: Limits | None = Limits()) -> Page:
    """The page of a request for the one who acts. A fixed number of statements. `NotFound` for strangers.

    Without `limits` the document is left out.
    """
    loaded, actor = get_visible(request_id), current_actor()
    request, case = loaded.request, loaded.case
    org = LiveOrg(loaded.flow, utcnow())
    speaker = speaker_for(loaded.flow, org.directory)
    voice = Voice(org.directory, speaker.titles)
    offers, state = _offers(loaded, actor), state_of(request)
    document = find_document(request, case, _limits(case, offers, actor, limits)) if limits is not None else None
    return Page(
        request=request,
        title=title_of(request),
        kind=kind_of(request),
        initiator=voice.name(request.initiator_id),
        amount=request.amount if sees_amount(actor, request) else None,
        state=state,
        outcome=state_words(state),
        rounds=rounds(case, voice, {n: row.signature for n, row in loaded.tasks.items()}),
        to_come=_to_come(case, org, voice),
        happenings=happenings(case, voice),
        ways=_ways(case, speaker, actor),
        waits_for=list(waits_for(case, voice)),
        stands_for=voice.name(offers.task.principal) if offers.task is not None else "",
        document=document,
        offers=_with_undo(offers, request, document, actor),
        next_task=_next_task(request.id),
        is_unread=_is_unread(request.id, actor),
        blocked=case.current if case.state == "blocked" else None,
    )


def _offers(loaded: Loaded, actor: Actor) -> Offers:
    case, request = loaded.case, loaded.request
    task = next((t for t in case.tasks if t.assignee == actor.user_id and t.state == "todo"), None)
    mine, is_open = actor.user_id == case.initiator, case.state in OPEN
    administers = actor.can(ADMINISTER)
    return Offers(
        **(_deciding(case, task) if task is not None and case.state == "running" else {}),
        removable=frozenset(t.n for t in case.live_tasks() if t.added_by == actor.user_id and is_open),
        comment=is_open,
        withdraw=mine and verbs.can_withdraw(case),
        urge=mine and case.state == "running",
        resubmit=mine and case.state == "returned",
        retry=(mine or administers) and case.state == "approved" and bool(request.last_error),
        administer=administers and is_open,
    )


def _deciding(case: Case, task: Task) -> dict[str, Any]:
    run = case.step(task.step)
    rules = case.rules_of(run)
    allow = rules.allow if rules is not None else frozenset({"transfer", "add", "send_back"})
    ways = ["before", *(["after"] if run.kind != "before" else []), *(["beside"] if run.mode != "any" else [])]
    back = "send_back" in allow
    return {
        "task": task,
        "rules": rules,
        "transfer": "transfer" in allow,
        "add": tuple(ways) if "add" in allow else (),
        "send_back": back,
        "back_to": tuple((s.key, s.name) for s in verbs.earlier_steps(case) if s.n < run.n) if back else (),
    }


def _with_undo(offers: Offers, request: ApprovalRequest, document: Document | None, actor: Actor) -> Offers:
    """With the transition that takes back what was approved and carried out, if the reader may ask for it."""
    transition = transition_of(request)
    name = said_of(transition).undo if transition is not None else ""
    if not name or request.executed_at is None or request.revoked_at is not None or document is None:
        return offers
    undo = current_registry().transition(request.model, name)
    record = db.session.get(document.spec.model, document.record_id) if document.may_open else None
    if undo is None or record is None or not can_fire(record, undo, actor):
        return offers
    return Offers(**{**offers.__dict__, "undo": undo})


def _limits(case: Case, offers: Offers, actor: Actor, limits: Limits) -> Limits:
    """What the steps the reader is or was asked in hide, and what his open one lets him change."""
    steps = [case.step(t.step) for t in case.tasks if t.assignee == actor.user_id]
    rules = [r for r in map(case.rules_of, steps) if r is not None]
    hide = {name for rule in rules for name in rule.hide}
    edit = set(offers.rules.edit) - hide if offers.rules is not None else set()
    return Limits(hide=hide, edit=edit, typed=limits.typed, errors=limits.errors)


def _to_come(case: Case, org: Org, voice: Voice) -> list[StepEntry]:
    """The steps this round has not come to yet, as they will be if everybody agrees."""
    if case.state not in ("running", "blocked"):
        return []
    way = plan(
        case.definition,
        case.facts,
        case.facts_hash,
        case.amount,
        case.initiator,
        case.unit,
        org,
        utcnow(),
        case.choices,
    )
    here = {run.key for run in case.steps if run.round == case.round}
    added = [_inserted(one, voice) for one in case.inserted if one.key not in here]
    return [*added, *(step for one in rounds(way, voice, {}) for step in one.steps if step.key not in here)]


def _inserted(one: Inserted, voice: Voice) -> StepEntry:
    """A step somebody put in that this round has not come to."""
    people = tuple(
        Entry(0, voice.name(user), "", "", "waiting", *TASK_STATES["waiting"], "", None, None, one.added_by)
        for user in one.people
    )
    return StepEntry(
        one.name or _("Added step"), one.key, "", "waiting", "", "secondary", "", False, None, None, people
    )


def _ways(case: Case, speaker: Speaker, actor: Actor) -> list[Way]:
    """The branches of this round. One statement for each kind of record their values lead to."""
    branches = {n.key: n for n in walk(case.definition.nodes) if isinstance(n, Branch)}
    return [
        Way(_arm_name(branches[key], arm, speaker), tuple(_values(branches[key], case.facts, speaker, actor)))
        for key, arm in case.arms.items()
        if key in branches
    ]


def _arm_name(branch: Branch, taken: str, speaker: Speaker) -> str:
    arm = next((a for a in branch.arms if a.key == taken), None)
    return (arm.name or speaker.condition(arm.when)) if arm is not None else ""


def _values(branch: Branch, facts: Mapping[str, Any], speaker: Speaker, actor: Actor) -> Iterator[tuple[str, str]]:
    asked = sorted({path for arm in branch.arms for path in paths_of(arm.when)})
    known = [(path, speaker.kinds[path]) for path in asked if path in speaker.kinds]
    seen = [(path, kind) for path, kind in known if actor.sees_group(kind.info.group)]
    names = names_of({k.target: set(_ids(facts.get(p))) for p, k in seen if k.target is not None})
    for path, kind in seen:
        value = facts.get(path)
        values = value if isinstance(value, list) else [value]
        yield str(kind.label), ", ".join(value_words(kind, one, names) for one in values)


def _ids(value: Any) -> Iterable[int]:
    values = value if isinstance(value, list) else [value]
    return (one for one in values if isinstance(one, int))


def _next_task(request_id: int) -> int | None:
    """Another request the reader can decide, the oldest first. One statement."""
    lines, _more = inbox.find_lines("todo", size=2)
    return next((line.request_id for line in lines if line.request_id != request_id), None)


def _is_unread(request_id: int, actor: Actor) -> bool:
    query = select(ApprovalCopy.read_at).where(
        ApprovalCopy.request_id == request_id, ApprovalCopy.user_id == actor.user_id
    )
    row = db.session.execute(query).one_or_none()
    return row is not None and row[0] is None
