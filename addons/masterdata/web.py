"""Pages the generic screens cannot say: duplicates, and a calendar's year."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from addons.masterdata import services
from addons.masterdata.models import WorkCalendar
from addons.masterdata.services.yearpage import year_page
from core.db.types import utcnow
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.access import requires
from core.workflow.records import get_record

blueprint = Blueprint("masterdata", __name__, url_prefix="/masterdata", template_folder="templates")

SHOWN = 200
YEARS = range(2000, 2100)
SHORT_WEEKDAYS = (_("Mo"), _("Tu"), _("We"), _("Th"), _("Fr"), _("Sa"), _("Su"))


@blueprint.get("/duplicates")
@requires("masterdata.item.read")
def duplicates() -> str:
    """Items that look like one another, in groups."""
    groups = services.find_duplicates()
    return render_template("masterdata/duplicates.html", groups=groups[:SHOWN], total=len(groups))


@blueprint.get("/calendars/<int:calendar_id>")
@requires("masterdata.work_calendar.read")
def calendar_year(calendar_id: int) -> str:
    """The days of a year, worked and free."""
    calendar = _calendar(calendar_id, "read")
    page = year_page(calendar, _year(request.args.get("year")))
    return render_template("masterdata/calendar_year.html", calendar=calendar, page=page, weekdays=SHORT_WEEKDAYS)


@blueprint.post("/calendars/<int:calendar_id>/holidays")
@requires("masterdata.work_calendar.write")
def fill_holidays(calendar_id: int) -> Response:
    """Fill in the official holidays of a year."""
    year = _year(request.form.get("year"))
    services.fill_holidays(_calendar(calendar_id, "write"), year)
    return redirect(url_for("masterdata.calendar_year", calendar_id=calendar_id, year=year), 303)


def _calendar(calendar_id: int, verb: str) -> WorkCalendar:
    spec = current_registry().model("masterdata.work_calendar")
    calendar: WorkCalendar = get_record(spec, calendar_id, verb=verb, lock=verb == "write")
    return calendar


def _year(text: str | None) -> int:
    if not text:
        return utcnow().year
    if not text.isdecimal() or int(text) not in YEARS:
        raise ValidationError(_("“%(text)s” is not a year; write it as 2026.", text=text))
    return int(text)
