"""Approval flows for administrators: the list, a new flow, and the designer that keeps every change at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.approvals import flows
from core.approvals.designer import drawing, listing, making, sheets, starters, steps
from core.approvals.designer.drawing import Board, Sheet
from core.approvals.facts import transition_of
from core.approvals.models import ApprovalFlow
from core.approvals.words import name_for, speaker_for
from core.criteria.form import Editor, read_tree
from core.criteria.web import draw_group, draw_problem, draw_row
from core.db.session import db
from core.errors import NotFound, QingmesError, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.access import requires
from core.web.addresses import LARGEST_ID
from core.workflow.records import get_record

blueprint = Blueprint("flows", __name__, url_prefix="/flows")
ONE = f"/<int(max={LARGEST_ID}):record_id>"
READ, WRITE, CREATE = (f"core.approval_flow.{verb}" for verb in ("read", "write", "create"))
Json = dict[str, Any]


def flow_of(record_id: int) -> ApprovalFlow:
    """The flow; `NotFound` for none, or one whose app is gone."""
    found: ApprovalFlow = get_record(current_registry().model(making.FLOW), record_id)
    transition_of(found)
    return found


@blueprint.get("/")
@requires(READ)
def index() -> str:
    """Every action that can be put under approval, with the flows that stand before it."""
    return render_template("approvals/flows_index.html", gates=listing.gates())


@blueprint.get("/new")
@requires(CREATE)
def new() -> str:
    """Choose the action, the name, and what to begin with."""
    return _new_page(request.args.get("action", ""))


def _new_page(action: str, error: QingmesError | None = None) -> str:
    gates = listing.gates()
    chosen = next((gate for gate in gates if gate.value == action), None)
    offered = starters.offered(chosen.spec.name, chosen.transition) if chosen else {}
    return render_template(
        "approvals/flows_new.html",
        gates=sorted(gates, key=lambda gate: gate.value),
        chosen=chosen,
        starters=offered,
        copies=starters.flows_to_copy() if chosen else [],
        roles=drawing.roles_by_name(),
        error=error,
    )


@blueprint.post("/new")
@requires(CREATE)
def create() -> Response:
    """Make a flow with a draft; its designer opens."""
    form, action = request.form, request.form.get("action", "")
    try:
        name, starter = sheets.line(form, "name", 120), form.get("starter", "")
        flow = making.make_flow(action, name, starter, admin_role=form.get("admin_role", type=int))
    except ValidationError as error:
        db.session.rollback()
        return make_response(_new_page(action, error), error.status)
    return redirect(url_for("flows.edit", record_id=flow.id), 303)


@blueprint.get("/edit", defaults={"record_id": None})
@blueprint.get(ONE)
@requires(READ)
def edit(record_id: int | None) -> str | Response:
    """The designer of a flow; what a reader may not change he sees."""
    if record_id is None:
        return redirect(url_for("flows.new"))
    board = drawing.board_of(flow_of(record_id))
    versions = drawing.version_rows(board.flow, board.speaker)
    return render_template("approvals/flows_edit.html", board=board, versions=versions, **_drawn())


def _drawn() -> dict[str, Any]:
    from core.approvals.logic import definition

    return {"d": definition, "may_write": drawing.may_write()}


@blueprint.get(f"{ONE}/sheet")
@requires(READ)
def sheet(record_id: int) -> str:
    """The properties of one part: `key` is a node's, a way's, `rules` or `flow`."""
    board, key = drawing.board_of(flow_of(record_id)), request.args.get("key", "")
    return render_template("approvals/flows_sheet.html", board=board, sheet=_sheet(board, key), **_drawn())


def _sheet(board: Board, key: str) -> Sheet:
    if key == "rules":
        return drawing.rules_sheet(board)
    if key == "flow":
        return Sheet(board, "flow", key, {})
    return drawing.sheet_of(board, key)


@blueprint.post(f"{ONE}/do")
@requires(WRITE)
def do(record_id: int) -> Response:
    """Add, move, duplicate or remove a part, or go back to what was before; answers with the board and a sheet."""
    flow, form = flow_of(record_id), request.form
    verb, key = form.get("verb", ""), form.get("key", "")
    if verb not in VERBS:
        raise NotFound(_("There is no such action."))
    opened: list[str] = []

    def work(shown: Json) -> Json:
        changed, key_to_open = VERBS[verb](flow, shown, form)
        opened.append(key_to_open)
        return changed

    before = flows.change_draft(flow, form.get("was", ""), work)
    board = drawing.board_of(flow, before)
    shown = opened[0] if opened[0] else "" if verb in ("remove", "undo") else key
    return _answer(board, _sheet(board, shown) if shown else None, close=not shown)


def _add(flow: ApprovalFlow, shown: Json, form: Any) -> tuple[Json, str]:
    transition = transition_of(flow)
    when = starters.split_condition(flow.model, transition)
    place, index = form.get("place", ""), form.get("index", 0, type=int)
    changed, key = steps.add(shown, form.get("kind", ""), place, index, when)
    found = steps.find(changed, key)
    if found["type"] == "approve":
        found["name"] = name_for(found["approvers"], speaker_for(flow))
    return changed, found["arms"][0]["key"] if found["type"] == "branch" else key


def _undo(flow: ApprovalFlow, shown: Json, form: Any) -> tuple[Json, str]:
    tree = sheets.read_json(form.get("definition", ""))
    return tree, ""


VERBS: Mapping[str, Callable[[ApprovalFlow, Json, Any], tuple[Json, str]]] = {
    "add": _add,
    "add_arm": lambda flow, shown, form: steps.add_arm(shown, form.get("key", "")),
    "remove": lambda flow, shown, form: (steps.remove(shown, form.get("key", "")), ""),
    "move": lambda flow, shown, form: (
        steps.move(shown, form.get("key", ""), -1 if form.get("by") == "-1" else 1),
        form.get("key", ""),
    ),
    "move_to": lambda flow, shown, form: (
        steps.move_to(shown, form.get("key", ""), form.get("place", ""), form.get("index", 0, type=int)),
        form.get("key", ""),
    ),
    "duplicate": lambda flow, shown, form: steps.duplicate(shown, form.get("key", "")),
    "undo": _undo,
}


def _answer(
    board: Board, sheet: Sheet | None, *, close: bool = False, unfinished: bool = False, status: int = 200
) -> Response:
    """The board again, and the sheet beside it where it has to be drawn anew; else whether it is unfinished."""
    drawn = render_template(
        "approvals/flows_board.html",
        board=board,
        sheet=sheet,
        close=close,
        unfinished=unfinished,
        is_answer=True,
        **_drawn(),
    )
    return make_response(drawn, status)


@blueprint.post(f"{ONE}/sheet")
@requires(WRITE)
def save_sheet(record_id: int) -> Response:
    """Keep what was typed about one part, at once; a refusal leaves the draft as it was and says so at the field."""
    flow, form, key = flow_of(record_id), request.form, request.form.get("key", "")
    board = drawing.board_of(flow)
    kept = _sheet(board, key)
    values = _typed(kept)
    if kept.kind == "arm" and kept.editor.problem_of(values["when"]):
        return _answer(board, None, unfinished=True)
    renamed = sheets.line(form, "name") not in ("", values.get("name"))
    shape = renamed or sheets.changes_shape(form, ("approvers", *sheets.COPIES))
    try:
        before = flows.change_draft(flow, form.get("was", ""), lambda shown: _changed(shown, key, values))
    except ValidationError as error:
        db.session.rollback()
        unfinished = _is_unfinished()
        errors = {} if unfinished else sheets.errors_at(error.fields, str(error))
        shown = Sheet(board, kept.kind, key, {**kept.part, **values}, errors, unfinished)
        return _answer(board, shown, status=200 if unfinished else error.status)
    board = drawing.board_of(flow, before)
    return _answer(board, _sheet(board, key) if shape else None)


def _is_unfinished() -> bool:
    """Whether a refusal only means that the form is still being filled in."""
    return "do" in request.form or sheets.is_unfinished(request.form, ("approvers", *sheets.COPIES))


def _typed(kept: Sheet) -> Json:
    """The values typed on the sheet of a part."""
    form = request.form
    if kept.kind == "rules":
        return sheets.read_rules(form)
    if kept.kind == "arm":
        return {"name": sheets.line(form, "name"), "when": read_tree(form, "condition") or steps.ALWAYS}
    values = sheets.READERS[kept.kind](form) if kept.kind in sheets.READERS else {}
    if kept.kind == "approve":
        values["name"] = _name(kept, values)
    return values


def _name(kept: Sheet, values: Json) -> str:
    """The name typed; a step named after its people, or not at all, is named after those it has now."""
    speaker, typed = kept.board.speaker, str(values["name"])
    is_own = typed not in ("", name_for(kept.part["approvers"], speaker))
    return typed if is_own else name_for(values["approvers"], speaker)


def _changed(shown: Json, key: str, values: Json) -> Json:
    if key == "rules":
        return steps.change_rules(shown, values)
    return steps.change(shown, key, values)


@blueprint.post(f"{ONE}/flow")
@requires(WRITE)
def save_flow(record_id: int) -> Response:
    """Keep what stands around the steps: name, order, administrators, for which documents it applies."""
    flow, form = flow_of(record_id), request.form
    sheet, tree = Sheet(drawing.board_of(flow), "flow", "flow", {}), read_tree(form, "condition")
    if tree is not None and sheet.editor.problem_of(tree):
        return _answer(sheet.board, None, unfinished=True)
    values = {
        "name": sheets.line(form, "name", 120),
        "priority": sheets.number(form, "priority"),
        "active": "active" in form,
        "admin_role_id": sheets.number(form, "admin_role"),
    }
    errors: Mapping[str, list[str]] = {}
    try:
        making.change_flow(flow, values, tree, version=form.get("version", type=int))
    except ValidationError as error:
        db.session.rollback()
        flow = flow_of(record_id)
        errors = sheets.errors_at(error.fields, str(error))
    drawn = Sheet(drawing.board_of(flow), "flow", "flow", values if errors else {}, errors)
    return _answer(drawn.board, drawn if errors or "had-errors" in form else None, status=422 if errors else 200)


@blueprint.get(f"{ONE}/criteria/<kind>/<piece>")
@requires(READ)
def criteria(record_id: int, kind: str, piece: str) -> str:
    """A piece of the builder of a condition: `kind` is `arm` for a way's or `flow` for the flow's own."""
    if piece not in PIECES:
        raise NotFound(_("There is no page at this address."))
    return PIECES[piece](Sheet(drawing.board_of(flow_of(record_id)), kind, kind, {}).editor)


PIECES: Mapping[str, Callable[[Editor], str]] = {"row": draw_row, "group": draw_group, "check": draw_problem}
