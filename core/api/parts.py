"""The pieces the description of the API is put together from."""

from __future__ import annotations

from typing import Any

from apispec import APISpec

from core.actor import SYSTEM
from core.api.reading import MAX_PAGE
from core.api.records import MOST_PER_PAGE, PER_PAGE
from core.api.shapes import LinkShape, readable_names
from core.criteria.paths import total_paths
from core.criteria.tree import OPERATORS
from core.db.spec import ModelSpec
from core.i18n import _, gettext
from core.views.listing import search_fields

READING = (401, 403, 404, 422)
WRITING = (*READING, 400, 413, 415)
SENTENCES = {
    400: _("Not JSON, or a browser's session without its CSRF token"),
    401: _("No valid token or session"),
    403: _("A permission is missing"),
    404: _("No such record within reach, or the app is off"),
    409: _("The record is in another state or version, or something objects"),
    413: _("The body is larger than 2 MB"),
    415: _("The body is not application/json"),
    422: _("A value is not acceptable; “errors” says which"),
    429: _("Too often; “Retry-After” says when to try again"),
}
RULES = (
    (_("Who is calling"), _("A token in the header “Authorization: Bearer …”; make one under My account.")),
    (_("Numbers"), _("Decimals travel as text, such as “12.5”, so that nothing is rounded on the way.")),
    (
        _("Versions"),
        _("A change says which version it saw, in “version” or If-Match; 409 means that somebody was faster."),
    ),
    (_("Twice is once"), _("A POST with an Idempotency-Key may be sent again: it has one effect and one answer.")),
    (
        _("Conditions"),
        _(
            'Lists take “filter”: {"field": "code", "op": "starts", "value": "A"}, with “and”, “or”, “not”; '
            "lines are asked for as “sum(lines.qty)”, “count(lines)”, “any(lines.item_id)”."
        ),
    ),
    (_("Refusals"), _("Problem details (RFC 9457): “detail” is a sentence, “errors” says which field and why.")),
)
RECORD_ID = {
    "name": "record_id",
    "in": "path",
    "required": True,
    "schema": {"type": "integer", "minimum": 1, "maximum": 10**18 - 1},
}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": _("The ETag of the record as it was read"),
    "schema": {"type": "string", "pattern": '^"[0-9]{1,18}-[0-9]{1,9}"$'},
}
IDEMPOTENCY_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": _("Chosen by the caller; the same request sent again with it has no second effect"),
    "schema": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$"},
}
PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "request_id": {"type": "string"},
        "errors": {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        "details": {"type": "object"},
    },
}
TEXT, COUNT = {"type": "string"}, {"type": "integer", "minimum": 0}
TEXTS = {"type": "array", "items": TEXT}


def add_components(spec: APISpec) -> None:
    """What every operation refers to."""
    spec.components.schema("Problem", PROBLEM)
    spec.components.schema("Link", schema=LinkShape)
    for status, sentence in SENTENCES.items():
        content = {"application/problem+json": {"schema": ref("Problem")}}
        spec.components.response(f"Problem{status}", {"description": sentence, "content": content})
    spec.components.security_scheme("token", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("session", {"type": "apiKey", "in": "cookie", "name": "session"})


def ref(name: str) -> dict[str, str]:
    """A reference to a schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def ok(name: str) -> dict[str, Any]:
    """A plain answer."""
    return {"description": gettext("Done"), "content": {"application/json": {"schema": ref(name)}}}


def record_answer(name: str, *headers: str) -> dict[str, Any]:
    """An answer with a record and its ETag."""
    return {**ok(name), "headers": {h: {"schema": TEXT} for h in ("ETag", *headers)}}


def problems(*statuses: int) -> dict[str, Any]:
    """The refusals an operation may answer with."""
    return {str(s): {"$ref": f"#/components/responses/Problem{s}"} for s in sorted(set(statuses))}


def json_content(name: str) -> dict[str, Any]:
    """A body of this schema."""
    return {"content": {"application/json": {"schema": ref(name)}}}


def page_of(name: str) -> dict[str, Any]:
    """The schema of a page of records."""
    return {
        "type": "object",
        "required": ["items", "page", "per_page", "total"],
        "properties": {
            "items": {"type": "array", "items": ref(name)},
            "page": COUNT,
            "per_page": COUNT,
            "total": COUNT,
        },
        "additionalProperties": False,
    }


def filter_of(model: ModelSpec) -> dict[str, Any]:
    """The schema of a condition on this model; fields behind links, of the lines too, may be asked for as well."""
    names = sorted(f.name for f in model.fields.values() if f.kind != "json")
    paths = [*names, "id", *total_paths(model)]
    parts_ = {"type": "array", "items": ref(f"{model.name}.filter"), "maxItems": 5}
    leaf = {
        "type": "object",
        "required": ["field", "op"],
        "properties": {"field": {"enum": paths}, "op": {"enum": sorted(OPERATORS)}, "value": {}},
        "additionalProperties": False,
    }
    return {"anyOf": [leaf, *(_only(op, parts_) for op in ("and", "or")), _only("not", ref(f"{model.name}.filter"))]}


def _only(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": [name], "properties": {name: schema}, "additionalProperties": False}


def list_parameters(model: ModelSpec) -> list[dict[str, Any]]:
    """What a list may be asked for."""
    sortable = "|".join(sorted(f.name for f in model.fields.values() if f.kind != "json"))
    searched = [query("q", TEXT, _("Words to find"))] if search_fields(model, SYSTEM) else []
    return [
        {
            "name": "filter",
            "in": "query",
            "description": _("A condition as JSON; fields behind links are written “item.code”"),
            "content": {"application/json": {"schema": ref(f"{model.name}.filter")}},
        },
        *searched,
        query(
            "sort",
            {"type": "string", "pattern": f"^-?({sortable})(,-?({sortable})){{0,4}}$"},
            _("Fields to sort by, “-” in front for descending"),
        ),
        query("page", {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": 1}, _("Page")),
        query(
            "per_page",
            {"type": "integer", "minimum": 1, "maximum": MOST_PER_PAGE, "default": PER_PAGE},
            _("Records per page"),
        ),
        fields_parameter(model),
    ]


def fields_parameter(model: ModelSpec) -> dict[str, Any]:
    """The parameter that narrows an answer to some fields."""
    names = "|".join(readable_names(model, SYSTEM))
    return query(
        "fields",
        {"type": "string", "pattern": f"^({names})(,({names})){{0,9}}$"},
        _("Only these fields; lists leave lines out unless they are named here"),
    )


def query(name: str, schema: dict[str, Any], description: Any) -> dict[str, Any]:
    """A query parameter."""
    return {"name": name, "in": "query", "description": description, "schema": schema}


def general_paths() -> dict[str, dict[str, Any]]:
    """The operations that belong to no kind of record."""
    resource = {"model": TEXT, "title": TEXT, "href": TEXT, "verbs": TEXTS, "transitions": TEXTS}
    hit = {"model": TEXT, "id": COUNT, "display": TEXT, "href": TEXT}
    number = {"type": ["integer", "null"]}
    me = {
        "id": number,
        "name": TEXT,
        "channel": TEXT,
        "org_unit_id": number,
        "language": TEXT,
        "permissions": TEXTS,
        "field_groups": TEXTS,
        "addons": TEXTS,
    }
    return {
        "/api/v1/": {"get": _general("index", _("What there is for the caller"), _list_of("resources", resource))},
        "/api/v1/me": {"get": _general("me", _("Who the caller is"), _object(me))},
        "/api/v1/search": {
            "get": _general(
                "search", _("Find records of any kind"), _list_of("items", hit), [query("q", TEXT, _("Words to find"))]
            )
        },
        "/api/v1/openapi.json": {"get": _general("openapi", _("This description"), {"type": "object"})},
    }


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": sorted(properties), "properties": properties, "additionalProperties": False}


def _list_of(name: str, properties: dict[str, Any]) -> dict[str, Any]:
    return _object({name: {"type": "array", "items": _object(properties)}})


def _general(
    name: str, summary: Any, schema: dict[str, Any], parameters: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    content = {"application/json": {"schema": schema}}
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["core"],
        "parameters": parameters or [],
        "responses": {"200": {"description": gettext("Done"), "content": content}, **problems(401, 422)},
    }
