"""When a field is needed, does not apply or may not be changed: the conditions of `ColumnInfo`, checked at save.

They are asked of the record as it would be afterwards, with every right: a rule is about the record, not about
who saves it. A save is held to the rules of the fields it gives and of those whose condition looks at one it gives,
so a record from before the rule can still be changed elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.actor import SYSTEM, Actor, current_actor
from core.criteria import to_predicate
from core.custom.fields import CustomSpec
from core.custom.loading import custom_fields
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.errors import ValidationError
from core.i18n import _, gettext
from core.kernel.registry import current_registry
from core.workflow.models import Attachment

HEAD = re.compile(r"(?:\w+\()?(\w+)")
Values = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How a field stands on one record."""

    visible: bool = True
    required: bool = False
    read_only: bool = False


AS_USUAL = Standing()


def ruled(spec: ModelSpec) -> list[FieldSpec]:
    """The fields with conditions."""
    return [f for f in spec.fields.values() if any(conditions(f))]


def conditions(field: FieldSpec) -> tuple[Any, Any, Any]:
    """When it shows, when it is needed, when it is fixed; None for no condition."""
    return field.info.visible_when, field.info.required_when, field.info.read_only_when


def standings(spec: ModelSpec, record: Any, actor: Actor) -> dict[str, Standing]:
    """How the fields with conditions that the actor may see stand on a record."""
    return {f.name: standing(spec, f, record) for f in ruled(spec) if actor.sees_group(f.info.group)}


def standing(spec: ModelSpec, field: FieldSpec, record: Any) -> Standing:
    """How one field stands on a record."""
    visible, required, read_only = conditions(field)
    shows = visible is None or holds(spec, visible, record)
    return Standing(
        visible=shows,
        required=shows and (field.required or (required is not None and holds(spec, required, record))),
        read_only=read_only is not None and holds(spec, read_only, record),
    )


def holds(spec: ModelSpec, tree: Any, record: Any) -> bool:
    """Whether a condition is true of a record. A field in it that was retired since is never true."""
    try:
        return to_predicate(spec, tree, SYSTEM)(record)
    except ValidationError:
        return False


def watched(spec: ModelSpec, field: FieldSpec) -> set[str]:
    """The fields and line tables of the record that a field's conditions look at."""
    return looked_at(spec, conditions(field))


def looked_at(spec: ModelSpec, trees: Iterable[Any]) -> set[str]:
    """The same, of any conditions."""
    found = set()
    for path in (path for tree in trees for path in _paths(tree)):
        match = HEAD.match(path)
        head = match.group(1) if match else path
        named = spec.field_named(head)
        found.add(named.name if named is not None else head)
    return found


def _paths(tree: Any) -> Iterator[str]:
    if isinstance(tree, list):
        for part in tree:
            yield from _paths(part)
    elif isinstance(tree, dict) and "field" in tree:
        yield str(tree["field"])
    elif isinstance(tree, dict):
        for part in tree.values():
            yield from _paths(part)


def fill_in(spec: ModelSpec, record: Any, given: Values) -> None:
    """Give a new record the defaults of the custom fields that were not given."""
    for field in custom_fields(spec):
        if field.name not in given and field.default is not None:
            field.set_on(record, field.default() if callable(field.default) else field.default)


def kept_values(spec: ModelSpec, record: Any, given: Values) -> dict[str, Any]:
    """What the fields a save gives held before it, lines by their id; `check` compares with it."""
    kept: dict[str, Any] = {name: spec.fields[name].value_of(record) for name in given if name in spec.fields}
    for lines in spec.lines.values():
        if lines.name in given:
            inner = current_registry().models[lines.model]
            names = [f.name for f in inner.fields.values() if isinstance(f, CustomSpec) or any(conditions(f))]
            kept[lines.name] = {
                line.id: {name: inner.fields[name].value_of(line) for name in names}
                for line in getattr(record, lines.name)
            }
    return kept


def check(spec: ModelSpec, record: Any, given: Values, before: Values | None = None) -> None:
    """Hold a flushed record to the rules; `ValidationError` with sentences by field path.

    `given` are the clean values of the save, `before` what `kept_values` noted, None for a new record.
    """
    errors = _errors(spec, record, given, before or {})
    for lines in spec.lines.values():
        if lines.name in given:
            inner = current_registry().models[lines.model]
            kept = (before or {}).get(lines.name, {})
            found = {
                n: told
                for n, (line, row) in enumerate(zip(getattr(record, lines.name), given[lines.name], strict=False))
                if (told := _errors(inner, line, row, kept.get(line.id, {})))
            }
            errors.update({lines.name: found} if found else {})
    if errors:
        raise ValidationError(_("Please correct the marked fields."), fields=errors)


def _errors(spec: ModelSpec, record: Any, given: Values, before: Values) -> dict[str, Any]:
    """Sentences by field, about one record or line."""
    _look_again(spec, record, given)
    found = {}
    for field in spec.fields.values():
        problem = _problem(spec, field, record, given, before)
        if problem is not None and current_actor().sees_group(field.info.group):
            found[field.name] = [problem]
    return found


def _look_again(spec: ModelSpec, record: Any, given: Values) -> None:
    """What links lead to is read again where a link was changed."""
    if ruled(spec):
        changed = [f.relation for f in spec.fields.values() if f.name in given and f.relation is not None]
        if changed:
            db.session.expire(record, changed)


def _problem(spec: ModelSpec, field: FieldSpec, record: Any, given: Values, before: Values) -> str | None:
    is_given, value = field.name in given, field.value_of(record)
    is_new = is_given and value != before.get(field.name)
    if is_new and isinstance(field, CustomSpec) and (problem := _custom_problem(spec, field, record, value)):
        return problem
    if not any(conditions(field)) or not (is_given or watched(spec, field) & set(given)):
        return None
    how = standing(spec, field, record)
    if is_new and value not in (None, "", False, field.default):
        if not how.visible:
            return gettext("This does not apply here; leave it empty.")
        if how.read_only:
            return gettext("This can no longer be changed.")
    if how.required and value in (None, ""):
        return gettext("This is needed.")
    return None


def _custom_problem(spec: ModelSpec, field: CustomSpec, record: Any, value: Any) -> str | None:
    """A choice that was retired is not chosen again; a file is one of the record's own."""
    if field.kind == "choice" and value in field.retired:
        return gettext("This choice is not offered any more; choose another one.")
    if field.kind == "attachment" and value is not None:
        own = select(Attachment.id).filter_by(id=value, model=spec.name, record_id=record.id)
        if db.session.scalar(own) is None:
            return gettext("This is none of the record's files; add it there first.")
    return None
