"""What stock does at the moments core tells of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.models import Calibration, Location, Lot, Period, Receipt
from core.db import db
from core.i18n import gettext
from core.kernel.health import Finding
from core.kernel.hooks import hookimpl


@hookimpl
def on_enable(addon: str) -> None:
    """Stock starts with the virtual locations and one place to put things."""
    if addon == "stock":
        services.install_places()


@hookimpl
def before_save(record: Any, changes: dict[str, Any]) -> str | None:
    """Virtual locations are one of a kind; goods are received into internal ones only; the ledger keeps its unit."""
    if isinstance(record, Item):
        return _item_objection(record, changes)
    if isinstance(record, Location):
        return _location_objection(record, changes)
    if isinstance(record, Period) and record.id is None and changes["starts_on"].day != 1:
        return gettext("A stock month begins on the first of the month.")
    if isinstance(record, Calibration):
        return _calibration_objection(record, changes)
    if isinstance(record, Receipt) and changes.get("location_id") and not services.is_internal(changes["location_id"]):
        return gettext("Goods can be received only into an internal location.")
    return None


@hookimpl
def on_new_record(record: Any) -> None:
    """A location without a name is called by its code."""
    if isinstance(record, Location):
        record.name = record.name or record.code


@hookimpl
def after_save(record: Any, created: bool) -> None:
    """Balances know whether their location may be below zero, and tools until when they are calibrated."""
    if isinstance(record, Location) and not created:
        services.follow_location(record)
    elif isinstance(record, Calibration):
        services.follow_calibration(record.lot)


@hookimpl
def after_delete(record: Any) -> None:
    """A tool is calibrated as the calibrations that are left say."""
    if isinstance(record, Calibration):
        services.follow_calibration(db.session.get_one(Lot, record.lot_id))


@hookimpl
def expected_receipts(item_ids: Sequence[int]) -> list[services.Expected]:
    """Draft receipts are expected."""
    return services.drafted(item_ids)


@hookimpl
def examine_books() -> list[Finding]:
    """The doctor asks whether the ledger adds up."""
    return services.examine()


def _calibration_objection(record: Calibration, changes: dict[str, Any]) -> str | None:
    done = changes.get("done_on", record.done_on)
    if changes.get("valid_until", record.valid_until) < done:
        return gettext("A calibration is valid from the day it was done.")
    return None


def _location_objection(place: Location, changes: dict[str, Any]) -> str | None:
    if place.id is None:
        is_virtual = changes.get("kind", "internal") != "internal"
        return gettext("There is one location of this kind already; use that.") if is_virtual else None
    turns = "may_be_negative" in changes and changes["may_be_negative"] != place.may_be_negative
    if turns and services.is_in_use(place.id):
        return gettext("Something is reserved or below zero here. Settle that first.")
    return None


def _item_objection(item: Item, changes: dict[str, Any]) -> str | None:
    changed = any(name in changes and changes[name] != getattr(item, name) for name in ("uom_id", "tracking"))
    if item.id is None or not changed or not services.has_moved(item.id):
        return None
    return gettext("%(code)s has been in stock: its unit and tracking stay. Make a new item instead.", code=item.code)
