"""Where a condition finds its value: `item.category.code` through links, `sum(lines.amount)` over lines."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from core.actor import Actor
from core.db.spec import FieldSpec, ModelSpec, made_field
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.kernel.switch import enabled_addons

MAX_LINKS = 3
ORDERED = frozenset({"integer", "decimal", "quantity", "price", "money", "date", "datetime"})
TEXTUAL = frozenset({"text", "longtext"})
DATED = frozenset({"date", "datetime"})
EACH = ("any", "all")
TOTAL = re.compile(r"(sum|min|max|count|any|all)\((\w+)(?:\.([\w.]+))?\)", re.ASCII)
TOTALS: Mapping[str, Text] = {
    "any": _("any line"),
    "all": _("every line"),
    "sum": _("sum"),
    "min": _("smallest"),
    "max": _("largest"),
    "count": _("number of lines"),
}


IDENTITY = made_field("id", "link", _("Id"))
COUNT = made_field("count", "integer", TOTALS["count"])


@dataclass(frozen=True)
class Path:
    """Where a value stands: `links` to follow from the record, then the field.

    `total` says how the values of the record's `lines` become one (links are then followed from each line);
    of `any` and `all` every line's value is compared. Both are empty for a value of the record itself.
    """

    text: str
    field: FieldSpec
    label: Text
    links: tuple[str, ...] = ()
    total: str = ""
    lines: str = ""

    @property
    def is_each(self) -> bool:
        """Whether each line is compared, not one value."""
        return self.total in EACH

    @property
    def may_be_missing(self) -> bool:
        """Whether there can be no value to compare."""
        if self.total:
            return self.total in ("min", "max")
        return self.field.nullable or bool(self.links) or self.field.kind in TEXTUAL

    @property
    def named_field(self) -> FieldSpec:
        """The field under the label of the whole path, as facts tell it."""
        return replace(self.field, info=replace(self.field.info, label=self.label))


def find_path(spec: ModelSpec, text: str, actor: Actor) -> Path:
    """The path of a text; `ValidationError` for anything the actor may not know of or that makes no sense."""
    match = TOTAL.fullmatch(text)
    if match is None:
        links, field, label = _follow(spec, text, actor, text)
        return Path(text, field, label, links)
    total, lines, inner = match.groups()
    target = lines_of(spec, lines, actor)
    if target is None or (total == "count") is (inner is not None):
        raise _unknown(text)
    if inner is None:
        return Path(text, COUNT, joined([_title(target), COUNT.label]), total=total, lines=lines)
    links, field, label = _follow(target, inner, actor, text)
    if total not in totals_of(field):
        problem = _("There is no %(total)s of “%(field)s”.", total=TOTALS[total], field=label)
        raise ValidationError(problem, fields={text: [problem]})
    label = _("%(lines)s, %(total)s: %(field)s", lines=_title(target), total=TOTALS[total], field=label)
    return Path(text, field, label, links, total, lines)


def lines_of(spec: ModelSpec, name: str, actor: Actor) -> ModelSpec | None:
    """The model of a document's lines of this name, if the actor may know of them."""
    lines = spec.lines.get(name)
    return readable(lines.model, actor) if lines is not None else None


def readable(model: str, actor: Actor) -> ModelSpec | None:
    """A model whose app is on and whose records the actor may read, or None."""
    spec = current_registry().models[model]
    return spec if spec.addon in enabled_addons() and actor.can(spec.permission("read")) else None


def totals_of(field: FieldSpec) -> Iterable[str]:
    """What can be made of the values of a field of lines."""
    return [*EACH, *(["sum"] if field.is_number else []), *(["min", "max"] if field.kind in ORDERED else [])]


def total_paths(spec: ModelSpec) -> Iterator[str]:
    """Everything that can be asked of a document's lines, their links not followed, whoever may see it."""
    for lines in spec.lines.values():
        yield f"count({lines.name})"
        for field in current_registry().models[lines.model].fields.values():
            if field.kind != "json":
                yield from (f"{total}({lines.name}.{field.name})" for total in totals_of(field))


def find_field(spec: ModelSpec, path: str, actor: Actor) -> tuple[tuple[str, ...], FieldSpec]:
    """Follow `item.category.code` to its field; `ValidationError` for anything the actor may not know of.

    Following a link needs the right to read what it leads to.
    """
    links, field, _label = _follow(spec, path, actor, path)
    return links, field


def joined(labels: list[Text]) -> Text:
    """The label of a path from those of its links and its field."""
    *links, label = labels
    for link in reversed(links):
        label = _("%(link)s · %(field)s", link=link, field=label)
    return label


def _follow(spec: ModelSpec, path: str, actor: Actor, whole: str) -> tuple[tuple[str, ...], FieldSpec, Text]:
    *links, last = path.split(".")
    if len(links) > MAX_LINKS:
        raise _unknown(whole)
    followed, labels = [], []
    for link in links:
        field = spec.field_named(link)
        if field is None or field.relation is None or field.target is None or not actor.sees_group(field.info.group):
            raise _unknown(whole)
        target = readable(field.target, actor)
        if target is None:
            raise _unknown(whole)
        spec = target
        followed.append(field.relation)
        labels.append(field.label)
    found = IDENTITY if last == "id" else spec.field_named(last)
    if found is None or not actor.sees_group(found.info.group):
        raise _unknown(whole)
    return tuple(followed), found, joined([*labels, found.label])


def _title(lines: ModelSpec) -> Text:
    return lines.meta.plural or lines.meta.title


def _unknown(path: str) -> ValidationError:
    problem = _("There is no field “%(path)s”.", path=path[:80])
    return ValidationError(problem, fields={path: [problem]})
