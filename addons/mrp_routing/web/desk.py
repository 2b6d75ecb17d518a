"""Pages for those who decide: scans that could not be applied, and tickets to be parted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import redirect, render_template, request, url_for

from addons.masterdata.services import factory_zone
from addons.mrp_routing.services import Scan, merge, split
from addons.mrp_routing.services.corrections import Waiting, find_waiting, get_waiting, try_to_settle
from addons.mrp_routing.services.tickets import Parting, find_parting
from addons.mrp_routing.web.blueprint import blueprint
from core.db import utcnow
from core.db.session import refusal_of
from core.errors import ValidationError
from core.i18n import _
from core.web.access import requires
from core.web.format import local
from core.workflow.quantities import read_quantity

CORRECT = "mrp_routing.work_order.correct"
SPLIT = "mrp_routing.work_order.split"
YEARS = range(2000, 2100)  # what the address for devices takes as well
AMOUNTS = {"good": _("Good"), "scrap": _("Scrap"), "rework": _("Rework"), "held": _("Held")}


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
