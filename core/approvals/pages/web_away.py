"""Delegations, and handing over what waits for somebody who leaves."""

from __future__ import annotations

from flask import jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.approvals import administration
from core.approvals.organisation import ADMINISTER
from core.approvals.pages import away
from core.approvals.pages.web_record import blueprint
from core.db.session import db
from core.errors import QingmesError
from core.people.colleagues import find_colleagues
from core.web.access import requires, signed_in
from core.web.addresses import LARGEST_ID, read_id

__all__ = ["blueprint"]


@blueprint.get("/approvals/people")
@signed_in
def people() -> Response:
    """Colleagues to choose from, as JSON, by part of their name."""
    found = find_colleagues(request.args.get("q", "").replace("\x00", "").strip()[:80])
    return make_response(jsonify(items=[{"id": user_id, "text": name} for user_id, name in found]))


@blueprint.get("/approvals/delegations")
@signed_in
def delegations() -> str:
    """Who decides for me while I am away, and for whom I do."""
    return _delegations()


def _delegations(error: QingmesError | None = None) -> str:
    return render_template(
        "approvals/delegations.html",
        delegations=away.find_delegations(),
        flows=away.find_flows(),
        administers=current_actor().can(ADMINISTER),
        error=error,
        typed=request.form,
    )


@blueprint.post("/approvals/delegations")
@signed_in
def delegate() -> Response:
    """Let somebody decide for me for a time."""
    try:
        away.add_delegation(request.form)
    except QingmesError as error:
        db.session.rollback()
        return make_response(_delegations(error), error.status)
    return redirect(url_for("approvals.delegations"), 303)


@blueprint.post(f"/approvals/delegations/<int(max={LARGEST_ID}):delegation_id>/end")
@signed_in
def end_delegation(delegation_id: int) -> Response:
    """I am back."""
    administration.revoke_delegation(delegation_id)
    return redirect(url_for("approvals.delegations"), 303)


@blueprint.get("/approvals/hand-over")
@requires(ADMINISTER)
def hand_over() -> str:
    """What waits for somebody, to be given to another."""
    return _hand_over(request.args.get("user_id", type=read_id))


def _hand_over(user_id: int | None, error: QingmesError | None = None, done: int | None = None) -> str:
    return render_template(
        "approvals/hand_over.html",
        user_id=user_id,
        name=away.name_of(user_id) if user_id else "",
        waiting=away.waiting_titles(user_id) if user_id else [],
        error=error,
        done=done,
        typed=request.form,
    )


@blueprint.post("/approvals/hand-over")
@requires(ADMINISTER)
def do_hand_over() -> Response:
    """Give all that waits for somebody to another."""
    user_id = request.form.get("user_id", type=read_id)
    try:
        done = away.hand_over(request.form)
    except QingmesError as error:
        db.session.rollback()
        return make_response(_hand_over(user_id, error), error.status)
    return make_response(_hand_over(user_id, done=done))
