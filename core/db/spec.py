"""What each model is, as data: the fields with their kinds, labels, targets and rights.

Derived from the model once at start; lists, forms, filters, export, API, audit and OpenAPI read it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Column, Date, Integer, Numeric, String, Text
from sqlalchemy.orm import RelationshipProperty

from core.actor import Actor
from core.db.base import Meta, Record
from core.db.fields import INFO, ColumnInfo, Kind
from core.db.scope import addon_and_noun, parent_of, permission_of
from core.db.types import Money, Price, Quantity, UtcDateTime
from core.i18n import Text as Words

KINDS: tuple[tuple[type[Any], Kind], ...] = (
    (Quantity, "quantity"),
    (Price, "price"),
    (Money, "money"),
    (UtcDateTime, "datetime"),
    (Boolean, "boolean"),
    (Date, "date"),
    (Numeric, "decimal"),
    (Text, "longtext"),
    (String, "text"),
    (Integer, "integer"),
)


@dataclass(frozen=True, kw_only=True)
class FieldSpec:
    """One field of a model: a column of its table, or a field the customer added (`core.custom.fields`).

    `name` is the column's attribute (`item_id`); for a link, `relation` is the relationship of the same
    stem (`item`), or None, and `target` the model's name (`masterdata.item`). `length` is in characters,
    `places` in decimals where the kind does not say.
    """

    name: str
    kind: Kind
    info: ColumnInfo
    required: bool
    unique: bool
    nullable: bool
    length: int | None
    default: Any
    relation: str | None = None
    target: str | None = None
    places: int | None = None

    @property
    def label(self) -> Words:
        """What people call it."""
        return self.info.label

    @property
    def is_number(self) -> bool:
        """Whether totals of it make sense."""
        return self.kind in ("integer", "decimal", "quantity", "money", "price")

    @property
    def is_internal(self) -> bool:
        """Whether it is data of the program's that people neither enter nor filter by."""
        return self.kind == "json" and not self.info.criteria_on

    @property
    def offered(self) -> Mapping[str, Words]:
        """The choices a form offers; a record may still hold another one of `info.choices`."""
        return self.info.choices

    def column_of(self, model: Any) -> Any:
        """The column expression on a class or alias, for SQL."""
        return getattr(model, self.name)

    def value_of(self, record: Any) -> Any:
        """The stored value; a link's is the id."""
        return getattr(record, self.name)

    def set_on(self, record: Any, value: Any) -> None:
        """Give a record a clean value."""
        setattr(record, self.name, value)

    def writable(self, *, creating: bool) -> bool:
        """Whether people may set it, at creation or later."""
        return self.info.write == "always" or (creating and self.info.write == "create")


def made_field(name: str, kind: Kind, label: Words, *, target: str | None = None, nullable: bool = False) -> FieldSpec:
    """A field that is no column: a count of lines, a fact about whoever submits something."""
    return FieldSpec(
        name=name,
        kind=kind,
        info=ColumnInfo(label=label),
        required=not nullable,
        unique=False,
        nullable=nullable,
        length=None,
        default=None,
        target=target,
    )


@dataclass(frozen=True, kw_only=True)
class LinesSpec:
    """Line rows kept with a document: the relationship's name and the line model's name."""

    name: str
    model: str
    parent_column: str


@dataclass(frozen=True, kw_only=True)
class ModelSpec:
    """A model as the generic parts see it. `name` is `<addon>.<noun>`, e.g. `masterdata.item`.

    `own` are the fields its columns make, known at start; `fields` are these and the custom ones in use now.
    """

    name: str
    addon: str
    model: type[Record]
    meta: Meta
    own: Mapping[str, FieldSpec]
    lines: Mapping[str, LinesSpec] = field(default_factory=dict)

    @property
    def fields(self) -> Mapping[str, FieldSpec]:
        """Every field by its name, in order: those of the model, then the custom ones in use."""
        from core.custom.loading import fields_of

        return fields_of(self)

    def field_named(self, name: str) -> FieldSpec | None:
        """A field by its column name, or by its relationship's name (`item` finds `item_id`)."""
        found = self.fields.get(name)
        if found is not None:
            return found
        return next((f for f in self.fields.values() if f.relation == name), None)

    def visible_fields(self, actor: Actor) -> list[FieldSpec]:
        """The fields this actor may see, in order of declaration."""
        return [f for f in self.fields.values() if actor.sees_group(f.info.group)]

    def permission(self, verb: str) -> str:
        """The permission for a verb: read, create, write, delete, or a transition's own."""
        return permission_of(self.model, verb)


def describe(model: type[Record]) -> ModelSpec:
    """Work out the spec of one mapped model; columns without a label are internal and left out."""
    addon, _sep, noun = addon_and_noun(model)
    mapper = model.__mapper__
    relations = {_local_key(r): r.key for r in mapper.relationships if r.direction.name == "MANYTOONE"}
    fields = {}
    for attribute in mapper.column_attrs:
        column: Any = attribute.columns[0]
        said = column.info.get(INFO)
        if said is not None:
            fields[attribute.key] = _field(attribute.key, column, said, relations)
    return ModelSpec(
        name=f"{addon}.{noun}", addon=addon, model=model, meta=model.__meta__, own=fields, lines=_lines(model)
    )


def _local_key(relation: RelationshipProperty[Any]) -> str:
    column = next(iter(relation.local_columns))
    return str(relation.parent.get_property_by_column(column).key)


def _field(name: str, column: Column[Any], said: ColumnInfo, relations: Mapping[str, str]) -> FieldSpec:
    given = column.default is not None or column.server_default is not None
    required = said.required if said.required is not None else not (column.nullable or given)
    return FieldSpec(
        name=name,
        kind=_kind(column, said),
        info=said,
        required=required,
        unique=bool(column.unique),
        nullable=bool(column.nullable),
        length=getattr(column.type, "length", None),
        default=_plain_default(column),
        relation=relations.get(name) if said.target else None,
        target=_target_name(said.target),
    )


def _kind(column: Column[Any], said: ColumnInfo) -> Kind:
    if said.target:
        return "link"
    if said.choices:
        return "choice"
    if said.long:
        return "longtext"
    return next((kind for cls, kind in KINDS if isinstance(column.type, cls)), "json")


def _plain_default(column: Column[Any]) -> Any:
    default: Any = column.default
    if default is not None and default.is_scalar:
        return default.arg
    return None


def _target_name(table: str | None) -> str | None:
    if table is None:
        return None
    for mapper in Record.registry.mappers:
        if getattr(mapper.class_, "__tablename__", None) == table:
            addon, _sep, noun = addon_and_noun(mapper.class_)
            return f"{addon}.{noun}"
    raise LookupError(f"no model has the table {table}")


def _lines(model: type[Record]) -> dict[str, LinesSpec]:
    found = {}
    for relation in model.__mapper__.relationships:
        child = relation.mapper.class_
        if relation.direction.name != "ONETOMANY" or parent_of(child) is not model:
            continue
        if getattr(child, child.__meta__.parent or "").property.back_populates != relation.key:
            continue
        addon, _sep, noun = addon_and_noun(child)
        (column,) = relation.remote_side
        key = child.__mapper__.get_property_by_column(column).key
        found[relation.key] = LinesSpec(name=relation.key, model=f"{addon}.{noun}", parent_column=key)
    return found
