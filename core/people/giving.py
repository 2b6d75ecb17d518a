"""What a change of roles, posts or users gives to whoever it concerns, as grants. Asked after the flush."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Select, inspect

from core.actor import Grant
from core.people import grants
from core.people.models import Post, PostRole, Role, User, UserPost, UserRole

WIDTH = {"own": 0, "unit": 1, "subtree": 2, "all": 3}


def given_by(connection: Connection, record: Any) -> list[Grant]:
    """The grants that this new or changed record of people's rights hands out; taking away gives nothing."""
    if isinstance(record, Role):
        return _by_role(connection, record)
    return [grant for query in _handed_out(record) for grant in _read(connection, query)]


def _handed_out(record: Any) -> list[Select[Any]]:
    if isinstance(record, PostRole):
        return [grants.carried().where(grants.post_role.c.id == record.id)]
    if isinstance(record, UserRole):
        return [grants.directly().where(grants.user_role.c.id == record.id)]
    if isinstance(record, UserPost):
        return [grants.carried().where(grants.post.c.id == record.post_id)]
    if isinstance(record, Post) and (has_changed(record, "org_unit_id") or _is_switched_on(record)):
        return [grants.carried().where(grants.post.c.id == record.id)]
    if isinstance(record, User) and not inspect(record).pending and has_changed(record, "org_unit_id", "active"):
        return _of_user(record)
    return []


def _of_user(user: User) -> list[Select[Any]]:
    """Another unit moves the roles held directly; somebody activated gets back everything."""
    found = [grants.directly().where(grants.user_role.c.user_id == user.id)] if user.active else []
    if _is_switched_on(user):
        posts = grants.carried().join(grants.user_post, grants.user_post.c.post_id == grants.post.c.id)
        found.append(posts.where(grants.user_post.c.user_id == user.id))
    return found


def _by_role(connection: Connection, role: Role) -> list[Grant]:
    """What a role gains, wherever it is held, and as such."""
    permissions, groups = _gained(role)
    if not role.active or not (permissions or groups):
        return []
    gained = Grant(
        role=role.code,
        permissions=permissions,
        scope=role.scope,  # type: ignore[arg-type]
        field_groups=groups,
        rules=grants.rules_of(role.row_rules),
    )
    places = _read(connection, grants.carried().where(grants.role.c.id == role.id))
    places += _read(connection, grants.directly().where(grants.role.c.id == role.id))
    return [gained, *(replace(gained, unit_id=p.unit_id, unit_path=p.unit_path) for p in places)]


def _gained(role: Role) -> tuple[frozenset[str], frozenset[str]]:
    permissions, groups = frozenset(role.permissions or ()), frozenset(role.field_groups or ())
    wider = WIDTH[role.scope] > WIDTH.get(before(role, "scope"), -1)
    if wider or has_changed(role, "row_rules") or _is_switched_on(role):
        return permissions, groups
    return permissions - frozenset(before(role, "permissions") or ()), groups - frozenset(
        before(role, "field_groups") or ()
    )


def has_changed(record: Any, *names: str) -> bool:
    """Whether one of these fields has another value than in the database before this flush."""
    return any(inspect(record).attrs[name].history.has_changes() for name in names)


def before(record: Any, name: str) -> Any:
    """The value of a field before this flush; None for a new record."""
    history = inspect(record).attrs[name].history
    kept = history.deleted or history.unchanged
    return kept[0] if kept else None


def _is_switched_on(record: Any) -> bool:
    return bool(record.active) and has_changed(record, "active")


def _read(connection: Connection, query: Select[Any]) -> list[Grant]:
    return [grants.to_grant(row) for row in connection.execute(query)]
