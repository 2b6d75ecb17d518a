"""The jobs page and everyone's notifications."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor, maybe_actor
from core.approvals.pages.inbox import count_todo
from core.errors import NotFound, ValidationError
from core.events import notifications, overview
from core.events.models import STATES
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.access import public, requires, signed_in

blueprint = Blueprint("jobs", __name__)
COLOURS = {
    "waiting": "blue",
    "running": "azure",
    "stopping": "orange",
    "held": "secondary",
    "done": "green",
    "cancelled": "secondary",
    "dead": "red",
}


@blueprint.get("/jobs")
@requires("core.job.read")
def index() -> str:
    """Jobs by state and app, with how far they are and why they failed."""
    return render_template("jobs/index.html", **_shown())


@blueprint.get("/jobs/table")
@requires("core.job.read")
def table() -> Response:
    """The table alone, for the page that asks every five seconds; 204 when it would look the same."""
    shown = _shown()
    if request.args.get("seen") == shown["mark"]:
        return Response(status=204)
    return make_response(render_template("jobs/table.html", **shown))


def _shown() -> dict[str, Any]:
    chosen = {"state": request.args.get("state", ""), "addon": request.args.get("addon", "")}
    before = request.args.get("before", type=int)
    rows = overview.find_jobs(**chosen, before=before)
    counts = overview.count_by_state()
    return {
        "rows": rows,
        "counts": counts,
        "states": STATES,
        "colours": COLOURS,
        "addons": current_registry().addons.values(),
        "chosen": {**chosen, "before": before},
        "older": rows[-1].id if len(rows) == overview.PAGE else None,
        "mark": hashlib.sha256(repr((rows, counts)).encode()).hexdigest()[:16],
    }


@blueprint.post("/jobs/<int:delivery_id>/retry")
@requires("core.job.retry")
def retry(delivery_id: int) -> BaseResponse:
    """Try a failed job again."""
    overview.retry(delivery_id)
    return _back_to_jobs()


@blueprint.post("/jobs/<int:delivery_id>/cancel")
@requires("core.job.retry")
def cancel(delivery_id: int) -> BaseResponse:
    """Stop a job."""
    overview.cancel(delivery_id)
    return _back_to_jobs()


def _back_to_jobs() -> BaseResponse:
    form = request.form
    return redirect(url_for("jobs.index", state=form.get("state") or None, addon=form.get("addon") or None), 303)


@blueprint.get("/notifications")
@signed_in
def inbox() -> str:
    """What I was told, newest first, and how I want to be told."""
    return _inbox_page(None)


def _inbox_page(refused: ValidationError | None) -> str:
    user_id = _me()
    found = notifications.find_notifications(user_id, before=request.args.get("before", type=int))
    return render_template(
        "jobs/inbox.html",
        rows=[(row, notifications.read_text(row)) for row in found],
        unread=notifications.count_unread(user_id),
        older=found[-1].id if len(found) == notifications.PAGE else None,
        setting=(setting := notifications.find_setting(user_id)),
        kinds=notifications.KINDS,
        mutable=notifications.MUTABLE,
        muted=_muted(request.form) if refused else (setting.muted if setting else None) or {},
        errors=refused.fields if refused else {},
        form=request.form if refused else None,
    )


@blueprint.get("/notifications/bell")
@public
def bell() -> Response:
    """The top bar's bell with the number of unread notifications, and how many approvals I can decide; two statements.

    A page that is still open after its reader has signed out asks as well: it is told nothing.
    """
    if maybe_actor() is None:
        return Response(status=204)
    return make_response(
        render_template("jobs/bell.html", unread=notifications.count_unread(_me()), todo=count_todo(_me()))
    )


@blueprint.post("/notifications/<int:notification_id>/open")
@signed_in
def open_notification(notification_id: int) -> BaseResponse:
    """I have read it; go on to what it is about."""
    notification = notifications.mark_read(notification_id)
    return redirect(notification.link or url_for("jobs.inbox"), 303)


@blueprint.post("/notifications/read")
@signed_in
def read_all() -> BaseResponse:
    """I have read everything."""
    notifications.mark_all_read()
    return redirect(url_for("jobs.inbox"), 303)


@blueprint.post("/notifications/settings")
@signed_in
def settings() -> BaseResponse:
    """How I want to be told."""
    form = request.form
    try:
        notifications.save_setting(
            email=form.get("email") == "on",
            quiet_from=form.get("quiet_from", "").strip(),
            quiet_to=form.get("quiet_to", "").strip(),
            muted=_muted(form),
        )
    except ValidationError as error:
        return make_response(_inbox_page(error), error.status)
    return redirect(url_for("jobs.inbox"), 303)


def _muted(form: Any) -> dict[str, list[str]]:
    """The kinds that are not ticked, by channel; the inbox shows some whatever is ticked."""
    may_be = {"inbox": notifications.MUTABLE, "email": frozenset(notifications.KINDS)}
    return {channel: sorted(kinds - set(form.getlist(channel))) for channel, kinds in may_be.items()}


def _me() -> int:
    user_id = current_actor().user_id
    if user_id is None:
        raise NotFound(_("The system itself has no notifications."))
    return user_id
