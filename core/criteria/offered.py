"""What the form builder offers: fields by where they stand, operators by kind of field."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from core.actor import Actor
from core.criteria.paths import COUNT, Path, find_path, joined, lines_of, readable, totals_of
from core.criteria.tree import OPERATORS, fits
from core.criteria.words import NOT, operator_words, or_empty
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import Text
from core.kernel.registry import current_registry
from core.views.columns import choices_of

ALWAYS = ("empty", f"{NOT}empty")
ALIKE = ("!eq", "!ne")  # but for what they mean where there is no value they are called as “ne” and “eq”
OFFERED: Mapping[str, tuple[str, ...]] = {
    "text": ("contains", "!contains", "starts", "eq", "ne", "in", *ALWAYS),
    "longtext": ("contains", "!contains", *ALWAYS),
    "number": ("eq", "ne", "gt", "gte", "lt", "lte", "between", "!between", *ALWAYS),
    "date": ("eq", "gt", "gte", "lt", "lte", "between", "older_than", "within_next", *ALWAYS),
    "datetime": ("gte", "lt", "between", "older_than", "within_next", *ALWAYS),
    "link": ("eq", "ne", "in", "!in", "under", "!under", *ALWAYS),
    "choice": ("eq", "ne", "in", "!in", *ALWAYS),
    "multichoice": ("contains", "!contains", *ALWAYS),
    "boolean": ("eq", *ALWAYS),
}


@dataclass(frozen=True)
class FieldGroup:
    """Fields that stand together in the list to choose from: the record's own, those of a link, those of lines."""

    title: Text
    fields: Mapping[str, Text]


def shape_of(field: FieldSpec, choices: Mapping[str, Text]) -> str:
    """The family of operators and inputs a field takes."""
    if field.is_number:
        return "number"
    return "choice" if choices and field.kind != "multichoice" else field.kind


def operators_of(path: Path, choices: Mapping[str, Text], chosen: str = "") -> dict[str, Text]:
    """The operators offered for a field by their words, and the one chosen even if it is not among them."""
    codes = [*OFFERED.get(shape_of(path.field, choices), ALWAYS), *([chosen] if chosen else [])]
    return {
        op: or_empty(path, op, operator_words(path, op)) if op in ALIKE else operator_words(path, op)
        for op in dict.fromkeys(codes)
        if fits(path.field, op.removeprefix(NOT)) and (op == chosen or path.may_be_missing or op not in ALWAYS)
    }


def field_groups(spec: ModelSpec, actor: Actor) -> Iterator[FieldGroup]:
    """What there is to choose from on a model: its fields, those one link away, and its lines'."""
    yield FieldGroup("", dict(_fields(spec, actor)))
    yield from (group for group in _linked(spec, actor) if group.fields)
    for name in spec.lines:
        lines = lines_of(spec, name, actor)
        if lines is not None:
            yield FieldGroup(lines.meta.plural or lines.meta.title, dict(_lines(lines, name, actor)))


def restricted(spec: ModelSpec, paths: Iterable[str], actor: Actor) -> FieldGroup:
    """The fields of a list given by the page, as far as the actor may know of them."""
    fields = {}
    for path in paths:
        with suppress(ValidationError):
            fields[path] = find_path(spec, path, actor).label
    return FieldGroup("", fields)


def _fields(spec: ModelSpec, actor: Actor, before: str = "") -> Iterator[tuple[str, Text]]:
    for field in spec.visible_fields(actor):
        if not (field.info.hidden or _is_parent(spec, field)) and any(fits(field, op) for op in OPERATORS):
            yield before + field.name, field.label


def _linked(spec: ModelSpec, actor: Actor, before: str = "") -> Iterator[FieldGroup]:
    for field in spec.visible_fields(actor):
        is_stamp = field.info.write == "never" and field.target == "core.user"
        if field.relation and field.target and not (is_stamp or _is_parent(spec, field)):
            target = readable(field.target, actor)
            if target is not None:
                fields = _fields(target, actor, f"{before}{field.relation}.")
                yield FieldGroup(field.label, {path: joined([field.label, label]) for path, label in fields})


def _is_parent(spec: ModelSpec, field: FieldSpec) -> bool:
    """Whether it only says whose line this is."""
    return field.relation is not None and field.relation == spec.meta.parent


def _lines(lines: ModelSpec, name: str, actor: Actor) -> Iterator[tuple[str, Text]]:
    """The number of lines, their fields, and those one link away: which total of them is chosen beside."""
    yield f"count({name})", COUNT.label
    yield from _fields(lines, actor, f"{name}.")
    for group in _linked(lines, actor, f"{name}."):
        yield from group.fields.items()


def choices_at(spec: ModelSpec, path: Path) -> Mapping[str, Text]:
    """The codes the field at the end of a path may hold, states of a document among them."""
    for name in (path.lines, *path.links):
        if name:
            spec = _next(spec, name)
    return choices_of(spec.name, path.field)


def _next(spec: ModelSpec, name: str) -> ModelSpec:
    target: type = spec.model.__mapper__.relationships[name].mapper.class_
    return current_registry().spec_of(target)


def totals_for(path: Path) -> tuple[str, ...]:
    """What can be made of the values of a lines' field; nothing for a value of the record itself."""
    return tuple(totals_of(path.field)) if path.lines and path.total != "count" else ()
