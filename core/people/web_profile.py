"""One's own page: data, password, second factor, sessions and tokens. Only for people at a browser."""

from __future__ import annotations

import io
from typing import Any

import segno
from flask import g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from core.actor import SYSTEM, acting, current_actor
from core.db.session import db
from core.errors import Forbidden, QingmesError, ValidationError
from core.i18n import _
from core.people import profile as own
from core.people import roles, sessions, tokens, totp
from core.people.agents import short_name
from core.people.models import User
from core.people.web import blueprint
from core.web.access import signed_in

__all__ = ["blueprint"]


def _me() -> User:
    """Whoever sits at this browser; a token does not let a program at the account itself."""
    actor = current_actor()
    if actor.session_id is None or actor.user_id is None:
        raise Forbidden(_("This is for people signed in at a browser, not for tokens."))
    with acting(SYSTEM):
        return db.session.get_one(User, actor.user_id)


@blueprint.get("/profile")
@signed_in
def profile() -> str:
    """One's own data, password, second factor, sessions and tokens."""
    return _profile()


def _profile(error: QingmesError | None = None, about: str = "", secret: str | None = None) -> str:
    """The page; `error` stands in the part `about`, `secret` is a token just made."""
    user = _me()
    may_have_tokens = current_actor().can("core.api_token.own") and not g.get("owes")
    return render_template(
        "people/profile.html",
        user=user,
        owes=g.get("owes"),
        error=error,
        about=about,
        secret=secret,
        sessions=sessions.find_open(user.id),
        short_name=short_name,
        tokens=tokens.find_tokens(user.id) if may_have_tokens else [],
        permissions=roles.grouped(current_actor().permissions) if may_have_tokens else [],
        may_have_tokens=may_have_tokens,
    )


def _refused(error: ValidationError, about: str) -> Response:
    db.session.rollback()
    return make_response(_profile(error, about), error.status)


@blueprint.post("/profile")
@signed_in
def save_profile() -> Response:
    """Change one's own e-mail address and telephone number."""
    try:
        own.save(_me(), email=request.form.get("email", ""), phone=request.form.get("phone", ""))
    except ValidationError as error:
        return _refused(error, "data")
    return redirect(url_for("people.profile"))


@blueprint.post("/profile/password")
@signed_in
def change_password() -> Response:
    """Change one's own password; every other session ends."""
    form = request.form
    try:
        own.change_password(
            _me(), current=form.get("current", ""), password=form.get("password", ""), again=form.get("again", "")
        )
    except ValidationError as error:
        return _refused(error, "password")
    return redirect(url_for("people.profile"))


@blueprint.get("/profile/two-factor")
@signed_in
def two_factor() -> Response:
    """Begin with the second factor: a QR code for the app, and the field for a first code."""
    if _me().totp_secret is not None:
        return redirect(url_for("people.profile"))
    return make_response(_two_factor())


def _two_factor(error: QingmesError | None = None) -> str:
    user = _me()
    secret = cookie.setdefault("totp", totp.new_secret())
    return render_template(
        "people/two_factor.html", secret=secret, qr=_qr(totp.address(user, secret)), codes=None, error=error
    )


def _qr(text: str) -> str:
    buffer = io.BytesIO()
    segno.make_qr(text).save(buffer, kind="svg", scale=4, border=2, xmldecl=False)
    return buffer.getvalue().decode()


@blueprint.post("/profile/two-factor")
@signed_in
def enrol() -> Response:
    """Turn the second factor on; shows the recovery codes once."""
    try:
        codes = own.turn_two_factor_on(_me(), secret=cookie.get("totp", ""), code=request.form.get("code", ""))
    except ValidationError as error:
        db.session.rollback()
        return make_response(_two_factor(error), error.status)
    return make_response(render_template("people/two_factor.html", secret=None, qr=None, codes=codes, error=None))


@blueprint.post("/profile/two-factor/remove")
@signed_in
def remove_two_factor() -> Response:
    """Turn the second factor off; asks for the password again."""
    try:
        own.turn_two_factor_off(_me(), current=request.form.get("current", ""))
    except ValidationError as error:
        return _refused(error, "two_factor")
    return redirect(url_for("people.profile"))


@blueprint.post("/profile/sessions/<int:session_id>/end")
@signed_in
def end_session(session_id: int) -> Response:
    """Sign another browser out."""
    sessions.end(session_id, _me().id)
    return redirect(url_for("people.profile"))


@blueprint.post("/profile/tokens")
@signed_in
def make_token() -> Response:
    """Make an API token; its secret is shown once."""
    if g.get("owes"):
        raise Forbidden(_("Set your password or second factor up in the browser first."))
    values: dict[str, Any] = {
        "name": request.form.get("name", ""),
        "permissions": request.form.getlist("permission"),
        "days": request.form.get("days", type=int),
    }
    try:
        secret = tokens.issue(user_id=_me().id, **values)
    except ValidationError as error:
        return _refused(error, "tokens")
    return make_response(_profile(secret=secret))


@blueprint.post("/profile/tokens/<int:token_id>/revoke")
@signed_in
def revoke_token(token_id: int) -> Response:
    """End one of one's own tokens."""
    tokens.revoke(token_id, user_id=_me().id)
    return redirect(url_for("people.profile"))
