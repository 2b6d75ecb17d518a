"""The inbox of approvals and the page of a request."""

from __future__ import annotations

import secrets
from typing import Any

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.actor import current_actor
from core.approvals import administration, service
from core.approvals.access import get_visible
from core.approvals.organisation import ADMINISTER
from core.approvals.pages import editing, inbox
from core.approvals.pages.asking import ASKS, clean_comment, phrases, read_values
from core.approvals.pages.document import Limits, find_file
from core.approvals.pages.page import Page, show
from core.approvals.pages.record import REQUEST_COLOURS
from core.approvals.pages.signature import check_signature
from core.approvals.service import Decision
from core.db.session import db
from core.errors import NotFound, QingmesError, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.people.confirm import confirm_password
from core.views.reading import read_form
from core.web.access import signed_in
from core.web.addresses import LARGEST_ID
from core.workflow.web import hand_out

blueprint = Blueprint("approvals", __name__)
ONE = f"/approvals/<int(max={LARGEST_ID}):request_id>"
LAST_PAGE = 10_000


@blueprint.get("/approvals")
@signed_in
def index() -> str:
    """What I have to decide, what I decided, started, and what was copied to me."""
    box = request.args.get("box", "todo")
    text = request.args.get("q", "").replace("\x00", "").strip()[:200]
    page = min(max(request.args.get("page", 1, type=int), 1), LAST_PAGE)
    lines, has_more = inbox.find_lines(box, text, page)
    return render_template(
        "approvals/inbox.html",
        box=box if box in inbox.BOXES else "todo",
        boxes=inbox.BOXES,
        counts=inbox.count_all(current_actor().user_id),
        lines=lines,
        page=page,
        has_more=has_more,
        text=text,
        phrases=phrases(),
        colours=REQUEST_COLOURS,
        administers=current_actor().can(ADMINISTER),
    )


@blueprint.post("/approvals/decide")
@signed_in
def decide_many() -> str:
    """Agree to, or reject, several at once with one comment; each has its own result."""
    form = request.form
    chosen = [_picked(text, form) for text in form.getlist("id")]
    if form.get("verb") not in ("agree", "reject"):
        raise NotFound(_("There is no such action."))
    results = service.decide_many(sorted(chosen, key=lambda one: one[0]))
    titles = inbox.titles([request_id for request_id, _refusal in results])
    return render_template(
        "approvals/results.html", results=[(titles.get(one, f"#{one}"), said) for one, said in results]
    )


def _picked(text: str, form: Any) -> tuple[int, Decision]:
    """One row of the inbox: `<request>:<task>:<fingerprint of what was shown>`."""
    parts = text.split(":")
    if len(parts) != 3 or not all(p.isascii() and p.isdigit() and len(p) < 19 for p in parts[:2]):
        raise ValidationError(_("Choose the rows again."))
    comment = clean_comment(form.get("comment", ""))
    return int(parts[0]), Decision(task=int(parts[1]), verb=form["verb"], facts_hash=parts[2], comment=comment)


@blueprint.get(ONE)
@signed_in
def one(request_id: int) -> str:
    """A request: the document, the record of its approval, and what I may do."""
    return _page(show(request_id))


def _page(page: Page, error: QingmesError | None = None) -> str:
    return render_template(
        "approvals/page.html",
        page=page,
        offers=page.offers,
        error=error,
        colours=REQUEST_COLOURS,
        phrases=phrases(),
        client_key=request.form.get("client_key") or secrets.token_hex(16),
        link_texts={},
    )


def _refused(request_id: int, error: QingmesError, limits: Limits = Limits()) -> BaseResponse:
    """The page again with the sentence, and with what was typed."""
    if isinstance(error, NotFound):
        raise error
    db.session.rollback()
    return make_response(_page(show(request_id, limits), error), error.status)


@blueprint.post(f"{ONE}/decide")
@signed_in
def decide(request_id: int) -> BaseResponse:
    """Agree, reject or send back."""
    form = request.form
    try:
        confirmed = "password" in form and confirm_password(form["password"])
        get_visible(request_id)
        service.decide(request_id, _decision(form, confirmed))
    except QingmesError as error:
        return _refused(request_id, error)
    return redirect(url_for("approvals.one", request_id=request_id), 303)


def _decision(form: Any, confirmed: bool) -> Decision:
    return Decision(
        task=form.get("task", 0, type=int),
        verb=form.get("verb", ""),
        facts_hash=form.get("facts_hash", ""),
        comment=clean_comment(form.get("comment", "")),
        to=form.get("to") or None,
        client_key=form.get("client_key", "")[:64].replace("\x00", "") or None,
        signature=check_signature(form.get("signature", "")),
        confirmed=confirmed,
    )


@blueprint.get(f"{ONE}/ask/<verb>")
@signed_in
def ask(request_id: int, verb: str) -> str:
    """The small form for a verb that needs more than a click."""
    if verb not in ASKS:
        raise NotFound(_("There is no such action."))
    return render_template("approvals/ask.html", page=show(request_id), verb=verb, ask=ASKS[verb], phrases=phrases())


@blueprint.post(f"{ONE}/act/<verb>")
@signed_in
def act(request_id: int, verb: str) -> BaseResponse:
    """Transfer, add somebody, comment, withdraw, urge, and what administrators do."""
    try:
        administration.act(request_id, *read_values(verb, request.form))
    except QingmesError as error:
        return _refused(request_id, error)
    return redirect(url_for("approvals.one", request_id=request_id), 303)


@blueprint.post(f"{ONE}/resubmit")
@signed_in
def resubmit(request_id: int) -> BaseResponse:
    """Send what came back again, as the document is now."""
    try:
        get_visible(request_id)
        service.resubmit(request_id)
    except QingmesError as error:
        return _refused(request_id, error)
    return redirect(url_for("approvals.one", request_id=request_id), 303)


@blueprint.post(f"{ONE}/retry")
@signed_in
def retry(request_id: int) -> BaseResponse:
    """Run again what was approved and could not be carried out."""
    try:
        get_visible(request_id)
        service.retry(request_id)
    except QingmesError as error:
        return _refused(request_id, error)
    return redirect(url_for("approvals.one", request_id=request_id), 303)


@blueprint.post(f"{ONE}/edit")
@signed_in
def edit(request_id: int) -> BaseResponse:
    """Change the fields the step lets its approver change."""
    form = request.form
    loaded = get_visible(request_id)
    spec = current_registry().model(loaded.request.model)
    typed = read_form(spec, current_actor(), form, creating=False)
    try:
        task, version = form.get("task", 0, type=int), form.get("version", type=int)
        editing.change_document(request_id, task, typed, version)
    except QingmesError as error:
        return _refused(request_id, error, Limits(typed=typed, errors=error.fields))
    return redirect(url_for("approvals.one", request_id=request_id), 303)


@blueprint.post(f"{ONE}/read")
@signed_in
def read(request_id: int) -> Response:
    """I have seen what was copied to me."""
    inbox.mark_read(request_id)
    return Response(status=204)


@blueprint.get(f"{ONE}/files/<int(max={LARGEST_ID}):attachment_id>")
@signed_in
def file(request_id: int, attachment_id: int) -> Response:
    """A file of the document, for those who may see the document now."""
    loaded = get_visible(request_id)
    return hand_out(find_file(loaded.request, loaded.case, attachment_id), shown="show" in request.args)
