"""Links that work once: making the first administrator, and setting a password given by nobody else."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import ColumnElement, select, update

from core.actor import current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import NotFound
from core.i18n import _
from core.people import coverage
from core.people.models import OneTimeLink, User
from core.people.secrets import new_token, token_hash

LASTS = timedelta(days=3)


def first_start() -> str | None:
    """The secret of a new set-up link; None when somebody can sign in already. Flushes.

    Earlier set-up links die with it.
    """
    if somebody_can_sign_in():
        return None
    _kill(OneTimeLink.purpose == "setup")
    return _make("setup", None)


def password(login: str) -> str:
    """The secret of a new link with which this user sets a password; earlier ones die. Flushes.

    `NotFound` for nobody; `Forbidden` for a user with rights the actor lacks, whom he could then become.
    """
    current_actor().require("core.user.reset_password")
    user = db.session.scalar(select(User).where(User.login == login, User.active))
    if user is None:
        raise NotFound(_("There is no active user with the sign-in name %(login)s.", login=login))
    coverage.require_over(user)
    _kill(OneTimeLink.purpose == "password", OneTimeLink.user_id == user.id)
    return _make("password", user.id)


def _kill(*which: ColumnElement[bool]) -> None:
    """Earlier links still open die."""
    db.session.execute(update(OneTimeLink).where(*which, OneTimeLink.used_at.is_(None)).values(used_at=utcnow()))


def find(secret: str, purpose: str) -> OneTimeLink:
    """The link of this secret when it can still be used; `NotFound` otherwise."""
    link = db.session.scalar(
        select(OneTimeLink)
        .where(OneTimeLink.token_hash == token_hash(secret), OneTimeLink.purpose == purpose)
        .with_for_update()
    )
    if link is None or link.used_at is not None or link.expires_at <= utcnow() or not _is_for_somebody(link):
        raise NotFound(_("This link has been used or has expired. Ask for a new one."))
    if purpose == "setup" and somebody_can_sign_in():
        raise NotFound(_("The system has been set up already. Sign in instead."))
    return link


def _is_for_somebody(link: OneTimeLink) -> bool:
    """A link dies with the account it belongs to."""
    return link.user_id is None or db.session.get_one(User, link.user_id).active


def use(link: OneTimeLink) -> None:
    """Let a link die. Flushes."""
    link.used_at = utcnow()
    db.session.flush()


def somebody_can_sign_in() -> bool:
    """Whether any active user has a password."""
    query = select(User.id).where(User.active, User.password_hash.is_not(None)).limit(1)
    return db.session.scalar(query) is not None


def _make(purpose: str, user_id: int | None) -> str:
    secret = new_token()
    link = OneTimeLink(token_hash=token_hash(secret), purpose=purpose, user_id=user_id, expires_at=utcnow() + LASTS)
    db.session.add(link)
    db.session.flush()
    return secret
