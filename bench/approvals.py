"""Approvals: planning a long flow, deciding, and an inbox in which 10,000 tasks wait."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count
from statistics import quantiles
from time import perf_counter
from typing import Any

from sqlalchemy import insert, text

from addons.masterdata.models import Item
from bench.pages import in_turn
from bench.report import Figure, against, at_most
from bench.world import Served, World
from core.actor import SYSTEM, Actor, acting
from core.approvals import flows, service
from core.approvals.logic.plan import plan
from core.approvals.models import ApprovalFlow, ApprovalRequest, ApprovalStep, ApprovalTask
from core.approvals.organisation import LiveOrg
from core.approvals.service import Decision
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.people.grants import actor_for
from core.people.models import User
from core.testing.people import make_role, make_unit, make_user
from core.testing.statements import count_statements

STEPS, OPEN, DECISIONS = 30, 10_000, 60
PLAN_MILLISECONDS, DECIDE_TIMES, INBOX_MILLISECONDS = 20, 8, 150
DECIDE_STATEMENTS, OPENING_STATEMENTS = 8, 20
BARE = (
    "SELECT * FROM core_approval_request WHERE id = :r FOR UPDATE",
    "SELECT * FROM core_approval_step WHERE request_id = :r",
    "SELECT * FROM core_approval_task WHERE request_id = :r",
    "INSERT INTO core_approval_event (request_id, n, at, actor_name, channel, verb, data, hash) "
    "SELECT id, -events, submitted_at, '', '', 'agreed', '{}', '' FROM core_approval_request WHERE id = :r",
    "UPDATE core_approval_task SET decided_by = assignee_id WHERE request_id = :r AND n = 1",
    "UPDATE core_approval_request SET events = events WHERE id = :r",
)


def measure(place: World, product: Served) -> list[Figure]:
    """The figures of approvals."""
    with place.app.app_context(), acting(SYSTEM):
        flow_id, voters = run_unit(_make_flow)
        figures = [_plan(flow_id, voters[0]), *_decide(flow_id, voters)]
        run_unit(lambda: _fill_inbox(flow_id))
        db.session.execute(text("ANALYZE"))
        db.session.commit()
    return [*figures, _inbox(place, product)]


def _make_flow() -> tuple[int, list[int]]:
    """Thirty steps, every third asking two people, and who votes in the first. Ids."""
    unit = make_unit(name="Bench")
    role = make_role("masterdata.item.read", "masterdata.item.release", "core.approval.administer")
    people = [make_user(role, unit=unit).id for _ in range(12)]
    nodes = [_step(n, people) for n in range(STEPS)]
    flow = ApprovalFlow(code="BENCH", name="Bench", model="masterdata.item", transition="release")
    db.session.add(flow)
    db.session.flush()
    flows.save_draft(flow, {"nodes": nodes, "dedupe": "none"})
    flows.publish(flow)
    return flow.id, people


def _step(n: int, people: list[int]) -> dict[str, Any]:
    asked = people[:2] if n % 3 == 0 else [people[n % len(people)]]
    approvers = [{"kind": "user", "targets": asked}]
    return {"type": "approve", "key": f"s{n}", "name": f"Step {n}", "mode": "all", "approvers": approvers}


def _plan(flow_id: int, initiator: int) -> Figure:
    """The 95th percentile of planning all thirty steps, in memory."""
    flow = db.session.get(ApprovalFlow, flow_id)
    assert flow is not None
    version = flows.versions_of(flow)[0]
    definition, org = flows.read_checked(flow, version.definition), LiveOrg(flow, utcnow())
    taken = [_timed(lambda: plan(definition, {}, "-", None, initiator, None, org, utcnow())) for _ in range(200)]
    return at_most("plan of 30 steps, 95th percentile", quantiles(taken, n=20)[-1], PLAN_MILLISECONDS, "ms")


def _timed(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return (perf_counter() - start) * 1000


def _decide(flow_id: int, voters: list[int]) -> Iterator[Figure]:
    """One vote and the step it closes, against the statements that work cannot do without."""
    requests = _submit(voters[-1], DECISIONS + 20)
    first, second = (_somebody(user_id) for user_id in voters[:2])
    votes = iter([(request, _agreeing(request, voters[0])) for request in requests])
    bare = count(0)
    times = in_turn(
        {
            "decide": lambda: _vote(first, *next(votes)),
            "bare": lambda: _bare(requests[next(bare) % len(requests)]),
        },
        rounds=DECISIONS // 2,
    )
    yield against("one vote on a request", times["decide"], times["bare"], DECIDE_TIMES)
    request, decision = next(votes)
    one = count_statements(lambda: _vote(first, request, decision))
    yield at_most("  its statements", one, DECIDE_STATEMENTS, "statements")
    last = _agreeing(request, voters[1])
    opening = count_statements(lambda: _vote(second, request, last))
    yield at_most("  those of the vote that opens the next step", opening, OPENING_STATEMENTS, "statements")


def _submit(initiator: int, number: int) -> list[int]:
    ids = list(
        db.session.scalars(db.select(Item.id).where(Item.state == "draft").order_by(Item.id.desc()).limit(number))
    )
    with acting(_somebody(initiator)):
        return [run_unit(lambda item_id=item_id: _ask(item_id)) for item_id in ids]


def _ask(item_id: int) -> int:
    request = service.ask(db.session.get(Item, item_id), "release")
    assert request is not None
    return request.id


def _somebody(user_id: int) -> Actor:
    return actor_for(db.session.get_one(User, user_id), "web")


def _vote(actor: Actor, request_id: int, decision: Decision) -> None:
    with acting(actor):
        run_unit(lambda: service.decide(request_id, decision))


def _agreeing(request_id: int, user_id: int) -> Decision:
    query = (
        db.select(ApprovalTask.n, ApprovalRequest.facts_hash)
        .join(ApprovalRequest, ApprovalRequest.id == ApprovalTask.request_id)
        .where(ApprovalTask.request_id == request_id, ApprovalTask.assignee_id == user_id)
    )
    task, seen = db.session.execute(query).first() or (1, "")
    return Decision(task=task, verb="agree", facts_hash=seen)


def _bare(request_id: int) -> None:
    connection = db.session.connection()
    for statement in BARE:
        connection.execute(text(statement), {"r": request_id})
    db.session.commit()


def _fill_inbox(flow_id: int) -> None:
    """Ten thousand requests that wait for the bench's administrator."""
    flow = db.session.get(ApprovalFlow, flow_id)
    user_id = db.session.scalar(db.select(User.id).where(User.login == "bench"))
    assert flow is not None
    now = utcnow()
    rows = [
        {
            "version_id": flow.version_id,
            "model": "masterdata.item",
            "record_id": 10_000_000 + n,
            "transition": "release",
            "title": f"P{n:06d} Bracket · Release for use",
            "initiator_id": user_id,
            "state": "running",
            "submitted_at": now - timedelta(minutes=n),
        }
        for n in range(OPEN)
    ]
    ids = list(db.session.scalars(insert(ApprovalRequest).returning(ApprovalRequest.id), rows))
    step = {"n": 1, "round": 1, "key": "s0", "name": "Step", "kind": "plan", "mode": "any", "threshold": 50}
    db.session.execute(insert(ApprovalStep), [{**step, "state": "open", "request_id": i} for i in ids])
    task = {"n": 1, "step": 1, "order": 1, "assignee_id": user_id, "state": "todo", "at": now}
    db.session.execute(insert(ApprovalTask), [{**task, "request_id": i} for i in ids])


def _inbox(place: World, product: Served) -> Figure:
    """The first page of that inbox, over HTTP."""
    product.connection.close()  # the server has done so while the tasks were written; it opens again by itself
    taken = [_timed(lambda: product.get("/approvals", Cookie=place.cookie)) for _ in range(45)][5:]
    return at_most(
        "inbox with 10,000 open tasks, 95th percentile", quantiles(taken, n=20)[-1], INBOX_MILLISECONDS, "ms"
    )
