"""How an addon declares an address of its own in the API: `ENDPOINTS` of `api.py`.

For what is neither a record nor a transition (a batch of scans, a question with an answer of its own shape).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import Schema

from core.i18n import Text


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """`POST /api/v1/<addon>/<path>`: served while the addon is enabled, described in OpenAPI.

    `body` reads the request and `answer` describes what `handler(values)` returns, a dict of JSON values.
    `permission` is asked before; the handler calls one service, which flushes and never commits.
    """

    path: str
    title: Text
    permission: str
    body: type[Schema]
    answer: type[Schema]
    handler: Callable[[Mapping[str, Any]], dict[str, Any]]
