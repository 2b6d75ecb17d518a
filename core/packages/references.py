"""Records that settings name, by what they are called instead of their ids: `{"$ref": "core.role", "key": "FIN"}`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import select

from core.actor import SYSTEM
from core.criteria.paths import find_path
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry

REF = "$ref"
Convert = Callable[[str, Any], Any]


def to_ref(model: str, record_id: Any) -> Any:
    """A record as what it is called; None stays None. `NotFound` when it is gone or has no name of its own."""
    if record_id is None:
        return None
    spec, name = _named(model)
    found = db.session.execute(
        select(spec.fields[name].column_of(spec.model)).where(spec.model.id == record_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound(_("There is no %(model)s with the number %(id)s.", model=spec.meta.title, id=record_id))
    return {REF: model, "key": found}


def to_id(model: str, value: Any) -> Any:
    """The id of what is called so here; None stays None. `NotFound` names what is missing."""
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.get(REF) != model:
        raise ValidationError(_("The package is damaged: a reference cannot be read."))
    spec, name = _named(model)
    column = spec.fields[name].column_of(spec.model)
    found = db.session.scalar(select(spec.model.id).where(column == value.get("key")))
    if found is None:
        raise NotFound(
            _("There is no %(model)s called “%(key)s” here.", model=spec.meta.title, key=str(value.get("key"))[:60])
        )
    return found


def _named(model: str) -> tuple[ModelSpec, str]:
    """The model, and the field that names its records for good."""
    spec = current_registry().models.get(model)
    name = next((f.name for f in spec.fields.values() if f.unique and f.kind == "text"), None) if spec else None
    if spec is None or name is None:
        raise NotFound(_("Records of the kind %(model)s cannot be named in a package.", model=str(model)[:60]))
    return spec, name


def in_criteria(find: Callable[[str], FieldSpec | None], tree: Any, convert: Convert) -> Any:
    """A condition tree with the records it names converted; `find` gives the field of a path."""
    if isinstance(tree, list):
        return [in_criteria(find, part, convert) for part in tree]
    if not isinstance(tree, Mapping):
        return tree
    if "field" not in tree:
        return {op: in_criteria(find, part, convert) for op, part in tree.items()}
    field = find(str(tree["field"]))
    if field is None or field.target is None or "value" not in tree:
        return dict(tree)
    target = field.target
    value = tree["value"]
    values = value if isinstance(value, list) else [value]
    converted = [convert(target, v) if _is_record(v) else v for v in values]
    return {**tree, "value": converted if isinstance(value, list) else converted[0]}


def _is_record(value: Any) -> bool:
    """An id or a reference; not a named value such as “me”."""
    return (isinstance(value, int) and not isinstance(value, bool)) or (isinstance(value, Mapping) and REF in value)


def on_model(model: str) -> Callable[[str], FieldSpec | None]:
    """Find the fields of conditions on records of a model; unknown paths are left to be refused where they are read."""
    spec = current_registry().model(model)

    def find(path: str) -> FieldSpec | None:
        try:
            return find_path(spec, path, SYSTEM).field
        except ValidationError:
            return None

    return find
