"""What others may ask this addon to do."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import select

from core.actor import current_actor
from core.db import db, utcnow
from core.errors import NotFound
from core.events import publish
from core.i18n import _
from qingmes_toolcare.events import CareDone
from qingmes_toolcare.models import ItemCare


def get_plan(item_id: int) -> ItemCare:
    """The care plan of an item; `NotFound` when it has none."""
    plan = find_plan(item_id)
    if plan is None:
        raise NotFound(_("This item has no care plan; make one under Tool care."))
    return plan


def find_plan(item_id: int) -> ItemCare | None:
    """The care plan of an item, or None."""
    return db.session.scalar(select(ItemCare).where(ItemCare.item_id == item_id))


def record_care(item_id: int, *, done_on: date) -> None:
    """Note that the care was done; the next date follows by an event. Flushes."""
    current_actor().require("toolcare.item_care.record")
    plan = get_plan(item_id)
    publish(CareDone(item_id=plan.item_id, done_on=done_on.isoformat()))
    db.session.flush()


def plan_next(item_id: int, done_on: date) -> None:
    """Move the due date on by the interval. Flushes."""
    plan = get_plan(item_id)
    plan.due_on = done_on + timedelta(days=plan.interval_days)
    db.session.flush()


def remind_overdue(today: date) -> int:
    """Mark every overdue plan as reminded; returns how many. Flushes."""
    overdue = list(db.session.scalars(select(ItemCare).where(ItemCare.due_on < today).with_for_update()))
    for plan in overdue:
        plan.reminded_at = utcnow()
    db.session.flush()
    return len(overdue)
