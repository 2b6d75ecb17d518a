"""The tree of org units: keeps each unit's path, so that a subtree is a prefix.

Reads and writes by the table, past the row scope: a unit's path does not depend on who moves it.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import func, select, update

from core.actor import Grant, current_actor
from core.db.session import db
from core.errors import Forbidden
from core.i18n import _
from core.people import coverage, grants
from core.people.inputs import refused
from core.people.locks import TREE, one_at_a_time
from core.people.models import OrgUnit

_table = OrgUnit.__table__


def check_parent(unit: OrgUnit, parent_id: int | None) -> None:
    """Refuse a place below the unit itself, beyond the actor's reach, or where others would gain rights he lacks.

    Asked before the unit is saved. Two moves at once wait for each other: together they could make a circle.
    """
    one_at_a_time(db.session.connection(), TREE)
    parent_path = path_of(parent_id)
    own_path = path_of(unit.id)
    if own_path is not None and parent_path is not None and parent_path.startswith(own_path):
        raise refused("parent_id", _("A unit cannot belong to itself or to one below it."))
    actor = current_actor()
    reach = actor.reach("core.org_unit.create" if unit.id is None else "core.org_unit.write")
    if not reach.everything and (parent_id is None or not reach.covers(parent_id, parent_path)):
        raise Forbidden(_("This place in the organisation is beyond your data scope."))
    if own_path is not None and parent_path is not None and not actor.unrestricted:
        coverage.require(actor, _given_by_move(unit.id, own_path, parent_path))


def _given_by_move(unit_id: int, path: str, parent_path: str) -> list[Grant]:
    """What the subtree roles held above the new place, but not above the old one, come to reach with the unit."""
    everywhere = (grants.carried(), grants.directly())
    rows = [row for query in everywhere for row in db.session.execute(query.where(grants.role.c.scope == "subtree"))]
    held = [grants.to_grant(row) for row in rows if row.unit_path]
    gaining = [g for g in held if parent_path.startswith(str(g.unit_path)) and not path.startswith(str(g.unit_path))]
    return [replace(grant, unit_id=unit_id, unit_path=path) for grant in gaining]


def path_of(unit_id: int | None) -> str | None:
    """The path of a unit, such as `/1/4/`; None for no unit."""
    if unit_id is None:
        return None
    return db.session.execute(select(_table.c.path).where(_table.c.id == unit_id)).scalar()


def keep_path(unit: OrgUnit) -> None:
    """Give a saved unit the path its parent implies, and its whole subtree with it. Flushes."""
    one_at_a_time(db.session.connection(), TREE)
    before, after = path_of(unit.id), f"{path_of(unit.parent_id) or '/'}{unit.id}/"
    if before == after:
        return
    unit.path = after
    db.session.flush()
    if before not in (None, "", "/"):
        _rewrite(str(before), after)


def _rewrite(before: str, after: str) -> None:
    below = update(OrgUnit).where(OrgUnit.path.startswith(before, autoescape=True))
    moved = after + func.substr(OrgUnit.path, len(before) + 1)
    # Past the session, and so past the row scope; nobody edited these units, so their stamps stay.
    db.session.connection().execute(below.values(path=moved, updated_at=OrgUnit.updated_at))
    for record in db.session.identity_map.values():
        if isinstance(record, OrgUnit):
            db.session.expire(record, ["path"])
