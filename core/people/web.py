"""Signing in and out, the first set-up, one-time links, and the language."""

from __future__ import annotations

from flask import Blueprint, g, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from werkzeug.wrappers import Response

from core.actor import SYSTEM, acting, current_actor, maybe_actor
from core.db.session import db
from core.errors import Forbidden, QingmesError, TooManyRequests, ValidationError
from core.i18n import LOCALES, _
from core.people import links, signin
from core.people.inputs import harmless
from core.people.models import User, UserSession
from core.web.access import public, signed_in
from core.web.addresses import safe_next

blueprint = Blueprint("people", __name__)
PROOF = "proof"  # in the cookie: the password was right, see `core.people.signin.Proof`
YEAR = 365 * 24 * 3600
OPEN_WHILE_OWING = ("people.", "shell.")


@blueprint.before_app_request
def pay_first() -> Response | None:
    """Whose password has expired, or who must have a second factor, is led to his own page until that is done."""
    endpoint = request.endpoint or ""
    if not g.get("owes") or endpoint == "static_file" or endpoint.startswith(OPEN_WHILE_OWING):
        return None
    if request.path.startswith("/api/"):
        raise Forbidden(_("Set your password or second factor up in the browser first."))
    if request.headers.get("HX-Request"):
        return Response(status=204)
    return redirect(url_for("people.profile"))


@blueprint.get("/sign-in")
@public
def sign_in() -> Response:
    """The sign-in form; who is signed in goes on at once."""
    target = safe_next(request.args.get("next"))
    if maybe_actor() is not None:
        return redirect(target)
    cookie.pop(PROOF, None)
    return make_response(render_template("people/sign_in.html", next=target, error=None, code=False))


@blueprint.post("/sign-in")
@public
def do_sign_in() -> Response:
    """Check name, password and second factor."""
    form, login = request.form, _login()
    try:
        signin.sign_in(login, form.get("password", ""), form.get("code", ""), request.remote_addr, proof=_proof(login))
    except (signin.WrongCredentials, signin.CodeNeeded, TooManyRequests) as error:
        return _sign_in_again(error, login)
    return redirect(safe_next(form.get("next")))


def _proof(login: str) -> signin.Proof | None:
    """What this browser brings from the first step to the second; it is lost on the way back or when stale."""
    proof = signin.Proof(*cookie[PROOF]) if PROOF in cookie else None
    if proof is not None and "code" in request.form and proof.login == login and proof.is_fresh:
        return proof
    cookie.pop(PROOF, None)
    return None


def _login() -> str:
    return harmless(request.form.get("login", "").strip())


def _sign_in_again(error: QingmesError, login: str) -> Response:
    db.session.rollback()
    if isinstance(error, signin.WrongCredentials):
        signin.note_failure(login, request.remote_addr)
    if isinstance(error, signin.CodeNeeded):
        cookie[PROOF] = list(error.proof)
    page = render_template(
        "people/sign_in.html",
        next=safe_next(request.form.get("next")),
        error=error,
        code=PROOF in cookie,
        login=login,
    )
    response = make_response(page, error.status)
    if "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


@blueprint.post("/sign-out")
@signed_in
def sign_out() -> Response:
    """End this session."""
    signin.sign_out(current_actor())
    cookie.clear()
    return redirect(url_for("people.sign_in"))


@blueprint.get("/setup/<secret>")
@public
def setup(secret: str) -> str:
    """The form of the first start: make the first administrator."""
    with acting(SYSTEM):
        links.find(secret, "setup")
    return render_template("people/setup.html", error=None)


@blueprint.post("/setup/<secret>")
@public
def do_setup(secret: str) -> Response:
    """Make the first administrator; the link dies."""
    form = request.form
    try:
        signin.set_up(
            secret,
            name=form.get("name", ""),
            login=form.get("login", ""),
            password=form.get("password", ""),
            address=request.remote_addr,
        )
    except ValidationError as error:
        db.session.rollback()
        return make_response(render_template("people/setup.html", error=error), error.status)
    return redirect("/")


@blueprint.get("/password/<secret>")
@public
def password_link(secret: str) -> str:
    """The form behind a one-time password link."""
    with acting(SYSTEM):
        links.find(secret, "password")
    return render_template("people/password_link.html", error=None)


@blueprint.post("/password/<secret>")
@public
def do_password_link(secret: str) -> Response:
    """Set the password; the link dies."""
    try:
        session = signin.set_by_link(secret, password=request.form.get("password", ""), address=request.remote_addr)
    except ValidationError as error:
        db.session.rollback()
        return make_response(render_template("people/password_link.html", error=error), error.status)
    return redirect("/" if session else url_for("people.sign_in"))


@blueprint.post("/language")
@public
def language() -> Response:
    """Switch the language, for this browser and for the user who is signed in."""
    chosen = request.form.get("lang", "")
    if chosen not in LOCALES:
        raise ValidationError(_("There is no such language."))
    actor = maybe_actor()
    if actor is not None and actor.session_id is not None:
        _own_user(actor.session_id).language = chosen
    response = redirect(safe_next(request.form.get("next")))
    response.set_cookie("lang", chosen, max_age=YEAR, samesite="Lax", httponly=True)
    return response


def _own_user(session_id: int) -> User:
    return db.session.get_one(UserSession, session_id).user
