"""Asking somebody who is signed in for his password again, before something that matters."""

from __future__ import annotations

from sqlalchemy import select

from core.actor import SYSTEM, acting, current_actor
from core.db.session import db, reading, run_unit
from core.errors import NotSignedIn, ValidationError
from core.i18n import _
from core.people import throttle
from core.people.models import User
from core.people.secrets import password_matches
from core.people.signin import note_failure


def is_my_password(password: str) -> bool:
    """Whether this is the password of whoever is acting; a wrong one is counted as at sign-in.

    Call it before anything else of the unit of work: it ends the transaction, so that no lock is held while
    comparing, and commits the failure. Raises `TooManyRequests` while the account must wait.
    """
    actor = current_actor()
    db.session.rollback()
    with acting(SYSTEM), reading():
        row = db.session.execute(
            select(User.login, User.password_hash).where(User.id == actor.user_id, User.active)
        ).one_or_none()
        if row is None:
            raise NotSignedIn(_("Please sign in."))
        throttle.check(row.login, actor.address)
        db.session.rollback()
    if password_matches(row.password_hash, password):
        return True
    run_unit(lambda: note_failure(row.login, actor.address))
    return False


def confirm_password(password: str) -> bool:
    """True when the actor's own password was given again; raises `ValidationError` otherwise."""
    if password and is_my_password(password):
        return True
    problem = _("The present password is not right.")
    raise ValidationError(problem, fields={"password": [problem]})
