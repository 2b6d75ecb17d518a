"""The list of reports, and the page and files of each."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, request, send_file
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.db.session import db, run_unit, writing
from core.errors import Forbidden, NotFound, QingmesError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons
from core.reports.asking import Asked, read_asked
from core.reports.declare import Report
from core.reports.table import Table, is_number, leads_to, table_of, text_of
from core.views.export import XLSX, to_csv, to_xlsx
from core.web.access import signed_in
from core.workflow import audit
from core.workflow.numbering import today

blueprint = Blueprint("reports", __name__)
PER_PAGE = 200


@blueprint.get("/reports")
@signed_in
def index() -> str:
    """Every report the reader may open, by app."""
    return render_template("reports/index.html", groups=list(_groups()))


def _groups() -> Iterator[tuple[Text, str, list[Report]]]:
    actor, registry = current_actor(), current_registry()
    for name, addon in registry.addons.items():
        mine = [d.what for d in registry.reports.values() if d.addon == name and actor.can(d.what.permission)]
        if mine and name in enabled_addons():
            yield addon.manifest.title, name, sorted(mine, key=lambda report: (report.sequence, report.name))


@blueprint.get("/reports/<addon>/<name>")
@signed_in
def show(addon: str, name: str) -> str | Response:
    """A report: its inputs, and its answer once they are complete; as a file with `format`."""
    report = _report(addon, name)
    asked = read_asked(report, request.args)
    table, refusal = _answer(report, asked)
    format = request.args.get("format")
    if table is not None and format in ("xlsx", "csv"):
        return _file(f"{addon}.{name}", report, table, format)
    last = -(-len(table.all_rows) // PER_PAGE) if table is not None else 1
    return render_template(
        "reports/report.html",
        addon=addon,
        report=report,
        asked=asked,
        table=table,
        refusal=refusal,
        page=max(min(request.args.get("page", 1, type=int), last), 1),
        per_page=PER_PAGE,
        text_of=text_of,
        is_number=is_number,
        leads_to=leads_to,
    )


def _report(addon: str, name: str) -> Report:
    declared = current_registry().reports.get(f"{addon}.{name}")
    if declared is None or declared.addon not in enabled_addons():
        raise NotFound(_("There is no such report."))
    current_actor().require(declared.what.permission)
    return declared.what


def _answer(report: Report, asked: Asked) -> tuple[Table | None, str]:
    """The table, or None and why there is none."""
    if asked.errors:
        return None, ""
    try:
        return table_of(report, report.answer(asked.values), current_actor()), ""
    except Forbidden:
        raise
    except QingmesError as error:
        return None, str(error)


def _file(key: str, report: Report, table: Table, format: str) -> Response:
    content = (to_csv if format == "csv" else to_xlsx)(table, [table.all_rows])
    db.session.rollback()
    with writing():
        run_unit(lambda: audit.note("export", model=key, columns=[column.name for column in table.columns]))
    name = f"{report.title} {today():%Y-%m-%d}.{format}"
    mimetype: Any = "text/csv" if format == "csv" else XLSX
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)
