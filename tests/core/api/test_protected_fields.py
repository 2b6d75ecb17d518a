"""Mass assignment: what nobody may set is refused, in each kind of record, one field at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask
from sqlalchemy import select

from core.api.overview import address
from core.db.session import db
from core.db.spec import ModelSpec
from core.kernel.registry import current_registry, is_page
from tests.core.api.fixtures import Caller, full_rights, make_maker, make_sheet, system_unit

NEVER = ("id", "nothing", "__class__", "metadata", "query")


class Attempt(NamedTuple):
    """A request with one field that may not be in it, and that field's path."""

    method: str
    path: str
    field: str
    body: dict[str, Any]


def protected(spec: ModelSpec, *, creating: bool) -> list[str]:
    """Every column and relationship that may not be given, and what somebody would try besides."""
    given = {f.name for f in spec.fields.values() if f.writable(creating=creating)}
    attributes = set(spec.model.__mapper__.attrs.keys()) - set(spec.lines)
    return sorted({*attributes, *NEVER} - given - {"version"})


def attempts(spec: ModelSpec, record: Any) -> Iterator[Attempt]:
    """At creation, in its lines, in a change, and with each transition."""
    path = address(spec)
    for name in protected(spec, creating=True):
        yield Attempt("POST", path, name, {name: 1})
    for lines in spec.lines.values():
        line = current_registry().models[lines.model]
        for name in sorted(set(protected(line, creating=True)) - {"id"} | {lines.parent_column}):
            yield Attempt("POST", path, f"{lines.name}.0.{name}", {lines.name: [{name: 1}]})
    if record is not None:
        yield from attempts_on(spec, f"{path}/{record.id}", record.version)


def attempts_on(spec: ModelSpec, path: str, version: int) -> Iterator[Attempt]:
    for name in protected(spec, creating=False):
        yield Attempt("PATCH", path, name, {name: 1, "version": version})
    workflow = current_registry().workflows.get(spec.name)
    for transition in workflow.transitions if workflow else ():
        for name in ("state", "id", "owner_id"):
            yield Attempt("POST", f"{path}/{transition.name}", name, {name: 1})


def refuse_each(call: Caller, spec: ModelSpec) -> int:
    """Every attempt is refused and names its field; returns how many there were."""
    record = system_unit(lambda: db.session.scalars(select(spec.model).order_by(spec.model.id.desc()).limit(1)).first())
    made = list(attempts(spec, record))
    for attempt in made:
        answer = call(attempt.method, attempt.path, attempt.body)
        assert answer.status_code == 422, (attempt, answer.json)
        assert attempt.field in answer.json["errors"], (attempt, answer.json)
    return len(made)


def written() -> list[ModelSpec]:
    """The kinds of record people write over the API."""
    return [spec for spec in current_registry().models.values() if is_page(spec) and not spec.meta.read_only]


def test_no_protected_field_of_core_and_of_documents_with_lines_is_taken(one_app: Flask) -> None:
    call = full_rights(one_app)
    system_unit(lambda: make_sheet("1", maker_id=make_maker(code="A").id, lines=("1",)))
    assert sum(refuse_each(call, spec) for spec in written()) > 150


def test_no_protected_field_of_the_installed_addons_is_taken(app: Flask) -> None:
    call = full_rights(app)
    assert sum(refuse_each(call, spec) for spec in written() if spec.addon != "core") > 200
