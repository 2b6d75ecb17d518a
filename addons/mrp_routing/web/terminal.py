"""The page for reporting work by scanning, and what it needs to work without network."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import jsonify, render_template, request, send_from_directory, url_for

from addons.mrp_routing.services import Seen, find_reasons, look
from addons.mrp_routing.services.codes import MOST_CODES
from addons.mrp_routing.services.identify import ACTION_NUMBERS
from addons.mrp_routing.web.blueprint import blueprint
from core.i18n import _, gettext
from core.web.access import requires
from core.web.assets import asset

REPORT = "mrp_routing.work_order.report"
TERMINAL = Path(__file__).parents[1] / "static" / "mrp_routing" / "terminal"
# What a worker may want besides starting and finishing: the action, its name and its picture.
CHIPS = (
    ("setup", _("Set up"), "adjustments"),
    ("rework", _("Rework"), "arrow-back-up"),
    ("inspect", _("Inspect"), "ruler-2"),
    ("down", _("Machine down"), "alert-triangle"),
    ("up", _("Machine runs"), "player-play"),
)
# What the page says by itself, without asking the server.
TEXTS = {
    "not_a_code": _("This is not a code. Scan again."),
    "not_whole": _("This code was not read whole. Scan again."),
    "other_code": _("This code is not for reporting work. Scan a badge, a machine or an operation."),
    "offline_word": _("Without network only printed codes are understood. Scan the code."),
    "kept": _("Kept on this device. It is sent as soon as there is a network."),
    "not_kept": _("This device could not keep the scan. Free some space, or use another device."),
    "unsent": _("Not uploaded: {count}"),
    "link_up": _("Scanner ready"),
    "link_down": _("No network"),
    "link_sign_in": _("Sign in to send"),
    "link_forbidden": _("You may not report work"),
    "here": _("How many pieces are finished? {available} are here."),
    "unknown_here": _("How many pieces are finished? Empty means all that are here."),
    "not_a_number": _("Write a number, for example 12 or 2.5."),
    "no_camera": _("The camera cannot be used. Allow it in the browser, or type the number."),
    "no_code": _("There is no code on this photo. Go nearer and take another."),
    "broken": _("Something went wrong on this page. Start over, and scan again."),
    "kind_worker": _("Worker"),
    "kind_machine": _("Machine"),
    "kind_ticket": _("Ticket"),
    "kind_operation": _("Operation"),
    "kind_reason": _("Reason"),
}


@blueprint.get("/scan")
@requires(REPORT)
def scan() -> str:
    """The page at the machine. What it does is in `static/mrp_routing/terminal`."""
    return render_template("mrp_routing/terminal.html", config=_terminal_config(), chips=CHIPS)


@blueprint.get("/scan/look")
@requires(REPORT)
def look_at() -> Any:
    """What the codes scanned so far name, for the page to show."""
    codes = request.args.getlist("code")[:MOST_CODES]
    return jsonify(asdict(look(codes) if codes else Seen()))


@blueprint.get("/scan/worker.js")
@requires(REPORT)
def service_worker() -> Any:
    """The script that serves the page while there is no network; it may do so for the page's own address."""
    response = send_from_directory(TERMINAL, "worker.js", max_age=0)
    response.headers["Service-Worker-Allowed"] = url_for("mrp_routing.scan")
    return response


@blueprint.get("/scan/app.webmanifest")
@requires(REPORT)
def manifest() -> Any:
    """What a phone needs to know to install the page as an app."""
    page = url_for("mrp_routing.scan")
    icon = {"src": asset("core/icon.svg"), "sizes": "any", "type": "image/svg+xml"}
    name = gettext("Report work")
    about = {"name": name, "short_name": name, "start_url": page, "scope": page, "display": "standalone"}
    response = jsonify({**about, "icons": [icon]})
    response.mimetype = "application/manifest+json"
    return response


def _terminal_config() -> dict[str, Any]:
    """What the page's scripts need to know; kept on the device with the page."""
    return {
        "addresses": {
            "page": url_for("mrp_routing.scan"),
            "look": url_for("mrp_routing.look_at"),
            "worker": url_for("mrp_routing.service_worker"),
            "events": "/api/v1/mrp_routing/scan-events",
        },
        "texts": {name: str(text) for name, text in TEXTS.items()},
        "actions": ACTION_NUMBERS,
        "reasons": {kind: [asdict(reason) for reason in found] for kind, found in find_reasons().items()},
        "reader": {"script": asset("vendor/zxing.js"), "wasm": asset("vendor/zxing.wasm")},
        "keep": [asset("vendor/zxing.js"), asset("vendor/zxing.wasm"), asset("core/icon.svg")],
    }
