"""Approvals for programs: the boxes, one request, deciding, and who would be asked before submitting.

Everything is as on the pages: strangers get 404. A token needs the permission `core.approval.decide` besides; a
device has no part in approvals.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from typing import Any

import marshmallow
from flask import Blueprint, Response, g
from flask import request as sent
from flask.typing import ResponseReturnValue

from core.actor import current_actor
from core.api import reading
from core.api.idempotency import View, once
from core.approvals import administration, service, shapes
from core.approvals.access import get_visible
from core.approvals.models import ApprovalRequest
from core.approvals.pages import inbox, page
from core.approvals.pages.preview import preview
from core.approvals.pages.signature import check_signature
from core.approvals.service import Decision
from core.approvals.titles import kind_of, sees_amount, title_of
from core.errors import Forbidden, NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.people.confirm import confirm_password
from core.web.access import requires_on_model, signed_in
from core.web.addresses import LARGEST_ID
from core.workflow.fire import available
from core.workflow.records import get_record

blueprint = Blueprint("approvals_api", __name__)
ONE = f"{shapes.BASE}/<int(max={LARGEST_ID}):request_id>"
OFFERS = ("transfer", "send_back", "comment", "withdraw", "urge", "resubmit", "retry", "administer")


def _check_caller() -> None:
    """Raise `Forbidden` for devices, and for tokens that were not made for approvals."""
    actor = current_actor()
    if actor.channel == "scan" or actor.user_id is None:
        raise Forbidden(_("A device has no part in approvals."))
    if actor.limit is not None:
        actor.require(shapes.PERMISSION)


def _load(schema: type[marshmallow.Schema]) -> dict[str, Any]:
    try:
        values: dict[str, Any] = schema().load(reading.json_body())
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields=error.normalized_messages()) from None
    return values


def _answer(schema: type[marshmallow.Schema], value: Any, status: int = 200) -> Response:
    from core.api.web import answer

    return answer(schema().dump(value), status)


@blueprint.get(shapes.BASE)
@signed_in
def listing() -> Response:
    """A page of one of the caller's boxes."""
    _check_caller()
    given = reading.arguments("box", "q", "page")
    box, number = given.get("box", "todo"), reading.whole_number(given, "page", 1, reading.MAX_PAGE)
    if box not in inbox.BOXES:
        raise ValidationError(_("Please correct the marked fields."), fields={"box": [_("There is no such box.")]})
    lines, has_more = inbox.find_lines(box, given.get("q", "").strip()[:200], number)
    return _answer(shapes.BoxShape, {"items": list(map(_line, lines)), "page": number, "has_more": has_more})


def _line(line: inbox.Line) -> dict[str, Any]:
    return {**line.__dict__, "id": line.request_id}


@blueprint.get(ONE)
@signed_in
def read(request_id: int) -> Response:
    """One request with its record."""
    _check_caller()
    reading.arguments()
    return _request(request_id)


def _request(request_id: int) -> Response:
    shown = page.show(request_id, None)
    return _answer(
        shapes.RequestShape, {**shown.__dict__, **_summary(shown.request, shown.offers), "offers": _offers(shown)}
    )


def _offers(shown: page.Page) -> list[str]:
    told = [name for name in OFFERS if getattr(shown.offers, name)]
    return [*(["agree", "reject"] if shown.offers.task else []), *told, *(f"add_{way}" for way in shown.offers.add)]


def _summary(request: ApprovalRequest, offers: page.Offers) -> dict[str, Any]:
    task = offers.task
    return {
        "id": request.id,
        "model": request.model,
        "record_id": request.record_id,
        "transition": request.transition,
        "at": request.submitted_at,
        "due_at": None,
        "task": task.n if task is not None else None,
        "facts_hash": request.facts_hash if task is not None else "",
        "last_error": request.last_error,
    }


def accepted(request: ApprovalRequest) -> Response:
    """The answer to a transition that was submitted for approval: 202 with the request."""
    actor = current_actor()
    body = {
        **_summary(request, page.Offers()),
        "title": title_of(request),
        "kind": kind_of(request),
        "state": request.state,
        "initiator": actor.name,
        "amount": request.amount if sees_amount(actor, request) else None,
    }
    response = _answer(shapes.SummaryShape, body, 202)
    response.headers["Location"] = f"{shapes.BASE}/{request.id}"
    return response


def password_first(view: View) -> View:
    """Compare a password in the body before the view: comparing ends the transaction, and with it a key's claim."""

    @wraps(view)
    def wrapper(**arguments: Any) -> ResponseReturnValue:
        body = sent.get_json(silent=True)
        password = body.get("password") if isinstance(body, dict) else None
        is_given = isinstance(password, str) and 0 < len(password) <= shapes.LONGEST_PASSWORD
        g.confirmed = is_given and confirm_password(str(password))
        return view(**arguments)

    return wrapper


@blueprint.post(f"{ONE}/decide")
@signed_in
@password_first
@once
def decide(request_id: int) -> Response:
    """Agree, reject or send back."""
    _check_caller()
    reading.arguments()
    given = _load(shapes.DecideBody)
    get_visible(request_id)
    del given["password"]
    signature = check_signature(given.pop("signature") or "")
    service.decide(request_id, Decision(**given, signature=signature, confirmed=g.confirmed))
    return _request(request_id)


@blueprint.post(f"{ONE}/act")
@signed_in
@once
def act(request_id: int) -> Response:
    """Transfer, add, comment, withdraw, urge; reassign, insert and terminate for administrators."""
    _check_caller()
    reading.arguments()
    values = _load(shapes.ActBody)
    administration.act(request_id, values.pop("verb"), values)
    return _request(request_id)


@blueprint.post(f"/api/v1/<addon>/<resource>/<int(max={LARGEST_ID}):record_id>/<transition>/plan")
@requires_on_model("read")
@once
def plan(addon: str, resource: str, record_id: int, transition: str) -> Response:
    """Who would be asked if this were submitted now."""
    spec = current_registry().at(addon, resource)
    reading.arguments()
    known = current_registry().transition(spec.name, transition)
    if known is None or not known.approvable:
        raise NotFound(_("There is no page at this address."))
    body = _load(shapes.PlanBody)
    record = get_record(spec, record_id)
    if known not in available(record, current_actor()):
        raise Forbidden(_("You cannot ask for this now."))
    shown = preview(record, known, _texts(body["params"]), body.get("choices", {}))
    if shown is None:
        return _answer(shapes.PlanShape, {"needed": False, "flow": "", "is_stuck": False, "rows": [], "to_choose": []})
    to_choose = [choice.key for choice in shown.choices if not choice.chosen]
    told = {"needed": True, "flow": shown.flow.name, "is_stuck": shown.is_stuck, "rows": shown.rows}
    return _answer(shapes.PlanShape, {**told, "to_choose": to_choose})


def _texts(params: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs as a form would send them."""
    return {name: value for name, value in params.items() if isinstance(value, (str, int, bool))}


def sent_choices(body: dict[str, Any]) -> dict[str, list[int]]:
    """The people chosen, taken out of the body of a transition."""
    if "choices" not in body:
        return {}
    try:
        chosen: dict[str, list[int]] = shapes.choices().deserialize(body.pop("choices"))
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields={"choices": error.messages}) from None
    return chosen
