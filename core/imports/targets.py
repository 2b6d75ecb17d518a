"""What an import can fill: the fields of a record and of its lines that this person may set, by path."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Index, UniqueConstraint

from core.actor import Actor
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.views.declare import Lines
from core.workflow.schema import writable_fields

TEXTS = frozenset({"text", "choice"})


@dataclass(frozen=True)
class Target:
    """A field a column can go to: `code`, `item` (a link), `lines.quantity`.

    `lines` is the relationship of a line's field, empty for the record's own. One that is not `writable`
    (a document's number) only tells which record a row is about.
    """

    path: str
    field: FieldSpec
    lines: str
    writable: bool
    title: Text = ""

    @property
    def label(self) -> str:
        """What people call it in their language; fields of lines after the lines' `title`."""
        return f"{self.title} · {self.field.label}" if self.lines else str(self.field.label)


def targets_of(spec: ModelSpec, actor: Actor) -> dict[str, Target]:
    """Every field this actor may import, by path, the record's own first, in order of declaration."""
    named = {name for names in _unique_together(spec) for name in names}
    found = [*_own(spec, actor, named), *_of_lines(spec, actor)]
    return {target.path: target for target in found}


def _own(spec: ModelSpec, actor: Actor, named: Iterable[str]) -> list[Target]:
    writable = writable_fields(spec, actor, creating=True)
    return [
        Target(field.relation or field.name, field, "", field.name in writable)
        for field in spec.visible_fields(actor)
        if field.name in writable or (field.name in named and not field.info.hidden)
        if is_reachable(field, actor)
    ]


def _of_lines(spec: ModelSpec, actor: Actor) -> list[Target]:
    found = []
    for lines in spec.lines.values():
        line = current_registry().models[lines.model]
        title = _title_of(spec, lines.name, line)
        for field in writable_fields(line, actor, creating=True).values():
            if is_reachable(field, actor):
                found.append(Target(f"{lines.name}.{field.relation or field.name}", field, lines.name, True, title))
    return found


def _title_of(spec: ModelSpec, relation: str, line: ModelSpec) -> Text:
    """What the form calls its lines, or else what they are."""
    form = current_registry().forms.get(spec.name)
    declared = (section for section in form.sections if isinstance(section, Lines)) if form else ()
    return next((section.title for section in declared if section.relation == relation), line.meta.title)


def is_reachable(field: FieldSpec, actor: Actor) -> bool:
    """Whether a file can say it: files themselves cannot, and what a link leads to must be the actor's to look for."""
    if field.kind == "attachment":
        return False
    if field.target is None:
        return True
    target = current_registry().models[field.target]
    return is_enabled(target.addon) and (target.meta.public_name or actor.can(target.permission("read")))


def keys_of(spec: ModelSpec, targets: dict[str, Target]) -> list[tuple[str, ...]]:
    """The paths that tell one record from another, alone or together: what is unique in the database."""
    by_name = {target.field.name: path for path, target in targets.items() if not target.lines}
    return [tuple(by_name[n] for n in names) for names in _unique_together(spec) if all(n in by_name for n in names)]


def _unique_together(spec: ModelSpec) -> list[tuple[str, ...]]:
    """The field names of each unique constraint, the most telling first."""
    table = spec.model.__table__
    groups = [c.columns for c in table.constraints if isinstance(c, UniqueConstraint)]  # type: ignore[attr-defined]
    groups += [i.columns for i in table.indexes if isinstance(i, Index) and _is_whole(i)]  # type: ignore[attr-defined]
    names = {tuple(column.key for column in columns) for columns in groups}
    names |= {(field.name,) for field in spec.fields.values() if field.unique}
    known = [group for group in names if all(name in spec.fields for name in group)]
    return sorted(known, key=lambda group: (len(group), [_unlikely(spec.fields[name]) for name in group], group))


def _unlikely(field: FieldSpec) -> tuple[bool, bool]:
    """What tells records apart less well: what may be empty, and what is no text."""
    return field.nullable, field.kind not in TEXTS


def _is_whole(index: Index) -> bool:
    """Whether an index is unique over every row, not only over some."""
    return bool(index.unique) and not any(
        options.get("where") is not None for options in index.dialect_options.values()
    )
