"""What makes a rule fire: events, silence, fixed times; when it repeats, escalates, and keeps quiet."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.mrp_routing.factories import make_work_order
from addons.mrp_routing.models import WorkOrder
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.events.deliver import deliver
from core.events.models import Delivery
from core.events.sweep import find_due
from core.kernel.registry import current_registry
from core.reminders.models import ReminderRule
from core.reminders.spans import Clock, Span
from core.testing.people import make_role, make_unit, make_user
from core.workflow import comments
from core.workflow.fire import fire
from core.workflow.records import create_record, update_record
from tests.core.reminders.support import WORK_ORDER, check, due_in, make_rule, moment, occasions, told

pytestmark = pytest.mark.usefixtures("system")


def reader(**values: Any) -> Any:
    return make_user(make_role("mrp_routing.work_order.read"), **values)


def committed(work: Callable[[], Any]) -> Any:
    """Run and commit something, then everything that is due after it."""
    with acting(SYSTEM):
        result = run_unit(work)
    for _round in range(3):
        for delivery_id in find_due(100):
            deliver(delivery_id)
    return result


def test_a_new_record_is_told_of_after_its_commit(any_app: Flask) -> None:
    boss = committed(reader)
    committed(lambda: make_rule(trigger="created", recipients=[{"kind": "user", "id": boss.id}], text="new {number}"))
    order = committed(make_work_order)
    assert told(boss) == [f"new {order.number}"]
    committed(lambda: setattr(order, "priority", 1))
    assert len(told(boss)) == 1


def test_entering_a_state_is_told_of_each_time(any_app: Flask) -> None:
    boss = committed(reader)
    committed(
        lambda: make_rule(
            trigger="state", state="cancelled", recipients=[{"kind": "user", "id": boss.id}], text="{number} {state}"
        )
    )
    order = committed(make_work_order)
    assert told(boss) == []
    committed(lambda: fire(order, "cancel"))
    committed(lambda: setattr(db.session.get_one(WorkOrder, order.id), "state", "draft"))
    committed(lambda: fire(db.session.get_one(WorkOrder, order.id), "cancel"))
    assert told(boss) == [f"{order.number} Cancelled"] * 2


def test_a_changed_field_is_told_of_and_others_are_not(any_app: Flask) -> None:
    boss, spec = committed(reader), current_registry().models[WORK_ORDER]
    committed(
        lambda: make_rule(
            trigger="changed", field="priority", recipients=[{"kind": "user", "id": boss.id}], text="now {priority}"
        )
    )
    order = committed(make_work_order)
    committed(lambda: update_record(spec, order.id, {"quantity": "12"}, version=order.version))
    assert told(boss) == []
    committed(lambda: update_record(spec, order.id, {"priority": 1}, version=order.version))
    assert told(boss) == ["now 1"]


def test_a_change_that_was_rolled_back_is_no_occasion(any_app: Flask) -> None:
    boss = committed(reader)
    committed(
        lambda: make_rule(trigger="changed", field="priority", recipients=[{"kind": "user", "id": boss.id}], text="x")
    )
    order = committed(make_work_order)

    def half() -> None:
        savepoint = db.session.begin_nested()
        order.priority = 1
        db.session.flush()
        savepoint.rollback()

    committed(half)
    assert told(boss) == []
    with pytest.raises(ValueError, match="no"):
        committed(lambda: (setattr(order, "priority", 1), db.session.flush(), int("no")))
    committed(lambda: None)
    assert told(boss) == []


def test_without_rules_on_events_no_job_is_made(any_app: Flask) -> None:
    committed(lambda: make_rule(trigger="date"))
    committed(make_work_order)
    jobs = select(Delivery).where(Delivery.target == "core.note_change")
    assert db.session.scalars(jobs).all() == []


def test_a_record_made_over_the_generic_form_counts_too(any_app: Flask) -> None:
    boss = committed(reader)
    committed(
        lambda: make_rule(
            model="masterdata.item_category",
            trigger="created",
            recipients=[{"kind": "user", "id": boss.id}],
            text="{name}",
        )
    )
    spec = current_registry().models["masterdata.item_category"]
    committed(lambda: create_record(spec, {"code": "EA", "name": "Acme"}))
    assert told(boss) == []  # who may not read categories is not told of them
    seller = committed(lambda: make_user(make_role("masterdata.item_category.read")))
    rule = committed(lambda: db.session.scalars(select(ReminderRule)).one())
    committed(lambda: setattr(rule, "recipients", [{"kind": "user", "id": seller.id}]))
    committed(lambda: create_record(spec, {"code": "EB", "name": "Bolt"}))
    assert told(seller) == ["Bolt"]


def test_silence_is_told_of_once_and_again_after_something_has_happened(any_app: Flask) -> None:
    owner = reader()
    order = make_work_order(owner_id=owner.id, state="in_progress")
    rule = make_rule(trigger="silence", offset="2 hours", text="{number} rests")
    start = utcnow()
    check(start + timedelta(hours=1))
    assert told(owner) == []
    for _time in range(2):
        check(start + timedelta(hours=2, minutes=1))
    assert told(owner) == [f"{order.number} rests"]
    order.priority = 2
    db.session.flush()
    check(utcnow() + timedelta(hours=1))
    assert [o.step for o in occasions(rule)] == [1]
    check(utcnow() + timedelta(hours=2))
    assert [o.step for o in occasions(rule)] == [1, 1]


def test_a_comment_or_a_change_of_a_line_breaks_the_silence(any_app: Flask) -> None:
    owner = reader()
    order = make_work_order(owner_id=owner.id)
    make_rule(trigger="silence", offset="2 hours", text="rests")
    moments = [utcnow()]
    comments.comment(order, "soon")
    db.session.flush()
    check(moments[0] + timedelta(hours=2))
    assert told(owner) == []


def test_silence_may_be_reckoned_in_working_hours(any_app: Flask) -> None:
    owner = reader()
    make_work_order(owner_id=owner.id)
    make_rule(trigger="silence", offset="20 work_hours", text="rests")
    enough = Clock.of_factory().shift(utcnow(), Span(20, "work_hours"))
    check(enough - timedelta(minutes=2))
    assert told(owner) == []
    check(enough + timedelta(minutes=2))
    assert told(owner) == ["rests"]


def test_a_list_goes_to_each_with_what_he_may_read(any_app: Flask) -> None:
    unit = make_unit()
    boss, chief = (
        reader(),
        make_user(make_role("mrp_routing.work_order.read", scope="unit"), unit=unit),
    )
    first, second = due_in(1), due_in(1, org_unit_id=unit.id)
    rule = make_rule(
        trigger="schedule",
        every="day",
        at="08:00",
        text="{count} open orders",
        since=moment("2026-11-24 00:00"),
        recipients=[{"kind": "user", "id": boss.id}, {"kind": "user", "id": chief.id}],
    )
    check(moment("2026-11-24 07:59"))
    assert told(boss) == []
    for minute in ("08:00", "08:05", "23:00"):
        check(moment(f"2026-11-24 {minute}"))
    assert told(boss) == [f"2 open orders\n· {first.number}\n· {second.number}"]
    assert told(chief) == [f"1 open orders\n· {second.number}"]
    check(moment("2026-11-27 08:00"))
    assert len(told(boss)) == 2
    assert [o.record_id for o in occasions(rule)] == [0, 0]


@pytest.mark.parametrize(
    ("every", "on_day", "days"),
    [("week", 0, ["2026-11-30", "2026-12-07", "2026-12-14"]), ("month", 5, ["2026-12-05", "2027-01-05"])],
)
def test_lists_come_on_their_weekday_or_day_of_the_month(app: Flask, every: str, on_day: int, days: list[str]) -> None:
    boss = reader()
    due_in(1)
    rule = make_rule(
        trigger="schedule",
        every=every,
        on_day=on_day,
        text="{count}",
        since=moment("2026-11-24 00:00"),
        recipients=[{"kind": "user", "id": boss.id}],
    )
    for day in range(21 if every == "week" else 45):
        check(moment("2026-11-24 12:00") + timedelta(days=day))
    assert [o.occurrence[:10] for o in occasions(rule)] == days


def test_nobody_is_told_of_an_empty_list(app: Flask) -> None:
    boss = reader()
    make_rule(
        trigger="schedule",
        every="day",
        text="{count}",
        since=utcnow() - timedelta(days=2),
        recipients=[{"kind": "user", "id": boss.id}],
        criteria={"field": "state", "op": "eq", "value": "done"},
    )
    check()
    assert told(boss) == []


def test_it_repeats_until_the_record_no_longer_fits(any_app: Flask) -> None:
    owner = reader()
    order = due_in(1, owner_id=owner.id)
    rule = make_rule(repeat="1 days", criteria={"field": "state", "op": "eq", "value": "draft"})
    start = utcnow()
    for hours in (0, 1, 24, 25, 48):
        check(start + timedelta(hours=hours))
    assert len(told(owner)) == 3
    order.state = "released"
    db.session.flush()
    for hours in (72, 96):
        check(start + timedelta(hours=hours))
    assert len(told(owner)) == 3
    assert occasions(rule)[0].ended_at is not None


def test_it_escalates_to_further_people_after_a_while(any_app: Flask) -> None:
    owner, boss = reader(), reader()
    due_in(1, owner_id=owner.id)
    make_rule(escalate="1 days", escalate_to=[{"kind": "user", "id": boss.id}])
    start = utcnow()
    for hours in (0, 12, 24, 36, 48, 72):
        check(start + timedelta(hours=hours))
    assert (len(told(owner)), len(told(boss))) == (2, 1)


def test_with_repetition_the_others_are_told_from_then_on(any_app: Flask) -> None:
    owner, boss = reader(), reader()
    due_in(1, owner_id=owner.id)
    make_rule(repeat="2 days", escalate="3 days", escalate_to=[{"kind": "user", "id": boss.id}])
    start = utcnow()
    for day in range(8):
        check(start + timedelta(days=day))
    assert (len(told(owner)), len(told(boss))) == (5, 3)  # days 0, 2, 3, 5, 7


def test_quiet_hours_defer_and_never_drop(any_app: Flask) -> None:
    owner = reader()
    order = due_in(1, owner_id=owner.id)
    order.due_on = moment("2026-11-25 12:00").date()
    rule = make_rule(
        offset="-1 days", at="23:00", since=moment("2026-11-20 00:00"), quiet_from="22:00", quiet_to="06:30"
    )
    check(moment("2026-11-24 23:01"))
    check(moment("2026-11-25 06:29"))
    assert told(owner) == []
    assert [o.next_at for o in occasions(rule)] == [moment("2026-11-25 06:30")]
    check(moment("2026-11-25 06:30"))
    assert len(told(owner)) == 1


def test_what_falls_on_a_day_off_waits_for_the_next_working_day(any_app: Flask) -> None:
    owner = reader()
    order = due_in(1, owner_id=owner.id)
    order.due_on = moment("2026-11-29 12:00").date()
    make_rule(offset="-1 days", since=moment("2026-11-20 00:00"), skip_days_off=True)
    for day in ("2026-11-28", "2026-11-29"):
        check(moment(f"{day} 23:00"))
    assert told(owner) == []
    check(moment("2026-11-30 00:00"))
    assert len(told(owner)) == 1


def test_what_is_over_before_the_quiet_hours_end_is_not_told(any_app: Flask) -> None:
    owner = reader()
    order = due_in(1, owner_id=owner.id)
    order.due_on = moment("2026-11-25 12:00").date()
    rule = make_rule(
        offset="-1 days",
        at="23:00",
        since=moment("2026-11-20 00:00"),
        quiet_from="22:00",
        quiet_to="06:30",
        criteria={"field": "state", "op": "eq", "value": "draft"},
    )
    check(moment("2026-11-24 23:01"))
    order.state = "released"
    db.session.flush()
    check(moment("2026-11-25 06:30"))
    assert told(owner) == []
    assert occasions(rule) == []
    order.state = "draft"
    db.session.flush()
    check(moment("2026-11-25 07:00"))
    assert len(told(owner)) == 1
