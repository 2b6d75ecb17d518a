"""What users may do, read in one statement: roles through posts and roles held directly."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, null, select, union_all

from core.actor import Actor, Channel, Grant
from core.db.session import db
from core.people.models import OrgUnit, Post, PostRole, Role, User, UserPost, UserRole

role, post, unit, user = Role.__table__, Post.__table__, OrgUnit.__table__, User.__table__
post_role, user_post, user_role = PostRole.__table__, UserPost.__table__, UserRole.__table__

_WHAT = (
    role.c.id.label("role_id"),
    role.c.code,
    role.c.name,
    role.c.permissions,
    role.c.scope,
    role.c.field_groups,
    role.c.row_rules,
    unit.c.name.label("unit"),
    unit.c.id.label("unit_id"),
    unit.c.path.label("unit_path"),
)


@dataclass(frozen=True, kw_only=True)
class Held:
    """A grant and where it comes from: the post's name, or None for a role held directly."""

    grant: Grant
    role_id: int
    role_name: str
    post: str | None
    unit: str | None


def carried() -> Select[Any]:
    """Every role carried by a post, with the post's org unit: what it is relative to. Whoever holds the post."""
    return (
        select(*_WHAT, post.c.name.label("post"))
        .select_from(post_role)
        .join(role, role.c.id == post_role.c.role_id)
        .join(post, post.c.id == post_role.c.post_id)
        .join(unit, unit.c.id == post.c.org_unit_id)
    )


def directly() -> Select[Any]:
    """Every role held directly, with its holder's org unit, which may be none."""
    return (
        select(*_WHAT, null().label("post"))
        .select_from(user_role)
        .join(role, role.c.id == user_role.c.role_id)
        .join(user, user.c.id == user_role.c.user_id)
        .outerjoin(unit, unit.c.id == user.c.org_unit_id)
    )


def to_grant(row: Row[Any]) -> Grant:
    """A row of `carried` or `directly` as a grant."""
    return Grant(
        role=row.code,
        permissions=frozenset(row.permissions),
        scope=row.scope,
        unit_id=row.unit_id,
        unit_path=row.unit_path,
        field_groups=frozenset(row.field_groups),
        rules=rules_of(row.row_rules),
    )


def rules_of(trees: Mapping[str, Any] | None) -> tuple[tuple[str, str], ...]:
    """The row rules of a role as a grant has them: the kind of document, and the condition as text."""
    return tuple((model, json.dumps(tree, sort_keys=True)) for model, tree in sorted((trees or {}).items()))


def held_by_each(user_ids: Iterable[int]) -> dict[int, list[Held]]:
    """Every active role of these users with its source, by user. One statement; a post counts while it is active.

    A role through a post is relative to the post's org unit, a direct one to the user's own.
    """
    found: dict[int, list[Held]] = defaultdict(list)
    for row in db.session.execute(_held(), {"ids": sorted(user_ids)}):
        held = Held(grant=to_grant(row), role_id=row.role_id, role_name=row.name, post=row.post, unit=row.unit)
        found[row.user_id].append(held)
    return found


@cache
def _held() -> Any:
    """Put together once: it is asked at the beginning of every request."""
    ids: Any = bindparam("ids", expanding=True)
    through_posts = (
        carried()
        .join(user_post, user_post.c.post_id == post.c.id)
        .add_columns(user_post.c.user_id.label("user_id"))
        .where(user_post.c.user_id.in_(ids), post.c.active, role.c.active)
    )
    direct = (
        directly().add_columns(user_role.c.user_id.label("user_id")).where(user_role.c.user_id.in_(ids), role.c.active)
    )
    return union_all(through_posts, direct)


def held_by(user_id: int) -> list[Held]:
    """Every active role of one user with its source. One statement."""
    return held_by_each([user_id]).get(user_id, [])


def grants_of(user_id: int) -> tuple[Grant, ...]:
    """The grants of a user, for an `Actor`."""
    return tuple(held.grant for held in held_by(user_id))


def actor_for(user: User, channel: Channel, **more: object) -> Actor:
    """The actor a user is in this channel. One statement besides loading the user with its unit."""
    unit = user.org_unit
    return Actor(
        user_id=user.id,
        name=user.name,
        channel=channel,
        grants=grants_of(user.id),
        unit_id=unit.id if unit else None,
        unit_path=unit.path if unit else None,
        **more,  # type: ignore[arg-type]
    )
