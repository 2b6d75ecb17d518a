"""Tables of masterdata."""

from addons.masterdata.models.calendar import WEEKDAYS, CalendarDay, CalendarShift, WorkCalendar
from addons.masterdata.models.currency import Currency, CurrencyRate
from addons.masterdata.models.item import KINDS, SOURCES, TRACKING, Item, ItemCategory
from addons.masterdata.models.partner import (
    ADDRESS_KINDS,
    PARTNER_KINDS,
    PAYMENT_TERMS,
    RATINGS,
    Partner,
    PartnerAddress,
    PartnerContact,
)
from addons.masterdata.models.uom import Uom, UomFamily

__all__ = [
    "ADDRESS_KINDS",
    "KINDS",
    "PARTNER_KINDS",
    "PAYMENT_TERMS",
    "RATINGS",
    "SOURCES",
    "TRACKING",
    "WEEKDAYS",
    "CalendarDay",
    "CalendarShift",
    "Currency",
    "CurrencyRate",
    "Item",
    "ItemCategory",
    "Partner",
    "PartnerAddress",
    "PartnerContact",
    "Uom",
    "UomFamily",
    "WorkCalendar",
]
