"""What a list page calls beside itself: filters, saved views, export, bulk actions, density, choices of a link."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, send_file, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.db.base import display
from core.db.session import db, run_unit, writing
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import _
from core.imports import exports
from core.kernel.registry import current_registry
from core.views import export, filters, saved
from core.views.drawing import list_url
from core.views.export import XLSX
from core.views.listing import Listing, search_clause, search_fields
from core.views.state import State
from core.web.access import requires_on_model, signed_in
from core.web.addresses import LARGEST_ID, read_id, safe_next
from core.workflow import audit, bulk
from core.workflow.records import linking

blueprint = Blueprint("lists", __name__)
LIST = "/m/<addon>/<resource>"
MOST_OPTIONS = 20
YEAR = 365 * 24 * 3600


def _listing(addon: str, resource: str, arguments: Any) -> Listing:
    spec = current_registry().at(addon, resource)
    return Listing(spec, current_actor(), State.from_arguments(arguments))


@blueprint.get(f"{LIST}/filters")
@requires_on_model("read")
def offer_filters(addon: str, resource: str) -> str:
    """The fields to filter by, or the editor of the filter on the field `on`."""
    shown = _listing(addon, resource, request.args)
    chosen = request.args.get("on")
    if not chosen:
        fields = filters.filter_fields(shown.spec, shown.actor)
        return render_template("core/list_fields.html", spec=shown.spec, state=shown.state, fields=fields)
    one = filters.filter_on(shown.spec, chosen, shown.actor)
    if one is None:
        raise NotFound(_("There is no field “%(path)s”.", path=chosen[:80]))
    return render_template("core/list_filter.html", spec=shown.spec, state=shown.state, filter=one)


@blueprint.get(f"{LIST}/views")
@requires_on_model("read")
def offer_views(addon: str, resource: str) -> str:
    """The saved views of a list to choose from."""
    shown = _listing(addon, resource, request.args)
    views = saved.find_saved(shown.spec, shown.actor)
    return render_template("core/list_views.html", spec=shown.spec, state=shown.state, views=views, saved=saved)


@blueprint.get(f"{LIST}/views/new")
@requires_on_model("read")
def ask_view(addon: str, resource: str) -> str:
    """The dialog that asks under which name and for whom to keep the list."""
    shown = _listing(addon, resource, request.args)
    roles = saved.shareable_roles(shown.actor)
    return render_template("core/save_view.html", spec=shown.spec, state=shown.state, roles=roles)


@blueprint.post(f"{LIST}/views")
@requires_on_model("read")
def save_view(addon: str, resource: str) -> Response:
    """Keep this list under a name, for oneself, a role or everybody."""
    shown, form = _listing(addon, resource, request.form), request.form
    view = saved.save(
        shown,
        name=form.get("name", "").replace("\x00", ""),
        shared=form.get("audience") == "all",
        role_id=form.get("audience", type=read_id),
        opens="opens" in form,
    )
    return redirect(saved.state_of(view).url(list_url(shown.spec)), 303)


@blueprint.post(f"{LIST}/views/<int(max={LARGEST_ID}):view_id>/forget")
@requires_on_model("read")
def forget_view(addon: str, resource: str, view_id: int) -> Response:
    """Remove a saved view."""
    saved.forget(view_id, current_actor())
    return redirect(list_url(current_registry().at(addon, resource)), 303)


@blueprint.get(f"{LIST}/export")
@requires_on_model("export")
def export_list(addon: str, resource: str) -> Response:
    """What the list shows, or with `full` every field, as xlsx or csv. Reads only: nobody waits while it is written."""
    shown, format = _listing(addon, resource, request.args), request.args.get("format", "xlsx")
    if export.is_large(shown):
        later = url_for("imports.ask_later", addon=addon, resource=resource)
        return redirect(f"{later}?{urlencode(list(request.args.items(multi=True)))}")
    content = exports.make(shown, format=format, full="full" in request.args)
    _note_export(shown)
    name, mimetype = exports.file_name(shown.spec, format), "text/csv" if format == "csv" else XLSX
    return send_file(io.BytesIO(content), mimetype=mimetype, as_attachment=True, download_name=name)


def _note_export(shown: Listing) -> None:
    """Leave a trace of who took which columns out."""
    db.session.rollback()
    columns = [column.path for column in shown.columns]
    with writing():
        run_unit(lambda: audit.note("export", model=shown.spec.name, columns=columns))


@blueprint.post(f"{LIST}/bulk")
@requires_on_model("read")
def bulk_action(addon: str, resource: str) -> str:
    """Fire a transition on the picked rows, or delete them; each row has its own result."""
    spec = current_registry().at(addon, resource)
    results = bulk.run(spec, request.form.getlist("id", type=read_id), request.form.get("action", ""))
    return render_template("core/bulk_result.html", results=results)


@blueprint.post(f"{LIST}/density")
@requires_on_model("read")
def density(addon: str, resource: str) -> Response:
    """Switch between normal and dense rows, kept in a cookie."""
    home = list_url(current_registry().at(addon, resource))
    response = redirect(safe_next(request.form.get("next"), otherwise=home), 303)
    dense = request.cookies.get("density") == "dense"
    response.set_cookie(
        "density", "normal" if dense else "dense", max_age=YEAR, samesite="Lax", httponly=True, path="/m"
    )
    return response


@blueprint.get(f"{LIST}/options")
@signed_in
def options(addon: str, resource: str) -> Response:
    """Records to choose from in a link field, as JSON: those a link may lead to whose names fit `q`.

    Records no longer active are left out unless `all` is given (for filters).
    """
    spec, actor = current_registry().at(addon, resource), current_actor()
    if not spec.meta.public_name:
        actor.require(spec.permission("read"))
    query = _choices(spec, everything="all" in request.args)
    text = request.args.get("q", "").strip()[:200]
    if text and search_fields(spec, actor):
        query = query.where(search_clause(spec, text, actor))
    with linking(spec.model):
        found = list(db.session.scalars(query.limit(MOST_OPTIONS)))
    return make_response(jsonify(items=[{"id": record.id, "text": display(record)} for record in found]))


def _choices(spec: ModelSpec, *, everything: bool) -> Any:
    model: Any = spec.model
    query = select(model).order_by(*(getattr(model, name.lstrip("-")) for name in spec.meta.order), model.id)
    return query if everything or "active" not in spec.fields else query.where(model.active)
