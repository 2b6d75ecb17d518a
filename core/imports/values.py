"""What stands in a cell, as the fields of records take it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app

from core.db.spec import FieldSpec
from core.i18n import LOCALES, gettext, in_locale
from core.imports.files import Cell, show
from core.imports.workbooks import Wrong

YES = frozenset({"1", "true", "yes", "y", "t", "on", "是", "有", "对", "√", "✓", "✔"})
NO = frozenset({"0", "false", "no", "n", "f", "off", "否", "无", "错", "×", "✗", "x"})
DATE = re.compile(r"([0-9]{1,4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,4})日?(?:[ T]+([0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?))?")
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}
SEVERAL = re.compile(r"[,，;；、\n]")
EXCEL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a wall-clock time
EXCEL_DAYS = range(1, 2_958_466)  # to the end of the year 9999
NUMBERS = frozenset({"decimal", "quantity", "price", "money"})


class Unreadable(Exception):
    """A cell does not say what its field asks for; the text says why."""


def read(field: FieldSpec, cell: Cell, choices: Mapping[str, str], dates: str) -> Any:
    """A cell that is not empty, as the write schema takes it; a link gives its text. Raises `Unreadable`.

    `choices` are the words for the codes of a choice (`choice_words`).
    """
    if isinstance(cell, Wrong):
        raise Unreadable(gettext("The formula in this cell has failed: %(error)s.", error=cell.text))
    if field.kind == "boolean":
        return _yes_or_no(cell)
    if field.kind == "choice":
        return _code(field, cell, choices)
    if field.kind == "multichoice":
        return [_code(field, part.strip(), choices) for part in SEVERAL.split(show(cell)) if part.strip()]
    if field.kind in NUMBERS or field.kind == "integer":
        return _number(cell)
    if field.kind in ("date", "datetime"):
        return _date(field.kind, cell, dates)
    if field.kind == "longtext" and isinstance(cell, str):
        return cell
    return show_whole(cell)


def _code(field: FieldSpec, cell: Cell, choices: Mapping[str, str]) -> str:
    code = choices.get(loose(show(cell)))
    if code is None:
        labels = ", ".join(str(label) for label in field.info.choices.values())
        raise Unreadable(gettext("Choose one of: %(codes)s", codes=labels))
    return code


def show_whole(cell: Cell) -> str:
    """A cell as text, however long."""
    return cell.strip() if isinstance(cell, str) else show(cell)


def loose(text: str) -> str:
    """A word without what differs by whim: width, case, spaces around."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def choice_words(field: FieldSpec) -> dict[str, str]:
    """Every word that names a code of this choice: labels in each language, and the codes, which win."""
    words: dict[str, str] = {}
    for locale in LOCALES:
        with in_locale(locale):
            words.update({loose(str(label)): code for code, label in reversed(list(field.info.choices.items()))})
    words.update({loose(code): code for code in field.info.choices})
    return words


@lru_cache(maxsize=1)
def _words() -> tuple[frozenset[str], frozenset[str]]:
    both: list[set[str]] = [set(YES), set(NO)]
    for locale in LOCALES:
        with in_locale(locale):
            both[0].add(loose(gettext("Yes")))
            both[1].add(loose(gettext("No")))
    return frozenset(both[0]), frozenset(both[1])


def _yes_or_no(cell: Cell) -> bool:
    word = loose(show(cell))
    yes, no = _words()
    if word in yes:
        return True
    if word in no:
        return False
    raise Unreadable(gettext("Write yes or no."))


def _number(cell: Cell) -> str:
    """A number as text; the schema says what is wrong with it. Of a calculated one 15 digits count, as one sees it."""
    if isinstance(cell, (bool, datetime, date, time, timedelta)):
        raise Unreadable(gettext("Not a number."))
    if isinstance(cell, float):
        number = Decimal(format(cell, ".15g"))
        return format(number, "f") if number.is_finite() else show(cell)
    text = unicodedata.normalize("NFKC", show(cell)).replace("\xa0", " ").strip().replace("−", "-")
    return text.lstrip("¥$€").strip()


def _date(kind: str, cell: Cell, dates: str) -> str:
    moment = _moment(cell, dates)
    if kind == "date":
        if moment.time() != time():
            raise Unreadable(gettext("This is a time; a date without one is asked for."))
        return moment.date().isoformat()
    return moment.replace(tzinfo=ZoneInfo(current_app.config["QINGMES"].timezone)).isoformat()


def _moment(cell: Cell, dates: str) -> datetime:
    """A wall-clock time of the factory."""
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, date):
        return datetime.combine(cell, time())
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and int(cell) in EXCEL_DAYS:
        return EXCEL_ZERO + timedelta(days=int(cell), seconds=round((cell % 1) * 86400))
    found = DATE.fullmatch(unicodedata.normalize("NFKC", show(cell)).strip())
    if found is None:
        raise Unreadable(gettext("Not a date: write 2026-01-31."))
    return _in_order(found, dates)


def _in_order(found: re.Match[str], dates: str) -> datetime:
    parts = found.groups()[:3]
    order = ORDERS["ymd"] if len(parts[0]) == 4 else ORDERS[dates]
    year, month, day = (int(parts[n]) for n in order)
    if len(parts[order[0]]) != 4:
        raise Unreadable(gettext("Write the year with four digits: 2026-01-31."))
    try:
        clock = time.fromisoformat((found.group(4) or "00:00").zfill(5))
        return datetime.combine(date(year, month, day), clock)
    except ValueError:
        raise Unreadable(gettext("There is no such day.")) from None
