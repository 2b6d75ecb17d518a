"""What is open on the floor as a planning problem, and when everything will be done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import zip_longest

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from addons.masterdata.services import WorkingTime, find_working_time, working_time
from addons.mrp_routing.models import JobTicket, Operation, TimeEntry, WorkCenter, WorkOrder
from addons.mrp_routing.models import Machine as MachineRow
from addons.mrp_routing.plan import Calendar, Fixed, Job, Machine, Op, Problem, Schedule, Wait, best_plan, forecast
from addons.mrp_routing.services.availability import OPEN_STATES, ZERO
from addons.mrp_routing.services.labour import day_begins
from core.db import db, utcnow
from core.i18n import gettext
from core.web.format import number_text

HORIZON_DAYS = 2 * 366
NOT_DUE_DAYS = 366  # an order without a day is as good as due in a year
USUAL_PRIORITY = 5
MOST_AT_ONCE = 1_000
DAY = 24 * 60


@dataclass(frozen=True)
class Outlook:
    """When a job ticket will be done by the plan: None when it finds no time; by how many minutes late, and why."""

    ticket: JobTicket
    end: datetime | None
    late: int
    because: str


@dataclass(frozen=True)
class Backlog:
    """The problem, and the rows its numbers stand for: tickets by job, operations by op, names of machines."""

    problem: Problem
    tickets: Mapping[int, JobTicket]
    operations: Mapping[int, Operation]
    machines: Mapping[int, str]


def find_outlook(now: datetime | None = None) -> list[Outlook]:
    """Every open job ticket with when it will be done, the latest first. A fixed number of statements."""
    backlog = build_backlog(now or utcnow())
    plan = best_plan(backlog.problem)
    told = [
        Outlook(
            backlog.tickets[f.job],
            _instant(f.end) if f.end is not None else None,
            f.late,
            _sentence(backlog, plan, f.because) if f.because is not None else "",
        )
        for f in forecast(backlog.problem, plan)
    ]
    return sorted(told, key=lambda o: (-o.late, o.ticket.number))


def build_backlog(now: datetime) -> Backlog:
    """What is not done of the open job tickets, and the machines there are for it. A fixed number of statements.

    A work center without machines does as many operations at once as its capacity says. Work somebody is at stays where
    it is.
    """
    tickets = _open_tickets()
    operations = [operation for ticket in tickets for operation in ticket.operations]
    centers = {operation.work_center_id: operation.work_center for operation in operations}
    places = _places(centers)
    calendars, minute = _calendars(centers, now), _minute(now)
    jobs = [_job(ticket, places, now) for ticket in tickets]
    machines = [
        Machine(id=place, calendar=calendars[center]) for center, found in sorted(places.items()) for place in found
    ]
    hours = {machine.id: machine.calendar for machine in machines}
    fixed = _running([op for job in jobs for op in job.ops], hours, minute)
    problem = Problem(now=minute, machines=machines, jobs=[job for job in jobs if job.ops], fixed=fixed)
    names = {place: name for found in places.values() for place, name in found.items()}
    return Backlog(problem, {t.id: t for t in tickets}, {o.id: o for o in operations}, names)


def _open_tickets() -> list[JobTicket]:
    query = (
        select(JobTicket)
        .join(JobTicket.work_order)
        .where(JobTicket.state == "open", WorkOrder.state.in_(OPEN_STATES))
        .options(joinedload(JobTicket.work_order).joinedload(WorkOrder.item))
        .options(joinedload(JobTicket.operations).joinedload(Operation.work_center).joinedload(WorkCenter.calendar))
        .order_by(JobTicket.id)
    )
    return list(db.session.scalars(query).unique())


def _places(centers: Mapping[int, WorkCenter]) -> dict[int, dict[int, str]]:
    """Where work of each center is done, and its name: the machines, else as many places as it has capacity."""
    places: dict[int, dict[int, str]] = {center: {} for center in centers}
    query = select(MachineRow).where(MachineRow.active, MachineRow.work_center_id.in_(sorted(centers)))
    for machine in db.session.scalars(query.order_by(MachineRow.id)):
        places[machine.work_center_id][machine.id] = machine.name
    for center in centers.values():
        if not places[center.id]:
            numbers = range(1, min(center.capacity, MOST_AT_ONCE) + 1)
            places[center.id] = {-(center.id * MOST_AT_ONCE + n): center.name for n in numbers}
    return places


def _calendars(centers: Mapping[int, WorkCenter], now: datetime) -> dict[int, Calendar]:
    """The hours of each center from yesterday on: its own or the factory's; day and night where there are none."""
    usual = find_working_time(None)
    own = {center.calendar_id: center.calendar for center in centers.values() if center.calendar is not None}
    times = {calendar_id: working_time(calendar) for calendar_id, calendar in own.items()}
    made = {calendar_id: _axis(times.get(calendar_id, usual), now) for calendar_id in {None, *own}}
    return {center.id: made[center.calendar_id if center.calendar else None] for center in centers.values()}


def _axis(working: WorkingTime | None, now: datetime) -> Calendar:
    if working is None:
        return Calendar.always()
    first = now.astimezone(working.zone).date() - timedelta(days=1)
    return Calendar.of(working.spans(first, first + timedelta(days=HORIZON_DAYS)))


def _job(ticket: JobTicket, places: Mapping[int, Mapping[int, str]], now: datetime) -> Job:
    """What is left of a ticket: each operation has what lies there and what is still to come."""
    ops, coming = [], ZERO
    for operation, following in zip_longest(ticket.operations, ticket.operations[1:]):
        coming += max(operation.here, ZERO)
        if coming > ZERO:
            ops.append(_op(operation, following, coming, tuple(places[operation.work_center_id])))
    due = ticket.work_order.due_on
    ends = day_begins(due + timedelta(days=1)) if due else now + timedelta(days=NOT_DUE_DAYS)
    return Job(id=ticket.id, ops=tuple(ops), due=_minute(ends), weight=weight_of(ticket.work_order.priority))


def _op(operation: Operation, following: Operation | None, coming: Decimal, machines: tuple[int, ...]) -> Op:
    """One operation for the pieces that are still to be done: elsewhere for so many days, or at one of the machines.

    The way to the next and the wait before it lie between the two; where the next begins with a lot, it need not wait
    for all pieces.
    """
    between = operation.move_minutes + (following.queue_minutes if following else ZERO)
    after = math.ceil(between)
    if operation.is_outsourced:
        return Op(id=operation.id, minutes=max(operation.lead_days, 1) * DAY, after=after)
    each = operation.run_minutes * 100 / operation.work_center.efficiency
    has_begun = operation.good + operation.scrap + operation.rework > ZERO
    lot = following.transfer_lot if following is not None and following.transfer_lot else None
    return Op(
        id=operation.id,
        machines=machines,
        minutes=math.ceil(each * coming),
        setup=0 if has_begun else math.ceil(operation.setup_minutes),
        first_lot=math.ceil(each * min(lot, coming)) if lot else None,
        after=after,
    )


def weight_of(priority: int) -> float:
    """How much an hour of lateness weighs: twice as much for each two steps of priority; 0 is the most urgent."""
    return float(2 ** ((USUAL_PRIORITY - priority) / 2))


def _running(ops: Sequence[Op], calendars: Mapping[int, Calendar], now: int) -> dict[int, Fixed]:
    """Work somebody is at, on its machine: one operation for each, that which began first."""
    by_id = {op.id: op for op in ops}
    query = select(TimeEntry.operation_id, TimeEntry.machine_id, TimeEntry.started_at).where(
        TimeEntry.operation_id.in_(sorted(by_id)), TimeEntry.finished_at.is_(None), TimeEntry.machine_id.is_not(None)
    )
    fixed: dict[int, Fixed] = {}
    for row in db.session.execute(query.order_by(TimeEntry.started_at, TimeEntry.id)):
        op = by_id[row.operation_id]
        taken = {each.machine for each in fixed.values()}
        if row.machine_id in taken or op.id in fixed or row.machine_id not in op.machines:
            continue
        start, calendar = _minute(row.started_at), calendars[row.machine_id]
        fixed[op.id] = Fixed(row.machine_id, min(start, now), calendar.finish(calendar.begin(now), op.minutes))
    return fixed


def _sentence(backlog: Backlog, plan: Schedule, wait: Wait) -> str:
    """Why a ticket is late, for people."""
    operation = backlog.operations[wait.op]
    hours = number_text((Decimal(wait.minutes) / 60).quantize(Decimal("0.1")))
    place = f"{operation.seq} {operation.name}"
    if wait.cause == "machine" and wait.behind is not None:
        return gettext(
            "%(operation)s waits %(hours)s h for %(machine)s, which does %(ticket)s before.",
            operation=place,
            hours=hours,
            machine=backlog.machines[wait.machine or 0],
            ticket=backlog.tickets[plan.placed[wait.behind].job].number,
        )
    if wait.cause == "shift":
        return gettext("%(operation)s waits %(hours)s h for the next shift.", operation=place, hours=hours)
    if wait.cause == "calendar":
        return gettext("%(operation)s finds no working time in the calendar.", operation=place)
    return gettext("%(operation)s alone takes %(hours)s h.", operation=place, hours=hours)


def _minute(at: datetime) -> int:
    return int(at.timestamp()) // 60


def _instant(minute: int) -> datetime:
    return datetime.fromtimestamp(minute * 60, UTC)
