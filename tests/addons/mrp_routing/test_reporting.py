"""Starting and finishing operations: what may be reported, what it adds up to, and when an order ends."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.mrp_routing.events import WorkOrderDone
from addons.mrp_routing.factories import make_routing, make_work_order
from addons.mrp_routing.models import Operation, QuantityEntry, TimeEntry
from addons.mrp_routing.services import count_made, count_wip, remaining, take_scans
from addons.mrp_routing.workflows import done
from core.db import Quantity, db
from core.errors import Conflict, ValidationError
from core.kernel.registry import current_registry
from core.workflow.fire import fire
from tests.addons.mrp_routing.support import Floor, make_floor, make_scan, make_worker

COMMANDS = 150


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def figures(floor: Floor) -> list[tuple[Decimal, Decimal]]:
    return [(o.good, o.scrap) for o in floor.operations]


def wip(floor: Floor) -> list[Decimal]:
    lying = count_wip([floor.order.id])[floor.order.id]
    return [lying[o.id] for o in floor.order.operations]


def test_the_first_start_puts_the_order_in_progress(floor: Floor) -> None:
    assert floor.order.state == "released"
    floor.take()
    assert floor.order.state == "in_progress"


def test_starting_and_completing_an_order_are_left_to_the_scans(floor: Floor) -> None:
    offered = [t.name for t in current_registry().transitions("mrp_routing.work_order")]
    assert offered == ["release", "cancel"]


def test_good_pieces_flow_on_at_once_and_scrap_does_not(floor: Floor) -> None:
    floor.report(good=4, scrap=1)
    assert figures(floor) == [(4, 1), (0, 0)]
    assert wip(floor) == [5, 4]
    assert floor.take(2).available == "4"


def test_an_order_completes_by_itself_once_every_piece_is_made_or_scrapped(floor: Floor) -> None:
    floor.report(good=8, scrap=2)
    floor.report(2, good=7)
    assert floor.order.state == "in_progress"
    floor.report(2, scrap=1)
    assert floor.order.state == "done"
    assert remaining(floor.order) == 0
    assert count_made([floor.order.id]) == {floor.order.id: Decimal(7)}


def test_an_order_whose_pieces_are_all_scrapped_is_done(floor: Floor) -> None:
    floor.report(scrap=10)
    assert floor.order.state == "done"


def test_the_event_of_a_finished_order_says_what_was_made(floor: Floor) -> None:
    floor.report(good=9, scrap=1)
    floor.report(2, good=9)
    order = floor.order
    assert done(order) == WorkOrderDone(work_order_id=order.id, number=order.number, item_id=order.item_id, good="9")


def test_no_more_is_reported_than_has_arrived(floor: Floor) -> None:
    floor.report(good=4)
    floor.take(2)
    for good, scrap in ((5, 0), (0, 5), (4, 1)):
        refused = floor.take(2, action="finish", good=Decimal(good), scrap=Decimal(scrap))
        assert (refused.verdict, refused.code) == ("pending", "too_many")
        assert "4" in refused.message
    assert figures(floor) == [(4, 0), (0, 0)]


def test_nothing_less_than_zero_is_reported(floor: Floor) -> None:
    floor.take()
    assert floor.take(action="finish", good=Decimal(-1)).verdict == "pending"
    assert floor.take(action="finish", good=Decimal(3), scrap=Decimal(-1)).verdict == "pending"
    assert figures(floor) == [(0, 0), (0, 0)]


def test_finishing_without_a_quantity_reports_all_that_is_there(floor: Floor) -> None:
    floor.take()
    floor.take(action="finish", scrap=Decimal(3))
    assert figures(floor)[0] == (7, 3)


def test_more_scrap_than_pieces_is_refused_by_its_own_sentence(floor: Floor) -> None:
    floor.take()
    assert floor.take(action="finish", scrap=Decimal(11)).code == "too_many"


def test_an_operation_waits_for_the_one_before_and_says_which(floor: Floor) -> None:
    refused = floor.take(2)
    assert (refused.verdict, refused.code) == ("pending", "gate")
    assert f"1 {floor.order.operations[0].name}" in refused.message


def test_what_is_all_reported_is_not_started_again(floor: Floor) -> None:
    floor.report(good=10)
    assert floor.take().message == "Everything of this operation has been reported."


def test_what_was_not_started_is_not_finished(floor: Floor) -> None:
    refused = floor.take(action="finish", good=Decimal(1))
    assert (refused.verdict, refused.code) == ("pending", "not_started")


def test_two_workers_share_an_operation_and_each_reports_his_own(floor: Floor) -> None:
    other = make_worker()
    floor.take()
    floor.take(worker=other)
    floor.take(action="finish", good=Decimal(6))
    refused = floor.take(worker=other, action="finish", good=Decimal(5))
    assert refused.code == "too_many"
    floor.take(worker=other, action="finish", good=Decimal(4))
    query = select(QuantityEntry.user_id, QuantityEntry.quantity).order_by(QuantityEntry.id)
    entries = db.session.execute(query).all()
    assert [tuple(entry) for entry in entries] == [(floor.worker.id, 6), (other.id, 4)]
    assert figures(floor)[0] == (10, 0)


def test_an_order_waits_for_everybody_who_is_still_at_it(floor: Floor) -> None:
    other = make_worker()
    floor.take()
    floor.take(worker=other)
    floor.take(action="finish", good=Decimal(10))
    floor.report(2, good=10)
    assert floor.order.state == "in_progress"
    with pytest.raises(Conflict, match="still at work"):
        fire(floor.order, "complete")
    floor.take(worker=other, action="finish", good=Decimal(0))
    assert floor.order.state == "done"


def test_a_worker_does_several_operations_at_once(floor: Floor) -> None:
    floor.report(good=4)
    assert (floor.take().verdict, floor.take(2).verdict) == ("applied", "applied")


def test_the_machine_is_noted_with_the_time(floor: Floor) -> None:
    take_scans("pda-1", [make_scan(floor.machine.code, floor.ticket(), floor.worker.badge)])
    (entry,) = db.session.scalars(select(TimeEntry))
    assert entry.machine_id == floor.machine.id


def test_a_draft_and_a_cancelled_order_take_no_reports(any_app: Flask, system: Any) -> None:
    floor = make_floor()
    fire(floor.order, "cancel")
    refused = floor.take()
    assert (refused.verdict, refused.message) == (
        "pending",
        f"Work order {floor.order.number} is not open for reports.",
    )


def test_work_that_has_begun_is_not_cancelled(floor: Floor) -> None:
    floor.take()
    with pytest.raises(Conflict, match="In progress"):
        fire(floor.order, "cancel")


def test_an_order_is_not_completed_while_pieces_are_under_way(floor: Floor) -> None:
    floor.report(good=4)
    with pytest.raises(Conflict, match="10 pieces are not reported yet"):
        fire(floor.order, "complete")


def test_an_order_without_a_quantity_or_a_routing_is_not_released(any_app: Flask, system: Any) -> None:
    routing = make_routing(state="draft")
    with pytest.raises(ValidationError, match="no approved routing"):
        fire(make_work_order(item_id=routing.item_id), "release")
    with pytest.raises(ValidationError, match="more than zero"):
        fire(make_work_order(quantity=Decimal(0)), "release")


def test_sums_are_equal_whatever_is_reported_in_whatever_order(any_app: Flask, system: Any) -> None:
    chance = random.Random(11)
    floor = make_floor(quantity=40, steps=3)
    workers = [floor.worker, make_worker()]
    for command in _commands(chance, floor, workers):
        take_scans("pda-1", [command])
    arrived = floor.order.quantity
    for operation, here in zip(floor.operations, wip(floor), strict=True):
        assert arrived == operation.good + operation.scrap + here
        assert here >= 0
        assert (operation.good, operation.scrap) == _reported(operation)
        arrived = operation.good
    assert db.session.scalar(select(func.count()).select_from(TimeEntry)) > COMMANDS / 10


def _commands(chance: random.Random, floor: Floor, workers: list[Any]) -> Iterator[Any]:
    for _n in range(COMMANDS):
        action = chance.choice(["start", "finish"])
        made = {"good": Decimal(chance.randint(0, 4)), "scrap": Decimal(chance.randint(0, 1))}
        yield floor.scan(
            chance.randint(1, 3), worker=chance.choice(workers), action=action, **(made if action == "finish" else {})
        )


def _reported(operation: Operation) -> tuple[Decimal, Decimal]:
    query = select(QuantityEntry.outcome, func.sum(QuantityEntry.quantity, type_=Quantity)).where(
        QuantityEntry.operation_id == operation.id
    )
    sums = dict(db.session.execute(query.group_by(QuantityEntry.outcome)).all())
    return sums.get("good", Decimal(0)), sums.get("scrap", Decimal(0))
