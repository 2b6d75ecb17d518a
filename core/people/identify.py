"""Finding out who a request comes from: a browser's session, or a program's token."""

from __future__ import annotations

from collections.abc import Callable

from flask import current_app, g, request
from flask import session as cookie
from werkzeug.exceptions import BadRequest

from core.actor import SYSTEM, Actor, acting
from core.errors import NotSignedIn, QingmesError
from core.i18n import LOCALES, _, set_locale
from core.people import passwords, sessions, tokens
from core.people.grants import actor_for
from core.people.guards import ADMINISTRATION
from core.people.models import User
from core.people.sessions import SAFE_METHODS

NOBODYS = frozenset({"static_file", "apps.healthz", "apps.readyz"})


class StaleForm(QingmesError):
    """A form without the mark of a page of ours: from another site, or from before a sign-in."""

    status = 400
    code = "stale_form"
    title = _("Please load the page again")


def identify(check_csrf: Callable[[], None]) -> Actor | None:
    """The actor of this request, or None; two statements for a browser, two for a token.

    `check_csrf` is called for state-changing requests of browsers; without the mark of our own forms they are
    refused (`StaleForm`). A bearer token that is unknown, expired or revoked raises `NotSignedIn`.
    """
    if request.endpoint in NOBODYS:
        return None
    set_locale(_preferred_locale())
    with acting(SYSTEM):
        scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return _by_token(secret.strip())
        if request.method not in SAFE_METHODS and not _is_program():
            _check_form(check_csrf)
        return _by_session()


def _is_program() -> bool:
    """A call of the API without a session carries no browser's rights: it is told 401, not that a form is old."""
    return request.path.startswith("/api/") and sessions.COOKIE_KEY not in cookie


def _check_form(check_csrf: Callable[[], None]) -> None:
    try:
        check_csrf()
    except BadRequest:
        raise StaleForm(_("This page is too old, or came from elsewhere. Load it again and repeat.")) from None


def _by_session() -> Actor | None:
    session = sessions.find_current()
    if session is None:
        return None
    sessions.touch(session)
    set_locale(session.user.language)
    actor = actor_for(
        session.user,
        "api" if request.path.startswith("/api/") else "web",
        address=request.remote_addr,
        session_id=session.id,
    )
    g.owes = _owes(session.user, actor)  # `core.people.web.pay_first` lets nothing else be done
    return actor


def _owes(user: User, actor: Actor) -> str | None:
    """What a user must do before anything else: `password` when it has expired, `two_factor`, or None."""
    if passwords.is_expired(user):
        return "password"
    required = current_app.config["QINGMES"].require_two_factor
    if required and user.totp_secret is None and actor.permissions & ADMINISTRATION:
        return "two_factor"
    return None


def _by_token(secret: str) -> Actor:
    token = tokens.find_valid(secret)
    if token is None:
        raise NotSignedIn(_("This token is unknown, has expired or was revoked."))
    sessions.touch_token(token)
    set_locale(request.accept_languages.best_match(list(LOCALES)) or token.user.language)
    return actor_for(
        token.user,
        "scan" if token.kind == "device" else "api",
        address=request.remote_addr,
        limit=frozenset(token.permissions),
    )


def _preferred_locale() -> str:
    chosen = request.cookies.get("lang", "")
    if chosen in LOCALES:
        return chosen
    default: str = current_app.config["QINGMES"].locale
    return request.accept_languages.best_match(list(LOCALES)) or default
