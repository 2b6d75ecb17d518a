"""What a form asks while it is filled in: how its fields with conditions stand now."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, request
from werkzeug.wrappers import Response

from core.actor import current_actor
from core.kernel.registry import current_registry
from core.views.forms import Form
from core.views.reading import read_form
from core.web.access import requires_on_model
from core.web.addresses import read_id
from core.workflow.records import get_record

blueprint = Blueprint("custom", __name__)


@blueprint.get("/m/<addon>/<resource>/standing")
@requires_on_model("read")
def standing(addon: str, resource: str) -> Response:
    """Which of the fields and line tables show, are needed and are fixed, with what stands in the form."""
    spec, actor = current_registry().at(addon, resource), current_actor()
    record_id = request.args.get("record", type=read_id)
    record: Any = get_record(spec, record_id) if record_id else spec.model()
    typed = read_form(spec, actor, request.args, creating=record_id is None)
    form = Form(spec, actor, record, editable=True, typed=typed)
    return jsonify({name: asdict(how) for name, how in form.standings.items()})
