"""What a rule must have, who may write one, and what it then does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from addons.mrp_routing.factories import make_work_order
from core.actor import acting
from core.db.session import db
from core.db.types import utcnow
from core.errors import Forbidden, StaleVersion, ValidationError
from core.reminders.models import ReminderRule
from core.reminders.rules import Draft, save
from core.testing.apps import actor_with
from core.testing.people import make_post, make_role, make_unit, make_user
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
