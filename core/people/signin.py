"""Signing in and out, and setting the first administrator up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import select

from core.actor import SYSTEM, Actor, acting
from core.db.session import db, reading
from core.db.types import utcnow
from core.errors import QingmesError
from core.i18n import _, get_locale
from core.people import inputs, links, sessions, starter, throttle, totp
from core.people.models import OneTimeLink, User, UserPost, UserSession
from core.people.passwords import set_password
from core.people.secrets import password_matches
from core.workflow import audit

PROOF_LASTS = timedelta(minutes=5)


class WrongCredentials(QingmesError):
    """Sign-in refused; says nothing about which part was wrong."""

    status = 422
    code = "wrong_credentials"
    title = _("Sign-in failed")


class CodeNeeded(QingmesError):
    """The password was right; the second factor is asked for. `proof` says so for five minutes."""

    status = 422
    code = "code_needed"
    title = _("One more step")

    def __init__(self, proof: Proof) -> None:
        super().__init__(_("Enter the code your authenticator app shows."))
        self.proof = proof


class Proof(NamedTuple):
    """That somebody knew the password, kept in his signed cookie between the two steps."""

    login: str
    password_changed: str
    at: float

    @property
    def is_fresh(self) -> bool:
        """Whether it still counts."""
        return timedelta(0) <= utcnow() - datetime.fromtimestamp(self.at, UTC) < PROOF_LASTS

    def holds_for(self, user: User) -> bool:
        """Whether it is fresh and of this user's present password."""
        return self.is_fresh and (self.login, self.password_changed) == (user.login, str(user.password_changed_at))


def sign_in(login: str, password: str, code: str, address: str | None, *, proof: Proof | None = None) -> UserSession:
    """Check name, password and second factor and start a session. Flushes; call it first in its unit of work.

    Raises `WrongCredentials`, `CodeNeeded` or `TooManyRequests`; the caller then commits the failure it noted
    by `note_failure` in a transaction of its own. With `proof` the password is not asked for again.
    """
    with acting(SYSTEM):
        kept = _kept_hash(login, address)
        right = proof is not None or password_matches(kept, password)
        user = _locked(login) if right else None
        if user is None or user.password_hash != kept or not (proof is None or proof.holds_for(user)):
            raise WrongCredentials(_("The sign-in name or the password is not right."))
        if user.totp_secret and not code:
            raise CodeNeeded(Proof(user.login, str(user.password_changed_at), utcnow().timestamp()))
        if user.totp_secret and not totp.accept(user, code):
            raise WrongCredentials(_("This code is not right or has been used already."))
        return _start(user, address)


def _kept_hash(login: str, address: str | None) -> str | None:
    """The password's hash, or None for nobody. No lock is held afterwards: comparing takes long."""
    db.session.rollback()
    with reading():
        throttle.check(login, address)
        kept = db.session.scalar(select(User.password_hash).where(User.login == login, User.active))
        db.session.rollback()
    return kept


def _locked(login: str) -> User | None:
    """The user's row, held until the end, so that a code is spent once even by two browsers at a time."""
    return db.session.scalar(select(User).where(User.login == login, User.active).with_for_update(of=User))


def note_failure(login: str, address: str | None) -> None:
    """Count a failed attempt and write it into the audit trail. Flushes."""
    with acting(_nobody(login, address)):
        throttle.note_failure(login, address)
        audit.note("sign_in_failed", login=login[:80])


def sign_out(actor: Actor) -> None:
    """End the session in use. Flushes."""
    if actor.session_id is not None and actor.user_id is not None:
        sessions.end(actor.session_id, actor.user_id)
        audit.note("sign_out")


def set_up(secret: str, *, name: str, login: str, password: str, address: str | None) -> UserSession:
    """Make the first administrator by the set-up link, which dies, and sign him in. Flushes."""
    with acting(SYSTEM):
        link = links.find(secret, "setup")
        user = _administrator(inputs.line(name, "name", longest=120), inputs.line(login, "login", longest=80))
        set_password(user, password)
        db.session.add(user)
        db.session.flush()
        links.use(link)
        return _start(user, address)


def set_by_link(secret: str, *, password: str, address: str | None) -> UserSession | None:
    """Set a password by a one-time link, end the user's sessions, and sign him in. Flushes.

    None for a user with a second factor: he signs in with it. `NotFound` once the link is spent.
    """
    with acting(SYSTEM):
        link: OneTimeLink = links.find(secret, "password")
        user = db.session.get_one(User, link.user_id)
        with acting(_person(user, address)):
            set_password(user, password)
            sessions.end_all(user.id)
            links.use(link)
            audit.note("password_by_link", record=user)
        return None if user.totp_secret else _start(user, address)


def _start(user: User, address: str | None) -> UserSession:
    throttle.forget(user.login)
    session = sessions.start(user)
    with acting(_person(user, address)):
        audit.note("sign_in")
    return session


def _person(user: User, address: str | None) -> Actor:
    return Actor(user_id=user.id, name=user.name, channel="web", address=address, unrestricted=True)


def _administrator(name: str, login: str) -> User:
    """A user on the administrator's starter post, not added yet."""
    if db.session.scalar(select(User.id).where(User.login == login)) is not None:
        raise inputs.refused("login", _("This sign-in name is taken."))
    post = starter.administrator_post()
    user = User(name=name, login=login, org_unit_id=post.org_unit_id, language=get_locale())
    user.posts = [UserPost(post_id=post.id, is_main=True)]
    return user


def _nobody(login: str, address: str | None) -> Actor:
    return Actor(user_id=None, name=login[:80] or "-", channel="web", address=address, unrestricted=True)
