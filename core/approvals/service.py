"""What people, pages and the API do about approvals: submit, decide, take back, and administer.

Each call is one unit: the request's row is locked, the engine decides on the case, the rows are written, and
who has to know is told. Services flush and never commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core.actor import acting, current_actor, elevated
from core.approvals import announce, gate, store, timers
from core.approvals.facts import Frozen, freeze, said_of
from core.approvals.logic import choosing, engine, verbs
from core.approvals.logic.case import Case, Event, Task
from core.approvals.logic.engine import Turn
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalTask, ApprovalVersion
from core.approvals.organisation import ADMINISTER, LiveOrg
from core.db.base import display
from core.db.session import db
from core.db.types import utcnow
from core.errors import Conflict, Forbidden, NotFound, QingmesError, ValidationError
from core.events import defer
from core.i18n import _
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.people.models import User
from core.workflow.declare import Transition
from core.workflow.fire import fire
from core.workflow.params import load_params
from core.workflow.records import get_record
from core.workflow.schema import InputSchema

MOST_AT_ONCE = 50
Choices = Mapping[str, Iterable[int]]


def ask(
    record: Any, name: str, *, version: int | None = None, choices: Choices | None = None, **params: Any
) -> ApprovalRequest | None:
    """Run a transition, or submit it for approval where a flow stands before it; returns the request then.

    Raises what `fire` raises. Flushes.
    """
    try:
        fire(record, name, version=version, **params)
    except gate.NeedsApproval as needed:
        if (needed.flow.transition, type(needed.record), needed.record.id) != (name, type(record), record.id):
            raise  # something this transition would do by the way
        return submit(needed.record, name, needed.flow, params, choices)
    return None


def submit(
    record: Any, name: str, flow: ApprovalFlow, params: Mapping[str, Any], choices: Choices | None = None
) -> ApprovalRequest:
    """Begin the approval of a transition of a locked record. `Conflict` while another request for it is open."""
    transition = _transition(flow)
    _check_none_open(flow.model, record.id, name)
    version = db.session.get(ApprovalVersion, flow.version_id)
    actor = current_actor()
    if version is None or actor.user_id is None:
        raise Conflict(_("Only a person can submit something for approval."))
    loaded = store.new(
        version,
        flow,
        record=record,
        transition=name,
        title=display(record),
        params=dump_params(transition, params),
        unit=actor.unit_id,
    )
    turn = turn_of(flow)
    frozen = freeze_now(loaded, record, turn)
    choosing.check(loaded.case, frozen, turn, choices or {})
    engine.submit(loaded.case, turn, frozen.facts, frozen.hash, frozen.amount, choices)
    try:
        with db.session.begin_nested():
            keep(loaded, turn)
    except IntegrityError:
        raise Conflict(_("This waits for approval already.")) from None
    return loaded.request


def _check_none_open(model: str, record_id: int, name: str) -> None:
    open_one = db.session.scalar(
        select(ApprovalRequest.id).where(
            ApprovalRequest.model == model,
            ApprovalRequest.record_id == record_id,
            ApprovalRequest.transition == name,
            ApprovalRequest.state.in_(gate.OPEN),
        )
    )
    if open_one is not None:
        raise Conflict(_("This waits for approval already."), request=open_one)


def dump_params(transition: Transition, params: Mapping[str, Any]) -> dict[str, Any]:
    """A transition's inputs as JSON, to be kept until it runs."""
    schema = InputSchema.from_dict(dict(transition.params))()
    dumped: dict[str, Any] = schema.dump(params)
    return {
        name: str(value) if not isinstance(value, (bool, int, list, dict)) and value is not None else value
        for name, value in dumped.items()
    }


def _transition(flow: ApprovalFlow) -> Transition:
    found = current_registry().transition(flow.model, flow.transition)
    if found is None:
        raise NotFound(_("There is no such action."))
    return found


def turn_of(flow: ApprovalFlow, by: int | None = -1) -> Turn:
    """The turn of whoever is acting, or of `by`, now."""
    now = utcnow()
    return Turn(by=current_actor().user_id if by == -1 else by, at=now, org=LiveOrg(flow, now))


def freeze_now(loaded: store.Loaded, record: Any, turn: Turn) -> Frozen:
    """The facts of the document as it is now."""
    spec, transition = current_registry().spec_of(record), _transition(loaded.flow)
    params = load_params(transition.params, loaded.request.params)
    return freeze(
        spec,
        transition,
        record,
        params,
        loaded.request.initiator_id,
        turn.org.directory,
        attachments=loaded.case.definition.attachments,
    )


def keep(loaded: store.Loaded, turn: Turn) -> None:
    """Write what the engine did, plan what the clock has to do, tell who has to know, and run what is approved."""
    from core.builtin.jobs import run_approved

    events = store.save(loaded)
    events += _without_leavers(loaded, turn)
    timers.plan_timers(loaded)
    announce.tell(loaded, events, turn.org)
    if loaded.case.state == "approved" and any(e.verb == "ended" for e in events):
        defer(run_approved, request_id=loaded.request.id)


def _without_leavers(loaded: store.Loaded, turn: Turn) -> list[Event]:
    """Whoever was asked just now and has left meanwhile hands over at once; returns the events of that.

    The rows of those asked are locked against leaving until this is committed: whoever leaves later finds the task.
    """
    users = User.__table__
    known = {loaded.case.task(n).assignee for n in loaded.waiting}
    new = sorted({t.assignee for t in loaded.case.live_tasks()} - known)
    if not new:
        return []
    rows = db.session.execute(select(users.c.id, users.c.active).where(users.c.id.in_(new)).with_for_update(read=True))
    gone = [row.id for row in rows if not row.active]
    if not gone:
        return []
    now = turn_of(loaded.flow, turn.by)
    for user_id in gone:
        verbs.leave(loaded.case, now, user_id)
    return store.save(loaded)


def change(request_id: int, work: Callable[[Case, Turn], Any], *, log: bool = False, by: int | None = -1) -> Any:
    """Do something with a request under its lock: `work(case, turn)`; returns the request. Flushes."""
    loaded = store.load(request_id, lock=True, log=log)
    turn = turn_of(loaded.flow, by)
    work(loaded.case, turn)
    keep(loaded, turn)
    return loaded.request


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What somebody decides about a task. `client_key` makes a repeated tap one decision.

    `facts_hash` is the fingerprint of what he saw; `signature` a drawing as PNG data; `confirmed`: he has given
    his password again.
    """

    task: int
    verb: str
    facts_hash: str
    comment: str = ""
    to: str | None = None
    client_key: str | None = None
    signature: str | None = None
    confirmed: bool = False


DECIDE: Mapping[str, Callable[[Case, Turn, Decision], None]] = {
    "agree": lambda c, t, d: engine.agree(c, t, d.task, d.facts_hash, d.comment),
    "reject": lambda c, t, d: engine.reject(c, t, d.task, d.facts_hash, d.comment),
    "send_back": lambda c, t, d: verbs.send_back(c, t, d.task, d.facts_hash, d.comment, d.to),
}


def decide(request_id: int, decision: Decision) -> ApprovalRequest:
    """Agree, reject or send back. Repeated with the same `client_key` it changes nothing. Flushes."""
    if decision.verb not in DECIDE:
        raise NotFound(_("There is no such action."))
    loaded = store.load(request_id, lock=True)
    if decision.client_key and _seen(decision.client_key):
        return loaded.request
    turn = turn_of(loaded.flow)
    task = engine.held(loaded.case, turn, decision.task)
    _check_step(loaded.case, task, decision)
    DECIDE[decision.verb](loaded.case, turn, decision)
    row = loaded.tasks[task.n]
    row.client_key, row.signature, row.channel = decision.client_key, decision.signature, current_actor().channel
    keep(loaded, turn)
    return loaded.request


def _seen(client_key: str) -> bool:
    query = select(ApprovalTask.id).where(
        ApprovalTask.assignee_id == current_actor().user_id, ApprovalTask.client_key == client_key
    )
    return db.session.scalar(query) is not None


def _check_step(case: Case, task: Task, decision: Decision) -> None:
    rules = case.rules_of(case.step(task.step))
    if rules is None:
        return
    if rules.password and not decision.confirmed:
        problem = _("Confirm with your password.")
        raise ValidationError(problem, fields={"password": [problem]})
    if rules.signature and decision.verb == "agree" and not decision.signature:
        problem = _("Sign first.")
        raise ValidationError(problem, fields={"signature": [problem]})


def resubmit(request_id: int, choices: Choices | None = None) -> ApprovalRequest:
    """The initiator sends what came back to him again, as the document is now. Flushes."""
    loaded = store.load(request_id, lock=True)
    if loaded.request.initiator_id != current_actor().user_id:
        raise Forbidden(_("Only who submitted it can send it again."))
    turn = turn_of(loaded.flow)
    spec = current_registry().model(loaded.request.model)
    record = get_record(spec, loaded.request.record_id, lock=True)
    loaded.request.title = display(record)[:255]
    frozen = freeze_now(loaded, record, turn)
    choosing.check(loaded.case, frozen, turn, choices or loaded.case.choices)
    verbs.resubmit(loaded.case, turn, frozen.facts, frozen.hash, frozen.amount, choices)
    keep(loaded, turn)
    return loaded.request


def execute(request_id: int) -> None:
    """Run the approved transition, once, in the initiator's name; when it is refused the request says why.

    Flushes. What refuses it leaves nothing behind but that sentence.
    """
    loaded = store.load(request_id, lock=True)
    request = loaded.request
    if request.state != "approved" or request.executed_at is not None or request.revoked_at is not None:
        return
    now = utcnow()
    try:
        with db.session.begin_nested():
            _run(loaded)
    except QingmesError as error:
        request.last_error = str(error)
        loaded.case.emit(now, None, "failed", error=str(error))
    else:
        request.executed_at, request.last_error = now, ""
        loaded.case.emit(now, None, "executed")
    announce.tell(loaded, store.save(loaded), None)


def _run(loaded: store.Loaded) -> None:
    request, transition = loaded.request, _transition(loaded.flow)
    spec = current_registry().model(request.model)
    with elevated("whoever runs it again need not be able to see who submitted it"):
        initiator = actor_for(db.session.get_one(User, request.initiator_id), "job")
    with acting(initiator), elevated("an approved transition runs whoever's rights changed since"):
        record = get_record(spec, request.record_id)
        with gate.granted(spec.name, request.record_id, request.transition):
            fire(record, request.transition, **load_params(transition.params, request.params))


def retry(request_id: int) -> ApprovalRequest:
    """Run an approved transition that was refused again, now. For the initiator and administrators."""
    loaded = store.load(request_id, lock=True)
    actor = current_actor()
    if loaded.request.initiator_id != actor.user_id:
        actor.require(ADMINISTER)
    if loaded.request.state != "approved" or loaded.request.executed_at is not None:
        raise Conflict(_("There is nothing to run again."))
    execute(request_id)
    return loaded.request


def note_undone(record: Any, name: str) -> None:
    """A transition that takes back what was approved has run: that request is revoked. Flushes."""
    model = current_registry().spec_of(record).name
    undone = [t.name for t in current_registry().transitions(model) if t.approvable and said_of(t).undo == name]
    if not undone:
        return
    carried_out = (ApprovalRequest.executed_at.is_not(None), ApprovalRequest.revoked_at.is_(None))
    mine = (ApprovalRequest.model == model, ApprovalRequest.record_id == record.id)
    query = select(ApprovalRequest.id).where(*mine, *carried_out, ApprovalRequest.transition.in_(undone))
    for request_id in db.session.scalars(query.order_by(ApprovalRequest.id)).all():
        loaded = store.load(request_id, lock=True)
        loaded.request.revoked_at = now = utcnow()
        loaded.case.emit(now, current_actor().user_id, "revoked")
        store.save(loaded)


def decide_many(decisions: Iterable[tuple[int, Decision]]) -> list[tuple[int, str]]:
    """Decide several requests, each by itself; returns the refusal, or the empty text, for each request's id."""
    chosen = list(decisions)
    if not chosen or len(chosen) > MOST_AT_ONCE:
        raise ValidationError(_("Choose 1 to %(most)s rows.", most=MOST_AT_ONCE))
    results = []
    for request_id, decision in chosen:
        try:
            with db.session.begin_nested():
                decide(request_id, decision)
            results.append((request_id, ""))
        except QingmesError as error:
            results.append((request_id, str(error)))
    return results
