"""Factories of people for tests, and signing them in without the form."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from contextvars import Context
from typing import Any

from flask import session as cookie
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy import select

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.people import org, tokens
from core.people.grants import grants_of
from core.people.models import OrgUnit, Post, PostRole, Role, User, UserPost, UserRole, UserSession
from core.people.secrets import new_token, token_hash
from core.people.sessions import COOKIE_KEY

_counter = itertools.count(1)


def make_unit(*, parent: OrgUnit | None = None, **values: Any) -> OrgUnit:
    """An org unit, below `parent` when given. Flushes."""
    n = next(_counter)
    unit = OrgUnit(**{"code": f"U{n}", "name": f"Unit {n}", "parent_id": parent.id if parent else None, **values})
    db.session.add(unit)
    db.session.flush()
    org.keep_path(unit)
    return unit


def make_role(*permissions: str, scope: str = "all", field_groups: Iterable[str] = (), **values: Any) -> Role:
    """A role with these permissions. Flushes."""
    n = next(_counter)
    role = Role(
        **{
            "code": f"role{n}",
            "name": f"Role {n}",
            "scope": scope,
            "permissions": sorted(permissions),
            "field_groups": sorted(field_groups),
            **values,
        }
    )
    db.session.add(role)
    db.session.flush()
    return role


def make_post(*roles: Role, unit: OrgUnit, **values: Any) -> Post:
    """A post in a unit that carries roles. Flushes."""
    n = next(_counter)
    post = Post(**{"code": f"post{n}", "name": f"Post {n}", "org_unit_id": unit.id, **values})
    post.roles = [PostRole(role_id=role.id) for role in roles]
    db.session.add(post)
    db.session.flush()
    return post


def make_user(*roles: Role, unit: OrgUnit | None = None, posts: Iterable[Post] = (), **values: Any) -> User:
    """A user holding roles directly and posts. Flushes."""
    n = next(_counter)
    user = User(
        **{
            "login": f"user{n}",
            "name": f"User {n}",
            "org_unit_id": unit.id if unit else None,
            "language": "en",
            **values,
        }
    )
    user.roles = [UserRole(role_id=role.id) for role in roles]
    user.posts = [UserPost(post_id=post.id) for post in posts]
    db.session.add(user)
    db.session.flush()
    return user


def sign_in(client: FlaskClient, user: User) -> FlaskClient:
    """Sign a user in on a test client without the form. Commits."""
    secret = new_token()

    def start() -> None:
        db.session.add(UserSession(token_hash=token_hash(secret), user_id=user.id))

    with acting(SYSTEM):
        run_unit(start)
    with client.session_transaction() as kept:
        kept[COOKIE_KEY] = secret
    return client


def csrf(client: FlaskClient) -> str:
    """The CSRF token of a signed-in client, as forms carry it."""

    def make() -> str:
        with client.application.test_request_context(), client.session_transaction() as kept:
            cookie.update(kept)
            token = str(generate_csrf())
            kept["csrf_token"] = cookie["csrf_token"]
        return token

    return Context().run(make)  # a context of its own: in the caller's, the token of the client before is kept


def make_token(user: User, *permissions: str, kind: str = "api") -> str:
    """An API token of a user with these permissions (all he holds when none is named). Commits."""

    def issue() -> str:
        return tokens.issue(user_id=user.id, name="test", permissions=permissions or held(user), days=1, kind=kind)

    with acting(SYSTEM):
        return run_unit(issue)


def held(user: User) -> list[str]:
    """The permissions a user holds now."""
    return sorted(frozenset[str]().union(*(grant.permissions for grant in grants_of(user.id))))


def bearer(token: str) -> dict[str, str]:
    """The header that carries a token."""
    return {"Authorization": f"Bearer {token}"}


def administrator(**values: Any) -> User:
    """A user on the starter post of the administrator, holding every permission there is. Flushes."""
    from core.kernel.registry import current_registry

    everything = make_role(*current_registry().permissions, field_groups=("prices", "costs", "wages"))
    post = db.session.scalars(select(Post).where(Post.code == "administrator")).one()
    return make_user(everything, posts=[post], **values)
