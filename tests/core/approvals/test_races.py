"""Two at once on one request, PostgreSQL: nothing stuck, nothing carried out twice, nothing without approval.

Every run makes some of each race, `make nightly` the full number. In each race two threads meet at a barrier,
so that their transactions overlap; afterwards the rows, the log rebuilt and the document must agree.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.approvals import administration, service, store
from core.approvals.models import ApprovalRequest, ApprovalTask, ApprovalTimer
from core.approvals.service import Decision
from core.db.session import db, run_unit
from core.errors import QingmesError
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.people.models import User
from core.workflow.models import AuditEntry
from core.workflow.records import update_record
from tests.core.approvals.house import HEAD, House, make_flow, make_house, new_item, step

pytestmark = pytest.mark.postgres
SOME, MANY_PAIRS, MANY = 30, 2000, 1000
BATCH = 50


def amounts(every_run: int, nightly: int) -> Any:
    return pytest.mark.parametrize("races", [every_run, pytest.param(nightly, marks=pytest.mark.nightly)])


class Pair:
    """Two threads, each doing its part of one race after the other."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.barrier = threading.Barrier(2)
        self.outcomes: Counter[str] = Counter()
        self.errors: list[BaseException] = []

    def run(self, *works: list[Callable[[], Any]]) -> None:
        threads = [
            threading.Thread(target=self._all, args=(name, work)) for name, work in zip("ab", works, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self.errors:
            raise self.errors[0]

    def _all(self, name: str, works: list[Callable[[], Any]]) -> None:
        try:
            for work in works:
                self.barrier.wait(60)
                with self.app.app_context():
                    self.outcomes[f"{name}:{_outcome(work)}"] += 1
                    db.session.remove()
        except BaseException as error:
            self.errors.append(error)
            self.barrier.abort()


def _outcome(work: Callable[[], Any]) -> str:
    try:
        work()
    except QingmesError:
        return "refused"
    return "done"


@contextmanager
def inside(app: Flask) -> Iterator[None]:
    with app.app_context(), acting(SYSTEM):
        yield
        db.session.rollback()
        db.session.remove()


def requests(app: Flask, house: House, number: int) -> list[tuple[int, int]]:
    """So many submitted items: ids of item and request. Committed in batches."""
    made: list[tuple[int, int]] = []

    def batch() -> list[tuple[int, int]]:
        with acting(SYSTEM):
            items = [new_item(house) for _ in range(min(BATCH, number - len(made)))]
            worker = db.session.get(User, house.worker)
        with acting(actor_for(worker, "web")):
            return [(item.id, service.ask(item, "release").id) for item in items]

    while len(made) < number:
        with inside(app):
            made += run_unit(batch)
    return made


def as_(user_id: int, work: Callable[[], Any]) -> Callable[[], Any]:
    def run() -> Any:
        with acting(SYSTEM):
            user = db.session.get(User, user_id)
        with acting(actor_for(user, "web")):
            return run_unit(work)

    return run


def vote(user_id: int, request_id: int) -> Callable[[], Any]:
    """Agree to whatever waits for this person, having looked at it first; then carry it out if that was the last."""

    def work() -> None:
        query = db.select(ApprovalTask.n).where(
            ApprovalTask.request_id == request_id, ApprovalTask.assignee_id == user_id
        )
        task, seen = db.session.scalars(query.order_by(ApprovalTask.n)).first(), _seen(request_id)
        service.decide(request_id, Decision(task=task or 1, verb="agree", facts_hash=seen))

    def both() -> None:
        as_(user_id, work)()
        with acting(SYSTEM):
            run_unit(lambda: service.execute(request_id))

    return both


def _seen(request_id: int) -> str:
    return str(db.session.scalar(db.select(ApprovalRequest.facts_hash).where(ApprovalRequest.id == request_id)))


@pytest.fixture
def house(pg_app: Flask) -> House:
    with acting(SYSTEM):
        return run_unit(make_house)


def flow(house: House, *nodes: Any, **rules: Any) -> None:
    with acting(SYSTEM):
        run_unit(lambda: make_flow(house, *nodes, **rules))
    db.session.remove()


def check_all(app: Flask, made: list[tuple[int, int]]) -> Counter[str]:
    """Rows, log and document of every request agree; returns how many ended how."""
    ends: Counter[str] = Counter()
    with inside(app):
        for item_id, request_id in made:
            ends[_check(item_id, request_id)] += 1
    return ends


def _check(item_id: int, request_id: int) -> str:
    loaded = store.load(request_id)
    request, again = loaded.request, store.rebuilt(loaded)
    assert store.is_chain_whole(request_id)
    assert (again.steps, again.tasks, again.state) == (loaded.case.steps, loaded.case.tasks, request.state)
    item = db.session.get(Item, item_id)
    releases = db.session.scalar(
        db.select(db.func.count()).where(AuditEntry.root_id == item_id, AuditEntry.action == "release")
    )
    carried_out = [e.verb for e in again.log].count("executed")
    assert releases == carried_out == (1 if request.state == "approved" else 0)
    assert item.state == ("released" if request.state == "approved" else "draft")
    if request.state == "approved":
        assert item.name == request.facts["name"]
    if request.state == "running":
        waiting = [t.assignee for t in loaded.case.tasks if t.state == "todo"]
        assert waiting
        assert all(db.session.get(User, user).active for user in waiting)
    return str(request.state)


@amounts(SOME, MANY_PAIRS)
def test_two_of_two_decide_at_once(pg_app: Flask, house: House, races: int) -> None:
    flow(house, step("money", {"kind": "role", "targets": [house.roles["finance"]]}, mode="all"))
    made = requests(pg_app, house, races)
    pair = Pair(pg_app)
    pair.run([vote(house.fin1, r) for _, r in made], [vote(house.fin2, r) for _, r in made])
    assert pair.outcomes == {"a:done": races, "b:done": races}
    assert check_all(pg_app, made) == {"approved": races}


@amounts(SOME, MANY)
def test_approving_against_withdrawing(pg_app: Flask, house: House, races: int) -> None:
    flow(house, step("head", HEAD), withdraw="final")
    made = requests(pg_app, house, races)
    pair = Pair(pg_app)
    withdrawals = [as_(house.worker, lambda r=r: administration.act(r, "withdraw", {})) for _, r in made]
    pair.run([vote(house.head, r) for _, r in made], withdrawals)
    ends = check_all(pg_app, made)
    assert ends["approved"] + ends["withdrawn"] == races
    assert pair.outcomes["a:done"] == ends["approved"]
    assert pair.outcomes["b:done"] == ends["withdrawn"]


@amounts(SOME, MANY)
def test_approving_against_editing(pg_app: Flask, house: House, races: int) -> None:
    flow(house, step("head", HEAD))
    made = requests(pg_app, house, races)
    spec = current_registry().models["masterdata.item"]

    def rename(item_id: int) -> None:
        item = db.session.scalars(db.select(Item).where(Item.id == item_id)).one()
        if item.state == "draft":  # once it is released a change is nothing to do with the approval
            update_record(spec, item_id, {"name": "changed"}, version=item.version)

    pair = Pair(pg_app)
    pair.run([vote(house.head, r) for _, r in made], [as_(house.worker, lambda i=i: rename(i)) for i, _ in made])
    assert check_all(pg_app, made) == {"approved": races}


@amounts(SOME, MANY)
def test_approving_against_the_clock(pg_app: Flask, house: House, races: int) -> None:
    flow(house, step("head", HEAD, due={"hours": 1, "then": "reject"}))
    made = requests(pg_app, house, races)
    with inside(pg_app):
        timers = dict(db.session.execute(db.select(ApprovalTimer.request_id, ApprovalTimer.id)).all())

    def ring(request_id: int) -> Callable[[], Any]:
        def work() -> None:
            with acting(SYSTEM):
                run_unit(lambda: administration.fire_timer(timers[request_id]))

        return work

    pair = Pair(pg_app)
    pair.run([vote(house.head, r) for _, r in made], [ring(r) for _, r in made])
    ends = check_all(pg_app, made)
    assert ends["approved"] + ends["rejected"] == races
    assert pair.outcomes["a:done"] == ends["approved"]


@amounts(SOME, MANY)
def test_approving_against_leaving(pg_app: Flask, house: House, races: int) -> None:
    """The one who decides leaves, or the one whom his decision makes the next: nobody who left is waited for."""
    flow(house, step("head", HEAD), step("money", {"kind": "user", "targets": [house.fin1]}))
    made = requests(pg_app, house, races)

    def away(user_id: int) -> None:
        user = db.session.get(User, user_id, with_for_update=True, populate_existing=True)
        user.active = False
        db.session.flush()
        administration.leave(user_id)

    def back(user_id: int) -> None:
        db.session.get(User, user_id, with_for_update=True, populate_existing=True).active = True

    def leave(user_id: int) -> Callable[[], Any]:
        def work() -> None:
            with acting(SYSTEM):
                run_unit(lambda: away(user_id))

        return work

    for n, (item_id, request_id) in enumerate(made):
        leaver = house.head if n % 2 else house.fin1
        pair = Pair(pg_app)
        pair.run([vote(house.head, request_id)], [leave(leaver)])
        assert pair.outcomes["b:done"] == 1
        with inside(pg_app):
            _check(item_id, request_id)
        with inside(pg_app):
            run_unit(lambda user_id=leaver: back(user_id))
