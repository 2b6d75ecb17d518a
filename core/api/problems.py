"""Errors as problem details (RFC 9457): one shape for every refusal, with messages by field path."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Response

from core.errors import QingmesError

CONTENT_TYPE = "application/problem+json"


def problem(status: int, code: str, title: str, sentence: str, error: QingmesError | None) -> Response:
    """The answer to a program: `code` is stable, `detail` is a sentence in the caller's language.

    `errors` maps field paths (`lines.0.qty`) to sentences; `details` holds what the refusal says besides.
    """
    body: dict[str, Any] = {
        "type": f"urn:qingmes:problem:{code}",
        "title": title,
        "status": status,
        "detail": sentence,
        "code": code,
        "request_id": structlog.contextvars.get_contextvars().get("request_id", ""),
    }
    if error is not None and error.fields:
        body["errors"] = flatten(error.fields)
    if error is not None and error.details:
        body["details"] = error.details
    response = Response(json.dumps(body, default=str), status, content_type=CONTENT_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="qingmes"'
    if error is not None and "retry_after" in error.details:
        response.headers["Retry-After"] = str(error.details["retry_after"])
    return response


def flatten(messages: Mapping[Any, Any], path: str = "") -> dict[str, list[str]]:
    """Nested messages to one list of sentences for each field path."""
    flat: dict[str, list[str]] = {}
    for name, found in messages.items():
        below = path if name == "_schema" else f"{path}.{name}".removeprefix(".")
        if isinstance(found, Mapping):
            flat.update(flatten(found, below))
        else:
            flat[below] = [str(m) for m in (found if isinstance(found, (list, tuple)) else [found])]
    return flat
