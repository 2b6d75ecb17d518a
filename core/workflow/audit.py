"""The audit trail: written by the session itself, so no channel can forget it.

Every insert, update and delete of an audited model through the ORM becomes one entry in the same flush.
Set-based statements do not pass here: the service that runs them calls `record_bulk`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.util import IdentitySet

from core.actor import Actor, current_actor
from core.custom import trail as custom
from core.db.base import Extendable, Record, Scoped, Stamped, display
from core.db.scope import addon_and_noun
from core.db.session import db
from core.db.types import utcnow
from core.workflow.models import AuditEntry

UNKEPT = re.compile("[\x00\ud800-\udfff]")
UNTOLD = frozenset({"version", "updated_at", "updated_by_id", "created_at", "created_by_id"})
SECRET = frozenset(
    {"password_hash", "totp_secret", "recovery_hashes", "token_hash", "totp_last_step", "post_url", "signing_secret"}
)


def install(session: Any) -> None:
    """Attach stamping and auditing to the session factory."""
    event.listen(session, "before_flush", _stamp)
    event.listen(session, "after_flush", _write_entries)


def note(action: str, *, model: str = "", record: Record | None = None, **changes: Any) -> None:
    """Write an entry of its own: a sign-in, an export, a denial. `changes` are plain values.

    They may be what somebody typed: characters no database keeps are replaced.
    """
    row = _row(
        current_actor(),
        action=action,
        model=model_name(record) if record else model,
        record_id=record.id if record else None,
        title=display(record) if record else "",
        changes={name: _keepable(value) for name, value in changes.items()},
    )
    db.session.execute(insert(AuditEntry), [row])


def _keepable(value: Any) -> Any:
    return UNKEPT.sub("\ufffd", value) if isinstance(value, str) else value


def record_bulk(action: str, model: str, rows: Iterable[Mapping[str, Any]]) -> None:
    """Entries for rows written by a set-based statement: each row has `id`, optionally `title`,
    `root_model` and `root_id`, and `changes`. One statement."""
    actor = current_actor()
    entries = [
        _row(
            actor,
            action=action,
            model=model,
            record_id=row["id"],
            title=row.get("title", ""),
            changes=row.get("changes", {}),
            root=(row.get("root_model", model), row.get("root_id", row["id"])),
        )
        for row in rows
    ]
    if entries:
        db.session.execute(insert(AuditEntry), entries)


def _row(
    actor: Actor,
    *,
    action: str,
    model: str,
    record_id: int | None,
    changes: Mapping[str, Any],
    title: str = "",
    root: tuple[str, int | None] | None = None,
) -> dict[str, Any]:
    root_model, root_id = root or (model, record_id)
    return {
        "at": utcnow(),
        "user_id": actor.user_id,
        "user_name": actor.name,
        "channel": actor.channel,
        "address": actor.address,
        "model": model,
        "record_id": record_id,
        "root_model": root_model,
        "root_id": root_id,
        "action": action,
        "title": title[:255],
        "changes": changes,
    }


def _stamp(session: Session, context: UOWTransaction, instances: Any) -> None:
    """Fill in who made or changed a record, its owner and org unit."""
    actor = current_actor()
    for record in session.new:
        if isinstance(record, Scoped):
            record.owner_id = record.owner_id if record.owner_id is not None else actor.user_id
            record.org_unit_id = record.org_unit_id if record.org_unit_id is not None else actor.unit_id
        if isinstance(record, Stamped):
            record.created_by_id = record.updated_by_id = actor.user_id
    for record in session.dirty:
        if isinstance(record, Stamped) and session.is_modified(record):
            record.updated_by_id = actor.user_id


def _write_entries(session: Session, context: UOWTransaction) -> None:
    actor = current_actor()
    rows = [_entry(actor, "create", r, _created(r)) for r in session.new if _is_audited(r)]
    gone = _gone(context)
    rows += [_entry(actor, "delete", r, _deleted(r)) for r in gone if _is_audited(r)]
    for record in session.dirty:
        changes = _changed(record) if _is_audited(record) and record not in gone else {}
        if changes:
            rows.append(_entry(actor, record.__dict__.pop("_audit_action", "write"), record, changes))
    if rows:
        session.connection().execute(insert(AuditEntry), rows)


def _gone(context: UOWTransaction) -> IdentitySet:
    """What this flush deleted: also lines taken off their document, which `session.deleted` does not know."""
    found = (state.obj() for state, (is_gone, is_listed) in context.states.items() if is_gone and not is_listed)
    return IdentitySet(found)


def _is_audited(record: Any) -> bool:
    return isinstance(record, Record) and record.__meta__.audited


def _entry(actor: Actor, action: str, record: Record, changes: dict[str, Any]) -> dict[str, Any]:
    return _row(
        actor,
        action=action,
        model=model_name(record),
        record_id=record.id,
        title=_title(record),
        changes=changes,
        root=root_of(record),
    )


def _title(record: Record) -> str:
    """The display text, without loading anything: during a flush nothing may be loaded."""
    values = inspect(record).dict
    parts = [values.get(name) for name in record.__meta__.display]
    return " ".join(str(p) for p in parts if isinstance(p, (str, int)))


def model_name(record: Record | type[Record]) -> str:
    """`<addon>.<noun>` of a record or class."""
    addon, _sep, noun = addon_and_noun(record if isinstance(record, type) else type(record))
    return f"{addon}.{noun}"


def root_of(record: Record) -> tuple[str, int | None]:
    """The document a record belongs to: itself, or the parent of a line."""
    parent = record.__meta__.parent
    if parent is None:
        return model_name(record), record.id
    relation = inspect(type(record)).relationships[parent]
    (column,) = relation.local_columns
    key = inspect(type(record)).get_property_by_column(column).key
    return model_name(relation.mapper.class_), inspect(record).dict.get(key) or _before(record, key)


def _before(record: Record, key: str) -> Any:
    """The value a field had in the database: a line taken off its document does not name it any more."""
    history = inspect(record).attrs[key].history
    return history.deleted[0] if history.deleted else inspect(record).dict.get(key)


def _columns(record: Record) -> Sequence[str]:
    return [a.key for a in inspect(type(record)).column_attrs if a.key not in ("id", custom.COLUMN)]


def _created(record: Record) -> dict[str, Any]:
    values = inspect(record).dict
    own = {
        key: [None, _plain(key, values[key])]
        for key in _columns(record)
        if key not in UNTOLD and values.get(key) is not None
    }
    return {**own, **_custom(record, None, values.get(custom.COLUMN))}


def _deleted(record: Record) -> dict[str, Any]:
    values = {key: _before(record, key) for key in _columns(record) if key not in UNTOLD}
    own = {key: [_plain(key, value), None] for key, value in values.items() if value is not None}
    return {**own, **_custom(record, _before(record, custom.COLUMN) if isinstance(record, Extendable) else None, None)}


def _changed(record: Record) -> dict[str, Any]:
    state = inspect(record)
    changes = {}
    for key in _columns(record):
        history = state.attrs[key].history
        if key in UNTOLD or not history.has_changes():
            continue
        before = history.deleted[0] if history.deleted else None
        after = history.added[0] if history.added else None
        if before != after:
            changes[key] = [_plain(key, before), _plain(key, after)]
    return {**changes, **_custom_changes(record)}


def _custom_changes(record: Record) -> dict[str, Any]:
    history = inspect(record).attrs[custom.COLUMN].history if isinstance(record, Extendable) else None
    if history is None or not history.has_changes():
        return {}
    before, after = (side[0] if side else None for side in (history.deleted, history.added))
    return _custom(record, before, after)


def _custom(record: Record, before: Any, after: Any) -> dict[str, Any]:
    """Custom fields, each by itself."""
    found = custom.told(record, before, after)
    return {key: [_plain(key, value) for value in pair] for key, pair in found.items()}


def _plain(key: str, value: Any) -> Any:
    """A value as JSON keeps it; secrets are never told."""
    if value is None or isinstance(value, (bool, int, str, list, dict)):
        return "•••" if key in SECRET and value else value
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value)
