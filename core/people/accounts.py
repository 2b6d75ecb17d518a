"""What an administrator does for somebody's account. Each step is in the audit trail."""

from __future__ import annotations

from core.actor import current_actor
from core.db.session import db
from core.people import coverage, links, sessions, totp
from core.people.models import User
from core.workflow import audit


def password_link(user: User) -> str:
    """The secret of a one-time link with which this user sets a password. Flushes.

    `Forbidden` for a user who holds rights that the actor lacks, `NotFound` for one who is not active.
    """
    secret = links.password(user.login)
    audit.note("password_link", record=user)
    return secret


def remove_two_factor(user: User) -> None:
    """Turn the second factor of a user off, and sign him out. Flushes. `Forbidden` as for the password."""
    current_actor().require("core.user.reset_password")
    coverage.require_over(user)
    totp.remove(user)
    sessions.end_all(user.id)
    audit.note("two_factor_off", record=user)
    db.session.flush()


def end_sessions(user: User) -> None:
    """Sign a user out everywhere."""
    current_actor().require("core.user.end_sessions")
    sessions.end_all(user.id)
    audit.note("end_sessions", record=user)
