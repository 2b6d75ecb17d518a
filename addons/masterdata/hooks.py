"""Answers to questions core asks."""

from __future__ import annotations

from typing import Any

from addons.masterdata import services
from addons.masterdata.models import Currency, Item, ItemCategory, Partner, Uom, WorkCalendar
from core.kernel.hooks import hookimpl


@hookimpl
def before_save(record: Any, changes: dict[str, Any]) -> Any:
    """Master data that contradicts itself is refused, with the field to mend."""
    if isinstance(record, Item):
        services.check_item(record, changes)
    elif isinstance(record, ItemCategory):
        services.check_category(record, changes)
    elif isinstance(record, Uom):
        services.check_uom(changes)
    elif isinstance(record, Partner):
        services.check_partner(record, changes)
    elif isinstance(record, Currency):
        services.check_rates(record, changes)
    elif isinstance(record, WorkCalendar):
        services.check_shifts(changes)
    return None


@hookimpl
def on_new_record(record: Any) -> None:
    """Items and partners without a code get one by the number rule; a code given by hand is tidied."""
    if isinstance(record, Item):
        record.code = services.tidy_code(record.code or "") or services.make_item_code(record)
    if isinstance(record, Partner):
        record.code = services.tidy_code(record.code or "") or services.make_partner_code(record)


@hookimpl
def scanned_code(code: str) -> Any:
    """The code of an item or a partner leads to it."""
    item = services.find_item_by_code(code)
    if item is not None:
        return "masterdata.item", item.id
    partner = services.find_partner_by_code(code)
    return ("masterdata.partner", partner.id) if partner is not None else None


@hookimpl
def working_time(org_unit_id: Any) -> Any:
    """As the work calendar of the org unit says, or that of the factory."""
    return services.find_working_time(org_unit_id)
