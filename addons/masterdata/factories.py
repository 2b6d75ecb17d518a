"""Records for tests, of this addon's and of those that build on it. Each flushes."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import select

from addons.masterdata.models import (
    CalendarShift,
    Currency,
    Item,
    ItemCategory,
    Partner,
    Uom,
    UomFamily,
    WorkCalendar,
)
from core.db import db

T = TypeVar("T")

_counter = itertools.count(1)


def make_uom(**overrides: Any) -> Uom:
    """A unit in a family of its own, unless `family` or `family_id` is given."""
    n = next(_counter)
    if "family_id" not in overrides and "family" not in overrides:
        overrides["family"] = UomFamily(code=f"F{n}", name=f"Family {n}")
    return _kept(Uom(**{"code": f"u{n}", "name": f"unit {n}", "factor": Decimal(1), **overrides}))


def make_item_category(**overrides: Any) -> ItemCategory:
    """A category at the top of the tree."""
    n = next(_counter)
    return _kept(ItemCategory(**{"code": f"C{n}", "name": f"Category {n}", **overrides}))


def make_item(**overrides: Any) -> Item:
    """A released part; pieces (`pcs`) are its unit unless `uom` or `uom_id` is given."""
    n = next(_counter)
    if "uom_id" not in overrides and "uom" not in overrides:
        overrides["uom"] = pieces()
    return _kept(Item(**{"code": f"ITEM-{n}", "name": f"Item {n}", "state": "released", **overrides}))


def make_partner(**overrides: Any) -> Partner:
    """An active partner that is customer and supplier both."""
    n = next(_counter)
    return _kept(
        Partner(**{"code": f"PARTNER-{n}", "name": f"Partner {n}", "kind": "both", "state": "active", **overrides})
    )


def make_currency(**overrides: Any) -> Currency:
    """A currency that is not the home currency."""
    n = next(_counter)
    letters = f"{chr(65 + n // 676 % 26)}{chr(65 + n // 26 % 26)}{chr(65 + n % 26)}"
    return _kept(Currency(**{"code": letters, "name": f"Currency {n}", **overrides}))


def make_calendar(**overrides: Any) -> WorkCalendar:
    """A calendar of the whole factory: Monday to Friday 08:00 to 17:00 with a break from 12:00 to 13:00."""
    n = next(_counter)
    shifts = [
        CalendarShift(weekday=day, start="08:00", end="17:00", break_start="12:00", break_end="13:00")
        for day in ("mon", "tue", "wed", "thu", "fri")
    ]
    return _kept(WorkCalendar(**{"code": f"CAL{n}", "name": f"Calendar {n}", "shifts": shifts, **overrides}))


def pieces() -> Uom:
    """The unit of pieces, made when it is not there."""
    found = db.session.scalar(select(Uom).where(Uom.code == "pcs"))
    return found or make_uom(code="pcs", name="piece", rounding=Decimal(1))


def _kept(record: T) -> T:
    db.session.add(record)
    db.session.flush()
    return record
