"""The pieces of a form builder a page asks for while somebody puts a condition together."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, make_response, render_template, request

from core.actor import current_actor
from core.criteria.describe import describe
from core.criteria.form import Editor, Group, editor_of, read_tree
from core.criteria.tree import MAX_DEPTH, check
from core.db.spec import ModelSpec
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.views.drawing import list_url
from core.views.state import State
from core.web.access import signed_in

blueprint = Blueprint("criteria", __name__)
BASE = "/criteria/<model>"


def _spec(model: str) -> ModelSpec:
    """The model, for somebody who may read its records."""
    spec = current_registry().model(model)
    if not is_enabled(spec.addon):
        raise NotFound(_("There is no page at this address."))
    current_actor().require(spec.permission("read"))
    return spec


def _editor(model: str) -> Editor:
    return Editor(_spec(model), current_actor(), tuple(request.args.getlist("only")))


def _part() -> Any:
    """The comparison the page sent, or an empty one."""
    part = read_tree(request.args, "part")
    return part if isinstance(part, dict) else {"field": ""}


@blueprint.get(f"{BASE}/row")
@signed_in
def row(model: str) -> str:
    """A row for a comparison: operators and inputs as its field takes them."""
    return draw_row(_editor(model))


@blueprint.get(f"{BASE}/group")
@signed_in
def group(model: str) -> str:
    """A new group with an empty row in it."""
    return draw_group(_editor(model))


@blueprint.get(f"{BASE}/check")
@signed_in
def problem(model: str) -> str:
    """What is wrong with a comparison, as a sentence; nothing when it is right."""
    return draw_problem(_editor(model))


def draw_row(editor: Editor) -> str:
    """The row a builder asks for."""
    return render_template("criteria/row.html", editor=editor, row=editor.row(_part()))


def draw_group(editor: Editor) -> str:
    """The new group a builder asks for."""
    depth = min(request.args.get("depth", 1, type=int), MAX_DEPTH)
    drawn = Group("or", depth + 1, [editor.row({"field": ""})])
    return render_template("criteria/group.html", editor=editor, group=drawn)


def draw_problem(editor: Editor) -> str:
    """What is wrong with the comparison a builder asks about."""
    return render_template("criteria/problem.html", problem=editor.problem_of(_part()))


@blueprint.get(f"{BASE}/filter")
@signed_in
def ask_filter(model: str) -> str:
    """The dialog in which a list's filter is put together."""
    return _dialog(_spec(model), State.from_arguments(request.args))


def _dialog(spec: ModelSpec, state: State, error: ValidationError | None = None) -> str:
    return render_template("criteria/filter.html", spec=spec, state=state, error=error)


@blueprint.get(f"{BASE}/filter/apply")
@signed_in
def apply_filter(model: str) -> Response:
    """Lead to the list with this filter; one that makes no sense comes back with a sentence beside its rows."""
    spec, state = _spec(model), State.from_arguments(request.args)
    try:
        if state.criteria is not None:
            check(spec, state.criteria, current_actor())
    except ValidationError as error:
        return make_response(_dialog(spec, state, error), error.status)
    return Response(status=204, headers={"HX-Redirect": state.url(list_url(spec))})


def _in_words(spec: ModelSpec, tree: Any) -> str:
    return describe(spec, tree, current_actor())


@blueprint.record_once
def offer_to_templates(state: Any) -> None:
    """What the builder's macro and the chip of a list's filter call."""
    state.app.jinja_env.globals.update(criteria_editor_of=editor_of, criteria_words=_in_words)
