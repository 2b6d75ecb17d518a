"""Units, currencies with their rates of 2026, and two calendars with the holidays of 2026."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import select

from addons.masterdata import services
from addons.masterdata.demo.bulk import add_rows
from addons.masterdata.models import CalendarShift, Currency, CurrencyRate, Uom, UomFamily, WorkCalendar
from core.db import db
from core.people.models import OrgUnit

YEAR = 2026

FAMILIES = {"count": "数量", "weight": "重量", "length": "长度", "volume": "体积", "time": "时间"}

# code: (name, family, how many of the family's base unit, smallest step)
UNITS = {
    "pcs": ("件", "count", "1", "1"),
    "set": ("套", "count", "1", "1"),
    "pair": ("双", "count", "2", "1"),
    "dozen": ("打", "count", "12", "1"),
    "g": ("克", "weight", "1", "0.1"),
    "kg": ("千克", "weight", "1000", "0.001"),
    "t": ("吨", "weight", "1000000", "0.001"),
    "mm": ("毫米", "length", "1", "0.1"),
    "m": ("米", "length", "1000", "0.001"),
    "ml": ("毫升", "volume", "1", "1"),
    "l": ("升", "volume", "1000", "0.01"),
    "min": ("分钟", "time", "1", "1"),
    "h": ("小时", "time", "60", "0.01"),
}

# code: (name, symbol, decimals, worth in CNY from January, April, July and October)
CURRENCIES: dict[str, tuple[str, str, int, tuple[str, ...]]] = {
    "CNY": ("人民币", "¥", 2, ()),
    "USD": ("美元", "$", 2, ("7.05", "7.02", "6.98", "7.01")),
    "EUR": ("欧元", "€", 2, ("8.21", "8.16", "8.19", "8.24")),
    "JPY": ("日元", "円", 0, ("0.0456", "0.0461", "0.0467", "0.0463")),
}
RATE_MONTHS = (1, 4, 7, 10)

# code: (name, org unit, weekdays, shifts as start, end, break)
CALENDARS = {
    "DAY": ("常白班", None, "mon tue wed thu fri", (("08:00", "17:00", "12:00", "13:00"),)),
    "TWO": (
        "两班制",
        "PRO",
        "mon tue wed thu fri sat",
        (("08:00", "16:00", "11:30", "12:00"), ("16:00", "00:00", "19:30", "20:00")),
    ),
}


def load_units() -> dict[str, int]:
    """The units' ids by code."""
    families = dict(
        zip(
            FAMILIES,
            add_rows(UomFamily, [{"code": code, "name": name} for code, name in FAMILIES.items()]),
            strict=True,
        )
    )
    rows = [
        {
            "code": code,
            "name": name,
            "family_id": families[family],
            "factor": Decimal(factor),
            "rounding": Decimal(step),
        }
        for code, (name, family, factor, step) in UNITS.items()
    ]
    return dict(zip(UNITS, add_rows(Uom, rows), strict=True))


def load_currencies() -> dict[str, int]:
    """The currencies' ids by code; CNY is the home currency."""
    rows = [
        {"code": code, "name": name, "symbol": symbol, "decimals": decimals, "is_home": code == "CNY"}
        for code, (name, symbol, decimals, _rates) in CURRENCIES.items()
    ]
    ids = dict(zip(CURRENCIES, add_rows(Currency, rows), strict=True))
    rates = [
        {"currency_id": ids[code], "valid_on": date(YEAR, month, 1), "rate": Decimal(rate)}
        for code, (_name, _symbol, _decimals, worth) in CURRENCIES.items()
        for month, rate in zip(RATE_MONTHS, worth, strict=False)
    ]
    add_rows(CurrencyRate, rates, root="masterdata.currency", root_key="currency_id")
    return ids


def load_calendars() -> None:
    """A day shift for the factory, two shifts for production, both with the official holidays."""
    units = dict(db.session.execute(select(OrgUnit.code, OrgUnit.id)).all())
    for code, (name, unit, weekdays, shifts) in CALENDARS.items():
        calendar = WorkCalendar(code=code, name=name, org_unit_id=units.get(unit) if unit else None)
        calendar.shifts = [
            CalendarShift(weekday=weekday, start=start, end=end, break_start=pause, break_end=again)
            for weekday in weekdays.split()
            for start, end, pause, again in shifts
        ]
        db.session.add(calendar)
        db.session.flush()
        services.fill_holidays(calendar, YEAR)
