"""The organisation at one moment, as plain data: who works where, who heads what, who holds which role and post.

Read in full in four statements, past the row scope: whom something concerns does not depend on who asks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select, union_all

from core.db.session import db
from core.people.models import OrgUnit, Post, PostRole, Role, User, UserPost, UserRole

T = TypeVar("T")


@dataclass(frozen=True)
class Person:
    """A user: `unit_id` is the org unit he belongs to, which may be none."""

    id: int
    name: str
    active: bool = True
    unit_id: int | None = None


@dataclass(frozen=True)
class Unit:
    """An org unit and the user who heads it."""

    id: int
    name: str
    parent_id: int | None = None
    head_id: int | None = None


@dataclass(frozen=True)
class Holding:
    """Somebody holds a role: with which data scope, relative to which org unit."""

    user_id: int
    scope: str = "all"
    unit_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Directory:
    """Everybody and everything by id. Inactive people stay in it, so that they can be named."""

    people: Mapping[int, Person] = field(default_factory=dict)
    units: Mapping[int, Unit] = field(default_factory=dict)
    roles: Mapping[int, tuple[Holding, ...]] = field(default_factory=dict)
    posts: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def is_active(self, user_id: int | None) -> bool:
        """Whether somebody of this id works here now."""
        person = self.people.get(user_id) if user_id is not None else None
        return person is not None and person.active

    def name_of(self, user_id: int | None) -> str:
        """A user's name; `#7` for one nobody knows."""
        person = self.people.get(user_id) if user_id is not None else None
        return person.name if person else f"#{user_id}"

    def upwards(self, unit_id: int | None) -> Iterator[Unit]:
        """The org unit, then what it belongs to, up to the company."""
        seen: set[int] = set()
        while unit_id is not None and unit_id in self.units and unit_id not in seen:
            seen.add(unit_id)
            yield self.units[unit_id]
            unit_id = self.units[unit_id].parent_id

    def head_above(self, unit_id: int | None, levels: int) -> int | None:
        """Who heads the org unit this many levels above this one; None at a vacancy or past the top."""
        above = list(self.upwards(unit_id))
        return above[levels].head_id if levels < len(above) else None

    def managers_of(self, user_id: int | None) -> list[int]:
        """Those above a user, nearest first: the active heads of his org unit and of those above, himself left out.

        A unit without an active head is passed over; who heads several units in the line is named once.
        """
        person = self.people.get(user_id) if user_id is not None else None
        heads = (unit.head_id for unit in self.upwards(person.unit_id if person else None))
        found = (h for h in heads if h is not None and h != user_id and self.is_active(h))
        return list(dict.fromkeys(found))

    def holders_of_role(self, role_id: int, covering: int | None = None) -> list[int]:
        """The active holders of a role in order of id; with `covering` only those whose scope covers that org unit."""
        held = self.roles.get(role_id, ())
        above = {unit.id for unit in self.upwards(covering)}
        fit = (h for h in held if covering is None or _covers(h, covering, above))
        return sorted({h.user_id for h in fit if self.is_active(h.user_id)})

    def holders_of_post(self, post_id: int) -> list[int]:
        """The active holders of a post in order of id."""
        return sorted(u for u in set(self.posts.get(post_id, ())) if self.is_active(u))


def _covers(held: Holding, unit_id: int, above: set[int]) -> bool:
    if held.scope == "all":
        return True
    return held.unit_id == unit_id if held.scope in ("unit", "own") else held.unit_id in above


def load_directory() -> Directory:
    """The organisation as it is now. Four statements."""
    user, unit, post, held = User.__table__, OrgUnit.__table__, Post.__table__, UserPost.__table__
    people = db.session.execute(select(user.c.id, user.c.name, user.c.active, user.c.org_unit_id))
    units = db.session.execute(select(unit.c.id, unit.c.name, unit.c.parent_id, unit.c.manager_id))
    posts = select(post.c.id, held.c.user_id).join(held, held.c.post_id == post.c.id).where(post.c.active)
    return Directory(
        people={row.id: Person(row.id, row.name, row.active, row.org_unit_id) for row in people},
        units={row.id: Unit(row.id, row.name, row.parent_id, row.manager_id) for row in units},
        roles=_role_holders(),
        posts=_by_key((row.id, row.user_id) for row in db.session.execute(posts)),
    )


def _role_holders() -> dict[int, tuple[Holding, ...]]:
    role, post, carried, held = Role.__table__, Post.__table__, PostRole.__table__, UserPost.__table__
    direct, user = UserRole.__table__, User.__table__
    through_posts = (
        select(role.c.id, held.c.user_id, role.c.scope, post.c.org_unit_id)
        .join(carried, carried.c.role_id == role.c.id)
        .join(post, post.c.id == carried.c.post_id)
        .join(held, held.c.post_id == post.c.id)
        .where(role.c.active, post.c.active)
    )
    held_directly = (
        select(role.c.id, direct.c.user_id, role.c.scope, user.c.org_unit_id)
        .join(direct, direct.c.role_id == role.c.id)
        .join(user, user.c.id == direct.c.user_id)
        .where(role.c.active)
    )
    rows = db.session.execute(union_all(through_posts, held_directly))
    return _by_key((role_id, Holding(user_id, scope, unit_id)) for role_id, user_id, scope, unit_id in rows)


def _by_key(pairs: Iterable[tuple[int, T]]) -> dict[int, tuple[T, ...]]:
    found: dict[int, list[T]] = defaultdict(list)
    for key, value in pairs:
        found[key].append(value)
    return {key: tuple(values) for key, values in found.items()}
