"""Whose badge was scanned, and what they are called."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from core.actor import elevated
from core.db import db
from core.errors import NotFound
from core.i18n import _
from core.paper.codes import find_scanned
from core.people.models import User

LONGEST = 80


def find_person(text: str) -> tuple[int, str]:
    """Id and name of whoever works here and has this badge, sign-in name or printed code; raises `NotFound`."""
    word = text.strip()[:LONGEST]
    by_id = find_scanned(word)
    which = User.id == by_id[1] if by_id and by_id[0] == "core.user" else or_(User.badge == word, User.login == word)
    with elevated("a badge names a borrower the keeper may not see"):
        row = db.session.execute(select(User.id, User.name).where(which, User.active)).first()
    if row is None:
        raise NotFound(_("“%(code)s” is nobody's badge. Scan again.", code=word[:40]))
    return row.id, row.name


def name_of(user_id: int) -> str:
    """The name of somebody found before; raises `NotFound`."""
    name = names_of([user_id]).get(user_id)
    if name is None:
        raise NotFound(_("There is no such user."))
    return name


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """The names of these people by their ids, also of those who work here no longer. One statement."""
    with elevated("whoever looks for a tool is told who holds it"):
        query = select(User.id, User.name).where(User.id.in_(sorted(set(user_ids))))
        return dict(db.session.execute(query).all())
