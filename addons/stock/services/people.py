"""Whose badge was scanned, and what they are called."""

from __future__ import annotations

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
    with elevated("whoever looks for a tool is told who holds it"):
        name = db.session.scalar(select(User.name).where(User.id == user_id, User.active))
    if name is None:
        raise NotFound(_("There is no such user."))
    return name
