"""The generic pages: home, search, list, board, form. Each reads input, calls one service, renders."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.approvals import gate, service
from core.approvals.pages.preview import preview, sent_choices
from core.db.base import display
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict, QingmesError, StaleVersion, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.views import filters, kanban, saved, search
from core.views.columns import available_paths, resolve
from core.views.conflicts import clashes, snapshot
from core.views.drawing import list_url, record_url
from core.views.forms import Form, link_texts
from core.views.listing import Listing, group_fields, search_fields
from core.views.models import SavedView
from core.views.params import param_inputs, sent_params
from core.views.reading import read_form
from core.views.state import COUNT_LIMIT, State
from core.web.access import requires_on_model, signed_in
from core.web.addresses import LARGEST_ID, read_id, safe_next
from core.web.errors import wants_fragment
from core.workflow import bulk
from core.workflow.declare import Transition
from core.workflow.fire import available
from core.workflow.params import transition_params
from core.workflow.records import check_editable, create_record, delete_record, get_record, update_record

blueprint = Blueprint("views", __name__)
LIST = "/m/<addon>/<resource>"
RECORD = f"{LIST}/<int(max={LARGEST_ID}):record_id>"


def _spec(addon: str, resource: str) -> ModelSpec:
    return current_registry().at(addon, resource)


@blueprint.get("/")
@signed_in
def home() -> str:
    """The first page: what the person may reach."""
    return render_template("core/home.html")


@blueprint.get("/search")
@signed_in
def find() -> Response:
    """Jump to a scanned code's record, or list what fits."""
    text = request.args.get("q", "").replace("\x00", "").strip()[:200]
    target = search.jump(text, current_actor()) if text else None
    if target is not None:
        return redirect(target)
    found = search.search(text, current_actor()) if text else []
    return make_response(render_template("core/search.html", text=text, found=found))


@blueprint.get(LIST)
@requires_on_model("read")
def listing(addon: str, resource: str) -> Response:
    """The list of a model."""
    spec, actor = _spec(addon, resource), current_actor()
    asked = State.from_arguments(request.args)
    views = saved.find_saved(spec, actor) if asked.is_plain or asked.view else []
    state = saved.opening_state(spec, actor, views, asked)
    shown = Listing(spec, actor, state)
    if state.page > 1 and not shown.page.ids:
        return redirect(state.url(list_url(spec)))
    return make_response(_list_page(shown, next((v for v in views if v.id == state.view), None)))


def _list_page(shown: Listing, view: SavedView | None) -> str:
    spec, actor, state = shown.spec, shown.actor, shown.state
    return render_template(
        "core/list.html",
        spec=spec,
        listing=shown,
        state=state,
        base=list_url(spec),
        filters=filters.filters_of(shown),
        view=view,
        is_changed=view is not None and saved.is_changed(view, state),
        can_search=bool(search_fields(spec, actor)),
        group_fields=group_fields(spec, actor),
        available=[c for c in (resolve(spec, p, actor) for p in available_paths(spec)) if c],
        workflow=current_registry().workflows.get(spec.name),
        bulk_transitions=bulk.offered(spec, actor),
        has_board=spec.name in current_registry().kanbans,
        dense=request.cookies.get("density") == "dense",
        limit=COUNT_LIMIT,
    )


@blueprint.get(f"{LIST}/kanban")
@requires_on_model("read")
def board(addon: str, resource: str) -> str:
    """The board of a model."""
    spec = _spec(addon, resource)
    shown = request.args.get("shown", kanban.CARDS, type=int)
    drawn = kanban.board(spec, current_actor(), shown=shown)
    return render_template("core/kanban.html", spec=spec, base=list_url(spec), board=drawn)


@blueprint.get(f"{LIST}/new")
@requires_on_model("create")
def new(addon: str, resource: str) -> ResponseReturnValue:
    """An empty form, or one filled in from the record `copy`."""
    spec, actor = _spec(addon, resource), current_actor()
    if (own := _own_page(spec, None)) is not None:
        return redirect(own)
    source_id = request.args.get("copy", type=read_id)
    typed = bulk.copy_values(spec, get_record(spec, source_id), actor) if source_id else _given(spec)
    return _form_page(Form(spec, actor, spec.model(), editable=True, typed=typed))


def _given(spec: ModelSpec) -> dict[str, Any]:
    """Values the address brings for a new record (`?item_id=3`)."""
    return {name: value for name, value in request.args.items() if name in spec.fields}


@blueprint.post(f"{LIST}/new")
@requires_on_model("create")
def create(addon: str, resource: str) -> Response:
    """Make the record; refused input comes back as typed, with sentences beside the fields."""
    spec, actor = _spec(addon, resource), current_actor()
    typed = read_form(spec, actor, request.form, creating=True)
    try:
        record = create_record(spec, typed)
    except (ValidationError, Conflict) as error:
        db.session.rollback()
        return _refused(Form(spec, actor, spec.model(), True, typed, error.fields), error)
    return redirect(record_url(spec.name, record.id), 303)


@blueprint.get(RECORD)
@requires_on_model("read")
def form(addon: str, resource: str, record_id: int) -> ResponseReturnValue:
    """The form of a record; read-only when its state or the reader's rights do not let it be changed."""
    spec, actor = _spec(addon, resource), current_actor()
    if (own := _own_page(spec, record_id)) is not None:
        return redirect(own)
    record = get_record(spec, record_id)
    return _form_page(Form(spec, actor, record, editable=_may_edit(spec, record)))


def _own_page(spec: ModelSpec, record_id: int | None) -> str | None:
    """The address of the page a model has instead of the generic form, or None."""
    view = current_registry().forms.get(spec.name)
    return url_for(view.endpoint, record_id=record_id) if view is not None and view.endpoint else None


def _may_edit(spec: ModelSpec, record: Any) -> bool:
    if not current_actor().can(spec.permission("write")):
        return False
    try:
        check_editable(spec, record)
    except Conflict:
        return False
    return not gate.holds_all(spec.name, record.id)


@blueprint.post(RECORD)
@requires_on_model("write")
def update(addon: str, resource: str, record_id: int) -> Response:
    """Save the record; a concurrent save is shown field by field, and nothing typed is lost."""
    spec, actor = _spec(addon, resource), current_actor()
    typed = read_form(spec, actor, request.form, creating=False)
    try:
        update_record(spec, record_id, typed, version=request.form.get("version", type=int))
    except StaleVersion:
        db.session.rollback()
        return _conflict(spec, record_id, typed)
    except (ValidationError, Conflict) as error:
        db.session.rollback()
        return _refused(Form(spec, actor, get_record(spec, record_id), True, typed, error.fields), error)
    return redirect(record_url(spec.name, record_id), 303)


def _conflict(spec: ModelSpec, record_id: int, typed: dict[str, Any]) -> Response:
    actor = current_actor()
    record = get_record(spec, record_id)
    page = Form(spec, actor, record, editable=True, typed=typed)
    saved_now = Form(spec, actor, record, editable=True).sections()
    mine = page.sections()
    differing = clashes(mine, saved_now, request.form.get("was", ""), link_texts(mine))
    return make_response(_form_page(page, clashes=differing, was=snapshot(saved_now)), 409)


def _refused(page: Form, error: QingmesError) -> Response:
    return make_response(_form_page(page, error=error), error.status)


def _form_page(page: Form, *, error: QingmesError | None = None, clashes: Any = None, was: Any = None) -> str:
    """The page of a form. `clashes` and `was` (the record as another saved it) open the conflict dialog."""
    spec, record = page.spec, page.record
    sent: Mapping[str, str] = request.form if page.typed else {}
    drawn = page.sections()
    return render_template(
        "core/form.html",
        spec=spec,
        record=record,
        page=page,
        sections=drawn,
        was=sent.get("was") or json.dumps(snapshot(drawn), ensure_ascii=False),
        was_now=json.dumps(was, ensure_ascii=False),
        version=sent.get("version") or getattr(record, "version", None),
        link_texts=link_texts(drawn) if page.typed else {},
        base=list_url(spec),
        heading=display(record) if not page.is_new else _("New: %(title)s", title=spec.meta.title),
        workflow=current_registry().workflows.get(spec.name),
        transitions=[] if page.is_new else _offered(spec, record),
        error=error,
        clashes=clashes,
        dirty=bool(page.typed and (error or clashes is not None)),
        sent=list(request.form.items(multi=True)) if clashes is not None else [],
    )


def _offered(spec: ModelSpec, record: Any) -> list[Transition]:
    """The transitions to offer on a form: what waits for approval already is not asked for again."""
    asked = {name for name, _state in gate.standing(spec.name, record.id)}
    return [t for t in available(record, current_actor()) if t.name not in asked]


@blueprint.post(f"{RECORD}/delete")
@requires_on_model("delete")
def delete(addon: str, resource: str, record_id: int) -> Response:
    """Delete the record."""
    spec = _spec(addon, resource)
    delete_record(spec, record_id, version=request.form.get("version", type=int))
    return redirect(list_url(spec), 303)


@blueprint.get(f"{RECORD}/fire/<transition>")
@requires_on_model("read")
def ask(addon: str, resource: str, record_id: int, transition: str) -> str:
    """The small dialog that asks for what a transition needs."""
    spec = _spec(addon, resource)
    record = get_record(spec, record_id)
    found = next((t for t in available(record, current_actor()) if t.name == transition), None)
    if found is None:
        raise Conflict(_("This is not possible any more; load the page again."))
    return _dialog(spec, record, found)


def _dialog(spec: ModelSpec, record: Any, transition: Transition, error: QingmesError | None = None) -> str:
    return render_template(
        "core/transition_dialog.html",
        spec=spec,
        record=record,
        transition=transition,
        inputs=param_inputs(transition, request.form, error),
        preview=preview(record, transition, request.form, sent_choices(request.form)),
        error=error,
        next=request.values.get("next", ""),
        version=request.values.get("version", getattr(record, "version", "")),
    )


@blueprint.post(f"{RECORD}/fire/<transition>")
@requires_on_model("read")
def fire_transition(addon: str, resource: str, record_id: int, transition: str) -> Response:
    """Run a transition or submit it for approval, and show the record; a refusal is told where the button was."""
    spec = _spec(addon, resource)
    record = get_record(spec, record_id)
    try:
        sent = sent_params(spec, transition, request.form)
        params = transition_params(spec, transition, sent)
        choices = sent_choices(request.form)
        service.ask(record, transition, version=request.form.get("version", type=int), choices=choices, **params)
    except (ValidationError, Conflict) as error:
        db.session.rollback()
        return _not_fired(spec, record_id, transition, error)
    target = safe_next(request.form.get("next"), otherwise=record_url(spec.name, record_id))
    if wants_fragment():
        return Response(status=204, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _not_fired(spec: ModelSpec, record_id: int, name: str, error: QingmesError) -> Response:
    """The dialog again with what was typed, the sentence for a board, or the record's page with it."""
    record = get_record(spec, record_id)
    transition = current_registry().transition(spec.name, name)
    if transition is not None and request.headers.get("HX-Target") == "dialog":
        return make_response(_dialog(spec, record, transition, error), error.status)
    if wants_fragment():
        raise error
    return _refused(Form(spec, current_actor(), record, editable=_may_edit(spec, record)), error)
