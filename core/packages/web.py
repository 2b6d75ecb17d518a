"""The page of configuration packages: choose and download, upload, look, take over."""

from __future__ import annotations

import base64
import gzip
import json
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor
from core.db.session import db
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import _
from core.packages import package
from core.packages.kinds import KINDS
from core.web.access import requires

blueprint = Blueprint("packages", __name__)
EXCHANGE = "core.package.exchange"
LARGEST_SENT = 400_000
COLOURS = {"new": "green", "changed": "blue", "same": "secondary", "refused": "red"}
STATES = {
    "new": _("New here"),
    "changed": _("Would change"),
    "same": _("The same"),
    "refused": _("Not possible"),
}


@blueprint.get("/packages")
@requires(EXCHANGE)
def index() -> str:
    """What can be put into a package, and where to upload one."""
    return _index()


def _index(error: ValidationError | None = None) -> str:
    items = package.exportable(current_actor())
    return render_template(
        "packages/index.html", items=items, kinds=KINDS, error=error, taken=request.args.get("taken")
    )


@blueprint.post("/packages/export")
@requires(EXCHANGE)
def export() -> BaseResponse:
    """The chosen items as a file."""
    try:
        content = package.write_package(current_actor(), _chosen())
    except ValidationError as error:
        return make_response(_index(error), error.status)
    response = Response(content, mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="qingmes-{utcnow():%Y%m%d-%H%M}.json"'
    return response


def _chosen() -> set[package.Id]:
    pairs = (value.partition("|") for value in request.form.getlist("item"))
    return {(kind, key) for kind, _sep, key in pairs}


@blueprint.post("/packages/look")
@requires(EXCHANGE)
def look() -> BaseResponse:
    """What an uploaded package would change here. Changes nothing."""
    sent = request.files.get("file")
    try:
        content = sent.read(package.LARGEST + 1) if sent is not None else b""
        return make_response(_comparison(content))
    except ValidationError as error:
        db.session.rollback()
        return make_response(_index(error), error.status)


def _comparison(content: bytes, error: ValidationError | None = None) -> str:
    changes = package.compare(package.read_package(content))
    return render_template(
        "packages/look.html",
        changes=changes,
        kinds=KINDS,
        states=STATES,
        colours=COLOURS,
        counts={state: sum(c.state == state for c in changes) for state in STATES},
        content=pack(content),
        error=error,
        text=_text,
    )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def pack(content: bytes) -> str:
    """A package small enough to travel in the form. `ValidationError` for one that is not."""
    packed = base64.b64encode(gzip.compress(content)).decode()
    if len(packed) > LARGEST_SENT:
        raise ValidationError(_("The package is too large for this page; use `qingmes package import`."))
    return packed


def unpack(packed: str) -> bytes:
    """The package out of the form. `ValidationError` for anything else."""
    try:
        with gzip.GzipFile(fileobj=BytesIO(base64.b64decode(packed, validate=True))) as read:
            return read.read(package.LARGEST + 1)
    except (ValueError, OSError, EOFError):
        raise ValidationError(_("This is not a configuration package.")) from None


@blueprint.post("/packages/take")
@requires(EXCHANGE)
def take() -> BaseResponse:
    """Put the chosen items in place, all or none."""
    content = unpack(request.form.get("content", ""))
    try:
        changes = package.take_over(package.read_package(content), _chosen())
    except ValidationError as error:
        db.session.rollback()
        return make_response(_comparison(content, error), error.status)
    return redirect(url_for("packages.index", taken=len(changes)), 303)
