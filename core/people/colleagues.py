"""Finding somebody who works here by name, for whoever is signed in: names of colleagues are no secret."""

from __future__ import annotations

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
