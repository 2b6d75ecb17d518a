"""A production log is replayed through the public API: nothing is lost, and what looks wrong is found."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from addons.mrp_routing.models import JobTicket, Machine, Operation, QuantityEntry, ScanEvent, TimeEntry, WorkOrder
from addons.mrp_routing.services import reconcile
from addons.mrp_routing.services.corrections import try_to_settle
from addons.mrp_routing.services.findings import find_findings
from addons.mrp_routing.services.messages import scan_of
from core.actor import SYSTEM, acting
from core.db import db
from core.people.colleagues import names_of
from examples.production_log import replay

SAMPLE = Path(replay.__file__).with_name("sample.csv")
COLUMNS = {"good": "Qty Completed", "scrap": "Qty Rejected", "hold": "Qty for MRB"}


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Sequence[replay.Row]]:
    """The sample, replayed."""
    read = replay.read(SAMPLE)
    database = f"sqlite:///{tmp_path}/replay.db"
    with replay.replayed(read, tmp_path, database), acting(SYSTEM):
        yield read


def test_the_command_ends_with_one_line_of_figures() -> None:
    result = CliRunner().invoke(replay.main, [str(SAMPLE)])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout.splitlines()[-1]) == {
        "orders": 2,
        "reports": 12,
        "applied": 10,
        "pending": 2,
        "completed": 75,
        "rejected": 2,
        "mrb": 2,
        "rework": 3,
        "minutes": 645,
    }


def test_totals_per_order_operation_machine_and_worker_are_the_files(rows: Sequence[replay.Row]) -> None:
    applied = [row for row in rows if row["Source Row"] not in ("12", "13")]
    expected: dict[tuple[str, ...], int] = defaultdict(int)
    for row in applied:
        for outcome, column in COLUMNS.items():
            for key in ("Case ID", "Activity", "Resource", "Worker ID"):
                expected[key, row[key], outcome] += int(row[column])
    assert booked() == {key: total for key, total in expected.items() if total}
    assert reconcile() == []
    spans = [e.finished_at - e.started_at for e in db.session.scalars(select(TimeEntry)) if e.finished_at]
    assert len(spans) == len(applied)


def booked() -> dict[tuple[str, ...], int]:
    """What the database holds, by the same keys."""
    query = (
        select(QuantityEntry, Operation.name, Machine.name.label("machine"), JobTicket.work_order_id)
        .join(Operation, Operation.id == QuantityEntry.operation_id)
        .join(JobTicket, JobTicket.id == Operation.ticket_id)
        .join(Machine, Machine.id == QuantityEntry.machine_id)
    )
    found = db.session.execute(query).all()
    names = names_of({row.QuantityEntry.user_id for row in found})
    total: dict[tuple[str, ...], int] = defaultdict(int)
    cases = {order.id: order.routing.name for order in db.session.scalars(select(WorkOrder)) if order.routing}
    for entry, operation, machine, order in found:
        told = {"Case ID": cases[order], "Activity": operation, "Resource": machine, "Worker ID": names[entry.user_id]}
        for key, value in told.items():
            total[key, value, entry.outcome] += int(entry.quantity)
    return dict(total)


def test_what_looks_wrong_is_found(rows: Sequence[replay.Row]) -> None:
    found = Counter(f.rule for f in find_findings(date(2026, 3, 1), date(2026, 3, 31)))
    assert found == {
        "placeholder": 2,
        "same": 1,
        "worker_overlap": 2,
        "machine_overlap": 2,
        "over_report": 3,
        "no_time": 1,
        "span": 1,
    }


def test_what_could_not_be_applied_waits_with_its_reason_and_is_settled(rows: Sequence[replay.Row]) -> None:
    waiting = db.session.scalars(select(ScanEvent).where(ScanEvent.verdict == "pending").order_by(ScanEvent.id)).all()
    assert [event.answer["code"] for event in waiting] == ["ends_before_it_begins", "unreadable"]
    backwards = scan_of(waiting[0])
    assert "before it begins" in try_to_settle(waiting[0].event_id, backwards, "the clock")
    put_right = replace(backwards, since=backwards.at, at=backwards.since or backwards.at, minutes=None)
    assert try_to_settle(waiting[0].event_id, put_right, "times were swapped") == ""
    assert try_to_settle(waiting[1].event_id, None, "a slip of the keyboard") == ""
    assert db.session.scalars(select(ScanEvent.id).where(ScanEvent.verdict == "pending")).all() == []
