"""Demonstration data of a machining shop: 300 items, 40 partners, units, currencies, calendars.

All names, addresses and numbers are invented; loading is set-based and always gives the same rows.
"""

from __future__ import annotations

from addons.masterdata.demo import basics, items, partners
from core.i18n import in_locale


def load() -> None:
    """Load it into a database without items. Flushes."""
    with in_locale("zh"):
        uoms = basics.load_units()
        currencies = basics.load_currencies()
        basics.load_calendars()
        items.load(uoms)
        partners.load(currencies)
