"""The scan code of a record: what is printed for it, and what leads back to it wherever a code is scanned.

A record with a number or code that no other record bears is scanned by it, as people type it. Every other record
has `<model>:<id>` (`stock.lot:17`), which never changes and never means two things.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, union_all

from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import is_enabled
from core.paper.pictures import is_encodable

OWN = ("number", "code")
ALL = (*OWN, "badge", "login")  # what the search field looks for, see `core.views.search`
BY_ID = re.compile(r"([a-z][a-z0-9_]*\.[a-z0-9_]+):([1-9]\d{0,17})")
LONGEST_DIGITS = 12  # a longer row of digits may be an addon's own printed code


def scan_code(record: Any) -> str:
    """The scan code of one record. One statement at most; for several use `scan_codes`."""
    return scan_codes(current_registry().spec_of(record), [record])[record.id]


def scan_codes(spec: ModelSpec, records: Sequence[Any]) -> dict[int, str]:
    """The scan codes of records of one model by id. One statement at most."""
    own = {record.id: _own_code(spec, record) for record in records}
    count = _count_bearers({code for code in own.values() if code})
    return {
        record_id: code if code and count[code.upper()] == 1 else f"{spec.name}:{record_id}"
        for record_id, code in own.items()
    }


def find_scanned(code: str) -> tuple[str, int] | None:
    """Model and id that a code of the form `<model>:<id>` names, or None. Reads nothing: rights are the caller's."""
    match = BY_ID.fullmatch(unicodedata.normalize("NFKC", code).strip())
    spec = current_registry().models.get(match[1]) if match is not None else None
    if match is None or spec is None or not is_page(spec) or not is_enabled(spec.addon):
        return None
    return spec.name, int(match[2])


def _own_code(spec: ModelSpec, record: Any) -> str:
    """The record's number or code when it can serve: unique among its kind, printable in a bar code."""
    name = next((n for n in OWN if n in spec.own and spec.own[n].unique), None)
    code = str(getattr(record, name) or "") if name is not None else ""
    fits = is_encodable(code) and " " not in code and not BY_ID.fullmatch(code)
    return code if fits and not (code.isdigit() and len(code) > LONGEST_DIGITS) else ""


def _count_bearers(codes: set[str]) -> Counter[str]:
    """How many records of any kind bear each of these codes, in whatever case; keys in capitals.

    Whether a code is unique does not depend on who prints, so rows out of reach count; nothing of them is told.
    """
    if not codes:
        return Counter()
    wanted = sorted({form for code in codes for form in (code, code.upper(), code.lower())})
    queries = []
    for spec in current_registry().models.values():
        table = spec.model.__table__
        names = [n for n in ALL if n in spec.own] if is_page(spec) else []
        queries += [select(table.c[n].label("code")).where(table.c[n].in_(wanted)) for n in names]
    return Counter(code.upper() for code in db.session.scalars(union_all(*queries)))
