"""Who and what a handful of codes name."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from flask import Flask

from addons.mrp_routing.services import make_code
from addons.mrp_routing.services.identify import Meant, identify
from core.errors import QingmesError
from core.testing.people import make_role, make_user
from tests.addons.mrp_routing.support import Floor, make_floor, make_worker


@pytest.fixture
def floor(any_app: Flask, system: Any) -> Floor:
    return make_floor()


def meant_by(floor: Floor) -> Meant:
    return Meant(worker_id=floor.worker.id, machine_id=floor.machine.id, operation_id=floor.order.operations[0].id)


def test_badge_machine_and_operation_are_taken_in_any_order_printed_or_typed(floor: Floor) -> None:
    printed = (make_code("worker", floor.worker.id), make_code("machine", floor.machine.id), floor.ticket())
    typed = (str(floor.worker.badge), floor.machine.code, f"{floor.order.number}/1")
    for order in (*itertools.permutations(printed), *itertools.permutations(typed)):
        assert identify(order) == meant_by(floor)
        assert identify([" ".join(order)]) == meant_by(floor)


def test_the_last_of_a_kind_counts(floor: Floor) -> None:
    other = make_worker()
    assert identify([str(floor.worker.badge), str(other.badge)]) == Meant(worker_id=other.id)


def test_what_was_meant_is_named_by_the_same_codes_again(floor: Floor) -> None:
    meant = meant_by(floor)
    assert identify(meant.codes) == meant
    assert len(meant.codes) == 3


def test_what_names_nothing_is_refused_with_a_sentence(floor: Floor) -> None:
    gone = make_worker(active=False)
    nothing = (
        str(gone.badge),
        make_code("worker", gone.id),
        make_code("worker", 10**10 - 1),
        make_code("machine", 10**10 - 1),
        make_code("lot", 1),
        "6901234567892",
        f"{floor.order.number}/3",
        f"{floor.order.number}/\u0661",
        f"{floor.order.number}/" + "9" * 4000,
        "/1",
        "\U00010a40",
        "员工" * 100,
    )
    for text in nothing:
        with pytest.raises(QingmesError) as refusal:
            identify([text])
        assert str(refusal.value).endswith("."), text


def test_a_badge_is_found_by_a_terminal_that_may_not_read_users(floor: Floor) -> None:
    from core.actor import acting
    from core.people.grants import actor_for

    terminal = make_user(make_role("mrp_routing.work_order.read", "mrp_routing.work_order.report"))
    with acting(actor_for(terminal, "scan")):
        assert identify([str(floor.worker.badge)]) == Meant(worker_id=floor.worker.id)
