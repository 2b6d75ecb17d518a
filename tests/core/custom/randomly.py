"""Random definitions of custom fields and random values for them, from a seed."""

from __future__ import annotations

import random
import string
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from core.custom.fields import CustomSpec
from core.custom.storage import join
from tests.core.custom.support import choices

KINDS = ("text", "longtext", "integer", "decimal", "boolean", "date", "datetime", "choice", "multichoice")
LETTERS = string.ascii_letters + "äß炉号 '\"%_\\,<&;=+-0123456789"


def definition(random_: random.Random, number: int) -> dict[str, Any]:
    """What an administrator might enter."""
    kind = random_.choice(KINDS)
    made: dict[str, Any] = {"label": text(random_) or "Field", "key": f"x_f{number}", "kind": kind, "seq": number}
    if kind in ("choice", "multichoice"):
        made["choices"] = choices(*(f"c{n}" for n in range(random_.randint(1, 6))))
    if kind == "decimal":
        made["places"] = random_.randint(0, 6)
    made["searchable"] = random_.random() < 0.1 and kind not in ("longtext", "boolean", "multichoice")
    made["in_list"] = random_.random() < 0.2
    made["group"] = random_.choice((None, None, "costs"))
    return made


def value(random_: random.Random, field: CustomSpec) -> Any:
    """A clean value of a field; None now and then."""
    if random_.random() < 0.15:
        return False if field.kind == "boolean" else None
    codes = list(field.info.choices)
    makers: dict[str, Any] = {
        "text": lambda: text(random_) or None,
        "longtext": lambda: "\n".join(text(random_) or "x" for _n in range(3)),
        "integer": lambda: random_.choice((0, -1, 2**31 - 1, random_.randint(-9999, 9999))),
        "decimal": lambda: Decimal(random_.randint(-(10**9), 10**9)).scaleb(-(field.places or 0)),
        "boolean": lambda: random_.random() < 0.5,
        "date": lambda: date(2026, 1, 1) + timedelta(days=random_.randint(-900, 900)),
        "datetime": lambda: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=random_.randint(-(10**8), 10**8)),
        "choice": lambda: random_.choice(codes),
        "multichoice": lambda: join(random_.sample(codes, random_.randint(1, len(codes)))),
    }
    return makers[field.kind]()


def text(random_: random.Random) -> str:
    """A short text with what breaks programs."""
    return "".join(random_.choice(LETTERS) for _n in range(random_.randint(1, 12))).strip()


def as_json(field: CustomSpec, clean: Any) -> Any:
    """A clean value as the API takes and gives it."""
    if isinstance(clean, Decimal):
        return format(clean, "f")
    if isinstance(clean, datetime):
        return clean.isoformat()
    if isinstance(clean, date):
        return clean.isoformat()
    if field.kind == "multichoice":
        return [code for code in (clean or "").split(",") if code]
    return clean
