"""Whom a reminder is for, as a list of `{"kind": "role", "id": 3}`, `{"kind": "field", "path": "order.owner_id"}`.

With `"manager": true` it is for the manager of whoever that is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from core.actor import Actor
from core.db.scope import get_or_none
from core.db.spec import ModelSpec
from core.errors import ValidationError
from core.i18n import Text, _
from core.kernel.registry import current_registry
from core.people.directory import Directory
from core.reminders.text import column_at

KINDS = {
    "owner": _("Whoever it belongs to"),
    "field": _("A user named in it"),
    "unit_head": _("The head of its org unit"),
    "user": _("A user"),
    "role": _("Everybody with a role"),
    "post": _("Everybody on a post"),
}
FIXED = {"user": "core.user", "role": "core.role", "post": "core.post"}
MOST = 20
Recipients = Iterable[Mapping[str, Any]]


def check_recipients(spec: ModelSpec, given: Any, actor: Actor, name: str = "recipients") -> None:
    """Raise `ValidationError` for nobody, for too many entries, or for one that leads to nobody."""
    if not given:
        raise _refused(name, _("Say who is to be told."))
    if len(given) > MOST:
        raise _refused(name, _("A rule names %(max)s recipients at most; use a role or a post.", max=MOST))
    for one in given:
        if not _is_known(spec, one, actor):
            raise _refused(name, _("Choose who is meant by “%(kind)s”.", kind=KINDS.get(one.get("kind", ""), "?")))


def _refused(name: str, problem: Text) -> ValidationError:
    return ValidationError(problem, fields={name: [problem]})


def _is_known(spec: ModelSpec, one: Mapping[str, Any], actor: Actor) -> bool:
    kind, target = one.get("kind"), one.get("id")
    if kind == "owner":
        return True
    if kind == "unit_head":
        return has_place(spec)
    if kind == "field":
        column = column_at(spec, str(one.get("path", "")), actor)
        return column is not None and column.field.target == "core.user"
    if kind not in FIXED or not isinstance(target, int):
        return False
    return get_or_none(current_registry().models[FIXED[kind]].model, target) is not None


def resolve(given: Recipients, record: Any, directory: Directory) -> set[int]:
    """The ids of the active users meant, for one record or, with None, for a list of many."""
    found: set[int] = set()
    for one in given:
        meant = _meant(one, record, directory)
        if one.get("manager"):
            meant = {boss for user_id in meant for boss in directory.managers_of(user_id)[:1]}
        found |= meant
    return {user_id for user_id in found if directory.is_active(user_id)}


def _meant(one: Mapping[str, Any], record: Any, directory: Directory) -> set[int]:
    kind, target = one["kind"], one.get("id")
    if kind == "user":
        return {int(target or 0)}
    if kind == "role":
        return set(directory.holders_of_role(int(target or 0)))
    if kind == "post":
        return set(directory.holders_of_post(int(target or 0)))
    if record is None:
        return set()
    if kind == "owner":
        return _one(_value(record, "owner_id") or _value(record, "created_by_id"))
    if kind == "unit_head":
        return _one(directory.head_above(_value(record, "org_unit_id"), 0))
    return _one(_at_path(record, one["path"]))


def _one(user_id: int | None) -> set[int]:
    return {user_id} if user_id is not None else set()


def _value(record: Any, name: str) -> Any:
    """A column of the record, or of the document it is a line of."""
    if hasattr(record, name):
        return getattr(record, name)
    parent = record.__meta__.parent
    return _value(getattr(record, parent), name) if parent else None


def _at_path(record: Any, path: str) -> int | None:
    *links, last = path.split(".")
    for link in links:
        record = getattr(record, link) if record is not None else None
    field = current_registry().spec_of(record).field_named(last) if record is not None else None
    value: int | None = field.value_of(record) if field else None
    return value


def has_place(spec: ModelSpec) -> bool:
    """Whether these records, or the documents they are lines of, belong to an org unit."""
    if "org_unit_id" in spec.fields:
        return True
    parent = spec.meta.parent
    if parent is None:
        return False
    return has_place(current_registry().spec_of(getattr(spec.model, parent).property.mapper.class_))


def user_fields(spec: ModelSpec, actor: Actor) -> list[tuple[str, str]]:
    """The fields that name a user, the record's own and those one link away, with what people call them."""
    found: list[tuple[str, str]] = []
    for field in spec.visible_fields(actor):
        if field.target == "core.user":
            found.append((field.name, str(field.label)))
        elif field.target is not None and field.relation is not None:
            target = current_registry().models[field.target]
            found += [
                (f"{field.relation}.{inner.name}", f"{field.label} · {inner.label}")
                for inner in target.visible_fields(actor)
                if inner.target == "core.user" and column_at(spec, f"{field.relation}.{inner.name}", actor)
            ]
    return found
