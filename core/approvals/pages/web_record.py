"""What the pages of documents show of approvals: the tab, the banner, and the plan in the dialog before submitting."""

from __future__ import annotations

from flask import Flask, render_template, request

from core.actor import current_actor
from core.approvals import gate
from core.approvals.pages import cases
from core.approvals.pages.preview import preview, sent_choices
from core.approvals.pages.web import blueprint
from core.approvals.words import state_words
from core.db.spec import ModelSpec
from core.errors import Conflict
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.access import requires_on_model
from core.web.addresses import LARGEST_ID
from core.workflow.declare import Transition
from core.workflow.fire import available
from core.workflow.records import get_record

__all__ = ["blueprint"]
RECORD = f"/m/<addon>/<resource>/<int(max={LARGEST_ID}):record_id>"


@blueprint.get(f"{RECORD}/approvals")
@requires_on_model("read")
def tab(addon: str, resource: str, record_id: int) -> str:
    """Every approval of a document, the latest first, old rounds too."""
    spec = current_registry().at(addon, resource)
    record = get_record(spec, record_id)
    return render_template("approvals/tab.html", told=cases.tell_all(spec.name, record.id))


@blueprint.get(f"{RECORD}/fire/<transition>/plan")
@requires_on_model("read")
def plan(addon: str, resource: str, record_id: int, transition: str) -> str:
    """Who would be asked, with what has been filled in so far."""
    spec = current_registry().at(addon, resource)
    record = get_record(spec, record_id)
    found = next((t for t in available(record, current_actor()) if t.name == transition), None)
    shown = preview(record, found, request.args, sent_choices(request.args)) if found is not None else None
    if shown is None:
        raise Conflict(_("This is not possible any more; load the page again."))
    return render_template("approvals/plan.html", preview=shown, errors={})


def can_be_approved(spec: ModelSpec) -> bool:
    """Whether approval flows can stand before any transition of this kind of document."""
    return any(t.approvable for t in current_registry().transitions(spec.name))


def may_need_approval(spec: ModelSpec, transition: Transition) -> bool:
    """Whether a flow may stand before a transition, so that its dialog has something to show."""
    return bool(transition.approvable) and spec.name in gate.gated_models()


@blueprint.record_once
def _offer(state: object) -> None:
    """Offer these to every template."""
    app: Flask = state.app  # type: ignore[attr-defined]
    app.jinja_env.globals.update(
        can_be_approved=can_be_approved,
        may_need_approval=may_need_approval,
        find_waiting=cases.find_waiting,
        approval_state=state_words,
    )
