"""Whose badge was scanned, and what they are called."""

from __future__ import annotations

from core.errors import NotFound
from core.i18n import _
from core.paper.codes import find_scanned
from core.people.colleagues import find_badge_or_login, find_colleague, names_of

LONGEST = 80


def find_person(text: str) -> tuple[int, str]:
    """Id and name of whoever works here and has this badge, sign-in name or printed code; raises `NotFound`."""
    word = text.strip()[:LONGEST]
    by_id = find_scanned(word)
    found = find_colleague(by_id[1]) if by_id and by_id[0] == "core.user" else find_badge_or_login(word)
    if found is None:
        raise NotFound(_("“%(code)s” is nobody's badge. Scan again.", code=word[:40]))
    return found


def name_of(user_id: int) -> str:
    """The name of somebody found before; raises `NotFound`."""
    name = names_of([user_id]).get(user_id)
    if name is None:
        raise NotFound(_("There is no such user."))
    return name
