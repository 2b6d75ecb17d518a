"""Apps, health and registry pages, and what a monitor asks for."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import maybe_actor
from core.errors import Conflict, Forbidden, NotFound
from core.i18n import _
from core.kernel import cards, explain, health, metrics, readiness, switch
from core.web.access import public, requires

LOOPBACK = ("127.0.0.1", "::1")

blueprint = Blueprint("apps", __name__)
blueprint.before_app_request(metrics.start)
blueprint.after_app_request(metrics.count)


@blueprint.get("/apps")
@requires("core.addon.manage")
def index() -> str:
    """The installed apps as cards, with what switching each would do."""
    return _apps(None)


def _apps(refused: Conflict | None) -> str:
    return render_template("apps/index.html", cards=cards.cards(), refused=refused)


@blueprint.post("/apps/<name>/enable")
@requires("core.addon.manage")
def enable(name: str) -> BaseResponse:
    """Switch an app on, with those it needs."""
    switch.enable(name)
    return redirect(url_for("apps.index"), 303)


@blueprint.post("/apps/<name>/disable")
@requires("core.addon.manage")
def disable(name: str) -> BaseResponse:
    """Switch an app off, or say what keeps it; its data stays."""
    try:
        switch.disable(name)
    except Conflict as refused:
        return make_response(_apps(refused), refused.status)
    return redirect(url_for("apps.index"), 303)


@blueprint.get("/health")
@requires("core.health.read")
def health_page() -> str:
    """The doctor's findings, the worst first; audit chain and books are recomputed only by the command."""
    findings = health.examine(current_app.config["QINGMES"], thorough=False)
    return render_template("apps/health.html", findings=sorted(findings, key=health.urgency))


@blueprint.get("/registry")
@requires("core.health.read")
def registry_page() -> str:
    """What every installed addon declares."""
    return render_template("apps/registry.html", addons=cards.contents())


@blueprint.get("/registry/<kind>/<path:name>")
@requires("core.health.read")
def registry_entry(kind: str, name: str) -> str:
    """All that is known about one model, permission, hook or menu."""
    explaining = explain.KINDS.get(kind)
    if explaining is None:
        raise NotFound(_("There is no page at this address."))
    return render_template("apps/registry_entry.html", kind=kind, name=name, lines=explaining(name))


@blueprint.get("/healthz")
@public
def healthz() -> Response:
    """The process is up; nothing else is looked at."""
    return _text("ok\n")


@blueprint.get("/readyz")
@public
def readyz() -> Response:
    """The database answers and is up to date; 503 and the reason otherwise, so that no traffic is sent here."""
    reason = readiness.not_ready()
    return _text(f"{reason}\n", 503) if reason else _text("ready\n")


@blueprint.get("/metrics")
@public
def metrics_page() -> Response:
    """Figures for Prometheus: from this machine itself, or with a token that carries core.health.read."""
    actor = maybe_actor()
    from_here = request.remote_addr in LOOPBACK and "X-Forwarded-For" not in request.headers
    if not from_here and not (actor is not None and actor.can("core.health.read")):
        raise Forbidden(_("Ask from this machine, or with an API token that may see the system's health."))
    return Response(metrics.exposition(), content_type=metrics.CONTENT_TYPE)


def _text(body: str, status: int = 200) -> Response:
    return Response(body, status=status, content_type="text/plain; charset=utf-8")
