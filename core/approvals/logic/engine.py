"""How a request goes forward: opening the next step, settling a step by its votes, ending.

Pure: a case and a turn (who, when, in which organisation) in; events on the case out. Whoever persists the
case holds its row locked meanwhile. A refused call has written no event.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from core.approvals.logic.case import AGREED, LIVE, Case, Inserted, StepRun, Task
from core.approvals.logic.definition import Approver, Branch, Copy, Node, Step, Verdict
from core.approvals.logic.people import Found, Org, Person, candidates, resolve
from core.errors import Conflict, Forbidden, ValidationError
from core.i18n import _


@dataclass(frozen=True, kw_only=True)
class Turn:
    """Who acts (None: the system), when, and the organisation at that moment."""

    by: int | None
    at: datetime
    org: Org


def submit(
    case: Case,
    turn: Turn,
    facts: Mapping[str, Any],
    facts_hash: str,
    amount: Decimal | None = None,
    choices: Mapping[str, Iterable[int]] | None = None,
) -> None:
    """Begin a round on these facts."""
    if case.state not in ("new", "returned"):
        raise Conflict(_("This waits for approval already."))
    chosen = {key: list(ids) for key, ids in (choices or {}).items()}
    _check_choices(case, turn, chosen)
    written = None if amount is None else str(amount)
    case.emit(turn.at, turn.by, "submitted", facts=dict(facts), hash=facts_hash, amount=written, choices=chosen)
    advance(case, turn)


def _check_choices(case: Case, turn: Turn, chosen: Mapping[str, list[int]]) -> None:
    for key, users in chosen.items():
        step = case.definition.step(key)
        rule = next((a for a in step.approvers if a.kind == "choice"), None) if step else None
        if rule is None:
            raise ValidationError(_("Nobody is to be chosen for this step."))
        picked = set(users)
        fits = picked <= set(rule.targets) if rule.targets else all(map(turn.org.is_active, picked))
        if not fits or not rule.least <= len(picked) <= rule.most:
            problem = _("Choose %(least)s to %(most)s of the people offered.", least=rule.least, most=rule.most)
            raise ValidationError(problem, fields={key: [problem]})


def advance(case: Case, turn: Turn) -> None:
    """Go on until somebody has to decide or the request has ended."""
    while case.state == "running" and not any(s.state in ("open", "parked", "blocked") for s in case.steps):
        node = _next(case, turn, case.definition.nodes)
        if node is None:
            end(case, turn, "approved")
        else:
            _enter(case, turn, node)


def _next(case: Case, turn: Turn, nodes: Iterable[Node]) -> Step | Copy | Verdict | Inserted | None:
    """The first node of the way that this round has not passed; branches are decided when reached."""
    for node in nodes:
        if isinstance(node, Branch):
            found = _next(case, turn, node.nodes_of(_arm(case, turn, node)))
        else:
            found = node if case.passed(node.key) is None else _next_inserted(case, node.key)
        if found is not None:
            return found
    return None


def _next_inserted(case: Case, after: str) -> Inserted | None:
    for step in case.inserted:
        if step.after == after:
            found = step if case.passed(step.key) is None else _next_inserted(case, step.key)
            if found is not None:
                return found
    return None


def _arm(case: Case, turn: Turn, branch: Branch) -> str:
    """The way taken this round; chosen and logged, with the values it was chosen by, when first asked."""
    if branch.key not in case.arms:
        taken = arm_of(branch, case.facts)
        asked = sorted({path for a in branch.arms for path in paths_of(a.when)})
        values = {path: case.facts.get(path) for path in asked}
        case.emit(turn.at, None, "arm", branch=branch.key, arm=taken, values=values)
    return case.arms[branch.key]


def arm_of(branch: Branch, facts: Mapping[str, Any]) -> str:
    """The first way whose condition holds on these facts; the empty key is otherwise."""
    return next((a.key for a in branch.arms if a.holds is not None and a.holds(facts)), "")


def paths_of(tree: Any) -> list[str]:
    """The fields a condition asks about."""
    if isinstance(tree, list):
        return [path for part in tree for path in paths_of(part)]
    if not isinstance(tree, dict):
        return []
    if "field" in tree:
        return [tree["field"]]
    return [path for part in tree.values() for path in paths_of(part)]


def _enter(case: Case, turn: Turn, node: Step | Copy | Verdict | Inserted) -> None:
    if isinstance(node, Copy):
        inform(case, turn, node.approvers, "arrival")
        _skip(case, turn, node, "copy")
    elif isinstance(node, Verdict):
        _decide_itself(case, turn, node)
    elif isinstance(node, Inserted):
        _enter_step(case, turn, as_step(node), kind="inserted")
    else:
        _enter_step(case, turn, node, kind="plan")


def as_step(node: Inserted) -> Step:
    """An inserted step as the flow would say it."""
    return Step(key=node.key, name=node.name, approvers=(Approver(kind="user", targets=node.people),), mode=node.mode)


def _skip(case: Case, turn: Turn, node: Step | Copy | Verdict, reason: str) -> None:
    case.emit(turn.at, None, "skipped", key=node.key, name=node.name, reason=reason)


def _decide_itself(case: Case, turn: Turn, node: Verdict) -> None:
    if node.approved:
        _skip(case, turn, node, "verdict")
        end(case, turn, "approved")
    else:
        case.emit(turn.at, None, "refused", key=node.key, name=node.name, reason="verdict")
        end(case, turn, "rejected")


def _enter_step(case: Case, turn: Turn, step: Step, kind: str) -> None:
    found = resolve(step, case, turn.org)
    if found.outcome == "skip":
        _skip(case, turn, step, found.reason)
    elif found.outcome == "reject":
        case.emit(turn.at, None, "refused", key=step.key, name=step.name, reason=found.reason)
        end(case, turn, "rejected")
    else:
        open_step(case, turn, step, found, kind=kind)


def open_step(case: Case, turn: Turn, step: Step, found: Found, *, kind: str, parent: int | None = None) -> None:
    """Ask the people found; with nobody to ask the request is blocked."""
    people = [p.to_json() for p in found.people]
    if kind == "before":
        people = [{**p, "added_by": turn.by} for p in people]
    case.emit(
        turn.at,
        turn.by if kind == "before" else None,
        "opened",
        key=step.key,
        name=step.name,
        kind=kind,
        parent=parent,
        mode=step.mode,
        threshold=step.threshold,
        people=people,
    )
    run = case.steps[-1]
    if found.outcome == "block":
        case.emit(turn.at, None, "blocked", step=run.n, reason=found.reason)
    else:
        _decide_again(case, turn, run)


def _decide_again(case: Case, turn: Turn, run: StepRun) -> None:
    """Count those who have decided on the same facts before, where the flow says so; then settle.

    Whom somebody added is asked in any case: he was named to be asked.
    """
    for task in case.tasks_of(run):
        by_the_flow = run.kind == "plan" and task.added_by is None
        source = _earlier_vote(case, run, task) if by_the_flow and task.state == "todo" else None
        if source is not None:
            case.emit(turn.at, None, "auto", task=task.n, source=source)
    settle(case, turn, run)


def _earlier_vote(case: Case, run: StepRun, task: Task) -> int | None:
    rule = case.definition.dedupe
    if rule == "none":
        return None
    before = [s for s in case.steps[: run.n - 1] if s.round == case.round and s.state == "approved"]
    before = [s for s in before if any(t.step == s.n and t.state in AGREED for t in case.tasks)]
    before.sort(key=lambda s: (s.closed_at, s.n))
    asked = {s.n for s in (before[-1:] if rule == "consecutive" else before)}
    for vote in case.tasks:
        if vote.step in asked and vote.assignee == task.assignee and vote.facts_hash == case.facts_hash:
            if vote.state == "auto":
                return vote.source
            if vote.state == "approved" and vote.decided_by == vote.assignee:
                return vote.n
    return None


def settle(case: Case, turn: Turn, run: StepRun) -> None:
    """Close the step if its votes decide it, otherwise give the next in line his turn."""
    outcome = tally(case, run)
    if outcome is None:
        _give_turn(case, turn, run)
    elif outcome == "approved":
        case.emit(turn.at, None, "closed", step=run.n, state="approved")
        if run.kind == "before" and run.parent is not None:
            reopen(case, turn, case.step(run.parent))
        advance(case, turn)
    elif case.definition.on_reject == "return":
        case.emit(turn.at, None, "sent_back", step=run.n, to=None)
    else:
        case.emit(turn.at, None, "closed", step=run.n, state="rejected")
        end(case, turn, "rejected")


def reopen(case: Case, turn: Turn, run: StepRun) -> None:
    """Go on with a step others were put before; blocked when somebody left it meanwhile and nobody took over."""
    case.emit(turn.at, None, "unparked", step=run.n)
    if lacks_somebody(case, run):
        case.emit(turn.at, None, "blocked", step=run.n, reason="left")


def lacks_somebody(case: Case, run: StepRun) -> bool:
    """Whether the step cannot end by itself because somebody left it and nobody took over."""
    tasks = case.tasks_of(run)
    if run.mode == "any" and any(t.state in LIVE for t in tasks):
        return False
    return any(t.state == "left" for t in tasks) or not any(t.state in LIVE for t in tasks)


def _give_turn(case: Case, turn: Turn, run: StepRun) -> None:
    tasks = case.tasks_of(run)
    if run.state != "open" or any(t.state == "todo" for t in tasks):
        return
    following = next((t for t in tasks if t.state == "waiting"), None)
    if following is not None:
        case.emit(turn.at, None, "turn", task=following.n)
        _decide_again(case, turn, run)


def tally(case: Case, run: StepRun) -> str | None:
    """What the votes of a step come to: approved, rejected, or None while it is open."""
    tasks = [t for t in case.tasks_of(run) if t.state in LIVE or t.state in AGREED or t.state == "rejected"]
    agreed = sum(t.state in AGREED for t in tasks)
    rejected = sum(t.state == "rejected" for t in tasks)
    live = len(tasks) - agreed - rejected
    if run.mode == "ratio":
        needed = ceil(run.threshold * len(tasks) / 100)
        return "approved" if tasks and agreed >= needed else "rejected" if agreed + live < needed else None
    if rejected:
        return "rejected"
    if run.mode == "any":
        return "approved" if agreed else None
    return "approved" if agreed and not live else None


def end(case: Case, turn: Turn, state: str) -> None:
    """The request is over; those to be told of it are."""
    case.emit(turn.at, None, "ended", state=state)
    told = {"approved": case.definition.copy_approved, "rejected": case.definition.copy_rejected}.get(state, ())
    inform(case, turn, told, state)


def inform(case: Case, turn: Turn, approvers: Iterable[Approver], on: str) -> None:
    """Send copies, one to a person however often he is named."""
    for approver in approvers:
        for user, _why in candidates(approver, "", case, turn.org):
            if turn.org.is_active(user) and user not in case.copies:
                case.emit(turn.at, None, "copied", user=user, on=on)


def agree(case: Case, turn: Turn, task_n: int, facts_hash: str, comment: str = "") -> None:
    """The person asked agrees, to the facts he saw."""
    task = held(case, turn, task_n, facts_hash)
    run = case.step(task.step)
    rules = case.rules_of(run)
    if rules is not None and rules.comment:
        need_comment(comment)
    case.emit(turn.at, turn.by, "agreed", task=task.n, hash=facts_hash, comment=comment)
    settle(case, turn, run)


def reject(case: Case, turn: Turn, task_n: int, facts_hash: str, comment: str) -> None:
    """The person asked rejects; he says why."""
    task = held(case, turn, task_n, facts_hash)
    need_comment(comment)
    case.emit(turn.at, turn.by, "rejected", task=task.n, hash=facts_hash, comment=comment)
    settle(case, turn, case.step(task.step))


def held(case: Case, turn: Turn, task_n: int, facts_hash: str | None = None) -> Task:
    """The task, if it is this person's to decide now and he has seen the facts as they are."""
    task = case.task(task_n) if 0 < task_n <= len(case.tasks) else None
    if task is None or task.assignee != turn.by:
        raise Forbidden(_("This decision is not yours to make."))
    if case.state != "running" or task.state != "todo":
        raise Conflict(_already(case, turn, task))
    if facts_hash is not None and facts_hash != case.facts_hash:
        raise Conflict(_("The document has changed meanwhile. Look at it again, then decide."))
    return task


def _already(case: Case, turn: Turn, task: Task) -> Any:
    others = (t for t in case.tasks if t.step == task.step and t.decided_by is not None)
    last = max(others, key=lambda t: (t.decided_at, t.n), default=None)
    if last is not None:
        name = turn.org.directory.name_of(last.decided_by)
        return _("This has been dealt with by %(name)s already.", name=name)
    return _("This is no longer waiting for a decision.")


def need_comment(comment: str) -> None:
    """Raise `ValidationError` unless something is said."""
    if not comment.strip():
        problem = _("Say why.")
        raise ValidationError(problem, fields={"comment": [problem]})


def people_of(users: Iterable[int], why: Mapping[str, Any]) -> tuple[Person, ...]:
    """Named people as a step's people, each once."""
    return tuple(Person(user, why) for user in dict.fromkeys(users))
