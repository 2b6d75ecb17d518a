"""Any sequence of what a shop floor does keeps the promises of the scan kernel, on both databases.

Starts, ends, part reports, scrap, rework, held pieces, pauses, several workers and machines, whole intervals entered
afterwards, corrections, splitting and merging, the same scan again, and devices without network that send later.
Against totals kept beside the database; a refusal changes nothing; and the inbox, replayed in another order, says the
same.
"""

from __future__ import annotations

import random
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from addons.mrp_routing import services
from addons.mrp_routing.factories import make_machine, make_routing, make_work_order
from addons.mrp_routing.models import JobTicket, Operation, QuantityEntry, ScanEvent, TimeEntry, WorkOrder
from addons.mrp_routing.services import Answer, Scan, make_code, take_scans
from addons.mrp_routing.services.corrections import Interval
from addons.mrp_routing.services.labour import Stint, divide
from core.db import Quantity, db, utcnow
from core.errors import QingmesError
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import make_worker

ZERO = Decimal(0)
PIECES, STEPS, WORKERS, DEVICES = 20, 3, 2, 3
WHO, WHERE, WHICH = st.integers(0, WORKERS - 1), st.integers(1, STEPS), st.integers(0, DEVICES - 1)
MANY, FEW = st.integers(0, 12).map(Decimal), st.integers(0, 2).map(Decimal)
MACHINES = st.none() | st.integers(0, 1)
POLICIES = st.sampled_from(["strict", "strict", "tolerant", "record_only"])
SPLITS = st.sampled_from(["equal", "standard", "full"])
OUTCOMES = ("good", "scrap", "rework", "held")


def by_the_office(floor: Any) -> bool:
    """Whether this run has more in it than scans."""
    return not getattr(floor, "scans_only", True)


class Floor(RuleBasedStateMachine):
    """One work order of twenty pieces in three operations, two workers, two machines, three devices."""

    @initialize(policies=st.tuples(POLICIES, POLICIES, POLICIES), time_split=SPLITS, scans_only=st.booleans())
    def start(self, policies: tuple[str, ...], time_split: str, scans_only: bool) -> None:
        """Everything of one run is rolled back at its end. With `scans_only` it is replayed in another order."""
        self.scans_only = scans_only
        self.routing = make_routing(steps=STEPS)
        for step, policy in zip(self.routing.operations, policies, strict=True):
            center = step.work_center
            center.over_report, center.time_split = policy, time_split
            center.tolerance_percent = Decimal(10)
        self.policies, self.time_split = policies, time_split
        self.workers = [make_worker() for _ in range(WORKERS)]
        self.machines = [make_machine() for _ in range(2)]
        self.order = self.make_order()
        self.clock = utcnow() - timedelta(days=20)
        self.seqs = dict.fromkeys(range(DEVICES), 0)
        self.queues: dict[int, list[Scan]] = defaultdict(list)
        self.sent: list[tuple[str, Scan, Answer]] = []
        self.reported: dict[str, Decimal] = defaultdict(Decimal)
        self.corrected: dict[str, dict[str, Decimal]] = {}

    def make_order(self) -> WorkOrder:
        """A released order for the pieces."""
        order = make_work_order(item_id=self.routing.item_id, quantity=Decimal(PIECES))
        return fire(order, "release")

    def now(self) -> datetime:
        """Each event is a minute after the one before."""
        self.clock += timedelta(minutes=1)
        return self.clock

    def ticket(self, number: int) -> JobTicket:
        """One of the tickets there are."""
        tickets = list(db.session.scalars(select(JobTicket).where(JobTicket.work_order_id == self.order.id)))
        return sorted(tickets, key=lambda t: t.id)[number % len(tickets)]

    def operation(self, seq: int, number: int = 0) -> Operation:
        """An operation of one of the tickets."""
        return next(o for o in self.ticket(number).operations if o.seq == seq)

    def attempt(self, work: Callable[[], Any]) -> Any:
        """Do something; a refusal leaves everything as it was."""
        before, savepoint = snapshot(), db.session.begin_nested()
        self.is_broken = True
        try:
            done = work()
        except QingmesError:
            savepoint.rollback()
            self.is_broken = False
            db.session.expire_all()
            assert snapshot() == before
            return None
        savepoint.commit()
        self.is_broken = False
        return done

    def scan(self, device: int, seq: int, who: int, ticket: int, **said: Any) -> None:
        """A worker scans at a device: it sends at once, or later when it has no network."""
        machine = said.pop("machine", None)
        operation = self.operation(seq, ticket)
        codes = [make_code("operation", operation.id), str(self.workers[who].badge)]
        codes += [make_code("machine", self.machines[machine].id)] if machine is not None else []
        self.seqs[device] += 1
        scan = Scan(event_id=str(uuid.uuid4()), at=self.now(), seq=self.seqs[device], codes=codes, **said)
        if self.queues[device]:
            self.queues[device].append(replace(scan, offline=True))
        else:
            self.send(device, [scan])

    def send(self, device: int, scans: Sequence[Scan]) -> None:
        """What is refused changes nothing but the inbox."""
        for scan in scans:
            before = snapshot()
            self.is_broken = True
            (answer,) = take_scans(f"pda-{device}", [scan])
            self.is_broken = False
            if answer.verdict == "pending":
                assert snapshot() == before, answer
            assert answer.verdict in ("applied", "ignored", "pending"), answer
            self.sent.append((f"pda-{device}", scan, answer))

    @rule(device=WHICH, seq=WHERE, who=WHO, ticket=WHO, machine=MACHINES, does=st.sampled_from(["start", "setup"]))
    def begin(self, **what: Any) -> None:
        """A worker starts or joins, or sets up."""
        self.scan(action=what.pop("does"), **what)

    @rule(device=WHICH, seq=WHERE, who=WHO, ticket=WHO, machine=MACHINES, good=MANY, scrap=FEW, rework=FEW, held=FEW)
    def finish(self, **what: Any) -> None:
        """A worker ends and says what he made."""
        self.scan(action="finish", **what)

    @rule(device=WHICH, other=WHICH, who=WHO, ticket=WHO, machine=MACHINES, share=st.integers(1, 3), scrap=FEW)
    def work(self, device: int, other: int, who: int, ticket: int, share: int, scrap: Decimal, **what: Any) -> None:
        """A worker takes up what lies at the last operation that has something, and ends it at another device."""
        lying = [o for o in self.ticket(ticket).operations if o.here > ZERO]
        if not lying:
            return
        seq, pieces = lying[-1].seq, lying[-1].here
        self.scan(device, seq, who, ticket, action="start", **what)
        made = {"scrap": min(scrap, pieces - 1), "good": ((pieces - scrap) / share).to_integral_value(ROUND_CEILING)}
        self.scan(other, seq, who, ticket, action="finish", good=max(made["good"], ZERO), scrap=made["scrap"], **what)

    @rule(device=WHICH, seq=WHERE, who=WHO, ticket=WHO, good=MANY, scrap=FEW, rework=FEW, back_to=st.none() | WHERE)
    def report(self, **what: Any) -> None:
        """A part is reported while the work goes on; rework goes back to this operation, or one before."""
        self.scan(action="report", **what)

    @rule(device=WHICH, seq=WHERE, who=WHO, ticket=WHO, machine=MACHINES, does=st.sampled_from(["pause", "leave"]))
    def interrupt(self, **what: Any) -> None:
        """A worker pauses, or leaves it to the others."""
        self.scan(action=what.pop("does"), **what)

    @rule(device=WHICH, seq=WHERE, who=WHO, ticket=WHO, good=MANY, minutes=st.integers(0, 40))
    def tell_as_a_whole(self, minutes: int, **what: Any) -> None:
        """From when to when, told at the end."""
        self.scan(since=self.clock - timedelta(minutes=minutes), **what)

    @rule(device=WHICH)
    def lose_the_network(self, device: int) -> None:
        """From now on the device keeps what it scans."""
        if not self.queues[device]:
            self.queues[device] = [self.nothing(device)]

    def nothing(self, device: int) -> Scan:
        """A scan of no consequence: a badge alone."""
        self.seqs[device] += 1
        badge = str(self.workers[0].badge)
        return Scan(event_id=str(uuid.uuid4()), at=self.now(), seq=self.seqs[device], codes=[badge], offline=True)

    @rule(device=WHICH)
    def find_the_network(self, device: int) -> None:
        """The device sends all it kept, in its order."""
        queue, self.queues[device] = self.queues[device], []
        for scan in queue:
            (answer,) = take_scans(f"pda-{device}", [scan])
            self.sent.append((f"pda-{device}", scan, answer))

    @rule(data=st.data())
    def send_again(self, data: st.DataObject) -> None:
        """An answer was lost on its way: the same scan again has no effect."""
        if not self.sent:
            return
        device, scan, _answer = data.draw(st.sampled_from(self.sent[-10:]))
        before, events = snapshot(), count(ScanEvent)
        (again,) = take_scans(device, [scan])
        assert again.verdict == "duplicate"
        assert (snapshot(), count(ScanEvent)) == (before, events)
        (other,) = take_scans(device, [replace(scan, note="another")])
        assert (other.verdict, other.code) == ("rejected", "event_reused")
        assert (snapshot(), count(ScanEvent)) == (before, events)

    @precondition(by_the_office)
    @rule(seq=WHERE, who=WHO, good=MANY, scrap=FEW, back=st.integers(1, 400))
    def enter_afterwards(self, seq: int, who: int, good: Decimal, scrap: Decimal, back: int) -> None:
        """A chief enters what somebody forgot to scan."""
        end = self.now() - timedelta(minutes=back)
        codes = [make_code("operation", self.operation(seq).id), str(self.workers[who].badge)]
        scan = Scan(
            event_id=str(uuid.uuid4()),
            at=end,
            since=end - timedelta(minutes=5),
            codes=codes,
            good=good,
            scrap=scrap,
        )
        answer = self.attempt(lambda: services.back_enter(scan, "forgotten"))
        if answer is not None:
            self.sent.append(("desk", scan, answer))

    @precondition(by_the_office)
    @rule(data=st.data(), good=MANY, scrap=FEW)
    def correct(self, data: st.DataObject, good: Decimal, scrap: Decimal) -> None:
        """A chief puts quantities right, unless what follows was built on them."""
        now = verdicts()
        applied = [scan for _device, scan, _a in self.sent if now.get(scan.event_id) == "applied"]
        if not applied:
            return
        scan = data.draw(st.sampled_from(applied))
        new = Scan(event_id="", at=scan.at, codes=(), good=good, scrap=scrap)
        if self.attempt(lambda: services.correct_quantity(scan.event_id, new, "miscounted")) is not None:
            self.corrected[scan.event_id] = {"good": good, "scrap": scrap}

    @precondition(by_the_office)
    @rule(data=st.data(), minutes=st.integers(0, 90))
    def correct_time(self, data: st.DataObject, minutes: int) -> None:
        """A chief says from when to when somebody worked."""
        entries = list(db.session.scalars(select(TimeEntry).order_by(TimeEntry.id)))
        if not entries:
            return
        entry = data.draw(st.sampled_from(entries))
        interval = Interval(
            started_at=entry.started_at,
            finished_at=entry.started_at + timedelta(minutes=minutes),
            machine_id=entry.machine_id,
        )
        self.attempt(lambda: services.correct_time(entry.id, interval, "forgot to finish"))

    @precondition(by_the_office)
    @rule(seq=WHERE, ticket=WHO, quantity=st.integers(1, 15).map(Decimal))
    def split(self, seq: int, ticket: int, quantity: Decimal) -> None:
        """Some pieces go on by themselves."""
        operation = self.operation(seq, ticket)
        here = operation.here
        child = self.attempt(lambda: services.split(operation.id, quantity))
        if child is not None:
            assert quantity <= here
            assert operation.here == here - quantity

    @precondition(by_the_office)
    @rule(seq=WHERE, one=WHO, other=WHO)
    def merge(self, seq: int, one: int, other: int) -> None:
        """Pieces of two tickets at the same operation go on together."""
        operation, into = self.operation(seq, one), self.ticket(other)
        if self.attempt(lambda: services.merge(operation.id, into.id)) is not None:
            assert operation.here == ZERO

    @precondition(by_the_office)
    @rule(data=st.data(), good=MANY)
    def settle(self, data: st.DataObject, good: Decimal) -> None:
        """A chief decides what becomes of a scan that waits: something else, or nothing."""
        waiting = list(
            db.session.scalars(select(ScanEvent).where(ScanEvent.verdict == "pending").order_by(ScanEvent.id))
        )
        if not waiting:
            return
        event = data.draw(st.sampled_from(waiting))
        if data.draw(st.booleans()):
            self.attempt(lambda: services.dismiss(event.event_id, "by mistake"))
            return
        codes = [make_code("operation", self.operation(1).id), str(self.workers[0].badge)]
        scan = Scan(event_id="", at=event.at, since=event.at, codes=codes, good=good)
        self.attempt(lambda: services.settle(event.event_id, scan, "meant that"))

    @invariant()
    def books_agree(self) -> None:
        """Every third step: what came is what became of it and what is here; tickets and orders lose no piece."""
        self.steps = getattr(self, "steps", 0) + 1
        if hasattr(self, "order") and self.steps % 3 == 0:
            self.check_books()

    def check_books(self) -> None:
        """The same, at once."""
        db.session.expire_all()
        operations = list(db.session.scalars(select(Operation).where(Operation.work_order_id == self.order.id)))
        for operation in operations:
            out = operation.good + operation.scrap + operation.rework + operation.held
            assert operation.received == out + operation.here
            assert (operation.moved_at is not None) == (operation.here > 0)
            assert min(operation.received, operation.good, operation.scrap, operation.rework, operation.held) >= 0
        assert services.reconcile() == []
        tickets = list(self.order.tickets)
        assert sum((t.quantity for t in tickets), ZERO) == PIECES
        for ticket in tickets:
            steps = ticket.operations
            lying = sum((o.here + o.scrap + o.held for o in steps), ZERO)
            assert lying + steps[-1].good == ticket.quantity
        self.check_limits(operations)
        self.check_times()

    def check_limits(self, operations: Sequence[Operation]) -> None:
        """Nobody reports more than there is, where that is refused; only what came late may have taken too much."""
        late = db.session.scalar(select(func.count()).select_from(ScanEvent).where(ScanEvent.is_offline)) or 0
        for operation in operations:
            policy = self.policies[operation.seq - 1]
            if policy == "strict" and not late:
                assert operation.here >= 0
            elif policy == "tolerant" and not late:
                assert operation.here >= -Decimal(PIECES) / 10

    def check_times(self) -> None:
        """At one machine, a worker is at an operation once at a time; and his hours add up under each rule."""
        entries = list(db.session.scalars(select(TimeEntry).order_by(TimeEntry.started_at, TimeEntry.id)))
        by_key: dict[Any, datetime] = {}
        for entry in entries:
            assert entry.finished_at is None or entry.finished_at >= entry.started_at
            if entry.is_given or entry.is_corrected:
                continue
            key = entry.user_id, entry.operation_id, entry.machine_key
            assert entry.started_at >= by_key.get(key, entry.started_at)
            by_key[key] = entry.finished_at or utcnow()
        for worker in self.workers:
            check_hours([e for e in entries if e.user_id == worker.id], self.time_split)

    is_broken = True  # a step that failed otherwise than by a refusal leaves nothing to be added up

    def teardown(self) -> None:
        """What was answered is booked; replayed in another order it comes to the same. Nothing is left behind."""
        try:
            if not self.is_broken:
                for device in list(self.queues):
                    self.find_the_network(device)
                self.check_books()
                self.check_effects()
                self.check_replay()
        finally:
            db.session.rollback()
            db.session.expunge_all()

    def check_effects(self) -> None:
        """Each event that counts is booked once, as it said or as it was put right."""
        query = select(QuantityEntry.event_id, QuantityEntry.outcome, func.sum(QuantityEntry.quantity, type_=Quantity))
        query = query.where(QuantityEntry.event_id.is_not(None)).group_by(QuantityEntry.event_id, QuantityEntry.outcome)
        booked: dict[str, dict[str, Decimal]] = defaultdict(dict)
        for event_id, outcome, quantity in db.session.execute(query):
            if quantity:
                booked[event_id]["held" if outcome == "hold" else outcome] = quantity
        now = verdicts()
        for _device, scan, _answer in self.sent:
            said = self.corrected.get(scan.event_id) or {name: getattr(scan, name) for name in OUTCOMES}
            counts = now.get(scan.event_id) == "applied"
            expected = {name: value for name, value in said.items() if value} if counts else {}
            assert booked.pop(scan.event_id, {}) == expected, scan

    def check_replay(self) -> None:
        """A history that is possible comes to the same in whatever order the scans of several devices arrive."""
        if not self.scans_only:
            return
        now = verdicts()
        history = [(device, scan) for device, scan, _a in self.sent if now.get(scan.event_id) in ("applied", "ignored")]
        history.sort(key=lambda sent: sent[1].at)
        first = Replay(self, self.make_order())
        if not all(first.take(device, scan) for device, scan in history):
            return  # not possible in its own order: what came late was judged by what was known
        shuffled = interleave(history, random.Random(len(history)))
        second = Replay(self, self.make_order())
        for device, scan in shuffled:
            second.take(device, scan)
        waiting = select(func.count()).select_from(ScanEvent).where(ScanEvent.device.like(f"{second.name}%"))
        assert db.session.scalar(waiting.where(ScanEvent.verdict == "pending")) == 0
        assert second.result() == first.result()


class Replay:
    """The same scans on another order, all of them without network."""

    def __init__(self, floor: Floor, order: WorkOrder) -> None:
        self.order, self.name = order, f"replay-{order.id}-"
        old = {make_code("operation", o.id): o.seq for o in floor.order.operations}
        new = {o.seq: make_code("operation", o.id) for o in order.operations}
        self.codes = {code: new[seq] for code, seq in old.items()}

    def take(self, device: str, scan: Scan) -> bool:
        """Whether it was applied, or changed nothing."""
        codes = [self.codes.get(code, code) for code in scan.codes]
        moved = replace(scan, event_id=str(uuid.uuid4()), codes=codes, offline=True)
        (answer,) = take_scans(self.name + device, [moved])
        return answer.verdict in ("applied", "ignored")

    def result(self) -> Any:
        """The sums of the operations, and who was where from when to when."""
        db.session.expire_all()
        sums = [(o.seq, o.received, o.reworked, o.good, o.scrap, o.rework, o.held) for o in self.order.operations]
        entries = db.session.scalars(select(TimeEntry).join(Operation).where(Operation.work_order_id == self.order.id))
        times = [
            (
                e.operation.seq,
                e.user_id,
                e.machine_key,
                e.kind,
                e.started_at,
                e.finished_at or e.started_at,
                e.closed_by,
            )
            for e in entries
        ]
        return sums, sorted(times, key=str)


def interleave(history: Sequence[tuple[str, Scan]], chance: random.Random) -> list[tuple[str, Scan]]:
    """Another order in which each device's own is kept."""
    queues: dict[str, list[Scan]] = defaultdict(list)
    for device, scan in history:
        queues[device].append(scan)
    mixed = []
    while any(queues.values()):
        device = chance.choice([name for name, queue in queues.items() if queue])
        mixed.append((device, queues[device].pop(0)))
    return mixed


def check_hours(entries: Sequence[TimeEntry], time_split: str) -> None:
    """Divided time adds up to the time somebody was there; in full to each it is what each took."""
    stints = [
        Stint(
            key=entry.id,
            start=int(entry.started_at.timestamp()),
            end=int((entry.finished_at or entry.started_at).timestamp()),
            rule=time_split,
            weight=entry.id % 7,
        )
        for entry in entries
    ]
    total = sum(divide(stints).values())
    if time_split == "full":
        assert total == sum(s.end - s.start for s in stints)
    else:
        assert total == sum(any(s.start <= at < s.end for s in stints) * (after - at) for at, after in slices(stints))


def slices(stints: Sequence[Stint]) -> list[tuple[int, int]]:
    """The stretches between any two borders."""
    borders = sorted({border for s in stints for border in (s.start, s.end)})
    return list(pairwise(borders))


def verdicts() -> dict[str, str]:
    """What became of each scan by now, those understood to be of an operation."""
    query = select(ScanEvent.event_id, ScanEvent.verdict).where(ScanEvent.operation_id.is_not(None))
    return dict(db.session.execute(query).all())


def count(model: Any) -> int:
    """How many rows there are."""
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def snapshot() -> Any:
    """Figures that hardly anything leaves alone: sums of operations, times and tickets, the length of the ledger."""
    sums = [getattr(Operation, name) for name in ("received", "reworked", "good", "scrap", "rework", "held")]
    of = [select(func.sum(Operation.id * column, type_=Quantity)) for column in sums]
    of += [select(func.count(column)) for column in (TimeEntry.id, TimeEntry.finished_at, QuantityEntry.id)]
    of += [select(func.max(TimeEntry.started_at)), select(func.max(TimeEntry.finished_at))]
    of += [select(func.sum(JobTicket.id * JobTicket.quantity, type_=Quantity))]
    return db.session.execute(select(*(query.scalar_subquery() for query in of))).one()


def run(runs: int, steps: int = 50, **more: Any) -> None:
    """So many sequences; at night, and looking for a fault, of 50 steps."""
    run_state_machine_as_test(
        Floor,
        settings=settings(
            max_examples=runs,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=runs < 1_000,
            **more,
        ),
    )


IN_EVERY_RUN = {"sqlite": 130, "postgresql": 70}  # together two hundred; PostgreSQL takes longer


def test_any_sequence_keeps_the_floors_promises(any_app: Flask, system: Any) -> None:
    run(IN_EVERY_RUN[db.engine.dialect.name], steps=20)


@pytest.mark.nightly
def test_any_sequence_keeps_the_floors_promises_all_night(any_app: Flask, system: Any) -> None:
    run(2_000)


def _nothing(*args: Any, **named: Any) -> None:
    """Leave it undone."""


def _never(*args: Any, **named: Any) -> bool:
    """Say no, whatever is asked."""
    return False


def _only_mine(place: Any, part: Any) -> Any:
    """Pieces leave an operation and come nowhere."""
    yield place.operation.id, "held" if part.outcome == "hold" else part.outcome.replace("moved", "received")


def _forgetful(device: str, scan: Scan, digest: str) -> Answer:
    """The same scan again is another one."""
    return services.scans._take(device, replace(scan, event_id=str(uuid.uuid4()), seq=None), timedelta())


KERNEL = "addons.mrp_routing.services"
FAULTS: dict[str, tuple[str, Any]] = {
    "pieces do not come to the next operation": (f"{KERNEL}.booking._sums_of", _only_mine),
    "a scan sent again is applied again": (f"{KERNEL}.scans._again", _forgetful),
    "what comes late is judged by what is known now": (f"{KERNEL}.availability.is_late", _never),
    "late starts and ends are not put in order": (f"{KERNEL}.timing.is_late", _never),
    "what waits is never tried again": (f"{KERNEL}.applying._retry", _nothing),
    "corrections are not booked": (f"{KERNEL}.corrections.book", _nothing),
    "pieces are split off without being moved": (f"{KERNEL}.tickets.book", _nothing),
    "more is reported than there is": (f"{KERNEL}.reporting.check_report", lambda *args: []),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_machine_sees_a_fault(app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    place, instead = FAULTS[fault]
    monkeypatch.setattr(place, instead)
    with pytest.raises((AssertionError, QingmesError, SQLAlchemyError)):
        run(100, phases=(Phase.generate,), report_multiple_bugs=False)
