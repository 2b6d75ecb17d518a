"""Approvals in JSON: what a program sends and what it is answered, and their place in the API's description."""

from __future__ import annotations

from typing import Any

from apispec import APISpec
from marshmallow import Schema, fields, validate

from core.api import parts
from core.api.reading import MAX_PAGE
from core.api.shapes import Amount
from core.approvals.pages.asking import LONGEST_COMMENT, MOST_PEOPLE, VERBS
from core.approvals.pages.inbox import BOXES
from core.approvals.pages.signature import MOST_BYTES
from core.i18n import _, gettext
from core.workflow.schema import InputSchema, LineText, LongText, StrictInteger

BASE = "/api/v1/approvals"
PERMISSION = "core.approval.decide"
MOST_PER_PAGE = 100
MOST_CHOICES = 20
LONGEST_PASSWORD = 200
REQUEST_ID = {**parts.RECORD_ID, "name": "request_id"}


def people() -> fields.List[Any]:
    """Ids of users, at most ten."""
    return fields.List(StrictInteger(validate=validate.Range(min=1)), validate=validate.Length(max=MOST_PEOPLE))


def choices() -> fields.Dict:
    """Whom the initiator chooses: ids of users by the key of a step."""
    return fields.Dict(
        keys=LineText(validate=validate.Length(min=1, max=60)),
        values=people(),
        validate=validate.Length(max=MOST_CHOICES),
        metadata={"description": _("People the initiator chooses, by step")},
    )


class DecideBody(InputSchema):
    """A decision about one's own task, on the facts as they were read."""

    task = StrictInteger(required=True, validate=validate.Range(min=1))
    verb = fields.String(required=True, validate=validate.OneOf(["agree", "reject", "send_back"]))
    facts_hash = LineText(required=True, validate=validate.Length(min=1, max=64))
    comment = LongText(load_default="", validate=validate.Length(max=LONGEST_COMMENT))
    to = LineText(load_default=None, allow_none=True, validate=validate.Length(max=60))
    signature = LineText(
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MOST_BYTES),
        metadata={"description": _("A drawn signature: a PNG as a data address. For steps that ask for one.")},
    )
    password = fields.String(
        load_default=None,
        allow_none=True,
        load_only=True,
        validate=validate.Length(max=LONGEST_PASSWORD),
        metadata={"description": _("The caller's password. For steps that ask for it again.")},
    )


class ActBody(InputSchema):
    """Anything else one does with a request."""

    verb = fields.String(required=True, validate=validate.OneOf(sorted(VERBS)))
    task = StrictInteger(validate=validate.Range(min=1))
    to = StrictInteger(validate=validate.Range(min=1))
    people = people()
    comment = LongText(validate=validate.Length(max=LONGEST_COMMENT))
    after = LineText(validate=validate.Length(max=60))
    name = LineText(validate=validate.Length(max=120))


class PlanBody(InputSchema):
    """What is known before submitting: inputs of the transition, and people chosen."""

    params = fields.Dict(keys=fields.String(), load_default=dict)
    choices = choices()


class SummaryShape(Schema):
    """A request in a few words. `task` and `facts_hash` are there when the caller can decide on it now."""

    id = fields.Integer(required=True)
    title = fields.String(required=True)
    kind = fields.String(required=True)
    model = fields.String(required=True)
    record_id = fields.Integer(required=True)
    transition = fields.String(required=True)
    state = fields.String(required=True)
    initiator = fields.String(required=True)
    amount = Amount(required=True, allow_none=True)
    at = fields.DateTime(required=True)
    due_at = fields.DateTime(required=True, allow_none=True)
    task = fields.Integer(required=True, allow_none=True)
    facts_hash = fields.String(required=True)


class BoxShape(Schema):
    """A page of a box."""

    items = fields.List(fields.Nested(SummaryShape), required=True)
    page = fields.Integer(required=True)
    has_more = fields.Boolean(required=True)


class PersonShape(Schema):
    """One person in a step."""

    task = fields.Integer(required=True)
    person = fields.String(required=True)
    stands_for = fields.String(required=True)
    why = fields.String(required=True)
    state = fields.String(required=True)
    decision = fields.String(required=True)
    comment = fields.String(required=True)
    at = fields.DateTime(required=True, allow_none=True)


class StepShape(Schema):
    """One step of a round."""

    key = fields.String(required=True)
    name = fields.String(required=True)
    mode = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)
    is_carried = fields.Boolean(required=True)
    people = fields.List(fields.Nested(PersonShape), required=True)


class RoundShape(Schema):
    """One round."""

    number = fields.Integer(required=True)
    steps = fields.List(fields.Nested(StepShape), required=True)


class HappeningShape(Schema):
    """Something besides the decisions."""

    at = fields.DateTime(required=True)
    person = fields.String(required=True)
    what = fields.String(required=True)
    comment = fields.String(required=True)


class RequestShape(SummaryShape):
    """A request with its whole record, and what the caller may do now."""

    rounds = fields.List(fields.Nested(RoundShape), required=True)
    to_come = fields.List(fields.Nested(StepShape), required=True)
    happenings = fields.List(fields.Nested(HappeningShape), required=True)
    waits_for = fields.List(fields.String(), required=True)
    offers = fields.List(fields.String(), required=True)
    last_error = fields.String(required=True)


class AskedShape(Schema):
    """Somebody who would be asked."""

    user = fields.Integer(required=True)
    name = fields.String(required=True)
    why = fields.String(required=True)
    stands_for = fields.String(required=True)


class RowShape(Schema):
    """One line of the way: kind is step, copy, verdict, branch or end."""

    kind = fields.String(required=True)
    key = fields.String(required=True)
    name = fields.String(required=True)
    outcome = fields.String(required=True)
    mode = fields.String(required=True)
    why = fields.String(required=True)
    people = fields.List(fields.Nested(AskedShape), required=True)


class PlanShape(Schema):
    """Whether approval is needed, and the way it would go; `to_choose` are steps whose people the caller names."""

    needed = fields.Boolean(required=True)
    flow = fields.String(required=True)
    is_stuck = fields.Boolean(required=True)
    rows = fields.List(fields.Nested(RowShape), required=True)
    to_choose = fields.List(fields.String(), required=True)


SCHEMAS = {
    "approval.decide": DecideBody,
    "approval.act": ActBody,
    "approval.plan": PlanBody,
    "approval.summary": SummaryShape,
    "approval.box": BoxShape,
    "approval.request": RequestShape,
    "approval.way": PlanShape,
}
WRITING = (*parts.WRITING, 409, 429)


def describe(spec: APISpec) -> None:
    """Put the addresses of approvals into the description."""
    for name, schema in SCHEMAS.items():
        spec.components.schema(name, schema=schema)
    spec.path(path=BASE, operations={"get": _listing()})
    one = f"{BASE}/{{request_id}}"
    read = _operation("read", _("One request with its record"), "approval.request", parts.READING)
    spec.path(path=one, parameters=[REQUEST_ID], operations={"get": read})
    for name, title in (
        ("decide", _("Agree, reject or send back")),
        ("act", _("Transfer, add, withdraw and the like")),
    ):
        operation = _operation(name, title, "approval.request", WRITING, body=f"approval.{name}")
        spec.path(path=f"{one}/{name}", parameters=[REQUEST_ID], operations={"post": operation})


def _listing() -> dict[str, Any]:
    operation = _operation(
        "list", _("What the caller has to decide, decided, started, or was copied"), "approval.box", (401, 403, 422)
    )
    box = {"type": "string", "enum": list(BOXES), "default": "todo"}
    operation["parameters"] = [
        parts.query("box", box, _("Which of the four boxes")),
        parts.query("q", parts.TEXT, _("Words to find")),
        parts.query("page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}, _("Page")),
    ]
    return operation


def _operation(
    name: str, title: Any, answer: str, statuses: tuple[int, ...], body: str | None = None
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": f"approvals.{name}",
        "summary": gettext("%(kind)s: %(what)s", kind=gettext("Approvals"), what=title),
        "tags": ["core"],
        "description": gettext("A token needs the permission %(permission)s.", permission=PERMISSION),
        "parameters": [parts.IDEMPOTENCY_KEY] if body else [],
        "responses": {"200": parts.ok(answer), **parts.problems(*statuses)},
    }
    if body:
        operation["requestBody"] = {"required": True, **parts.json_content(body)}
    return operation


def accepted() -> dict[str, Any]:
    """The answer of a transition that was submitted for approval instead."""
    return {
        **parts.ok("approval.summary"),
        "description": gettext("Submitted for approval"),
        "headers": {"Location": {"schema": parts.TEXT}},
    }


def plan_operation(model: str, transition: str, title: Any) -> dict[str, Any]:
    """Who would be asked for a transition, before it is submitted."""
    return {
        "operationId": f"{model}.{transition}.plan",
        "summary": gettext("Who approves this: %(what)s", what=title),
        "tags": [model],
        "description": gettext("Writes nothing. With a flow before it the transition itself answers 202."),
        "parameters": [parts.IDEMPOTENCY_KEY],
        "requestBody": {"required": False, **parts.json_content("approval.plan")},
        "responses": {"200": parts.ok("approval.way"), **parts.problems(*parts.WRITING, 409)},
    }
