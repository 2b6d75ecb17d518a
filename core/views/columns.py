"""The columns of a list: dotted paths followed to fields, hidden ones left out, links loaded with the rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import joinedload, selectinload

from core.actor import Actor
from core.custom.columns import list_names
from core.custom.links import linked
from core.custom.storage import split
from core.db.base import display
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text, gettext
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons, is_enabled
from core.web.format import value_text

DEFAULT_COLUMNS = 7
QUIET = frozenset({"longtext", "json"})


@dataclass(frozen=True)
class Column:
    """One column: the relationships to follow from the record, then the field and the model that has it."""

    path: str
    links: tuple[str, ...]
    field: FieldSpec
    model: str

    @property
    def label(self) -> Text:
        """Its heading."""
        return self.field.label

    def value(self, record: Any) -> Any:
        """The raw value for a record; a link gives the record it points to."""
        for link in self.links:
            record = getattr(record, link) if record is not None else None
        if record is None:
            return None
        return getattr(record, self.field.relation) if self.field.relation else linked(record, self.field)


def resolve(spec: ModelSpec, path: str, actor: Actor) -> Column | None:
    """The column of a path, or None when the actor may not see it or its addon is off."""
    *steps, last = path.split(".")
    links = []
    for step in steps:
        if not _visible_step(spec, step, actor):
            return None
        relation = spec.model.__mapper__.relationships.get(step)
        if relation is None:
            return None
        spec = current_registry().spec_of(relation.mapper.class_)
        if not is_enabled(spec.addon) or not actor.can(spec.permission("read")):
            return None
        links.append(step)
    field = spec.field_named(last)
    if field is None or not actor.sees_group(field.info.group):
        return None
    return Column(path, tuple(links), field, spec.name)


def choices_of(model: str, field: FieldSpec) -> Mapping[str, Text]:
    """The codes a field may hold, with what people read: its choices, or the states of its document."""
    workflow = current_registry().workflows.get(model) if field.name == "state" else None
    return {key: state.title for key, state in workflow.states.items()} if workflow else field.info.choices


def _visible_step(spec: ModelSpec, step: str, actor: Actor) -> bool:
    field = spec.field_named(step)
    return field is None or actor.sees_group(field.info.group)


def columns_of(spec: ModelSpec, actor: Actor, chosen: Iterable[str] = ()) -> list[Column]:
    """The columns to show: those chosen, or those of the declared view and the enabled addons' extensions."""
    paths = list(chosen) or default_paths(spec)
    known = set(available_paths(spec))
    found = (resolve(spec, path, actor) for path in paths if path in known)
    return [column for column in found if column is not None]


def default_paths(spec: ModelSpec) -> list[str]:
    """What the list shows when nobody chose."""
    view = current_registry().lists.get(spec.name)
    if view is None:
        told = [f.name for f in spec.own.values() if f.kind not in QUIET and not f.info.hidden]
        return [*told[:DEFAULT_COLUMNS], *list_names(spec)]
    return [*view.columns, *extension_paths(spec), *list_names(spec)]


def extension_paths(spec: ModelSpec) -> list[str]:
    """Columns other enabled addons add to this list."""
    extensions = current_registry().extensions.get(spec.name, [])
    return [path for e in extensions if e.addon in enabled_addons() for path in e.what.columns]


def available_paths(spec: ModelSpec) -> list[str]:
    """Everything a list of this model may show: its view's columns, then its other fields."""
    paths = default_paths(spec)
    known = {spec.fields[p].relation or p if p in spec.fields else p for p in paths}
    others = [f for f in spec.fields.values() if not f.info.hidden and f.kind != "json"]
    return [*paths, *(f.name for f in others if f.name not in paths and (f.relation or f.name) not in known)]


def loading(spec: ModelSpec, columns: Iterable[Column]) -> list[Any]:
    """Options that load every link the columns show together with the records.

    Links are joined. Public names (users, org units) are read beside them, one statement a link: joined,
    the row scope would hide the names of colleagues out of reach, which these records may show.
    """
    chains = {(*c.links, *((c.field.relation,) if c.field.relation else ())) for c in columns}
    return [_chain(spec, chain) for chain in sorted(chains) if chain]


def _chain(spec: ModelSpec, chain: tuple[str, ...]) -> Any:
    model: Any = spec.model
    option: Any = None
    for step in chain:
        attribute = getattr(model, step)
        model = attribute.property.mapper.class_
        if model.__meta__.public_name:
            option = option.selectinload(attribute) if option else selectinload(attribute)
        else:
            option = option.joinedload(attribute) if option else joinedload(attribute)
    return option


def sort_path(column: Column) -> str:
    """What sorting by a column means to criteria: a link sorts by what names the record it leads to."""
    if column.field.relation is None or column.field.target is None:
        return ".".join((*column.links, column.field.name))
    names = current_registry().models[column.field.target].meta.display
    return ".".join((*column.links, column.field.relation, *names[:1]))


def can_sort(column: Column, actor: Actor) -> bool:
    """Whether the reader may sort by a column: what it leads through must be his to read."""
    if column.field.kind == "json" or (column.field.target and not column.field.relation):
        return False
    if column.field.target is None:
        return True
    target = current_registry().models[column.field.target]
    return is_enabled(target.addon) and actor.can(target.permission("read"))


def text_of(column: Column, value: Any) -> str:
    """A value as people read it."""
    if value is None:
        return ""
    kind = column.field.kind
    if kind in ("link", "attachment"):
        return display(value) if hasattr(value, "__meta__") else f"#{value}"
    if kind == "multichoice":
        labels = column.field.info.choices
        return gettext(", ").join(str(labels.get(code, code)) for code in split(value))
    if kind == "choice" or column.field.name == "state":
        return str(choices_of(column.model, column.field).get(value, value))
    return value_text(kind, value)
