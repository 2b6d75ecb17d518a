"""Where custom fields stand on a form: in its sections and line tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from core.custom.loading import RETIRED, custom_fields
from core.db.spec import ModelSpec
from core.i18n import _
from core.kernel.registry import current_registry
from core.views.columns import Column
from core.views.declare import Lines, Section


def with_sections(spec: ModelSpec, sections: Sequence[Any]) -> list[Any]:
    """The sections of a form with the custom fields in them.

    A field whose section has the name or the title of a declared one stands at its end; the others make
    sections of their own, those without one “Additional fields”.
    """
    placed: dict[str, list[str]] = {}
    for field in custom_fields(spec):
        placed.setdefault(field.section, []).append(field.name)
    drawn = [_with_own(spec, section, placed) for section in sections]
    own = [
        Section(name=f"custom-{n}", title=title or _("Additional fields"), fields=tuple(names))
        for n, (title, names) in enumerate(placed.items())
    ]
    return [*drawn, *own]


def _with_own(spec: ModelSpec, section: Any, placed: dict[str, list[str]]) -> Any:
    """A declared section with the fields meant for it, which are then placed; a line table with its custom columns."""
    if isinstance(section, Lines):
        inner = current_registry().models[spec.lines[section.relation].model]
        return replace(section, columns=(*section.columns, *(f.name for f in custom_fields(inner))))
    if isinstance(section, Section):
        names = placed.pop(section.name, []) + placed.pop(str(section.title), [])
        return replace(section, fields=(*section.fields, *names))
    return section


def retired_columns(spec: ModelSpec, record: Any) -> list[Column]:
    """The retired fields a record has a value in, to be shown and no more."""
    found = [f for f in custom_fields(spec, RETIRED) if f.value_of(record) not in (None, False)]
    return [Column(f.name, (), replace(f, info=replace(f.info, write="never")), spec.name) for f in found]
