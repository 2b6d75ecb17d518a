"""Boards of the floor: where everything is, who works on what, what happened to a ticket."""

from __future__ import annotations

import hashlib

from flask import Response, render_template, request

from addons.mrp_routing.models import OUTCOMES
from addons.mrp_routing.services.board import find_board
from addons.mrp_routing.services.history import find_story
from addons.mrp_routing.services.workers import find_panel
from addons.mrp_routing.web.blueprint import blueprint
from core.i18n import _
from core.web.access import requires

READ = "mrp_routing.work_order.read"
SAID = {
    **OUTCOMES,
    "start": _("Started"),
    "end_scan": _("Stopped"),
    "end_pause": _("Paused"),
    "end_auto": _("Closed at the end of the shift"),
    "end_supervisor": _("Corrected"),
    "end_None": _("Stopped"),
    "pending": _("Needs review"),
}


@blueprint.get("/wip")
@requires(READ)
def wip() -> Response:
    """What lies where, by work center; `?big` is for a screen on the wall."""
    return _live("wip_board", board=find_board())


@blueprint.get("/workers")
@requires(READ)
def workers() -> Response:
    """Who works on what now, and what was done today."""
    return _live("workers_board", panel=find_panel())


@blueprint.get("/tickets/<record_id:ticket_id>")
@requires(READ)
def ticket(ticket_id: int) -> str:
    """A ticket with everything that happened to it."""
    return render_template("mrp_routing/ticket.html", story=find_story(ticket_id), said=SAID)


def _live(name: str, **values: object) -> Response:
    """A page whose middle asks for itself again and again; it is sent only when it has changed."""
    big = "big" in request.args
    middle = render_template(f"mrp_routing/{name}.html", big=big, **values)
    digest = hashlib.sha256(middle.encode()).hexdigest()[:16]
    if request.headers.get("HX-Request"):
        same = request.args.get("seen") == digest
        return Response(status=204) if same else Response(_framed(name, middle, digest, big))
    page = "mrp_routing/live_big.html" if big else "mrp_routing/live.html"
    return Response(render_template(page, name=name, frame=_framed(name, middle, digest, big)))


def _framed(name: str, middle: str, digest: str, big: bool) -> str:
    return render_template("mrp_routing/live_frame.html", name=name, middle=middle, digest=digest, big=big)
