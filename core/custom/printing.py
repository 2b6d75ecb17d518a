"""The custom fields of a record as labelled texts, for print templates and approvals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from core.actor import Actor, current_actor
from core.custom.links import prefetch
from core.custom.loading import custom_fields
from core.i18n import Text
from core.kernel.registry import current_registry
from core.views.columns import Column, text_of


@dataclass(frozen=True)
class Labelled:
    """One field: its name, its label, its value as people read it, the unit it is in."""

    name: str
    label: Text
    text: str
    unit: str = ""


def values_of(record: Any, actor: Actor | None = None) -> list[Labelled]:
    """The fields in use that have a value and that the actor (whoever is acting) may see, in order.

    Works for documents and for lines. One statement for each kind of record that links lead to.
    """
    spec, reader = current_registry().spec_of(record), actor or current_actor()
    columns = [Column(f.name, (), f, spec.name) for f in custom_fields(spec) if reader.sees_group(f.info.group)]
    prefetch([record], columns)
    told = [Labelled(c.path, c.label, text_of(c, c.value(record)), c.field.info.unit or "") for c in columns]
    return [one for one in told if one.text]
