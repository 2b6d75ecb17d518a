"""The pages of imports and of large exports. Each reads input, calls one service, renders."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Forbidden, NotFound, QingmesError, ValidationError
from core.i18n import _
from core.imports import exports, report, services, template
from core.imports.models import OUTCOMES, STATES, Import
from core.imports.settings import ACTIONS, DATES, EMPTY, Settings
from core.imports.targets import keys_of, targets_of
from core.kernel.registry import current_registry
from core.views.drawing import list_url
from core.views.export import LARGE, XLSX
from core.views.listing import Listing
from core.views.state import State
from core.web.access import requires_on_model, signed_in
from core.web.addresses import LARGEST_ID
from core.workflow.attachments import storage

blueprint = Blueprint("imports", __name__)
LIST = "/m/<addon>/<resource>"
ONE = f"/imports/<int(max={LARGEST_ID}):import_id>"
EXPORT = f"/exports/<int(max={LARGEST_ID}):export_id>"
SAMPLES = 3


@blueprint.app_template_global()
def offers_import(spec: ModelSpec) -> bool:
    """Whether lists of this kind show their reader the way to an import."""
    return services.can_import(spec, current_actor())


@blueprint.get("/imports")
@signed_in
def index() -> str:
    """Earlier imports of mine; everyone's for those who may see them."""
    found = services.find_imports(before=request.args.get("before", type=int))
    older = found[-1].id if len(found) == services.PAGE else None
    return render_template(
        "imports/index.html",
        rows=found,
        older=older,
        states=STATES,
        outcomes=OUTCOMES,
        models=current_registry().models,
    )


@blueprint.get(f"{LIST}/import")
@requires_on_model("read")
def new(addon: str, resource: str) -> str:
    """Where a file is chosen."""
    return _upload_page(_importable(addon, resource), None)


def _importable(addon: str, resource: str) -> ModelSpec:
    spec = current_registry().at(addon, resource)
    if not services.can_import(spec, current_actor()):
        raise Forbidden(_("You may neither add nor change %(model)s.", model=spec.meta.plural or spec.meta.title))
    return spec


def _upload_page(spec: ModelSpec, error: QingmesError | None) -> str:
    return render_template("imports/upload.html", spec=spec, base=list_url(spec), error=error)


@blueprint.post(f"{LIST}/import")
@requires_on_model("read")
def upload(addon: str, resource: str) -> BaseResponse:
    """Take the file; a refused one is explained where it was chosen."""
    spec = _importable(addon, resource)
    sent = request.files.get("file")
    content = sent.read() if sent else b""
    try:
        if sent is None or not sent.filename:
            raise ValidationError(_("Choose a file first."))
        kept = services.upload(spec, sent.filename, content)
    except ValidationError as error:
        db.session.rollback()
        return make_response(_upload_page(spec, error), error.status)
    return redirect(url_for("imports.show", import_id=kept.id), 303)


@blueprint.get(f"{LIST}/import/template")
@requires_on_model("read")
def empty_file(addon: str, resource: str) -> Response:
    """The empty workbook to fill in."""
    spec = _importable(addon, resource)
    content = template.make_template(spec, current_actor())
    name = f"{spec.meta.plural or spec.meta.title}.xlsx"
    return send_file(io.BytesIO(content), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get(ONE)
@signed_in
def show(import_id: int) -> str:
    """One import: its columns to be chosen, how far the job is, or what became of each row."""
    kept = services.get_import(import_id)
    if services.is_at_work(kept):
        return render_template("imports/progress.html", **_about(kept))
    if kept.state not in ("checked", "done") or "columns" in request.args:
        return _columns_page(kept, _settings(kept), None)
    return _report_page(kept)


def _about(kept: Import) -> dict[str, Any]:
    spec = current_registry().model(kept.model)
    about = {"kept": kept, "spec": spec, "base": list_url(spec), "states": STATES}
    return {**about, "delivery": services.find_delivery(kept)}


def _settings(kept: Import) -> Settings:
    """As kept; guessed anew for another sheet or heading row."""
    asked = {"sheet": request.args.get("sheet"), "header": request.args.get("header", type=int)}
    settings = Settings.from_json(kept.settings)
    if asked["sheet"] is None and asked["header"] is None:
        return settings
    changed = asked["sheet"] not in (None, settings.sheet)
    if changed:
        asked["header"] = None
    spec = current_registry().model(kept.model)
    return services.guess_settings(spec, kept, current_actor(), **asked)  # type: ignore[arg-type]


def _columns_page(kept: Import, settings: Settings, error: QingmesError | None) -> str:
    spec, actor = current_registry().model(kept.model), current_actor()
    targets = targets_of(spec, actor)
    rows = kept.preview.get(settings.sheet, [])
    headings = rows[settings.header - 1] if 0 < settings.header <= len(rows) else []
    below = [row for row in rows[settings.header :] if any(row)][:SAMPLES]
    width = max(map(len, [headings, *below]), default=0)
    columns = [
        (n, _at(headings, n), [text for row in below if (text := _at(row, n))], settings.columns.get(n, ""))
        for n in range(width)
        if _at(headings, n) or any(_at(row, n) for row in below)
    ]
    return render_template(
        "imports/columns.html",
        settings=settings,
        rows=rows,
        columns=columns,
        targets=targets,
        keys=keys_of(spec, targets),
        actions=ACTIONS,
        empties=EMPTY,
        dates=DATES,
        error=error,
        **_about(kept),
    )


def _at(row: Any, position: int) -> str:
    return row[position] if position < len(row) else ""


@blueprint.post(f"{ONE}/check")
@signed_in
def check(import_id: int) -> BaseResponse:
    """Check the file with the columns chosen."""
    kept = services.get_import(import_id, lock=True)
    settings = services.settings_from(kept, request.form)
    try:
        services.start_check(kept, settings)
    except ValidationError as error:
        db.session.rollback()
        return make_response(_columns_page(services.get_import(import_id), settings, error), error.status)
    return redirect(url_for("imports.show", import_id=import_id), 303)


@blueprint.post(f"{ONE}/run")
@signed_in
def run(import_id: int) -> BaseResponse:
    """Import what was checked: everything, or the valid rows."""
    services.start_run(services.get_import(import_id, lock=True), whole=request.form.get("rows") != "valid")
    return redirect(url_for("imports.show", import_id=import_id), 303)


@blueprint.get(f"{ONE}/progress")
@signed_in
def progress(import_id: int) -> Response:
    """How far the job is, for the page that asks every second; it is loaded anew at the end."""
    kept = services.get_import(import_id)
    if not services.is_at_work(kept):
        return Response(status=204, headers={"HX-Refresh": "true"})
    return make_response(render_template("imports/bar.html", **_about(kept)))


def _report_page(kept: Import) -> str:
    outcome = request.args.get("outcome", "")
    rows = services.find_rows(kept.id, outcome=outcome, after=request.args.get("after", 0, type=int))
    shown = rows[: services.ROWS_PAGE]
    return render_template(
        "imports/report.html",
        rows=shown,
        after=shown[-1].row if len(rows) > len(shown) else None,
        outcome=outcome,
        outcomes=OUTCOMES,
        fits=services.fits_at_once(kept),
        **_about(kept),
    )


@blueprint.get(f"{ONE}/refused")
@signed_in
def refused(import_id: int) -> Response:
    """The file with the reason beside each refused row."""
    kept = services.get_import(import_id)
    if kept.state not in ("checked", "done"):
        raise NotFound(_("This file has not been checked yet."))
    name = f"{kept.name.rpartition('.')[0]}-{_('Refused')}.xlsx"
    return send_file(io.BytesIO(report.refused_rows(kept)), mimetype=XLSX, as_attachment=True, download_name=name)


@blueprint.get(f"{LIST}/export/later")
@requires_on_model("export")
def ask_later(addon: str, resource: str) -> str:
    """Says that the export is long, and asks whether to make it in the background."""
    spec = current_registry().at(addon, resource)
    fields = [(name, value) for name, value in request.args.items(multi=True)]
    return render_template("imports/export_later.html", spec=spec, base=list_url(spec), fields=fields, large=LARGE)


@blueprint.post(f"{LIST}/export/later")
@requires_on_model("export")
def make_later(addon: str, resource: str) -> BaseResponse:
    """Have the file made in the background."""
    listing = Listing(current_registry().at(addon, resource), current_actor(), State.from_arguments(request.form))
    kept = exports.ask(listing, format=request.form.get("format", ""), full="full" in request.form)
    return redirect(url_for("imports.show_export", export_id=kept.id), 303)


@blueprint.get(EXPORT)
@signed_in
def show_export(export_id: int) -> str:
    """How far an export is, and where to fetch it."""
    return render_template("imports/export.html", **_about_export(export_id))


@blueprint.get(f"{EXPORT}/progress")
@signed_in
def export_progress(export_id: int) -> Response:
    """How far it is, for the page that asks every second."""
    about = _about_export(export_id)
    if about["kept"].key:
        return Response(status=204, headers={"HX-Refresh": "true"})
    return make_response(render_template("imports/bar.html", **about))


def _about_export(export_id: int) -> dict[str, Any]:
    kept = exports.get_export(export_id)
    spec = current_registry().model(kept.model)
    return {"kept": kept, "spec": spec, "base": list_url(spec), "delivery": services.find_delivery(kept)}


@blueprint.get(f"{EXPORT}/file")
@signed_in
def export_file(export_id: int) -> Response:
    """The file of an export that is ready."""
    kept = exports.get_export(export_id)
    if kept.key is None:
        raise NotFound(_("This export is not ready yet."))
    spec = current_registry().model(kept.model)
    mimetype = "text/csv" if kept.format == "csv" else XLSX
    content = io.BytesIO(storage().read(kept.key))
    name = exports.file_name(spec, kept.format)
    return send_file(content, mimetype=mimetype, as_attachment=True, download_name=name)
