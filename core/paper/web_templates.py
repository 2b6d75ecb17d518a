"""The pages on which customers' print templates are written, tried out and published."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor
from core.db.base import display
from core.db.scope import get_or_none
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict, QingmesError, ValidationError
from core.i18n import LOCALES
from core.kernel.registry import current_registry
from core.paper import custom, layout, render
from core.paper.models import PrintTemplate
from core.paper.plain import tree_of
from core.paper.sizes import PAGES, page_title
from core.paper.web import pdf_response
from core.web.access import requires
from core.web.addresses import LARGEST_ID, read_id

blueprint = Blueprint("print_templates", __name__, url_prefix="/paper/templates")
ONE = f"/<int(max={LARGEST_ID}):template_id>"
SIZES = {size: page_title(size) for name in PAGES for size in (name, f"{name} landscape")}


@blueprint.get("")
@requires("core.print_template.read")
def index() -> str:
    """Every template."""
    return render_template("paper/templates.html", templates=custom.find_templates(), models=current_registry().models)


@blueprint.get("/new")
@requires("core.print_template.write")
def new() -> str:
    """Ask for what a new template is of, then for what stands on it."""
    return _begin(request.args.get("model", ""), typed={})


def _begin(model: str, *, typed: Any, error: ValidationError | None = None) -> str:
    specs = custom.models_to_print()
    spec = next((s for s in specs if s.name == model), None)
    shown = _to_tick(spec, typed) if spec is not None else {}
    return render_template(
        "paper/template_new.html", specs=specs, chosen=spec, error=error, typed=typed, offered=layout.offered, **shown
    )


def _to_tick(spec: ModelSpec, typed: Any) -> dict[str, Any]:
    """What can stand on the paper of a model, with what was ticked or usually is."""
    tree = tree_of(spec, current_actor())
    return {
        "tree": tree,
        "layout": layout.read_layout(tree, typed) if typed else layout.usual_layout(spec, tree),
        "lines": {name: current_registry().models[line.model].meta for name, line in spec.lines.items()},
    }


@blueprint.post("/new")
@requires("core.print_template.write")
def create() -> BaseResponse:
    """Begin a template with what was ticked."""
    typed = request.form
    try:
        spec = custom.model_to_print(typed.get("model", ""))
        wanted = layout.read_layout(tree_of(spec, current_actor()), typed) if "title" in typed else None
        template = custom.create_template(spec.name, typed.get("name", ""), wanted)
    except ValidationError as error:
        db.session.rollback()
        return make_response(_begin(typed.get("model", ""), typed=typed, error=error), error.status)
    return redirect(url_for("print_templates.edit", template_id=template.id), 303)


@blueprint.get(ONE)
@requires("core.print_template.read")
def edit(template_id: int) -> str:
    """The editor."""
    template = custom.get_template(template_id)
    return _editor(template, template)


def _editor(template: PrintTemplate, draft: Any, error: QingmesError | None = None) -> str:
    spec = current_registry().model(template.model)
    return render_template(
        "paper/template_edit.html",
        template=template,
        draft=draft,
        spec=spec,
        papers=custom.papers_to_replace(spec),
        links=custom.links_of(spec),
        only_for=_only_for(spec, draft),
        groups=custom.field_list(spec),
        sizes=SIZES,
        languages=LOCALES,
        error=error,
        may_write=current_actor().can("core.print_template.write"),
    )


def _only_for(spec: Any, draft: Any) -> str:
    """What names the record a template is kept to, if the reader reaches it."""
    field = spec.fields.get(draft.for_field or "")
    if field is None or draft.for_id is None:
        return ""
    record = get_or_none(current_registry().models[field.target].model, draft.for_id)
    return display(record) if record is not None else f"#{draft.for_id}"


@blueprint.post(ONE)
@requires("core.print_template.write")
def save(template_id: int) -> BaseResponse:
    """Keep the draft; one that cannot be read comes back as typed, with the line that is wrong."""
    draft = custom.read_draft(request.form)
    try:
        custom.save_draft(template_id, draft, version=_version())
    except (ValidationError, Conflict) as error:
        db.session.rollback()
        return make_response(_editor(custom.get_template(template_id), draft, error), error.status)
    return redirect(url_for("print_templates.edit", template_id=template_id), 303)


def _version() -> int | None:
    return request.form.get("version", type=int)


@blueprint.post(f"{ONE}/try")
@requires("core.print_template.read")
def try_out(template_id: int) -> Response:
    """A test print of what was typed, on a real record; nothing is kept."""
    draft = custom.read_draft(request.form)
    ready = custom.try_out(custom.get_template(template_id), draft, request.form.get("record_id", type=read_id))
    db.session.rollback()  # nobody waits for the database while the press works
    return pdf_response(render.make_pdf(ready.documents, ready.title), ready.title)


@blueprint.post(f"{ONE}/publish")
@requires("core.print_template.publish")
def publish(template_id: int) -> BaseResponse:
    """Print by the draft from now on."""
    custom.publish(template_id, version=_version())
    return redirect(url_for("print_templates.edit", template_id=template_id), 303)


@blueprint.post(f"{ONE}/withdraw")
@requires("core.print_template.publish")
def withdraw(template_id: int) -> BaseResponse:
    """Print by it no longer."""
    custom.withdraw(template_id, version=_version())
    return redirect(url_for("print_templates.edit", template_id=template_id), 303)


@blueprint.post(f"{ONE}/restore")
@requires("core.print_template.write")
def restore(template_id: int) -> BaseResponse:
    """Make an earlier version the draft again."""
    custom.restore(template_id, request.form.get("number", 0, type=int), version=_version())
    return redirect(url_for("print_templates.edit", template_id=template_id), 303)
