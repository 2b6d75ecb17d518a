"""The page for reporting work by scanning."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template, request

from addons.mrp_routing.services import Screen, Step, advance
from addons.mrp_routing.services.codes import MOST_CODES
from core.actor import current_actor
from core.errors import ValidationError
from core.i18n import _
from core.web.access import requires
from core.web.errors import wants_fragment

blueprint = Blueprint("mrp_routing", __name__)
REPORT = "mrp_routing.work_order.report"


@blueprint.get("/scan")
@requires(REPORT)
def scan() -> str:
    """The page, waiting for the first code."""
    return render_template("mrp_routing/scan.html", screen=Screen())


@blueprint.post("/scan")
@requires(REPORT)
def scan_step() -> str:
    """One more code, or the quantities."""
    form = request.form
    step = Step(
        event_id=_event_id(form.get("event_id", "")),
        codes=form.getlist("codes")[:MOST_CODES],
        code=form.get("code", ""),
        good=form.get("good", ""),
        scrap=form.get("scrap", ""),
    )
    screen = advance(f"web-{current_actor().session_id or 0}", step)
    return render_template(f"mrp_routing/{'scan_panel' if wants_fragment() else 'scan'}.html", screen=screen)


def _event_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValidationError(_("Load the page again, then scan.")) from None
