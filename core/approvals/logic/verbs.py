"""What people may do with a request besides agreeing and rejecting, and what the clock and administrators do.

Pure, like `engine.py`: a case and a turn in, events out; a refused call has written no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from core.approvals.logic import engine
from core.approvals.logic.case import AGREED, LIVE, OPEN, PASSED, Case, StepRun, Task
from core.approvals.logic.definition import Step
from core.approvals.logic.engine import Turn, held, need_comment
from core.approvals.logic.people import Found, Org
from core.errors import Conflict, Forbidden, TooManyRequests, ValidationError
from core.i18n import _

BETWEEN_URGES = timedelta(minutes=30)
DEEPEST_BEFORE = 3


def send_back(case: Case, turn: Turn, task_n: int, facts_hash: str, comment: str, to: str | None = None) -> None:
    """Back to the initiator, or to the people of an earlier step (`to`), who decide anew."""
    task = held(case, turn, task_n, facts_hash)
    need_comment(comment)
    _require(case, task, "send_back")
    run = case.step(task.step)
    target = None if to is None else _sendable(case, to)
    last = max(s.n for s in case.steps)
    case.emit(turn.at, turn.by, "sent_back", step=run.n, to=to, task=task.n, comment=comment)
    if target is not None:
        _carry(case, turn, (s for s in case.steps[:last] if s.n < target.n and s.round == case.round - 1))
        engine.advance(case, turn)


def _sendable(case: Case, key: str) -> StepRun:
    run = next((s for s in earlier_steps(case) if s.key == key), None)
    if run is None:
        raise ValidationError(_("It cannot be sent back to that step."))
    return run


def earlier_steps(case: Case) -> list[StepRun]:
    """The steps of this round a document can be sent back to: those people have agreed in."""
    voted = {t.step for t in case.tasks if t.state in AGREED}
    passed = (s for s in case.steps if s.round == case.round and s.state == "approved" and s.kind != "before")
    return [s for s in passed if case.source(s).n in voted]


def _carry(case: Case, turn: Turn, runs: Iterable[StepRun]) -> None:
    for run in list(runs):
        if run.state in PASSED and run.kind != "before":
            case.emit(turn.at, None, "carried", **{"from": run.n}, key=run.key, name=run.name)


def resubmit(
    case: Case,
    turn: Turn,
    facts: Mapping[str, Any],
    facts_hash: str,
    amount: Decimal | None = None,
    choices: Mapping[str, Iterable[int]] | None = None,
) -> None:
    """The initiator sends it again: straight to who sent it back if the flow says so and nothing changed."""
    if case.state != "returned":
        raise Conflict(_("Only what was sent back can be sent again."))
    if turn.by != case.initiator:
        raise Forbidden(_("Only who submitted it can send it again."))
    chosen = {key: tuple(ids) for key, ids in (choices or {}).items()} or case.choices
    same = facts_hash == case.facts_hash and chosen == case.choices
    if case.definition.resume != "straight" or case.returner is None or not same:
        engine.submit(case, turn, facts, facts_hash, amount, choices)
        return
    before = case.round
    case.emit(turn.at, turn.by, "resumed")
    _carry(case, turn, [s for s in case.steps if s.round == before])
    engine.advance(case, turn)


def withdraw(case: Case, turn: Turn, comment: str = "") -> None:
    """The initiator takes it back, as long as the flow allows."""
    if case.state not in OPEN:
        raise Conflict(_("This request has ended."))
    if turn.by != case.initiator:
        raise Forbidden(_("Only who submitted it can withdraw it."))
    if not can_withdraw(case):
        raise Conflict(_("It can no longer be withdrawn: the flow does not allow it now."))
    case.emit(turn.at, turn.by, "ended", state="withdrawn", comment=comment)


def can_withdraw(case: Case) -> bool:
    """Whether the flow lets the initiator take it back now; what was sent back to him always."""
    if case.state == "returned" or case.definition.withdraw == "final":
        return case.state in OPEN
    voted = any(t.decided_by is not None for t in case.votes())
    return case.state in OPEN and case.definition.withdraw == "first_vote" and not voted


def transfer(case: Case, turn: Turn, task_n: int, to: int, comment: str = "") -> None:
    """Somebody else decides instead of me."""
    task = held(case, turn, task_n)
    _require(case, task, "transfer")
    _check_new(case, turn.org, case.step(task.step), to)
    _move(case, turn, task, to, "transferred", comment)


def _move(case: Case, turn: Turn, task: Task, to: int, how: str, comment: str = "") -> None:
    principal = None if task.principal == to else task.principal
    person = {"user": to, "principal": principal, "why": {"kind": how, "from": task.assignee}}
    case.emit(turn.at, turn.by, "moved", task=task.n, to={**person, "added_by": task.added_by}, comment=comment)


def _require(case: Case, task: Task, verb: str) -> None:
    rules = case.rules_of(case.step(task.step))
    if rules is not None and verb not in rules.allow:
        raise Forbidden(_("This step does not allow that."))


def _check_new(case: Case, org: Org, run: StepRun, user: int) -> None:
    """Raise unless somebody may be asked in this step who is not in it yet."""
    if not org.is_active(user):
        raise ValidationError(_("Nobody of that name works here now."))
    if not may_decide(case, run, user):
        raise ValidationError(_("Nobody may approve what he submitted himself."))
    if in_step(case, run, user):
        raise ValidationError(_("%(name)s is in this step already.", name=org.directory.name_of(user)))


def may_decide(case: Case, run: StepRun, user: int) -> bool:
    """Whether the initiator's own document is kept from him here."""
    rules = case.rules_of(run)
    return user != case.initiator or (rules is not None and rules.self_rule == "allow")


def in_step(case: Case, run: StepRun, user: int) -> bool:
    """Whether somebody is asked in this step, or has decided in it."""
    there = LIVE | AGREED | {"rejected"}
    return any(t.assignee == user and t.state in there for t in case.tasks_of(run))


def add_before(case: Case, turn: Turn, task_n: int, people: Iterable[int], comment: str = "") -> None:
    """Others decide first; then it comes back to me."""
    task, asked = _adding(case, turn, task_n, people)
    run = case.step(task.step)
    if _depth(case, run) >= DEEPEST_BEFORE:
        raise Conflict(_("Nobody more can be put before this step."))
    step = Step(key=f"{run.key}.b{len(case.steps) + 1}", name="", approvers=(), mode="all")
    found = Found(engine.people_of(asked, {"kind": "before", "by": turn.by}))
    case.emit(turn.at, turn.by, "parked", step=run.n, comment=comment)
    engine.open_step(case, turn, step, found, kind="before", parent=run.n)


def _depth(case: Case, run: StepRun) -> int:
    return 0 if run.parent is None else 1 + _depth(case, case.step(run.parent))


def add_after(case: Case, turn: Turn, task_n: int, people: Iterable[int], comment: str = "") -> None:
    """Others decide after this step, before the flow goes on."""
    task, asked = _adding(case, turn, task_n, people)
    run = case.step(task.step)
    if run.kind == "before":
        raise Conflict(_("Here others can be added before or beside you only."))
    if case.initiator in asked:
        raise ValidationError(_("Nobody may approve what he submitted himself."))
    _insert(case, turn, run.key, "", asked, comment)


def _insert(case: Case, turn: Turn, after: str, name: str, people: Iterable[int], comment: str) -> None:
    key = f"added.{len(case.inserted) + 1}"
    case.emit(
        turn.at,
        turn.by,
        "inserted",
        key=key,
        after=after,
        name=name,
        mode="all",
        people=list(people),
        comment=comment,
    )


def add_beside(case: Case, turn: Turn, task_n: int, people: Iterable[int], comment: str = "") -> None:
    """Others decide with me, in the same step."""
    task, asked = _adding(case, turn, task_n, people)
    run = case.step(task.step)
    if run.mode == "any":
        raise Conflict(_("One decides for all in this step: nobody can be added beside you."))
    state = "waiting" if run.mode == "sequence" else "todo"
    for user in asked:
        person = {"user": user, "why": {"kind": "beside", "by": turn.by}, "added_by": turn.by}
        case.emit(turn.at, turn.by, "joined", step=run.n, person=person, state=state, comment=comment)


def _adding(case: Case, turn: Turn, task_n: int, people: Iterable[int]) -> tuple[Task, list[int]]:
    task = held(case, turn, task_n)
    _require(case, task, "add")
    asked = list(dict.fromkeys(people))
    if not asked or len(asked) > 10:
        raise ValidationError(_("Name one to ten people."))
    for user in asked:
        _check_new(case, turn.org, case.step(task.step), user)
    return task, asked


def remove(case: Case, turn: Turn, task_n: int) -> None:
    """Take away somebody I added, as long as he has not decided."""
    task = case.task(task_n) if 0 < task_n <= len(case.tasks) else None
    if task is None or task.added_by != turn.by or turn.by is None:
        raise Forbidden(_("You can take away only whom you added yourself."))
    run = case.step(task.step)
    if case.state != "running" or task.state not in LIVE or run.state != "open":
        raise Conflict(_("This is no longer waiting for a decision."))
    case.emit(turn.at, turn.by, "removed", task=task.n)
    if run.kind == "before" and not any(_counts(t) for t in case.tasks_of(run)):
        case.emit(turn.at, None, "closed", step=run.n, state="cancelled")
        engine.reopen(case, turn, case.step(run.parent or 0))
        return
    engine.settle(case, turn, run)


def _counts(task: Task) -> bool:
    return task.state in LIVE or task.state in AGREED or task.state == "rejected"


def comment(case: Case, turn: Turn, text: str) -> None:
    """Say something without deciding."""
    need_comment(text)
    case.emit(turn.at, turn.by, "commented", comment=text)


def urge(case: Case, turn: Turn) -> list[int]:
    """The initiator asks those he waits for to hurry; returns them. Each at most every half hour."""
    if turn.by != case.initiator:
        raise Forbidden(_("Only who submitted it can urge."))
    asked = {t.n: t.assignee for t in case.tasks if t.state == "todo"}
    if case.state != "running" or not asked:
        raise Conflict(_("This is no longer waiting for a decision."))
    recent = {n for e in case.log if e.verb == "urged" and turn.at - e.at < BETWEEN_URGES for n in e.data["tasks"]}
    due = {n: user for n, user in asked.items() if n not in recent}
    if not due:
        raise TooManyRequests(_("They were urged less than half an hour ago."), retry_after=1800)
    case.emit(turn.at, turn.by, "urged", tasks=sorted(due))
    return sorted(set(due.values()))


def leave(case: Case, turn: Turn, user: int, successor: int | None = None) -> None:
    """Somebody no longer works here: what he had to decide goes to a successor, his deputy, his manager or
    the flow's administrators; with none of them the request is blocked."""
    for task in [t for t in case.live_tasks() if t.assignee == user]:
        _hand_over(case, turn, task, successor)


def _hand_over(case: Case, turn: Turn, task: Task, successor: int | None) -> None:
    run = case.step(task.step)
    heir = next((u for u in _heirs(case, turn.org, task, successor) if _can_take(case, turn.org, run, u)), None)
    if heir is not None:
        _move(case, turn, task, heir, "left")
        return
    case.emit(turn.at, turn.by, "moved", task=task.n, to=None)
    if case.state == "running" and run.state == "open" and engine.lacks_somebody(case, run):
        case.emit(turn.at, None, "blocked", step=run.n, reason="left")


def _heirs(case: Case, org: Org, task: Task, successor: int | None) -> list[int]:
    deputy = org.deputy(task.assignee, case.initiator)
    named = [successor] if successor is not None else []
    return [*named, deputy, *org.directory.managers_of(task.assignee), *org.admins]


def _can_take(case: Case, org: Org, run: StepRun, user: int) -> bool:
    return org.is_active(user) and may_decide(case, run, user) and not in_step(case, run, user)


def timeout(case: Case, turn: Turn, task_n: int, then: str, to: int | None = None) -> None:
    """A task is late. Does nothing when it has been dealt with meanwhile; reminds where nothing more is possible."""
    task = case.task(task_n)
    if case.state != "running" or task.state != "todo":
        return
    run = case.step(task.step)
    heir = next((u for u in _late_heirs(turn.org, task, then, to) if _can_take(case, turn.org, run, u)), None)
    if then == "agree" and _may_agree_itself(case):
        case.emit(turn.at, None, "agreed", task=task.n, hash=case.facts_hash, late=True)
        engine.settle(case, turn, run)
    elif then == "reject":
        case.emit(turn.at, None, "rejected", task=task.n, hash=case.facts_hash, late=True)
        engine.settle(case, turn, run)
    elif heir is not None:
        _move(case, turn, task, heir, "late")
    else:
        case.emit(turn.at, None, "reminded", task=task.n)


def _late_heirs(org: Org, task: Task, then: str, to: int | None) -> list[int]:
    if then == "escalate":
        return [*org.directory.managers_of(task.assignee), *org.admins]
    return [to] if then == "transfer" and to is not None else []


def _may_agree_itself(case: Case) -> bool:
    cap = case.definition.auto_agree
    return cap is not None and case.amount is not None and case.amount <= cap


def assign(case: Case, turn: Turn, task_n: int | None, to: int, comment: str) -> None:
    """An administrator gives a task to somebody else, or the blocked step (no task) to somebody."""
    need_comment(comment)
    run = case.current
    if case.state not in ("running", "blocked") or run is None:
        raise Conflict(_("This request has ended."))
    if task_n is not None:
        task = case.task(task_n) if 0 < task_n <= len(case.tasks) else None
        if task is None or task.state not in LIVE:
            raise Conflict(_("This is no longer waiting for a decision."))
        _check_new(case, turn.org, case.step(task.step), to)
        _move(case, turn, task, to, "assigned", comment)
        return
    if case.state != "blocked":
        raise ValidationError(_("Say whose task it is."))
    _check_new(case, turn.org, run, to)
    _fill(case, turn, run, to, comment)
    if not engine.lacks_somebody(case, run):
        case.emit(turn.at, turn.by, "unblocked", step=run.n)
        engine.settle(case, turn, run)


def _fill(case: Case, turn: Turn, run: StepRun, to: int, comment: str) -> None:
    """Put somebody in the place of the first who left the blocked step, or into the empty step."""
    person = {"user": to, "why": {"kind": "assigned", "by": turn.by}}
    state = "waiting" if run.mode == "sequence" else "parked"
    gap = next((t for t in case.tasks_of(run) if t.state == "left"), None)
    if gap is None:
        case.emit(turn.at, turn.by, "joined", step=run.n, person=person, state=state, comment=comment)
    else:
        case.emit(turn.at, turn.by, "moved", task=gap.n, to=person, state=state, comment=comment)


def insert_step(case: Case, turn: Turn, after: str, name: str, people: Iterable[int], comment: str) -> None:
    """An administrator puts a step after the one of this key, in this round and all later ones."""
    need_comment(comment)
    asked = list(dict.fromkeys(people))
    run = case.current
    known = {s.key for s in case.steps if s.kind != "before"}
    if case.state not in OPEN or after not in known:
        raise Conflict(_("A step can be inserted only after one this request has come to."))
    if not asked or not all(turn.org.is_active(u) and u != case.initiator for u in asked):
        raise ValidationError(_("Name people who work here and did not submit it themselves."))
    if run is not None and case.passed(after) is not None and after != run.key:
        raise Conflict(_("That step is behind: insert it after the one that is open."))
    _insert(case, turn, after, name, asked, comment)


def terminate(case: Case, turn: Turn, comment: str) -> None:
    """An administrator ends a request for good."""
    need_comment(comment)
    if case.state not in OPEN:
        raise Conflict(_("This request has ended."))
    case.emit(turn.at, turn.by, "ended", state="cancelled", comment=comment)


def delegate_open(case: Case, turn: Turn, user: int) -> None:
    """A delegation that takes open tasks along: they go to the deputy, if he may."""
    deputy = turn.org.deputy(user, case.initiator)
    for task in [t for t in case.live_tasks() if t.assignee == user]:
        run = case.step(task.step)
        if deputy != user and _can_take(case, turn.org, run, deputy):
            why = {"kind": "delegated", "from": user}
            principal = user if task.principal is None else task.principal
            stands_for = None if principal == deputy else principal
            person = {"user": deputy, "principal": stands_for, "why": why, "added_by": task.added_by}
            case.emit(turn.at, turn.by, "moved", task=task.n, to=person)
