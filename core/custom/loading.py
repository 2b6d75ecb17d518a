"""Which custom fields there are now: asked of the database once per request or job, kept in the process.

The snapshot of each unit tells whether anything changed since this process read the definitions; only then are
they read again. So a change counts at once in every process.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any

from flask import current_app, has_app_context
from sqlalchemy import select

from core.custom.fields import CustomSpec, spec_from
from core.custom.models import CustomChoice, CustomField
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.kernel.registry import current_registry
from core.kernel.snapshot import forget_snapshot, snapshot

LIVE, RETIRED = "live", "retired"
KEPT = "qingmes_custom_fields"
Stamp = str


@dataclass(frozen=True)
class Definitions:
    """Every field that is in use or was, by model and name, as of one stamp of their tables.

    `merged` and `derived` keep what was worked out from them: all fields of a model, schemas, descriptions.
    """

    stamp: Stamp
    fields: Mapping[str, Mapping[str, CustomSpec]]
    merged: dict[str, Mapping[str, FieldSpec]] = field(default_factory=dict)
    derived: dict[str, dict[Any, Any]] = field(default_factory=dict)


NONE = Definitions("", {})
_current: ContextVar[Definitions | None] = ContextVar("qingmes_custom_fields", default=None)


def forget_fields() -> None:
    """Ask again at the next question: at the start of each unit of work, and after a change."""
    forget_snapshot()
    _current.set(None)


def definitions() -> Definitions:
    """What there is for this unit of work; nothing outside an application."""
    known = _current.get()
    if known is None:
        if not has_app_context():
            return NONE
        known = _up_to_date()
        _current.set(known)
    return known


def _up_to_date() -> Definitions:
    stamp = snapshot().fields
    kept: Definitions | None = current_app.extensions.get(KEPT)
    if kept is None or kept.stamp != stamp:
        with db.session.no_autoflush:
            kept = Definitions(stamp, {} if stamp.startswith("0/") else _read())
        current_app.extensions[KEPT] = kept
    return kept


def _read() -> Mapping[str, Mapping[str, CustomSpec]]:
    """A link to what is not installed any more counts as retired."""
    fields, choices = CustomField.__table__, CustomChoice.__table__
    offered: dict[int, list[Any]] = defaultdict(list)
    for row in db.session.execute(select(choices).order_by(choices.c.seq, choices.c.id)):
        offered[row.field_id].append(row)
    found: dict[str, dict[str, CustomSpec]] = defaultdict(dict)
    used = select(fields).where(fields.c.state.in_((LIVE, RETIRED)))
    for row in db.session.execute(used.order_by(fields.c.seq, fields.c.id)):
        spec = spec_from(row, offered[row.id])
        is_lost = spec.target is not None and spec.target not in current_registry().models
        found[row.model][row.key] = replace(spec, state=RETIRED) if is_lost else spec
    return dict(found)


def fields_of(spec: ModelSpec) -> Mapping[str, FieldSpec]:
    """Every field of a model by name: its own, then the custom ones in use."""
    known = definitions()
    if spec.name not in known.fields:
        return spec.own
    if spec.name not in known.merged:
        live = {name: f for name, f in known.fields[spec.name].items() if f.state == LIVE}
        known.merged[spec.name] = {**spec.own, **live}
    return known.merged[spec.name]


def custom_fields(spec: ModelSpec, state: str = LIVE) -> list[CustomSpec]:
    """The custom fields of a model in use (or retired), in order."""
    return [f for f in definitions().fields.get(spec.name, {}).values() if f.state == state]


def known_field(spec: ModelSpec, name: str) -> FieldSpec | None:
    """A field by its name, retired ones too: the past still has to be read."""
    return spec.own.get(name) or definitions().fields.get(spec.name, {}).get(name)


def fields_stamp() -> Stamp:
    """Changes whenever a definition does."""
    return definitions().stamp


def kept_for_fields(name: str) -> dict[Any, Any]:
    """A place to keep what is worked out from fields, by this process; empty again when a definition changes."""
    return definitions().derived.setdefault(name, {})
