"""The addresses addons declare for themselves: their routes, and their places in the description."""

from __future__ import annotations

from typing import Any

import marshmallow
from apispec import APISpec
from flask import Flask, Response

from core.api import parts, reading
from core.api.declare import Endpoint
from core.api.idempotency import View, once
from core.errors import ValidationError
from core.i18n import _, gettext
from core.kernel.registry import Declared, Registry, current_registry
from core.kernel.switch import enabled_addons
from core.web.access import requires

BASE = "/api/v1"


def install(app: Flask, registry: Registry) -> None:
    """Add a route for each; `addon` among its arguments lets the access check see whether it is enabled."""
    for declared in registry.endpoints:
        app.add_url_rule(
            f"{BASE}/{declared.addon}/{declared.what.path}",
            endpoint=f"api.own.{declared.addon}.{declared.what.path}",
            view_func=_view(declared.what),
            methods=["POST"],
            defaults={"addon": declared.addon},
        )


def _view(endpoint: Endpoint) -> View:
    @requires(endpoint.permission)
    @once
    def view(addon: str) -> Response:
        from core.api.web import answer

        reading.arguments()
        return answer(endpoint.handler(_loaded(endpoint)))

    return view


def _loaded(endpoint: Endpoint) -> dict[str, Any]:
    try:
        values: dict[str, Any] = endpoint.body().load(reading.json_body())
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields=error.normalized_messages()) from None
    return values


def describe(spec: APISpec) -> None:
    """Put those of the enabled addons into the description."""
    for declared in current_registry().endpoints:
        if declared.addon in enabled_addons():
            _describe(spec, declared)


def _describe(spec: APISpec, declared: Declared[Endpoint]) -> None:
    endpoint, name = declared.what, f"{declared.addon}.{declared.what.path}"
    spec.components.schema(f"{name}.body", schema=endpoint.body)
    spec.components.schema(f"{name}.answer", schema=endpoint.answer)
    operation = {
        "operationId": name,
        "summary": endpoint.title,
        "tags": [declared.addon],
        "description": gettext("Needs the permission %(permission)s.", permission=endpoint.permission),
        "parameters": [parts.IDEMPOTENCY_KEY],
        "requestBody": {"required": True, **parts.json_content(f"{name}.body")},
        "responses": {"200": parts.ok(f"{name}.answer"), **parts.problems(*parts.WRITING, 409)},
    }
    spec.path(path=f"{BASE}/{declared.addon}/{endpoint.path}", operations={"post": operation})
