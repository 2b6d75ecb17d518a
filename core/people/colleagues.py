"""Finding somebody who works here by name or badge, for whoever is signed in: names of colleagues are no secret."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import or_, select

from core.db.session import db
from core.people.models import OrgUnit, User

MOST = 20


def find_colleagues(text: str, most: int = MOST) -> list[tuple[int, str]]:
    """Active users whose name, sign-in name or badge contains the text: id, and name with org unit. One statement."""
    user, unit = User.__table__, OrgUnit.__table__
    fits = or_(*(column.icontains(text, autoescape=True) for column in (user.c.name, user.c.login, user.c.badge)))
    query = (
        select(user.c.id, user.c.name, unit.c.name.label("unit"))
        .outerjoin(unit, unit.c.id == user.c.org_unit_id)
        .where(user.c.active, fits)
        .order_by(user.c.name, user.c.id)
        .limit(most)
    )
    return [(row.id, f"{row.name} · {row.unit}" if row.unit else row.name) for row in db.session.execute(query)]


def find_colleague(user_id: int) -> tuple[int, str] | None:
    """Id and name of whoever works here and has this id; None for nobody. One statement."""
    return _who(User.__table__.c.id == user_id)


def find_badge_or_login(text: str) -> tuple[int, str] | None:
    """Id and name of whoever works here and has this badge or sign-in name; None for nobody. One statement."""
    user = User.__table__.c
    return _who(or_(user.badge == text, user.login == text))


def find_badges(texts: Collection[str]) -> dict[str, int]:
    """The ids of those who work here by their badges, as far as these are some. At most one statement."""
    user = User.__table__.c
    query = select(user.badge, user.id).where(user.badge.in_(sorted(set(texts))), user.active)
    return dict(db.session.execute(query).all()) if texts else {}


def _who(which: Any) -> tuple[int, str] | None:
    user = User.__table__.c
    row = db.session.execute(select(user.id, user.name).where(which, user.active)).first()
    return (row.id, row.name) if row is not None else None


def names_of(user_ids: Collection[int]) -> dict[int, str]:
    """The names of these people by their ids, also of those who work here no longer. One statement."""
    user = User.__table__.c
    return dict(db.session.execute(select(user.id, user.name).where(user.id.in_(sorted(set(user_ids))))).all())


def units_of(user_ids: Collection[int]) -> dict[int, int | None]:
    """The org units of these people by their ids. One statement."""
    user = User.__table__.c
    query = select(user.id, user.org_unit_id).where(user.id.in_(sorted(set(user_ids))))
    return dict(db.session.execute(query).all())
