"""The pages of webhooks and of chat robots."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.db.session import db
from core.errors import QingmesError, ValidationError
from core.events import robots
from core.events.models import Robot
from core.events.robot_formats import KINDS
from core.i18n import gettext
from core.kernel.registry import current_registry
from core.web.access import requires
from core.web.addresses import LARGEST_ID
from core.webhooks import client, services
from core.webhooks.models import STATES, Webhook

blueprint = Blueprint("webhooks", __name__)
HOOK = f"/webhooks/<int(max={LARGEST_ID}):webhook_id>"
ROBOT = f"/robots/<int(max={LARGEST_ID}):robot_id>"
COLOURS = {"waiting": "secondary", "sending": "azure", "sent": "green", "failed": "red", "skipped": "orange"}


@blueprint.get("/webhooks")
@requires("core.webhook.manage")
def index() -> str:
    """Every webhook, and the form for a new one."""
    return _index()


def _index(error: QingmesError | None = None, secret: str = "", made: str = "") -> str:
    return render_template(
        "webhooks/index.html",
        webhooks=services.find_webhooks(),
        events=sorted(current_registry().events),
        host_of=client.host_of,
        error=error,
        secret=secret,
        made=made,
    )


@blueprint.post("/webhooks")
@requires("core.webhook.manage")
def create() -> Response:
    """Make a webhook; its secret is shown once."""
    try:
        webhook, secret = services.save(None, **_values())
    except ValidationError as error:
        db.session.rollback()
        return make_response(_index(error), error.status)
    return make_response(_index(secret=secret, made=webhook.name))


def _values() -> dict[str, Any]:
    form = request.form
    return {
        "name": form.get("name", "").replace("\x00", "").strip(),
        "url": form.get("url", "").strip(),
        "events": form.getlist("event"),
        "active": "active" in form,
    }


@blueprint.get(HOOK)
@requires("core.webhook.manage")
def one(webhook_id: int) -> str:
    """A webhook with its latest calls."""
    return _one(services.get_webhook(webhook_id))


def _one(webhook: Webhook, error: QingmesError | None = None) -> str:
    calls = services.find_calls(webhook.id, before=request.args.get("before", type=int))
    return render_template(
        "webhooks/one.html",
        webhook=webhook,
        calls=calls,
        older=calls[-1].id if len(calls) == services.PAGE else None,
        events=sorted(current_registry().events),
        states=STATES,
        colours=COLOURS,
        host_of=client.host_of,
        error=error,
    )


@blueprint.post(HOOK)
@requires("core.webhook.manage")
def save(webhook_id: int) -> BaseResponse:
    """Change a webhook; from now on it is called in the name of whoever saved it."""
    try:
        services.save(webhook_id, **_values())
    except ValidationError as error:
        db.session.rollback()
        return make_response(_one(services.get_webhook(webhook_id), error), error.status)
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


@blueprint.post(f"{HOOK}/delete")
@requires("core.webhook.manage")
def delete(webhook_id: int) -> BaseResponse:
    """Remove a webhook."""
    services.delete(webhook_id)
    return redirect(url_for("webhooks.index"), 303)


@blueprint.post(f"{HOOK}/test")
@requires("core.webhook.manage")
def send_test(webhook_id: int) -> BaseResponse:
    """Call it with an event that means nothing."""
    services.send_test(webhook_id)
    return redirect(url_for("webhooks.one", webhook_id=webhook_id), 303)


@blueprint.post(f"/webhooks/calls/<int(max={LARGEST_ID}):call_id>/again")
@requires("core.webhook.manage")
def send_again(call_id: int) -> BaseResponse:
    """Make a call once more."""
    call = services.send_again(call_id)
    return redirect(url_for("webhooks.one", webhook_id=call.webhook_id), 303)


@blueprint.get("/robots")
@requires("core.robot.manage")
def robots_page() -> str:
    """Every robot, what they said last, and the form for a new one."""
    return _robots()


def _robots(error: QingmesError | None = None, about: int | None = None) -> str:
    return render_template(
        "webhooks/robots.html",
        robots=robots.find_robots(),
        kinds={name: kind.title for name, kind in KINDS.items()},
        waiting=robots.count_waiting(),
        messages=robots.latest_messages(),
        states={**STATES, "sending": gettext("Sending")},
        colours=COLOURS,
        host_of=client.host_of,
        error=error,
        about=about,
    )


@blueprint.post("/robots")
@requires("core.robot.manage")
def create_robot() -> BaseResponse:
    """Make a robot."""
    return _save_robot(None)


@blueprint.post(ROBOT)
@requires("core.robot.manage")
def save_robot(robot_id: int) -> BaseResponse:
    """Change a robot."""
    return _save_robot(robot_id)


def _save_robot(robot_id: int | None) -> BaseResponse:
    form = request.form
    try:
        robots.save_robot(
            robot_id,
            name=form.get("name", "").replace("\x00", "").strip(),
            kind=form.get("kind", ""),
            url=form.get("url", "").strip(),
            secret=form.get("secret", "").strip(),
            active="active" in form,
        )
    except ValidationError as error:
        db.session.rollback()
        return make_response(_robots(error, robot_id or 0), error.status)
    return redirect(url_for("webhooks.robots_page"), 303)


@blueprint.post(f"{ROBOT}/test")
@requires("core.robot.manage")
def test_robot(robot_id: int) -> BaseResponse:
    """Let a robot say that it works."""
    robot: Robot = robots.get_robot(robot_id)
    robots.say(robot.id, title=gettext("QingMES"), text=gettext("This robot works."), link="/", key=None)
    return redirect(url_for("webhooks.robots_page"), 303)


@blueprint.post(f"{ROBOT}/delete")
@requires("core.robot.manage")
def delete_robot(robot_id: int) -> BaseResponse:
    """Remove a robot with what it was to say."""
    robots.delete_robot(robot_id)
    return redirect(url_for("webhooks.robots_page"), 303)
