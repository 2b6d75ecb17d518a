"""Rules about rights that no channel gets around: the session asks them at every flush.

Nobody changes his own posts, roles or place; nobody gives what he does not hold as widely; the last
administrator stays; whoever is disabled is signed out everywhere. Changing what a role one holds consists of
is allowed: it can add nothing that one does not hold already.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, event, inspect, select
from sqlalchemy.orm import Session

from core.actor import Actor, current_actor
from core.errors import Conflict, Forbidden
from core.i18n import _
from core.people import coverage, grants, sessions
from core.people.giving import before, given_by, has_changed
from core.people.locks import RIGHTS as RIGHTS_LOCK
from core.people.locks import one_at_a_time
from core.people.models import Post, PostRole, Role, User, UserPost, UserRole

ADMINISTRATION = frozenset({"core.role.write", "core.user.write"})
ADMINISTERED = "had_administrator"
RIGHTS = (Role, Post, PostRole, UserPost, UserRole, User)
LINKS = (PostRole, UserPost, UserRole)


def install(session: Any) -> None:
    """Attach the rules to the session factory."""
    event.listen(session, "before_flush", _before)
    event.listen(session, "after_flush", _after)


def _before(session: Session, context: Any, instances: Any) -> None:
    concerned = _concerned(session)
    if any(isinstance(record, User) and record in session.deleted for record in concerned):
        raise Conflict(_("Users are deactivated, never deleted: what they did keeps their name."))
    if any(_may_take_away(session, record) for record in concerned):
        one_at_a_time(session.connection(), RIGHTS_LOCK)
        session.info[ADMINISTERED] = has_administrator(session.connection())


def _after(session: Session, context: Any) -> None:
    actor, connection = current_actor(), session.connection()
    for record in _concerned(session):
        _end_access_of_disabled(connection, record)
        if not actor.unrestricted:
            _check_not_own(connection, record, actor)
            if record not in session.deleted:
                coverage.require(actor, given_by(connection, record))
    if session.info.pop(ADMINISTERED, False) and not has_administrator(connection):
        raise Conflict(_("Somebody must be able to administer users and roles; name another one first."))


def _concerned(session: Session) -> list[Any]:
    """The records of rights this flush writes."""
    changed = [*session.new, *(o for o in session.dirty if session.is_modified(o)), *session.deleted]
    return [o for o in changed if isinstance(o, RIGHTS)]


def _check_not_own(connection: Connection, record: Any, actor: Actor) -> None:
    if actor.user_id is None:
        return
    if isinstance(record, (UserPost, UserRole)):
        own = actor.user_id in (record.user_id, before(record, "user_id"))
    elif isinstance(record, PostRole):
        own = _holds_post(connection, actor, record.post_id)
    elif isinstance(record, Post):
        own = has_changed(record, "org_unit_id") and _holds_post(connection, actor, record.id)
    elif isinstance(record, User):
        own = record.id == actor.user_id and has_changed(record, "org_unit_id")
    else:
        own = False
    if own:
        raise Forbidden(_("Nobody changes his own posts, roles and org unit; ask another administrator."))


def _holds_post(connection: Connection, actor: Actor, post_id: int) -> bool:
    table = grants.user_post
    query = select(table.c.id).where(table.c.user_id == actor.user_id, table.c.post_id == post_id)
    return connection.execute(query).first() is not None


def _end_access_of_disabled(connection: Connection, record: Any) -> None:
    """Disabling a user ends his sessions and tokens in the same transaction."""
    if isinstance(record, User) and not record.active and has_changed(record, "active"):
        sessions.end_everything(connection, record.id)


def _may_take_away(session: Session, record: Any) -> bool:
    """Whether this change may leave nobody who can administer."""
    if record in session.deleted:
        return True
    if not inspect(record).persistent:
        return False
    if isinstance(record, LINKS):
        return True
    names = ("active", "scope", "permissions") if isinstance(record, Role) else ("active",)
    return has_changed(record, *names)


def has_administrator(connection: Connection) -> bool:
    """Whether an active user may administer users and roles over everything."""
    role, post, user = grants.role, grants.post, grants.user
    rows = connection.execute(select(role.c.id, role.c.permissions).where(role.c.active, role.c.scope == "all"))
    powerful = {role_id: ADMINISTRATION & set(permissions) for role_id, permissions in rows}
    user_post, post_role, user_role = grants.user_post, grants.post_role, grants.user_role
    wanted = [role_id for role_id, some in powerful.items() if some]
    through_posts = (
        select(user_post.c.user_id, post_role.c.role_id)
        .join(post, post.c.id == user_post.c.post_id)
        .join(post_role, post_role.c.post_id == post.c.id)
        .join(user, user.c.id == user_post.c.user_id)
        .where(user.c.active, post.c.active, post_role.c.role_id.in_(wanted))
    )
    direct = select(user_role.c.user_id, user_role.c.role_id).join(user, user.c.id == user_role.c.user_id)
    direct = direct.where(user.c.active, user_role.c.role_id.in_(wanted))
    held: dict[int, set[str]] = {}
    for user_id, role_id in connection.execute(through_posts.union(direct)):
        held.setdefault(user_id, set()).update(powerful[role_id])
    return any(some >= ADMINISTRATION for some in held.values())
