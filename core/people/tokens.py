"""Secrets for programs and shop-floor devices: narrowed to some permissions, expiring, shown once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.actor import Grant, current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import NotFound
from core.i18n import _
from core.people.coverage import refuse, require
from core.people.grants import grants_of
from core.people.inputs import line, refused
from core.people.models import ApiToken, User
from core.people.secrets import new_token, token_hash

LONGEST_DAYS = 730
PREFIX = "qm_"
MANAGE = "core.api_token.manage"
DEVICE_VERBS = frozenset({"read", "report"})


def issue(*, user_id: int, name: str, permissions: Iterable[str], days: int | None, kind: str = "api") -> str:
    """Make a token and return its secret, which is kept nowhere. Flushes.

    It may do only what is in `permissions` and what its user may do at the time. Nobody issues a token
    with a permission he does not hold as widely as its user does. `days` None (devices only) never expires.
    """
    _check_may_issue(user_id, kind)
    wanted = frozenset(permissions)
    if not wanted:
        raise refused("permission", _("Choose at least one permission."))
    if kind == "device" and wanted - for_devices(wanted):
        raise refused("permission", _("A device may only look up and report; other rights need a person signed in."))
    _check_holds(user_id, wanted, kind)
    secret = PREFIX + new_token()
    db.session.add(
        ApiToken(
            token_hash=token_hash(secret),
            name=line(name, "name", longest=120),
            kind=kind,
            user_id=user_id,
            permissions=sorted(wanted),
            expires_at=_expiry(days, kind),
        )
    )
    db.session.flush()
    return secret


def for_devices(permissions: Iterable[str]) -> frozenset[str]:
    """Those of these rights a shop-floor device may have: reading what apps keep, and reporting work."""
    names = frozenset(permissions)
    return frozenset(n for n in names if n.rpartition(".")[2] in DEVICE_VERBS and not n.startswith("core."))


def _check_may_issue(user_id: int, kind: str) -> None:
    """Whoever manages tokens may make any; others API tokens for themselves, signed in at a browser."""
    actor = current_actor()
    if actor.can(MANAGE):
        return
    actor.require("core.api_token.own")
    if user_id != actor.user_id or kind != "api":
        actor.require(MANAGE)


def _check_holds(user_id: int, wanted: frozenset[str], kind: str) -> None:
    actor = current_actor()
    refuse([name for name in wanted if not actor.can(name)])
    if user_id != actor.user_id:
        require(actor, [_narrowed(grant, wanted, kind) for grant in grants_of(user_id)])


def _narrowed(grant: Grant, wanted: frozenset[str], kind: str) -> Grant:
    """What a token has of one of its user's grants; a device sees no field groups."""
    groups = frozenset[str]() if kind == "device" else grant.field_groups
    return replace(grant, permissions=grant.permissions & wanted, field_groups=groups)


def _expiry(days: int | None, kind: str) -> datetime | None:
    if days is None and kind == "device":
        return None
    if days is None or not 1 <= days <= LONGEST_DAYS:
        raise refused("days", _("A token lasts 1 to %(days)s days.", days=LONGEST_DAYS))
    return utcnow() + timedelta(days=days)


def find_valid(secret: str) -> ApiToken | None:
    """The token of this secret with its user and org unit, when it still counts. One statement."""
    token = db.session.scalar(
        select(ApiToken)
        .where(ApiToken.token_hash == token_hash(secret), ApiToken.revoked_at.is_(None))
        .options(joinedload(ApiToken.user).joinedload(User.org_unit))
    )
    if token is None or not token.user.active:
        return None
    if token.expires_at is not None and token.expires_at <= utcnow():
        return None
    return token


def find_tokens(user_id: int | None = None) -> list[ApiToken]:
    """Tokens that are not revoked, of one user or of all, the newest first."""
    actor = current_actor()
    if user_id is None or user_id != actor.user_id:
        actor.require(MANAGE)
    query = select(ApiToken).where(ApiToken.revoked_at.is_(None)).options(joinedload(ApiToken.user))
    if user_id is not None:
        query = query.where(ApiToken.user_id == user_id)
    return list(db.session.scalars(query.order_by(ApiToken.id.desc())))


def revoke(token_id: int, *, user_id: int | None = None) -> None:
    """End a token: of this user, or, without one, anybody's by whoever manages them. Flushes."""
    if user_id is None or user_id != current_actor().user_id:
        current_actor().require(MANAGE)
    token = db.session.get(ApiToken, token_id)
    if token is None or user_id not in (None, token.user_id):
        raise NotFound(_("There is no such token."))
    token.revoked_at = token.revoked_at or utcnow()
    db.session.flush()
