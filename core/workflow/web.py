"""Tabs beside every document (audit trail, comments, attachments) and the search of the audit trail."""

from __future__ import annotations

import io
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request, send_file

from core.actor import current_actor
from core.db.spec import ModelSpec
from core.db.types import LARGEST
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons
from core.web.access import requires, requires_on_model
from core.workflow import attachments, comments, filetypes, following, history
from core.workflow.models import Attachment
from core.workflow.quantities import read_day
from core.workflow.records import get_record

blueprint = Blueprint("documents", __name__)
RECORD = f"/m/<addon>/<resource>/<int(max={LARGEST}):record_id>"
FILE = f"{RECORD}/attachments/<int(max={LARGEST}):attachment_id>"
INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf"})


def _record(addon: str, resource: str, record_id: int, verb: str = "read") -> tuple[ModelSpec, Any]:
    spec = current_registry().at(addon, resource)
    return spec, get_record(spec, record_id, verb=verb)


@blueprint.get(f"{RECORD}/audit")
@requires_on_model("read")
def audit(addon: str, resource: str, record_id: int) -> str:
    """Who changed what and when, newest first."""
    _spec, record = _record(addon, resource, record_id)
    lines = history.of_record(record, before_id=_id(request.args.get("before")))
    return render_template("documents/audit_lines.html", lines=lines, page=history.PAGE, more=request.path)


@blueprint.get(f"{RECORD}/comments")
@requires_on_model("read")
def comments_tab(addon: str, resource: str, record_id: int) -> str:
    """Remarks, tags and followers of a record."""
    spec, record = _record(addon, resource, record_id)
    return _comments(spec, record)


@blueprint.post(f"{RECORD}/comments")
@requires_on_model("read")
def add_comment(addon: str, resource: str, record_id: int) -> str:
    """Add a remark."""
    spec, record = _record(addon, resource, record_id)
    comments.comment(record, request.form.get("text", ""))
    return _comments(spec, record)


@blueprint.post(f"{RECORD}/follow")
@requires_on_model("read")
def toggle_follow(addon: str, resource: str, record_id: int) -> str:
    """Follow a record, or stop."""
    spec, record = _record(addon, resource, record_id)
    user_id = current_actor().user_id
    if user_id is not None:
        follows = user_id in following.followers(record)
        (following.unfollow if follows else following.follow)(record, user_id)
    return _comments(spec, record)


@blueprint.post(f"{RECORD}/tags")
@requires_on_model("write")
def change_tags(addon: str, resource: str, record_id: int) -> str:
    """Add the word in `word`, or take off the tag in `remove`."""
    spec, record = _record(addon, resource, record_id, "write")
    if "remove" in request.form:
        comments.remove_tag(record, _id(request.form.get("remove")) or 0)
    else:
        comments.add_tag(record, request.form.get("word", ""))
    return _comments(spec, record)


def _comments(spec: ModelSpec, record: Any) -> str:
    return render_template(
        "documents/comments.html",
        spec=spec,
        record=record,
        comments=comments.find_comments(record),
        tags=comments.tags(record),
        follows=current_actor().user_id in following.followers(record),
        may_tag=current_actor().can(spec.permission("write")),
    )


@blueprint.get(f"{RECORD}/attachments")
@requires_on_model("read")
def attachments_tab(addon: str, resource: str, record_id: int) -> str:
    """The files of a record."""
    spec, record = _record(addon, resource, record_id)
    return _attachments(spec, record)


@blueprint.post(f"{RECORD}/attachments")
@requires_on_model("write")
def attach(addon: str, resource: str, record_id: int) -> str:
    """Keep the uploaded files with the record."""
    spec, record = _record(addon, resource, record_id, "write")
    files = [f for f in request.files.getlist("file") if f.filename]
    if not files:
        raise ValidationError(_("Choose a file first."))
    for file in files:
        attachments.attach(record, str(file.filename), file.read(filetypes.MAX_BYTES + 1))
    return _attachments(spec, record)


@blueprint.post(f"{FILE}/delete")
@requires_on_model("write")
def detach(addon: str, resource: str, record_id: int, attachment_id: int) -> str:
    """Take a file off the record."""
    spec, record = _record(addon, resource, record_id, "write")
    attachments.detach(record, attachment_id)
    return _attachments(spec, record)


@blueprint.get(FILE)
@requires_on_model("read")
def download(addon: str, resource: str, record_id: int, attachment_id: int) -> Response:
    """Hand out a file: pictures and PDF may be shown when asked for, everything else is a download."""
    _spec, record = _record(addon, resource, record_id)
    return hand_out(attachments.get_attachment(record, attachment_id), shown="show" in request.args)


def hand_out(found: Attachment, *, shown: bool) -> Response:
    """The bytes of a file; `shown` in the browser if it is a picture or PDF."""
    content = attachments.storage().read(found.key)
    response = send_file(
        io.BytesIO(content),
        mimetype=found.content_type,
        as_attachment=not (shown and found.content_type in INLINE),
        download_name=found.name,
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    return response


def _attachments(spec: ModelSpec, record: Any) -> str:
    return render_template(
        "documents/attachments.html",
        spec=spec,
        record=record,
        attachments=attachments.find_attachments(record),
        may_write=current_actor().can(spec.permission("write")),
        endings=",".join(sorted(filetypes.TYPES)),
    )


@blueprint.get("/audit")
@requires("core.audit.read")
def search() -> str:
    """Search the audit trail by user, kind of record and period."""
    arguments = request.args
    lines = history.search(
        user_id=_id(arguments.get("user")),
        model=arguments.get("model") or None,
        since=_day(arguments.get("since")),
        until=_day(arguments.get("until")),
        before_id=_id(arguments.get("before")),
    )
    if "before" in arguments:
        return render_template(
            "documents/audit_lines.html", lines=lines, page=history.PAGE, more=_without_before(), searched=True
        )
    kinds = [s for s in current_registry().models.values() if is_page(s) and s.addon in enabled_addons()]
    return render_template(
        "documents/audit_search.html",
        lines=lines,
        page=history.PAGE,
        more=_without_before(),
        searched=True,
        kinds=kinds,
        users=history.users(),
    )


def _id(text: str | None) -> int | None:
    """The number of a row; None for what cannot be one."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < len(str(LARGEST)) else None


def _without_before() -> str:
    """This search, for its next page to add where it goes on."""
    kept = {name: value for name, value in request.args.items() if name != "before" and value}
    return f"{request.path}?{urlencode(kept)}"


def _day(text: str | None) -> date | None:
    return read_day(text) if text else None
