"""Two schedulers and two workers at once on PostgreSQL: everybody is told once, nothing is left."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.mrp_routing.factories import make_routing
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.events.models import Notification
from core.i18n import in_locale
from core.reminders import firing
from core.reminders.models import Reminder
from core.reminders.spans import Clock
from core.testing.people import make_role, make_user
from tests.core.reminders.support import due_in, make_rule

pytestmark = pytest.mark.postgres
WORKERS, ORDERS = 6, 300


def at_once(app: Flask, work: Callable[[], Any]) -> None:
    """Run something in several threads, each as a process of its own would; an error in one is raised here."""
    errors: list[BaseException] = []

    def guarded() -> None:
        try:
            with app.app_context(), acting(SYSTEM), in_locale("en"):
                work()
                db.session.remove()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=guarded) for _worker in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]


def look_and_tell() -> None:
    """What the job does, each step a transaction."""
    clock = Clock.of_factory()
    db.session.rollback()
    for _round in range(3):
        run_unit(lambda: [firing.look(rule, utcnow(), clock) for rule in firing.active_rules()])
    while run_unit(lambda: firing.tell_due(utcnow(), clock)):
        pass


def test_six_workers_find_and_tell_each_occasion_once(pg_app: Flask) -> None:
    def prepare() -> int:
        owner = make_user(make_role("mrp_routing.work_order.read"))
        item = make_routing().item_id
        for _order in range(ORDERS):
            due_in(1, item_id=item, owner_id=owner.id)
        make_rule()
        return int(owner.id)

    with acting(SYSTEM):
        owner_id = run_unit(prepare)
    at_once(pg_app, look_and_tell)
    with acting(SYSTEM):
        told = Counter(db.session.scalars(select(Notification.link).where(Notification.user_id == owner_id)))
        rows = db.session.execute(select(Reminder.step, Reminder.told, Reminder.next_at))
        steps = Counter(tuple(row) for row in rows)
    assert (len(told), set(told.values())) == (ORDERS, {1})
    assert steps == {(1, 1, None): ORDERS}
