"""The routes of the API: each reads its input, calls one service, and answers."""

from __future__ import annotations

import json
from typing import Any

from flask import Blueprint, Response, render_template
from flask.blueprints import BlueprintSetupState
from werkzeug.routing import BaseConverter

from core.actor import current_actor
from core.api import openapi, overview, parts, reading, records
from core.api.etags import etag_of, required_version, version_from
from core.api.idempotency import once
from core.api.shapes import readable_names
from core.approvals import service
from core.approvals.api import accepted, sent_choices
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.access import requires_on_model, signed_in
from core.workflow.params import load_params
from core.workflow.records import create_record, delete_record, get_record, update_record

blueprint = Blueprint("api", __name__)
LIST = "/api/v1/<addon>/<resource>"
ONE = f"{LIST}/<record_id:record_id>"


class RecordId(BaseConverter):
    """The id of a record in an address: digits that fit the database."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


@blueprint.record_once
def _know_record_ids(state: BlueprintSetupState) -> None:
    state.app.url_map.converters["record_id"] = RecordId


def answer(body: Any, status: int = 200, **headers: str | None) -> Response:
    """JSON with the headers that are not None."""
    response = Response(json.dumps(body, ensure_ascii=False, default=str), status, content_type="application/json")
    for name, value in headers.items():
        if value is not None:
            response.headers[name.replace("_", "-")] = value
    return response


def _record(body: dict[str, Any], status: int = 200, **headers: str | None) -> Response:
    return answer(body, status, ETag=etag_of(body["id"], body.get("version")), **headers)


def _spec(addon: str, resource: str) -> ModelSpec:
    return current_registry().at(addon, resource)


@blueprint.get("/api/v1/")
@signed_in
def index() -> Response:
    """What there is for this caller."""
    reading.arguments()
    return answer(overview.resources(current_actor()))


@blueprint.get("/api/v1/me")
@signed_in
def me() -> Response:
    """Who the caller is and what he may do."""
    reading.arguments()
    return answer(overview.me(current_actor()))


@blueprint.get("/api/v1/search")
@signed_in
def search() -> Response:
    """Records of every kind that fit some words."""
    return answer(overview.search(current_actor(), reading.arguments("q").get("q", "")))


@blueprint.get("/api/v1/openapi.json")
@signed_in
def description() -> Response:
    """The description of this API."""
    reading.arguments()
    return Response(openapi.document(), content_type="application/json")


@blueprint.get("/api/docs")
@signed_in
def docs() -> str:
    """The same for people."""
    return render_template("api/docs.html", groups=openapi.groups(), rules=parts.RULES)


@blueprint.get(LIST)
@requires_on_model("read")
def listing(addon: str, resource: str) -> Response:
    """A page of records."""
    spec = _spec(addon, resource)
    return answer(records.find_page(spec, records.read_list_arguments(spec)))


@blueprint.post(LIST)
@requires_on_model("create")
@once
def create(addon: str, resource: str) -> Response:
    """Make a record."""
    spec = _spec(addon, resource)
    reading.arguments()
    made = records.as_written(spec, create_record(spec, reading.json_body()))
    return _record(made, 201, Location=f"/api/v1/{addon}/{resource}/{made['id']}")


@blueprint.get(ONE)
@requires_on_model("read")
def read(addon: str, resource: str, record_id: int) -> Response:
    """One record."""
    spec = _spec(addon, resource)
    only = reading.names(reading.arguments("fields"), "fields", readable_names(spec, current_actor()))
    record = records.get_one(spec, record_id, only)
    tag = etag_of(record_id, getattr(record, "version", None))
    return answer(records.as_json(spec, record, only), ETag=tag)


@blueprint.patch(ONE)
@requires_on_model("write")
def change(addon: str, resource: str, record_id: int) -> Response:
    """Change some fields of a record that was read at a version."""
    spec = _spec(addon, resource)
    reading.arguments()
    body = reading.json_body()
    version = required_version(record_id, body) if hasattr(spec.model, "version") else None
    return _record(records.as_written(spec, update_record(spec, record_id, body, version=version)))


@blueprint.delete(ONE)
@requires_on_model("delete")
def remove(addon: str, resource: str, record_id: int) -> Response:
    """Delete a record nothing refers to."""
    reading.arguments()
    delete_record(_spec(addon, resource), record_id, version=version_from(record_id, {}))
    return Response(status=204)


@blueprint.post(f"{ONE}/<transition>")
@requires_on_model("read")
@once
def transit(addon: str, resource: str, record_id: int, transition: str) -> Response:
    """Run a transition of the record's workflow, or submit it for approval where a flow stands before it."""
    spec = _spec(addon, resource)
    reading.arguments()
    known = current_registry().transition(spec.name, transition)
    if known is None:
        raise NotFound(_("There is no page at this address."))
    body = reading.json_body()
    version = version_from(record_id, body)
    choices = sent_choices(body) if known.approvable else {}
    record, params = get_record(spec, record_id), load_params(known.params, body)
    request = service.ask(record, transition, version=version, choices=choices, **params)
    return accepted(request) if request is not None else _record(records.as_written(spec, record))
