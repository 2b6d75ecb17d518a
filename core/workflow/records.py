"""Creating, changing and deleting records on behalf of people: what pages, API and import all call.

Each function checks the permission, the row's reach, the fields' rights and the state, validates, asks
the `before_save` hook, flushes, and turns what the database refuses into a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from typing import Any

import marshmallow
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlalchemy.orm.exc import StaleDataError

from core.actor import Actor, current_actor, elevated
from core.custom import rules
from core.db.base import Numbered, Record
from core.db.scope import criterion, has_rules, scope_columns
from core.db.session import db, is_retryable
from core.db.spec import LinesSpec, ModelSpec
from core.errors import Conflict, Forbidden, NotFound, StaleVersion, ValidationError
from core.i18n import _, gettext
from core.kernel import hooks
from core.kernel.registry import current_registry
from core.workflow.numbering import next_number
from core.workflow.schema import write_schema

NOTHING: frozenset[tuple[str, int]] = frozenset()


def get_record(spec: ModelSpec, record_id: int, *, verb: str = "read", lock: bool = False) -> Any:
    """One record within the actor's reach for the verb; `NotFound` tells nothing about the others."""
    actor = current_actor()
    actor.require(spec.permission(verb))
    query = select(spec.model).where(spec.model.id == record_id, criterion(spec.model, actor, verb))
    if lock:
        query = query.with_for_update(of=spec.model).execution_options(populate_existing=True)
    record = db.session.scalar(query)
    if record is None:
        raise NotFound(_("There is no such record, or it is not yours to see."))
    return record


def create_record(spec: ModelSpec, values: Mapping[str, Any], *, reached: Set[tuple[str, int]] = NOTHING) -> Any:
    """Make a record from raw input (`{"code": "A-1", "lines": [{…}]}`). Flushes; returns it.

    `reached` are links (model, id) the caller has found within the actor's reach in this transaction.
    """
    return create_records(spec, [values], reached=reached)[0]


def create_records(
    spec: ModelSpec, rows: Sequence[Mapping[str, Any]], *, reached: Set[tuple[str, int]] = NOTHING
) -> list[Any]:
    """As `create_record` for each, written together: far quicker. One refusal refuses them all.

    A hook that asks the database sees those before; `after_save` is told when all are written.
    """
    actor = current_actor()
    _check_made_by_people(spec)
    actor.require(spec.permission("create"))
    schema = write_schema(spec, actor, creating=True)
    made = [_new_record(spec, _clean(spec, schema, values, reached), actor) for values in rows]
    _flush(spec)
    _check_rules(spec, [record for record, _values in made], actor, "create")
    for record, clean in made:
        rules.check(spec, record, clean)
        hooks.tell("after_save", record=record, created=True)
    return [record for record, _values in made]


def _new_record(spec: ModelSpec, clean: dict[str, Any], actor: Actor) -> tuple[Any, dict[str, Any]]:
    """A record in the session, not flushed, with the clean values it was made from."""
    record: Any = spec.model()
    hooks.object_if_any("before_save", record=record, changes=clean)
    _apply(spec, record, clean)
    rules.fill_in(spec, record, clean)
    hooks.tell("on_new_record", record=record)
    _check_place(spec, record, actor, "create")
    if isinstance(record, Numbered):
        record.number = next_number(record)
    db.session.add(record)
    return record, clean


def update_record(
    spec: ModelSpec,
    record_id: int,
    values: Mapping[str, Any],
    *,
    version: int | None,
    reached: Set[tuple[str, int]] = NOTHING,
) -> Any:
    """Change the given fields of a record read at `version`. Flushes; returns it. `reached` as in `create_record`.

    Raises `StaleVersion` when another has saved since, `Conflict` in a state that is not editable.
    """
    actor = current_actor()
    _check_made_by_people(spec)
    record = get_record(spec, record_id, verb="write", lock=True)
    if version != getattr(record, "version", version):
        raise StaleVersion(
            _("Somebody changed this meanwhile. Look at it again, then repeat."), current=record.version, sent=version
        )
    check_editable(spec, record)
    clean = validate(spec, values, actor, creating=False, reached=reached)
    before = rules.kept_values(spec, record, clean)
    hooks.object_if_any("before_save", record=record, changes=clean)
    with db.session.no_autoflush:  # nothing is written before `_flush`, which explains what the database refuses
        _apply(spec, record, clean)
        _check_place(spec, record, actor, "write")
    _touch(record, clean)
    _flush(spec)
    _check_rules(spec, [record], actor, "write")
    rules.check(spec, record, clean, before)
    hooks.tell("after_save", record=record, created=False)
    return record


def delete_record(spec: ModelSpec, record_id: int, *, version: int | None = None) -> None:
    """Delete a record nothing refers to, in a state that allows it. Flushes."""
    _check_made_by_people(spec)
    record = get_record(spec, record_id, verb="delete", lock=True)
    if version is not None and version != getattr(record, "version", version):
        raise StaleVersion(
            _("Somebody changed this meanwhile. Look at it again, then repeat."), current=record.version, sent=version
        )
    workflow = current_registry().workflows.get(spec.name)
    if workflow is not None and record.state not in workflow.deletable_in:
        raise Conflict(_("A document that is %(state)s cannot be deleted.", state=workflow.states[record.state].title))
    db.session.delete(record)
    _flush(spec)
    hooks.tell("after_delete", record=record)


def _check_made_by_people(spec: ModelSpec) -> None:
    if spec.meta.read_only:
        raise Forbidden(
            _("%(model)s is kept by the program: nobody enters, changes or deletes it.", model=spec.meta.title)
        )


def check_editable(spec: ModelSpec, record: Any) -> None:
    """Raise `Conflict` when the record's state does not allow changes."""
    workflow = current_registry().workflows.get(spec.name)
    if workflow is not None and record.state not in workflow.editable_in:
        raise Conflict(_("A document that is %(state)s cannot be changed.", state=workflow.states[record.state].title))


def validate(
    spec: ModelSpec,
    values: Mapping[str, Any],
    actor: Actor,
    *,
    creating: bool,
    reached: Set[tuple[str, int]] = NOTHING,
) -> dict[str, Any]:
    """Raw input to clean values, or `ValidationError` with sentences by field path."""
    return _clean(spec, write_schema(spec, actor, creating=creating), values, reached)


def _clean(
    spec: ModelSpec, schema: marshmallow.Schema, values: Mapping[str, Any], reached: Set[tuple[str, int]]
) -> dict[str, Any]:
    try:
        clean: dict[str, Any] = schema.load(values)
    except marshmallow.ValidationError as error:
        raise ValidationError(_("Please correct the marked fields."), fields=error.normalized_messages()) from None
    _check_links(spec, clean, reached)
    for lines in spec.lines.values():
        for row in clean.get(lines.name, ()):
            _check_links(current_registry().models[lines.model], row, reached)
    return clean


def _check_links(spec: ModelSpec, clean: Mapping[str, Any], reached: Set[tuple[str, int]]) -> None:
    """A link may only point to a record the actor can read."""
    for name, value in clean.items():
        field = spec.fields.get(name)
        if field is None or field.target is None or value is None or (field.target, value) in reached:
            continue
        target = current_registry().models[field.target].model
        with linking(target):
            found = db.session.scalar(select(target.id).where(target.id == value))
        if found is None:
            sentence = gettext("There is no such record, or it is not yours to see.")
            raise ValidationError(_("Please correct the marked fields."), fields={name: [sentence]})


@contextmanager
def linking(target: type[Record]) -> Iterator[None]:
    """Within it, what the actor's links may point to is found: what he reaches, and whatever has a public name."""
    if not target.__meta__.public_name:
        yield
        return
    with elevated("whoever works here may be named on a record by those who cannot open his account"):
        yield


def _apply(spec: ModelSpec, record: Any, clean: Mapping[str, Any]) -> None:
    for name, value in clean.items():
        if name in spec.lines:
            _apply_lines(record, spec.lines[name], value)
        else:
            spec.fields[name].set_on(record, value)


def _apply_lines(record: Any, lines: LinesSpec, rows: list[dict[str, Any]]) -> None:
    """Make the document's lines what `rows` say: change, add, remove; `seq` follows the order given."""
    spec = current_registry().models[lines.model]
    model: Any = spec.model
    existing = {line.id: line for line in getattr(record, lines.name)}
    kept = []
    for position, row in enumerate(rows, start=1):
        row = dict(row)
        line = _line(model, existing, row.pop("id", None), lines.name, position)
        for name, value in row.items():
            spec.fields[name].set_on(line, value)
        if line.id is None:
            rules.fill_in(spec, line, row)
        if "seq" in model.__mapper__.column_attrs and "seq" not in row:
            line.seq = position
        kept.append(line)
    setattr(record, lines.name, kept)


def _line(model: Any, existing: dict[int, Any], line_id: int | None, name: str, position: int) -> Any:
    if line_id is None:
        return model()
    if line_id not in existing:
        sentence = gettext("This line is not part of the document any more.")
        raise ValidationError(
            _("Please correct the marked fields."), fields={name: {str(position - 1): {"id": [sentence]}}}
        )
    return existing[line_id]


def _check_place(spec: ModelSpec, record: Any, actor: Actor, verb: str) -> None:
    """Nobody puts a record into an org unit, or hands it to an owner, beyond his own reach."""
    columns = scope_columns(spec.model)
    if columns is None or actor.unrestricted:
        return
    reach = actor.reach(spec.permission(verb))
    unit, owner = getattr(record, columns.unit, None), getattr(record, columns.owner, None)
    if reach.is_everywhere or (unit is None and owner is None):
        return
    inside = unit is not None and reach.covers(unit, _path_of(unit))
    if not inside and (unit not in (None, actor.unit_id) or owner not in (None, actor.user_id)):
        raise Forbidden(_("This org unit or owner is beyond your data scope."))


def _check_rules(spec: ModelSpec, records: Sequence[Any], actor: Actor, verb: str) -> None:
    """Nobody writes a record that the row rules of his roles keep from him. One statement where there are any."""
    if actor.unrestricted or not has_rules(spec.model, actor):
        return
    ids = [record.id for record in records]
    reached = select(spec.model.id).where(spec.model.id.in_(ids), criterion(spec.model, actor, verb))
    if len(db.session.scalars(reached).all()) < len(ids):
        raise Forbidden(_("The row rules of your roles keep such a record from you."))


def _path_of(unit_id: int) -> str | None:
    from core.people.models import OrgUnit

    table = OrgUnit.__table__
    return db.session.execute(select(table.c.path).where(table.c.id == unit_id)).scalar()


def _touch(record: Any, clean: Mapping[str, Any]) -> None:
    """A change of lines alone still raises the document's version, so that two editors meet."""
    from sqlalchemy.orm.attributes import flag_modified

    if hasattr(type(record), "version") and any(isinstance(v, list) for v in clean.values()):
        flag_modified(record, "updated_at")


def _flush(spec: ModelSpec) -> None:
    try:
        db.session.flush()
    except StaleDataError:
        raise StaleVersion(_("Somebody changed this meanwhile. Look at it again, then repeat.")) from None
    except IntegrityError as error:
        raise _explained(spec, error) from None
    except StatementError as error:
        if isinstance(error, DBAPIError) and is_retryable(error):
            raise  # the whole unit runs again
        raise ValidationError(_("A value does not fit: %(problem)s", problem=str(error.orig))) from None


def _explained(spec: ModelSpec, error: IntegrityError) -> ValidationError | Conflict:
    text = str(error.orig)
    for field in spec.own.values():
        column = f"{spec.model.__tablename__}.{field.name}"
        constraint = f"uq_{spec.model.__tablename__}_{field.name}"
        if field.unique and (column in text or constraint in text):
            sentence = gettext("%(label)s is already in use.", label=field.label)
            return ValidationError(_("Please correct the marked fields."), fields={field.name: [sentence]})
    if "UNIQUE" in text.upper():
        return Conflict(_("The same thing is here already; look for it before adding it again."))
    if "FOREIGN KEY" in text.upper():
        return Conflict(_("Other records still refer to this one. Deactivate it instead."))
    return Conflict(_("The database refused this: a value is missing or not allowed."))
