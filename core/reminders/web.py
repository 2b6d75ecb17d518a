"""The page of a reminder rule."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.builtin.jobs import check_reminders
from core.db.session import db
from core.errors import QingmesError, ValidationError
from core.events import defer
from core.kernel.registry import current_registry
from core.reminders import forms, preview, rules, suggesting
from core.reminders.models import EVENTS, PERIODS, ReminderRule
from core.reminders.rules import RULE, Draft
from core.reminders.spans import UNITS
from core.web.access import requires
from core.web.addresses import LARGEST_ID
from core.workflow.records import delete_record

blueprint = Blueprint("reminders", __name__, url_prefix="/reminders")
ONE = f"/rules/<int(max={LARGEST_ID}):record_id>"


@blueprint.get("/rules/new", defaults={"record_id": None})
@blueprint.get(ONE)
@requires("core.reminder_rule.read")
def edit(record_id: int | None) -> str:
    """A rule with its preview and what it has done, or an empty one."""
    if record_id is None:
        current_actor().require(f"{RULE}.create")
        return _page(_begun(), None)
    rule = rules.get_rule(record_id)
    return _page(Draft.of(rule), rule)


def _begun() -> Draft:
    """An empty rule, or one that an app suggests."""
    if "like" in request.args:
        return suggesting.draft_of(request.args["like"])
    return Draft(model=request.args.get("model", ""), recipients=[{"kind": "owner"}])


def _page(draft: Draft, rule: ReminderRule | None, error: QingmesError | None = None) -> str:
    return render_template(
        "reminders/rule.html",
        rule=rule,
        suggested=suggesting.suggested() if rule is None else {},
        history=preview.history(rule) if rule is not None else [],
        may_save=current_actor().can(f"{RULE}.{'write' if rule is not None else 'create'}"),
        version=request.form.get("version") or (rule.version if rule is not None else ""),
        error=error,
        dirty=error is not None,
        **_drawn(draft, error),
    )


def _drawn(draft: Draft, error: QingmesError | None = None) -> dict[str, Any]:
    return {
        "page": forms.page_of(draft),
        "units": UNITS,
        "periods": PERIODS,
        "events": EVENTS,
        "errors": error.fields if error is not None else {},
    }


@blueprint.post("/draw")
@requires("core.reminder_rule.read")
def draw() -> str:
    """The fields again, after a choice that changes which there are. Writes nothing."""
    return render_template("reminders/fields.html", **_drawn(forms.redraw(request.form)))


@blueprint.post("/preview")
@requires("core.reminder_rule.read")
def show_preview() -> str:
    """What the rule as typed would have done. Writes nothing."""
    return render_template("reminders/preview.html", preview=preview.try_preview(forms.read_draft(request.form)))


@blueprint.post("/rules/new")
@requires("core.reminder_rule.create")
def create() -> Response:
    """Make a rule."""
    return _save(None)


@blueprint.post(ONE)
@requires("core.reminder_rule.write")
def save(record_id: int) -> Response:
    """Change a rule."""
    return _save(record_id)


def _save(record_id: int | None) -> Response:
    draft = forms.read_draft(request.form)
    try:
        rule = rules.save(draft, rule_id=record_id, version=request.form.get("version", type=int))
    except ValidationError as error:
        db.session.rollback()
        kept = rules.get_rule(record_id) if record_id is not None else None
        return make_response(_page(draft, kept, error), error.status)
    return redirect(url_for("reminders.edit", record_id=rule.id), 303)


@blueprint.post(f"{ONE}/run")
@requires("core.reminder_rule.write")
def run(record_id: int) -> Response:
    """Look for what is due now, without waiting for the next time."""
    defer(check_reminders, rule_id=rules.get_rule(record_id).id)
    return redirect(url_for("reminders.edit", record_id=record_id, asked=1), 303)


@blueprint.post(f"{ONE}/delete")
@requires("core.reminder_rule.delete")
def delete(record_id: int) -> Response:
    """Remove a rule with what it has told."""
    delete_record(current_registry().model(RULE), record_id)
    return redirect(url_for("views.listing", addon="core", resource="reminder-rules"), 303)
