"""The verbs of masterdata that other addons call. They flush and never commit."""

from addons.masterdata.services.calendars import (
    add_working_minutes,
    calendar_of,
    check_shifts,
    factory_zone,
    fill_holidays,
    find_working_time,
    is_working_day,
    working_minutes,
    working_time,
)
from addons.masterdata.services.currencies import check_rates, rate_on, round_money
from addons.masterdata.services.duplicates import DuplicateGroup, ItemLine, find_duplicates
from addons.masterdata.services.items import (
    check_category,
    check_item,
    check_item_usable,
    find_item_by_code,
    get_item_by_code,
    make_item_code,
    tidy_code,
)
from addons.masterdata.services.partners import (
    check_partner,
    check_partner_usable,
    default_address,
    find_partner_by_code,
    make_partner_code,
)
from addons.masterdata.services.telling import tell_maker_of_release, tell_owner_of_block
from addons.masterdata.services.units import check_uom, convert, round_quantity
from addons.masterdata.services.usage import find_user_of
from addons.masterdata.services.worktime import WorkingTime

__all__ = [
    "DuplicateGroup",
    "ItemLine",
    "WorkingTime",
    "add_working_minutes",
    "calendar_of",
    "check_category",
    "check_item",
    "check_item_usable",
    "check_partner",
    "check_partner_usable",
    "check_rates",
    "check_shifts",
    "check_uom",
    "convert",
    "default_address",
    "factory_zone",
    "fill_holidays",
    "find_duplicates",
    "find_item_by_code",
    "find_partner_by_code",
    "find_user_of",
    "find_working_time",
    "get_item_by_code",
    "is_working_day",
    "make_item_code",
    "make_partner_code",
    "rate_on",
    "round_money",
    "round_quantity",
    "tell_maker_of_release",
    "tell_owner_of_block",
    "tidy_code",
    "working_minutes",
    "working_time",
]
