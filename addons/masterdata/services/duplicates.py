"""Finding items that were entered twice under names written differently."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from addons.masterdata.models import Item
from core.db import db

# Signs people use for one another, once width and case are levelled.
SAME = str.maketrans({"*": "x", "×": "x", "х": "x", "⌀": "φ", "ø": "φ", "ф": "φ"})
BETWEEN_DIGITS = re.compile(r"(?<=\d)[\W_]+(?=\d)")
NOISE = re.compile(r"(?<!\d)[\W_]+|[\W_]+(?!\d)")


@dataclass(frozen=True, kw_only=True)
class ItemLine:
    """One item of a group, as the page shows it."""

    id: int
    code: str
    name: str
    specification: str | None
    drawing_number: str | None
    state: str


@dataclass(frozen=True, kw_only=True)
class DuplicateGroup:
    """Items whose name and specification read the same, ordered by code."""

    name: str
    specification: str
    items: tuple[ItemLine, ...]


def find_duplicates() -> list[DuplicateGroup]:
    """Groups of items in use that look like one another, the largest groups first. One query."""
    groups: dict[tuple[str, str], list[ItemLine]] = defaultdict(list)
    query = (
        select(Item.id, Item.code, Item.name, Item.specification, Item.drawing_number, Item.state)
        .where(Item.active)
        .order_by(Item.code)
    )
    for row in db.session.execute(query):
        line = ItemLine(**row._mapping)
        groups[(levelled(line.name), levelled(line.specification or ""))].append(line)
    found = [_group(lines) for lines in groups.values() if len(lines) > 1]
    return sorted(found, key=lambda group: (-len(group.items), group.items[0].code))


def _group(lines: list[ItemLine]) -> DuplicateGroup:
    first = lines[0]
    return DuplicateGroup(name=first.name, specification=first.specification or "", items=tuple(lines))


def levelled(text: str) -> str:
    """A text without the differences of width, case, spaces and punctuation.

    What stands between two digits keeps them apart: 1.5 is not 15, and 10-5 is not 105.
    """
    text = unicodedata.normalize("NFKC", text).casefold().translate(SAME)
    text = BETWEEN_DIGITS.sub(lambda found: "." if found.group() == "." else "-", text)
    return NOISE.sub("", text)
