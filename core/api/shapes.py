"""How records look in JSON: the schemas that write answers and describe them in OpenAPI are the same."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from marshmallow import Schema, fields, pre_dump
from sqlalchemy.orm import joinedload, selectinload

from core.actor import Actor
from core.custom.loading import kept_for_fields
from core.db.base import display
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.schema import SCALED, Codes

DECIMAL_TEXT = {"type": "string", "format": "decimal"}


class LinkShape(Schema):
    """The record a link leads to: its id and the text that names it."""

    id = fields.Integer(required=True)
    display = fields.String(required=True)

    @pre_dump
    def name(self, record: Any, **kwargs: Any) -> dict[str, Any]:
        """The text that names the record."""
        return {"id": record.id, "display": display(record)}


class Amount(fields.Field[Any]):
    """A decimal as plain text, never in scientific notation."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:
        return None if value is None else format(value, "f")


class RecordShape(Schema):
    """A record, whose fields know themselves where their values are."""

    def get_attribute(self, obj: Any, attr: str, default: Any) -> Any:
        """A field's value; what is no field (a link's record, lines) is an attribute."""
        field = current_registry().spec_of(obj).fields.get(attr)
        return super().get_attribute(obj, attr, default) if field is None else field.value_of(obj)


def read_schema(spec: ModelSpec, actor: Actor, only: Collection[str] | None = None) -> Schema:
    """The schema of what the actor sees of a record: every visible field, links with their names, lines."""
    return _read_class(spec, actor)(only=None if only is None else ("id", *only))


def readable_names(spec: ModelSpec, actor: Actor) -> list[str]:
    """The names `fields` may list."""
    return list(_read_class(spec, actor)._declared_fields)


def _read_class(spec: ModelSpec, actor: Actor) -> type[Schema]:
    """Made once for each model, set of visible field groups and state of the custom fields."""
    kept: dict[Any, type[Schema]] = kept_for_fields("read_schemas")
    visible = spec.visible_fields(actor)
    groups = actor.unrestricted or actor.field_groups
    key = (spec.name, frozenset(f.name for f in visible), groups)
    if key not in kept:
        members = {**_members(spec, visible), **_lines(spec, actor)}
        kept[key] = RecordShape.from_dict(members, name=spec.model.__name__)
    return kept[key]


def _lines(spec: ModelSpec, actor: Actor) -> dict[str, Any]:
    found = {}
    for lines in spec.lines.values():
        line = current_registry().models[lines.model]
        shown = [f for f in line.visible_fields(actor) if f.relation != line.meta.parent]
        shape = RecordShape.from_dict(_members(line, shown), name=line.model.__name__)
        found[lines.name] = fields.List(fields.Nested(shape), metadata={"title": line.meta.plural or line.meta.title})
    return found


def _members(spec: ModelSpec, shown: Iterable[FieldSpec]) -> dict[str, Any]:
    members: dict[str, Any] = {"id": fields.Integer(required=True, metadata={"title": _("Id")})}
    for field in shown:
        members[field.name] = read_field(spec, field)
        if field.relation is not None:
            members[field.relation] = fields.Nested(
                LinkShape, allow_none=True, metadata={"title": field.label, "readOnly": True}
            )
    return members


def read_field(spec: ModelSpec, field: FieldSpec) -> fields.Field[Any]:
    """The field as it is answered: nothing is checked, what is stored is told."""
    metadata: dict[str, Any] = {"title": field.label}
    if field.info.help:
        metadata["description"] = field.info.help
    codes = _codes(spec, field)
    if codes and field.kind != "multichoice":
        metadata["enum"] = [*codes, *([None] if field.nullable else [])]
    if field.kind == "multichoice":
        return Codes(list(field.info.choices), metadata=metadata)
    if field.kind in SCALED or field.kind == "decimal":
        return Amount(allow_none=field.nullable, metadata={**metadata, **DECIMAL_TEXT})
    makers: dict[str, Any] = {
        "integer": fields.Integer,
        "link": fields.Integer,
        "attachment": fields.Integer,
        "boolean": fields.Boolean,
        "date": fields.Date,
        "datetime": fields.DateTime,
        "json": fields.Raw,
    }
    maker = makers.get(field.kind, fields.String)
    made: fields.Field[Any] = maker(allow_none=field.nullable, metadata=metadata)
    return made


def _codes(spec: ModelSpec, field: FieldSpec) -> list[str]:
    workflow = current_registry().workflows.get(spec.name)
    if field.name == "state" and workflow is not None:
        return list(workflow.states)
    choices: Mapping[str, Any] = field.info.choices
    return list(choices)


def loading(spec: ModelSpec, actor: Actor, only: Collection[str] | None = None) -> list[Any]:
    """Options that load what `read_schema` shows: links in the same statement, one more for each line table."""
    options: list[Any] = [joinedload(path) for path in _links(spec, spec.visible_fields(actor), only)]
    for lines in spec.lines.values():
        if only is not None and lines.name not in only:
            continue
        line = current_registry().models[lines.model]
        shown = [f for f in line.visible_fields(actor) if f.relation != line.meta.parent]
        nested = [joinedload(path) for path in _links(line, shown, None)]
        options.append(selectinload(getattr(spec.model, lines.name)).options(*nested))
    return options


def _links(spec: ModelSpec, shown: Iterable[FieldSpec], only: Collection[str] | None) -> list[Any]:
    wanted = [f.relation for f in shown if f.relation is not None]
    return [getattr(spec.model, name) for name in wanted if only is None or name in only]
