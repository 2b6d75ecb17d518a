"""What people change about their own account."""

from __future__ import annotations

from core.actor import current_actor
from core.db.session import db
from core.errors import Conflict
from core.i18n import _
from core.people import sessions, totp
from core.people.inputs import line, refused
from core.people.models import User
from core.people.passwords import set_password
from core.people.secrets import password_matches
from core.workflow import audit


def save(user: User, *, email: str, phone: str) -> None:
    """Change where one is reached; empty is none. Flushes."""
    user.email = line(email, "email", longest=200, required=False) or None
    user.phone = line(phone, "phone", longest=40, required=False) or None
    db.session.flush()


def change_password(user: User, *, current: str, password: str, again: str) -> None:
    """Change one's own password: other sessions end, this one gets a fresh id. Flushes."""
    _check_password(user, current)
    if password != again:
        raise refused("again", _("The two new passwords are not the same."))
    if password == current:
        raise refused("password", _("The new password must be another one."))
    set_password(user, password)
    sessions.end_all(user.id, except_id=current_actor().session_id)
    sessions.renew(current_actor().session_id)
    db.session.flush()


def turn_two_factor_on(user: User, *, secret: str, code: str) -> list[str]:
    """Turn the second factor on with a first code; returns the recovery codes, kept as hashes. Flushes.

    `Conflict` while it is on: another telephone is set up after turning it off, which asks for the password.
    """
    if user.totp_secret is not None:
        raise Conflict(_("The second factor is on already. Turn it off first."))
    codes = totp.enrol(user, secret, code)
    sessions.renew(current_actor().session_id)
    audit.note("two_factor_on", record=user)
    db.session.flush()
    return codes


def turn_two_factor_off(user: User, *, current: str) -> None:
    """Turn the second factor off; the password is asked for again. Flushes."""
    _check_password(user, current)
    totp.remove(user)
    audit.note("two_factor_off", record=user)
    db.session.flush()


def _check_password(user: User, password: str) -> None:
    if not password_matches(user.password_hash, password):
        raise refused("current", _("The present password is not right."))
