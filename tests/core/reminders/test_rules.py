"""What a rule must have, who may write one, and what it then does."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.mrp_routing.factories import make_work_order
from addons.sales_shipping.factories import make_sales_order
from core.actor import Actor, acting
from core.db.session import db
from core.db.types import utcnow
from core.errors import Forbidden, StaleVersion, ValidationError
from core.events.models import Delivery, Notification, RobotMessage
from core.events.notifications import save_setting, user_address
from core.events.robots import save_robot
from core.reminders.models import ReminderRule
from core.reminders.rules import Draft, save
from core.testing.apps import actor_with
from core.testing.people import make_post, make_role, make_unit, make_user
from core.testing.statements import count_statements
from tests.core.reminders.support import WORK_ORDER, check, draft_of, due_in, make_rule, occasions, today, told

pytestmark = pytest.mark.usefixtures("system")

WRITES = ("core.reminder_rule.create", "core.reminder_rule.write", "core.user.read")


def reader(**values: Any) -> Any:
    """A user who may read every work order."""
    return make_user(make_role("mrp_routing.work_order.read"), **values)


def test_the_owner_is_told_once_three_days_before(any_app: Flask) -> None:
    owner = reader()
    order = due_in(3, owner_id=owner.id)
    due_in(4, owner_id=owner.id)
    rule = make_rule(at="00:00")
    check()
    check()
    assert told(owner) == [f"{order.number} is due on {order.due_on}"]
    assert [(o.record_id, o.step, o.told) for o in occasions(rule)] == [(order.id, 1, 1)]


def test_an_order_entered_after_its_reminder_was_due_is_told_of_at_once(any_app: Flask) -> None:
    owner = reader()
    make_rule(since=utcnow() - timedelta(days=300))
    order = due_in(1, owner_id=owner.id)
    check()
    assert told(owner) == [f"{order.number} is due on {order.due_on}"]


def test_what_was_over_before_the_rule_was_switched_on_is_not_told(any_app: Flask) -> None:
    owner = reader()
    due_in(-20, owner_id=owner.id)
    make_rule(offset="2 days", since=utcnow() - timedelta(days=5))
    check()
    assert told(owner) == []


def test_a_moved_date_is_another_occasion(any_app: Flask) -> None:
    owner = reader()
    order = due_in(1, owner_id=owner.id)
    make_rule()
    check()
    order.due_on = today() + timedelta(days=2)
    check()
    assert len(told(owner)) == 2


def test_records_that_do_not_fit_the_conditions_are_left_alone(any_app: Flask) -> None:
    owner = reader()
    due_in(1, owner_id=owner.id, state="done")
    order = due_in(1, owner_id=owner.id, state="released")
    make_rule(criteria={"field": "state", "op": "eq", "value": "released"})
    check()
    assert told(owner) == [f"{order.number} is due on {order.due_on}"]


def test_a_reminder_reaches_only_those_who_may_read_the_record(any_app: Flask) -> None:
    everything, nothing = reader(), make_user()
    own = make_user(make_role("mrp_routing.work_order.read", scope="own"))
    due_in(1, owner_id=everything.id)
    mine = due_in(2, owner_id=own.id)
    make_rule(recipients=[{"kind": "user", "id": user.id} for user in (everything, nothing, own)], text="{number}")
    check()
    assert len(told(everything)) == 2
    assert told(nothing) == []
    assert told(own) == [mine.number]


def test_a_field_somebody_may_not_see_stays_hidden_in_his_text(any_app: Flask) -> None:
    seller = make_user(make_role("sales_shipping.sales_order.read", field_groups=("prices",)))
    keeper = make_user(make_role("sales_shipping.sales_order.read"))
    line = make_sales_order().lines[0]
    line.price, line.due_on = 7, today()
    make_rule(
        model="sales_shipping.sales_order_line",
        offset="0 days",
        at="00:00",
        text="{price} {order.number} {item.name}",
        recipients=[{"kind": "user", "id": user.id} for user in (seller, keeper)],
    )
    check()
    assert told(seller) == [f"7 {line.order.number} —"]
    assert told(keeper) == [f"— {line.order.number} —"]


def test_each_reads_values_in_his_own_language(any_app: Flask) -> None:
    zh, en = reader(language="zh"), reader(language="en")
    due_in(1, state="released")
    make_rule(recipients=[{"kind": "user", "id": user.id} for user in (zh, en)], text="{state}")
    check()
    assert (told(zh, "zh"), told(en)) == (["已下达"], ["Released for production"])


def test_every_kind_of_recipient_is_found(any_app: Flask) -> None:
    unit = make_unit()
    head, boss, owner, other = reader(unit=unit), reader(), reader(unit=unit), reader()
    unit.manager_id = head.id
    role = make_role("mrp_routing.work_order.read")
    holder, posted = make_user(role), make_user(posts=[make_post(role, unit=unit)])
    due_in(1, owner_id=owner.id, org_unit_id=unit.id)
    kinds: list[tuple[dict[str, Any], set[Any]]] = [
        ({"kind": "owner"}, {owner}),
        ({"kind": "owner", "manager": True}, {head}),
        ({"kind": "field", "path": "owner_id"}, {owner}),
        ({"kind": "unit_head"}, {head}),
        ({"kind": "user", "id": other.id}, {other}),
        ({"kind": "role", "id": role.id}, {holder, posted}),
        ({"kind": "post", "id": posted.posts[0].post_id}, {posted}),
    ]
    for number, (kind, _meant) in enumerate(kinds):
        make_rule(recipients=[kind], text=f"rule {number}")
    check()
    people = {head, boss, owner, other, holder, posted}
    for number, (_kind, meant) in enumerate(kinds):
        assert {user for user in people if f"rule {number}" in told(user)} == meant, number


def test_somebody_who_sees_only_some_records_writes_no_rules_on_them(app: Flask) -> None:
    with acting(actor_with(*WRITES, "mrp_routing.work_order.read", scope="unit", unit_id=1)), pytest.raises(Forbidden):
        save(
            Draft(name="x", model=WORK_ORDER, field="due_on", offset="1 days", text="x", recipients=[{"kind": "owner"}])
        )


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"trigger": "never"}, "trigger"),
    ({"field": "number"}, "field"),
    ({"field": "price"}, "field"),
    ({"offset": None}, "offset"),
    ({"offset": "x days"}, "offset"),
    ({"offset": "2 hours"}, "offset"),
    ({"at": "25:00"}, "at"),
    ({"trigger": "silence", "offset": "0 days"}, "offset"),
    ({"trigger": "state", "state": "gone"}, "state"),
    ({"trigger": "schedule", "every": "week", "text": "x"}, "on_day"),
    ({"trigger": "schedule", "every": None, "text": "x"}, "every"),
    ({"trigger": "schedule", "every": "day", "text": "{number}"}, "text"),
    ({"criteria": {"field": "nothing", "op": "eq", "value": 1}}, "criteria"),
    ({"criteria": {"unreadable": True}}, "criteria"),
    ({"criteria": {"not": {"field": "owner_id", "op": "eq", "value": {"me": True}}}}, "criteria"),
    ({"recipients": []}, "recipients"),
    ({"recipients": [{"kind": "user"}]}, "recipients"),
    ({"recipients": [{"kind": "user", "id": 999_999}]}, "recipients"),
    ({"recipients": [{"kind": "everybody"}]}, "recipients"),
    ({"recipients": [{"kind": "field", "path": "number"}]}, "recipients"),
    ({"recipients": [{"kind": "field", "path": "item.nothing.at.all"}]}, "recipients"),
    ({"recipients": [{"kind": "owner"}] * 21}, "recipients"),
    ({"escalate": "2 days"}, "escalate_to"),
    ({"repeat": "-1 days"}, "repeat"),
    ({"quiet_from": "22:00"}, "quiet_to"),
    ({"robots": [5]}, "robots"),
    ({"text": ""}, "text"),
    ({"text": "{password_hash}"}, "text"),
    ({"text": "{owner.password_hash}"}, "text"),
    ({"text": "{__class__}"}, "text"),
]


@pytest.mark.parametrize(("changes", "field"), WRONG, ids=[f"{f}{n}" for n, (_c, f) in enumerate(WRONG)])
def test_what_is_wrong_with_a_rule_is_said_at_its_field(app: Flask, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as caught:
        make_rule(**changes)
    assert list(caught.value.fields) == [field]
    assert db.session.query(ReminderRule).count() == 0


def test_a_rule_somebody_else_saved_meanwhile_is_not_overwritten(app: Flask) -> None:
    rule = make_rule()
    save(draft_of(rule, name="Other"), rule_id=rule.id, version=rule.version)
    with pytest.raises(StaleVersion):
        save(draft_of(rule, name="Mine"), rule_id=rule.id, version=rule.version - 1)


def test_a_rule_that_no_longer_fits_says_why_and_the_others_go_on(any_app: Flask) -> None:
    owner = reader()
    broken, sound = make_rule(name="broken"), make_rule(name="sound")
    broken.criteria = {"field": "gone", "op": "empty"}
    due_in(1, owner_id=owner.id)
    check()
    assert broken.problem == "There is no field “gone”."
    assert (len(told(owner)), sound.problem) == (1, None)


def test_a_switched_off_rule_does_nothing_and_ends_what_waited(any_app: Flask) -> None:
    owner = reader()
    due_in(1, owner_id=owner.id)
    rule = make_rule(repeat="1 hours")
    check()
    rule.active = False
    check(utcnow() + timedelta(hours=2))
    assert len(told(owner)) == 1
    assert [o.next_at for o in occasions(rule)] == [None]


def test_each_record_more_costs_two_statements_for_each_of_its_readers(app: Flask) -> None:
    owner = reader()
    item = make_work_order().item_id
    make_rule(recipients=[{"kind": "user", "id": owner.id}])
    counts = []
    for number in (5, 50):
        for _order in range(number):
            due_in(1, item_id=item)
        counts.append(count_statements(check) - 2 * number)
    assert counts[0] == counts[1] <= 20


def test_a_robot_says_it_once_without_what_only_some_may_see(any_app: Flask) -> None:
    robot = save_robot(None, name="Group", kind="wecom", url="http://8.8.8.8/?key=k", secret="", active=True)
    line = make_sales_order().lines[0]
    line.price, line.due_on = 7, today()
    make_rule(
        model="sales_shipping.sales_order_line",
        offset="0 days",
        at="00:00",
        text="{price} {order.number}",
        recipients=[],
        robots=[robot.id],
    )
    check()
    check()
    said = db.session.scalars(select(RobotMessage)).one()
    assert (said.text, said.link) == (f"— {line.order.number}", f"/m/sales_shipping/orders/{line.order.id}")


def test_a_rule_with_mail_writes_to_whoever_has_not_declined_it(any_app: Flask) -> None:
    kept = any_app.config["QINGMES"]
    any_app.config["QINGMES"] = replace(kept, smtp_url="smtp://127.0.0.1:9")
    asked, silent, declined, nowhere = (reader(email=f"{name}@example.com") for name in ("asked", "silent", "no", "x"))
    nowhere.email = None
    for user, wants in ((asked, True), (declined, False)):
        with acting(Actor(user_id=user.id, name="", channel="web")):
            save_setting(email=wants, quiet_from="", quiet_to="")
    users = (asked, silent, declined, nowhere)
    due_in(1)
    make_rule(email=True, recipients=[{"kind": "user", "id": user.id} for user in users])
    check()
    any_app.config["QINGMES"] = kept
    jobs = db.session.scalars(select(Delivery.payload).where(Delivery.target == "core.send_mail"))
    mailed = {db.session.get_one(Notification, job["notification_id"]).user_id for job in jobs}
    assert mailed == {asked.id, silent.id}
    assert [len(told(user)) for user in users] == [1, 1, 1, 1]
    assert [user_address(user.id)[0] is None for user in users] == [False, False, True, True]
