"""What a person or program sees when something is refused, missing or broken. Never a trace."""

from __future__ import annotations

import structlog
from flask import Flask, Response, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from core.actor import maybe_actor
from core.db.session import db, run_unit, writing
from core.errors import Forbidden, NotSignedIn, QingmesError
from core.i18n import _, gettext
from core.workflow import audit

log = structlog.get_logger()

HTTP_ERRORS = {
    404: (_("Not found"), _("There is no page at this address.")),
    405: (_("Not possible"), _("This address cannot be used in this way.")),
    413: (_("Too large"), _("What you sent is too large.")),
}


def install(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(QingmesError, refused)
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(Exception, broken)


def refused(error: QingmesError) -> BaseResponse:
    """A refusal: the sentence, as a page, a fragment for htmx, or problem details for the API."""
    db.session.rollback()
    if isinstance(error, Forbidden):
        _note_denial(error)
    if isinstance(error, NotSignedIn) and not wants_fragment() and not is_api():
        again = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(url_for("people.sign_in", next=again))
    return answer(error.status, error.code, str(error.title), str(error), error)


def http_error(error: HTTPException) -> BaseResponse:
    """An error of HTTP itself: unknown address, wrong method, too large."""
    status = error.code or 500
    title, sentence = HTTP_ERRORS.get(status, (error.name, error.description))
    response = answer(status, f"http_{status}", str(title), str(sentence), None)
    allowed = getattr(error, "valid_methods", None)
    if allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def broken(error: Exception) -> BaseResponse:
    """A fault of ours: logged with its trace and the request id, told without either's details."""
    db.session.rollback()
    log.exception("unhandled", path=_path())
    return answer(
        500, "broken", gettext("Something went wrong"), gettext("It has been logged. Please try again."), None
    )


def _path() -> str:
    """The address as the log may have it: of one that carries a secret, only the rule."""
    carries_secret = request.url_rule is not None and "secret" in (request.view_args or {})
    return str(request.url_rule) if carries_secret else request.path


def answer(status: int, code: str, title: str, sentence: str, error: QingmesError | None) -> Response:
    """The same error in the form the caller reads."""
    if is_api():
        from core.api.problems import problem

        told: Response = problem(status, code, title, sentence, error)
        return told
    fragment = wants_fragment()
    template = "core/error_fragment.html" if fragment else "core/error.html"
    response = make_response(
        render_template(template, status=status, title=title, sentence=sentence, error=error), status
    )
    if fragment:  # the page keeps what it shows; only the message is put in its place
        response.headers["HX-Reswap"] = "none"
    return response


def is_api() -> bool:
    """Whether a program is asking."""
    return request.path.startswith("/api/")


def wants_fragment() -> bool:
    """Whether htmx is asking for a part of a page."""
    return request.headers.get("HX-Request") == "true"


def _note_denial(error: Forbidden) -> None:
    if maybe_actor() is None:
        return
    with writing():
        run_unit(lambda: audit.note("denied", permission=error.details.get("permission"), path=request.path))
