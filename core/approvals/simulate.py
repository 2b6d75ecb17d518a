"""Who will approve this, and why: the plan of a request as rows people read.

The plan is the engine on a case kept nowhere (`plan.py`), so what is shown is what happens. The designer, the
dialog before submitting and the API show the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from core.actor import current_actor
from core.approvals.facts import fingerprint, initiator_facts, said_of, transition_of
from core.approvals.logic.case import Case, Event
from core.approvals.logic.choosing import with_stand_ins
from core.approvals.logic.definition import Branch, Definition, walk
from core.approvals.logic.people import Org
from core.approvals.logic.plan import plan
from core.approvals.models import ApprovalFlow
from core.approvals.organisation import LiveOrg
from core.approvals.words import Speaker, mode_words, reason_words, speaker_for, why_words
from core.criteria.facts import Reason, explain
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import Text, _

COPIES: Mapping[str, Text] = {
    "arrival": _("Copy when it gets here"),
    "approved": _("Copy when it is approved"),
    "rejected": _("Copy when it is rejected"),
}
Facts = Mapping[str, Any]
Choices = Mapping[str, Iterable[int]]


@dataclass(frozen=True)
class Asked:
    """Somebody who would be asked: why, for whom he stands in, and whether an earlier vote of his counts."""

    user: int
    name: str
    why: str
    stands_for: str = ""
    again: bool = False


@dataclass(frozen=True)
class Row:
    """One line of the way. `kind`: step, copy, verdict, branch or end; `outcome`: asked, skipped, rejected, blocked,
    taken, copied or approved.

    `why` says why it was skipped or blocked; of a branch `name` is the way taken and `reasons` the comparisons
    of every way asked, with what they met.
    """

    kind: str
    key: str
    name: str
    outcome: str
    mode: str = ""
    why: str = ""
    people: tuple[Asked, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def is_unresolved(self) -> bool:
        """Whether the request would stop here because nobody may decide."""
        return self.outcome == "blocked"


@dataclass(frozen=True)
class Stage:
    """What simulations of one flow share, so that many of them read the organisation once."""

    flow: ApprovalFlow
    org: Org
    speaker: Speaker
    amount_path: str = field(default="")


def stage_for(flow: ApprovalFlow) -> Stage:
    """Read what simulating a flow needs. Eight statements at most."""
    org = LiveOrg(flow, utcnow())
    return Stage(flow, org, speaker_for(flow, org.directory), said_of(transition_of(flow)).amount)


def simulate(
    flow: ApprovalFlow,
    definition: Definition,
    facts: Facts,
    initiator: int,
    *,
    choices: Choices | None = None,
    stage: Stage | None = None,
) -> list[Row]:
    """Who would be asked, step by step, if this were submitted now and everybody agreed.

    `definition` has its conditions compiled; `facts` are values by path as `freeze` gives them. Writes nothing.
    """
    stage = stage or stage_for(flow)
    case = run(stage, definition, facts, initiator, choices)
    return list(_rows(stage, definition, case))


def run(stage: Stage, definition: Definition, facts: Facts, initiator: int, choices: Choices | None = None) -> Case:
    """The case as it would end; see `plan`. Where the initiator has still to choose, somebody is chosen. Pure."""
    directory = stage.org.directory
    person = directory.people.get(initiator)
    known = {**initiator_facts(initiator, directory), **facts}
    amount = _amount(known.get(stage.amount_path))
    unit = person.unit_id if person else None
    chosen = with_stand_ins(definition, stage.org, initiator, choices or {})
    return plan(definition, known, fingerprint(known), amount, initiator, unit, stage.org, utcnow(), chosen)


def _amount(value: Any) -> Decimal | None:
    try:
        return None if value is None else Decimal(str(value))
    except InvalidOperation:
        return None


def _rows(stage: Stage, definition: Definition, case: Case) -> Iterator[Row]:
    branches = {n.key: n for n in walk(definition.nodes) if isinstance(n, Branch)}
    by_key = {run.key: run.n for run in case.steps}
    for event in case.log:
        if event.verb == "arm":
            yield _branch_row(stage, branches[event.data["branch"]], event.data["arm"], case.facts)
        elif event.verb == "opened":
            yield _step_row(stage, definition, case, event, by_key[event.data["key"]])
        elif event.verb in ("skipped", "refused") and event.data["reason"] != "copy":
            yield _closed_row(event)
        elif event.verb == "copied":
            yield _copy_row(stage, event)
    if case.state != "blocked":
        yield Row("end", "", "", case.state)


def _branch_row(stage: Stage, branch: Branch, taken: str, facts: Facts) -> Row:
    reasons: list[Reason] = []
    name = ""
    for arm in branch.arms:
        reasons += _explained(stage, arm.when, facts)
        if arm.key == taken:
            name = arm.name or stage.speaker.condition(arm.when)
            break
    return Row("branch", branch.key, name, "taken", reasons=tuple(reasons))


def _explained(stage: Stage, tree: Any, facts: Facts) -> list[Reason]:
    try:
        return explain(stage.speaker.kinds, tree, facts, current_actor())
    except ValidationError:
        return []


def _step_row(stage: Stage, definition: Definition, case: Case, event: Event, n: int) -> Row:
    step_run, step = case.step(n), definition.step(event.data["key"])
    people = tuple(_asked(stage, person, case, n) for person in event.data["people"])
    blocked = step_run.state == "blocked"
    mode = mode_words(step, stage.speaker) if step is not None and len(people) > 1 else ""
    why = reason_words(step_run.reason) if blocked else ""
    return Row("step", step_run.key, step_run.name, "blocked" if blocked else "asked", mode, why, people)


def _asked(stage: Stage, person: Mapping[str, Any], case: Case, n: int) -> Asked:
    speaker, user, principal = stage.speaker, person["user"], person.get("principal")
    name = speaker.directory.name_of(user)
    again = any(t.step == n and t.assignee == user and t.state == "auto" for t in case.tasks)
    why = why_words(person.get("why", {}), speaker.directory, speaker.titles)
    return Asked(user, name, why, speaker.directory.name_of(principal) if principal else "", again)


def _closed_row(event: Event) -> Row:
    reason = event.data["reason"]
    kind = "verdict" if reason == "verdict" else "step"
    outcome = "rejected" if event.verb == "refused" else "skipped"
    return Row(kind, event.data["key"], event.data["name"], outcome, why=reason_words(reason))


def _copy_row(stage: Stage, event: Event) -> Row:
    name = stage.speaker.directory.name_of(event.data["user"])
    return Row("copy", "", name, "copied", why=str(COPIES[event.data["on"]]))
