"""The page for reporting work by scanning, and those for scans that could not be applied and tickets to be parted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, send_from_directory, url_for

from addons.masterdata.services import factory_zone
from addons.mrp_routing.services import Scan, Seen, find_reasons, look, merge, split
from addons.mrp_routing.services.codes import MOST_CODES
from addons.mrp_routing.services.corrections import Waiting, find_waiting, get_waiting, try_to_settle
from addons.mrp_routing.services.identify import ACTION_NUMBERS
from addons.mrp_routing.services.tickets import Parting, find_parting
from core.db import utcnow
from core.db.session import refusal_of
from core.errors import ValidationError
from core.i18n import _, gettext
from core.web.access import requires
from core.web.assets import asset
from core.web.format import local
from core.workflow.quantities import read_quantity

blueprint = Blueprint("mrp_routing", __name__)
CORRECT = "mrp_routing.work_order.correct"
SPLIT = "mrp_routing.work_order.split"
YEARS = range(2000, 2100)  # what the address for devices takes as well
AMOUNTS = {"good": _("Good"), "scrap": _("Scrap"), "rework": _("Rework"), "held": _("Held")}
REPORT = "mrp_routing.work_order.report"
TERMINAL = Path(__file__).parent / "static" / "mrp_routing" / "terminal"
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


@blueprint.get("/waiting")
@requires(CORRECT)
def waiting() -> str:
    """Scans that could not be applied, for somebody to decide."""
    return render_template("mrp_routing/waiting.html", scans=find_waiting())


@blueprint.get("/waiting/<record_id:scan_id>")
@requires(CORRECT)
def waiting_scan(scan_id: int) -> str:
    """One of them, with what it said to be put right."""
    return _settling(get_waiting(scan_id))


@blueprint.post("/waiting/<record_id:scan_id>")
@requires(CORRECT)
def settle_scan(scan_id: int) -> Any:
    """Do what it should have said, or nothing."""
    found, form = get_waiting(scan_id), request.form
    try:
        changed = None if "dismiss" in form else _changed(form)
        refusal = try_to_settle(found.event.event_id, changed, form.get("why", ""))
    except ValidationError as error:
        refusal = str(error)
    return _settling(found, refusal) if refusal else redirect(url_for("mrp_routing.waiting"))


@blueprint.get("/parting/<record_id:operation_id>")
@requires(SPLIT)
def parting(operation_id: int) -> str:
    """Pieces of a ticket that go on by themselves, or together with another."""
    return _parting(operation_id)


@blueprint.post("/parting/<record_id:operation_id>")
@requires(SPLIT)
def part(operation_id: int) -> Any:
    """Split some off, or put the ticket together with another."""
    found = find_parting(operation_id)
    refusal = refusal_of(lambda: _part(found, request.form))
    if refusal:
        return _parting(operation_id, refusal)
    order_id = found.place.order.id
    return redirect(url_for("views.form", addon="mrp_routing", resource="work-orders", record_id=order_id))


def _part(found: Parting, form: Mapping[str, str]) -> None:
    into = next((ticket for ticket in found.others if str(ticket.id) == form.get("into")), None)
    if into is not None:
        merge(found.place.operation.id, into.id)
    else:
        split(found.place.operation.id, read_quantity(form.get("quantity", "")))


def _parting(operation_id: int, refusal: str = "") -> str:
    return render_template("mrp_routing/parting.html", found=find_parting(operation_id), refusal=refusal)


def _settling(found: Waiting, refusal: str = "") -> str:
    at = f"{local(found.event.at):%Y-%m-%dT%H:%M}"
    return render_template(
        "mrp_routing/settle.html", found=found, at=at, refusal=refusal, amounts=AMOUNTS, form=request.form
    )


def _changed(form: Mapping[str, str]) -> Scan:
    """The scan as somebody has put it right. Raises `ValidationError` for what is no time or quantity."""
    at = _local_time(form.get("at", "")) or utcnow()
    since = _local_time(form.get("since", "")) or at
    said: dict[str, Any] = {name: read_quantity(form[name]) for name in AMOUNTS if form.get(name, "").strip()}
    return Scan(event_id="", at=at, since=since, codes=form.get("codes", "").split(), **said)


def _local_time(text: str) -> datetime | None:
    """A time of the factory as a form sends it; None when empty."""
    if not text:
        return None
    refusal = ValidationError(_("Write the time as a date and a clock time."))
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise refusal from None
    if time.year not in YEARS:
        raise refusal
    return time.replace(tzinfo=factory_zone())
