"""Reading the audit trail: the tab of one record, and the search over all the reader may see."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import current_app
from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from core.actor import Actor, current_actor
from core.custom.loading import known_field
from core.db.base import Record, display
from core.db.scope import criterion
from core.db.session import db
from core.db.spec import FieldSpec, ModelSpec
from core.i18n import Text, _
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import enabled_addons
from core.people.models import User
from core.workflow.models import AuditEntry

PAGE = 50
ACTIONS: dict[str, Text] = {
    "create": _("Created"),
    "write": _("Changed"),
    "delete": _("Deleted"),
    "export": _("Exported"),
    "denied": _("Refused"),
    "attach": _("File added"),
    "detach": _("File removed"),
    "sign_in": _("Signed in"),
    "sign_in_failed": _("Sign-in failed"),
    "sign_out": _("Signed out"),
}
CHANNELS: dict[str, Text] = {
    "web": _("Browser"),
    "api": _("API"),
    "scan": _("Scan"),
    "import": _("Import"),
    "job": _("Job"),
    "cli": _("Command"),
    "system": _("System"),
}
DETAILS: dict[str, Text] = {
    "file": _("File"),
    "digest": _("Fingerprint"),
    "permission": _("Permission"),
    "path": _("Address"),
}


@dataclass(frozen=True)
class Change:
    """One field of one entry, as people read it."""

    label: Text
    before: str
    after: str


@dataclass(frozen=True)
class Line:
    """One entry of the trail, as people read it.

    `kind` is the kind of record that changed; `part` when that is a line of the document. `link` leads to the
    document, where it has a page.
    """

    entry: AuditEntry
    action: Text
    kind: Text
    part: bool
    who: Text
    channel: Text
    link: str | None
    changes: list[Change]


def of_record(record: Record, *, before_id: int | None = None) -> list[Line]:
    """The newest entries on a document and its lines, 50 at a time, older than `before_id`."""
    spec = current_registry().spec_of(record)
    query = select(AuditEntry).where(AuditEntry.root_model == spec.name, AuditEntry.root_id == record.id)
    return _page(query, before_id)


def search(
    *,
    user_id: int | None = None,
    model: str | None = None,
    since: date | None = None,
    until: date | None = None,
    before_id: int | None = None,
) -> list[Line]:
    """Entries by user, kind of record and local days (both included), 50 at a time.

    Only entries on records within the reader's reach; those on no record (sign-ins) only for readers of
    everything.
    """
    query = select(AuditEntry).where(_reachable(current_actor()))
    if user_id is not None:
        query = query.where(AuditEntry.user_id == user_id)
    if model:
        query = query.where(AuditEntry.root_model == model)
    if since is not None:
        query = query.where(AuditEntry.at >= _start_of(since))
    if until is not None:
        query = query.where(AuditEntry.at < _start_of(until + timedelta(days=1)))
    return _page(query, before_id)


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(current_app.config["QINGMES"].timezone))


def _page(query: Select[Any], before_id: int | None) -> list[Line]:
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return _readable(db.session.scalars(query.order_by(AuditEntry.id.desc()).limit(PAGE)).all())


def _reachable(actor: Actor) -> ColumnElement[bool]:
    """The condition on entries for what this actor may read."""
    clauses: list[ColumnElement[bool]] = []
    whole = []
    for spec in current_registry().models.values():
        if not is_page(spec) or spec.addon not in enabled_addons() or not actor.can(spec.permission("read")):
            continue
        limit = criterion(spec.model, actor)
        if str(limit) == "true":
            whole.append(spec.name)
        else:
            ids = select(spec.model.id).where(limit)
            clauses.append(and_(AuditEntry.root_model == spec.name, AuditEntry.root_id.in_(ids)))
    if actor.reach("core.audit.read").everything:
        whole.append("")
    clauses.append(AuditEntry.root_model.in_(whole) if whole else false())
    return or_(*clauses)


def _readable(entries: Iterable[AuditEntry]) -> list[Line]:
    entries = list(entries)
    names = _link_names(entries)
    return [_line(entry, names) for entry in entries]


def _line(entry: AuditEntry, names: dict[tuple[str, int], str]) -> Line:
    registry = current_registry()
    spec, workflow = registry.models.get(entry.model), registry.workflows.get(entry.model)
    transition = workflow.transition(entry.action) if workflow else None
    nobody = entry.user_id is None and entry.channel == "system"
    return Line(
        entry=entry,
        action=transition.title if transition else ACTIONS.get(entry.action, entry.action),
        kind=spec.meta.title if spec else "",
        part=entry.model != entry.root_model,
        who=CHANNELS["system"] if nobody else entry.user_name,
        channel="" if nobody else CHANNELS.get(entry.channel, entry.channel),
        link=_link(entry),
        changes=list(_changes(entry, spec, names)),
    )


def _link(entry: AuditEntry) -> str | None:
    """The document's page; a record that is gone has none any more."""
    root = current_registry().models.get(entry.root_model)
    if root is None or not is_page(root) or entry.root_id is None or entry.action == "delete":
        return None
    return f"/m/{root.addon}/{root.meta.resource}/{entry.root_id}"


def _changes(entry: AuditEntry, spec: ModelSpec | None, names: dict[tuple[str, int], str]) -> Iterable[Change]:
    actor = current_actor()
    for name, pair in (entry.changes or {}).items():
        field = known_field(spec, name) if spec else None
        if field is not None and not actor.sees_group(field.info.group):
            continue
        before, after = pair if isinstance(pair, list) and len(pair) == 2 else (None, pair)
        label: Text = field.label if field else DETAILS.get(name, name)
        change = Change(label, _shown(entry, field, before, names), _shown(entry, field, after, names))
        if change.before or change.after:
            yield change


def _shown(entry: AuditEntry, field: FieldSpec | None, value: Any, names: dict[tuple[str, int], str]) -> str:
    if value is None:
        return ""
    workflow = current_registry().workflows.get(entry.model)
    if field is not None and field.name == "state" and workflow and value in workflow.states:
        return str(workflow.states[value].title)
    if field is not None and field.target and isinstance(value, int):
        return names.get((field.target, value), f"#{value}")
    if field is not None and field.info.choices:
        codes = value if isinstance(value, list) else [value]
        return ", ".join(str(field.info.choices.get(code, code)) for code in codes)
    if isinstance(value, bool):
        return str(_("Yes") if value else _("No"))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _link_names(entries: Iterable[AuditEntry]) -> dict[tuple[str, int], str]:
    """The names of all records the entries' links point to: one statement per kind of record."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for entry in entries:
        spec = current_registry().models.get(entry.model)
        for name, pair in (entry.changes or {}).items():
            field = known_field(spec, name) if spec else None
            if field is not None and field.target and isinstance(pair, list):
                wanted[field.target].update(v for v in pair if isinstance(v, int))
    names = {}
    for target, ids in wanted.items():
        model: Any = current_registry().models[target].model
        for record in db.session.scalars(select(model).where(model.id.in_(sorted(ids)))):
            names[target, record.id] = display(record)
    return names


def users() -> list[User]:
    """The people to choose from in the search, those within the reader's reach."""
    return list(db.session.scalars(select(User).order_by(User.name).limit(500)))
