"""The description of the API (OpenAPI 3.1), from the schemas that read and write its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from core import __version__
from core.actor import SYSTEM
from core.api import own, parts
from core.api.overview import address
from core.api.shapes import DECIMAL_TEXT, Amount, read_schema
from core.approvals import shapes
from core.custom.loading import kept_for_fields
from core.db.spec import ModelSpec
from core.i18n import Text, get_locale, gettext
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons
from core.workflow.declare import Transition
from core.workflow.schema import Codes, ExactDecimal, InputSchema, StrictInteger, write_schema

Operation = dict[str, Any]


def document() -> str:
    """The description as JSON text, in the reader's language, of what is enabled; made once for each."""
    kept: dict[Any, str] = kept_for_fields("openapi")
    key = (get_locale(), enabled_addons())
    if key not in kept:
        kept[key] = json.dumps(build(), ensure_ascii=False, default=str)
    return kept[key]


def build() -> dict[str, Any]:
    """The description as data; labels are read in the reader's language when it is written."""
    plugin = MarshmallowPlugin(schema_name_resolver=_no_name)  # type: ignore[arg-type]
    spec = APISpec(
        title="QingMES",
        version=__version__,
        openapi_version="3.1.0",
        plugins=[plugin],
        info={"description": gettext("Everything a screen can do, for programs. Decimals travel as text.")},
        security=[{"token": []}, {"session": []}],
    )
    _teach(plugin)
    parts.add_components(spec)
    for path, operations in parts.general_paths().items():
        spec.path(path=path, operations=operations)
    for model in pages():
        _add_model(spec, model)
    own.describe(spec)
    shapes.describe(spec)
    return spec.to_dict()


@dataclass
class Group:
    """The operations on one kind of record, for people: each with method, path, summary and permission."""

    tag: str
    title: Text
    operations: list[dict[str, Any]] = field(default_factory=list)


def groups() -> list[Group]:
    """What the page about the API shows, in the order of the description."""
    found: dict[str, Group] = {}
    for path, item in json.loads(document())["paths"].items():
        operations = {method: told for method, told in item.items() if method != "parameters"}
        for method, operation in operations.items():
            entry = {"method": method.upper(), "path": path, **operation}
            tag = operation["tags"][0]
            found.setdefault(tag, Group(tag, _title(tag))).operations.append(entry)
    return list(found.values())


def _title(tag: str) -> Text:
    registry = current_registry()
    if tag in registry.models:
        return registry.models[tag].meta.title
    return registry.addons[tag].manifest.title


def pages() -> list[ModelSpec]:
    """The models with addresses of their own whose addon is enabled."""
    return [s for s in current_registry().models.values() if is_page(s) and s.addon in enabled_addons()]


def _no_name(schema: Any) -> None:
    """Nested schemas are written where they stand; only named components are referred to."""
    return


def _teach(plugin: MarshmallowPlugin) -> None:
    converter: Any = plugin.converter
    for cls in (ExactDecimal, Amount):
        converter.map_to_openapi_type(cls, DECIMAL_TEXT["type"], DECIMAL_TEXT["format"])
    converter.map_to_openapi_type(Codes, "array", None)
    converter.add_attribute_function(_bounds)


def _bounds(self: Any, field: Any, **kwargs: Any) -> dict[str, Any]:
    """Whole numbers fit 32 bits where they are written."""
    if not isinstance(field, StrictInteger):
        return {}
    return {"minimum": max(_limits(field, "min", -(2**31) + 1)), "maximum": min(_limits(field, "max", 2**31 - 1))}


def _limits(field: StrictInteger, end: str, widest: int) -> list[int]:
    told = (getattr(rule, end, None) for rule in field.validators)
    return [widest, *(int(limit) for limit in told if limit is not None)]


def _add_model(spec: APISpec, model: ModelSpec) -> None:
    """The schemas and the paths of one kind of record; those the program keeps itself can only be read."""
    name = model.name
    spec.components.schema(name, schema=read_schema(model, SYSTEM))
    spec.components.schema(f"{name}.page", parts.page_of(name))
    spec.components.schema(f"{name}.filter", parts.filter_of(model))
    many: dict[str, Any] = {"get": _list(model)}
    one: dict[str, Any] = {"get": _read(model)}
    if not model.meta.read_only:
        spec.components.schema(f"{name}.create", schema=write_schema(model, SYSTEM, creating=True))
        spec.components.schema(f"{name}.update", schema=_with_version(model))
        many["post"] = _create(model)
        one |= {"patch": _change(model), "delete": _delete(model)}
    base = address(model)
    spec.path(path=base, operations=many)
    spec.path(path=f"{base}/{{record_id}}", parameters=[parts.RECORD_ID], operations=one)
    for transition in current_registry().transitions(model.name):
        _add_transition(spec, model, f"{base}/{{record_id}}", transition)


def _with_version(model: ModelSpec) -> InputSchema:
    """What a change may carry: the fields, and the version that was read."""
    fields: Any = dict(type(write_schema(model, SYSTEM, creating=False))._declared_fields)
    if hasattr(model.model, "version"):
        fields["version"] = StrictInteger(metadata={"description": gettext("The version that was read")})
    made: InputSchema = InputSchema.from_dict(fields)()  # type: ignore[assignment]
    return made


def _add_transition(spec: APISpec, model: ModelSpec, one: str, transition: Transition) -> None:
    name = f"{model.name}.{transition.name}"
    version = StrictInteger(metadata={"description": gettext("The version that was read")})
    chosen = {"choices": shapes.choices()} if transition.approvable else {}
    spec.components.schema(name, schema=InputSchema.from_dict({**transition.params, "version": version, **chosen}))
    spec.path(
        path=f"{one}/{transition.name}",
        parameters=[parts.RECORD_ID],
        operations={
            "post": _operation(
                model,
                transition.name,
                str(transition.title),
                transition.permission,
                parameters=[parts.IF_MATCH, parts.IDEMPOTENCY_KEY],
                body=parts.json_content(name),
                answers={
                    "200": parts.record_answer(model.name),
                    **({"202": shapes.accepted()} if transition.approvable else {}),
                    **parts.problems(*parts.WRITING, 404, 409),
                },
            )
        },
    )
    if transition.approvable:
        plan = shapes.plan_operation(model.name, transition.name, transition.title)
        spec.path(path=f"{one}/{transition.name}/plan", parameters=[parts.RECORD_ID], operations={"post": plan})


def _operation(
    model: ModelSpec,
    verb: str,
    what: str,
    permission: str,
    *,
    answers: dict[str, Any],
    parameters: list[Any] | None = None,
    body: dict[str, Any] | None = None,
) -> Operation:
    operation: Operation = {
        "operationId": f"{model.name}.{verb}",
        "summary": gettext("%(kind)s: %(what)s", kind=model.meta.title, what=what),
        "tags": [model.name],
        "description": gettext("Needs the permission %(permission)s.", permission=permission),
        "parameters": parameters or [],
        "responses": answers,
    }
    if body is not None:
        operation["requestBody"] = {"required": False, **body}
    return operation


def _list(model: ModelSpec) -> Operation:
    return _operation(
        model,
        "list",
        gettext("List"),
        model.permission("read"),
        parameters=parts.list_parameters(model),
        answers={"200": parts.ok(f"{model.name}.page"), **parts.problems(*parts.READING, 400)},
    )


def _create(model: ModelSpec) -> Operation:
    return _operation(
        model,
        "create",
        gettext("Create"),
        model.permission("create"),
        parameters=[parts.IDEMPOTENCY_KEY],
        body=parts.json_content(f"{model.name}.create"),
        answers={"201": parts.record_answer(model.name, "Location"), **parts.problems(*parts.WRITING, 409)},
    )


def _read(model: ModelSpec) -> Operation:
    return _operation(
        model,
        "read",
        gettext("Read"),
        model.permission("read"),
        parameters=[parts.fields_parameter(model)],
        answers={"200": parts.record_answer(model.name), **parts.problems(*parts.READING)},
    )


def _change(model: ModelSpec) -> Operation:
    return _operation(
        model,
        "update",
        gettext("Change"),
        model.permission("write"),
        parameters=[parts.IF_MATCH],
        body=parts.json_content(f"{model.name}.update"),
        answers={"200": parts.record_answer(model.name), **parts.problems(*parts.WRITING, 409)},
    )


def _delete(model: ModelSpec) -> Operation:
    return _operation(
        model,
        "delete",
        gettext("Delete"),
        model.permission("delete"),
        parameters=[parts.IF_MATCH],
        answers={"204": {"description": gettext("Deleted")}, **parts.problems(*parts.READING, 400, 409)},
    )
