"""What people do with imports: upload a file, say how it is read, check it, run it, look at what became of it."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from core.actor import Actor, current_actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import Conflict, Forbidden, NotFound, ValidationError
from core.events import defer
from core.events.models import Delivery
from core.i18n import _
from core.imports import files, guessing
from core.imports.limits import MOST_AT_ONCE
from core.imports.models import Export, Import, ImportMapping, ImportRow
from core.imports.settings import KEY_SEPARATOR, Settings, check_options
from core.imports.targets import Target, keys_of, targets_of
from core.kernel.registry import current_registry, is_page
from core.kernel.switch import is_enabled
from core.workflow.attachments import storage
from core.workflow.filetypes import safe_name

PAGE = 50
ROWS_PAGE = 100
SEE_ALL = "core.import.read"


def can_import(spec: ModelSpec, actor: Actor) -> bool:
    """Whether this actor may add or change records of this kind, and so import them."""
    if spec.meta.read_only or not is_page(spec) or not is_enabled(spec.addon):
        return False
    if not (actor.can(spec.permission("create")) or actor.can(spec.permission("write"))):
        return False
    return any(target.writable for target in targets_of(spec, actor).values())


def upload(spec: ModelSpec, name: str, content: bytes) -> Import:
    """Keep a file and guess how it is read. Flushes; `ValidationError` for a file that is not read."""
    actor = current_actor()
    if not can_import(spec, actor):
        raise Forbidden(_("You may neither add nor change %(model)s.", model=spec.meta.plural or spec.meta.title))
    name = safe_name(name)
    files.check_file(name, content)
    preview = files.preview(name, content)
    key = f"{secrets.token_hex(2)}/{secrets.token_hex(16)}"
    storage().write(key, content)
    kept = Import(
        model=spec.name,
        user_id=actor.user_id,
        name=name,
        digest=hashlib.sha256(content).hexdigest(),
        key=key,
        size=len(content),
        preview=preview,
    )
    kept.settings = guess_settings(spec, kept, actor).to_json()
    db.session.add(kept)
    db.session.flush()
    return kept


def guess_settings(
    spec: ModelSpec, kept: Import, actor: Actor, *, sheet: str | None = None, header: int | None = None
) -> Settings:
    """How the file is most likely read: as this person read one with these headings last, else as headings say."""
    targets = targets_of(spec, actor)
    sheet = sheet if sheet in kept.preview else _likely_sheet(kept.preview, targets)
    rows = kept.preview[sheet]
    header = header if header and header <= max(len(rows), 1) else guessing.find_header(rows, targets)
    headings = rows[header - 1] if rows else []
    before = _mapping(spec, actor, guessing.signature(headings))
    if before is not None and set(before.settings["columns"].values()) <= set(targets):
        return replace(Settings.from_json(before.settings), sheet=sheet, header=header)
    columns = guessing.guess(headings, targets)
    key = next((k for k in keys_of(spec, targets) if set(k) <= set(columns.values())), ())
    return Settings(sheet=sheet, header=header, columns=columns, key=key, action=_usual_action(spec, actor))


def _likely_sheet(preview: Mapping[str, list[Any]], targets: Mapping[str, Target]) -> str:
    """The sheet with the most known headings, then with the most rows."""

    def known(rows: list[Any]) -> tuple[int, int]:
        header = guessing.find_header(rows, targets)
        return len(guessing.guess(rows[header - 1], targets)) if rows else 0, sum(1 for row in rows if any(row))

    return max(preview, key=lambda sheet: known(preview[sheet]))


def _usual_action(spec: ModelSpec, actor: Actor) -> str:
    if not actor.can(spec.permission("write")):
        return "create"
    return "both" if actor.can(spec.permission("create")) else "update"


def _mapping(spec: ModelSpec, actor: Actor, signature: str) -> ImportMapping | None:
    query = select(ImportMapping).where(
        ImportMapping.user_id == actor.user_id,
        ImportMapping.model == spec.name,
        ImportMapping.signature == signature,
    )
    return db.session.scalar(query)


def settings_from(kept: Import, form: Any) -> Settings:
    """What the page of columns says: `sheet`, `header`, `column-<n>`, `key`, `action`, `empty`, `dates`."""
    columns = {
        int(name.removeprefix("column-")): path
        for name, path in form.items()
        if path and name.startswith("column-") and name.removeprefix("column-").isdecimal()
    }
    header = form.get("header", "")
    return Settings(
        sheet=form.get("sheet", ""),
        header=int(header) if header.isdecimal() and len(header) < 7 else 0,
        columns=columns,
        key=tuple(part for part in form.get("key", "").split(KEY_SEPARATOR) if part),
        action=form.get("action", "both"),
        empty=form.get("empty", "leave"),
        dates=form.get("dates", "ymd"),
    )


def check_settings(spec: ModelSpec, kept: Import, settings: Settings, actor: Actor) -> None:
    """Raise `ValidationError`, or `Forbidden`, unless the file can be read in this way by this person."""
    check_options(settings)
    targets = targets_of(spec, actor)
    if settings.sheet not in kept.preview or not 1 <= settings.header <= max(len(kept.preview[settings.sheet]), 1):
        raise ValidationError(_("Choose a sheet and the row of its headings."))
    paths = list(settings.columns.values())
    if not paths:
        raise ValidationError(_("Say of at least one column which field it is."))
    for path in paths:
        if path not in targets:
            raise ValidationError(_("There is no field “%(path)s”.", path=path[:80]))
        if paths.count(path) > 1:
            raise ValidationError(_("Two columns are “%(field)s”; leave one of them out.", field=targets[path].label))
    _check_key(settings, targets, keys_of(spec, targets))
    _check_action(spec, settings, actor)


def _check_key(settings: Settings, targets: Mapping[str, Target], keys: list[tuple[str, ...]]) -> None:
    if not settings.key:
        if settings.action == "update":
            raise ValidationError(_("Choose what tells the records apart; without it none can be found."))
        return
    if settings.key not in keys:
        raise ValidationError(_("Records cannot be told apart by this."))
    missing = [targets[path].label for path in settings.key if path not in settings.columns.values()]
    if missing:
        raise ValidationError(_("Records are told apart by “%(field)s”: choose its column.", field=missing[0]))


def _check_action(spec: ModelSpec, settings: Settings, actor: Actor) -> None:
    if settings.action in ("both", "create"):
        actor.require(spec.permission("create"))
    if settings.action in ("both", "update"):
        actor.require(spec.permission("write"))


def start_check(kept: Import, settings: Settings) -> None:
    """Keep how the file is read, for files like it too, and check it in a job. Flushes."""
    from core.builtin.jobs import check_import

    spec, actor = current_registry().model(kept.model), current_actor()
    if is_at_work(kept) or kept.state == "done":
        raise _ended()
    check_settings(spec, kept, settings, actor)
    kept.settings = settings.to_json()
    _remember(spec, kept, settings, actor)
    _start(kept, "checking", defer(check_import, import_id=kept.id))


def _remember(spec: ModelSpec, kept: Import, settings: Settings, actor: Actor) -> None:
    if actor.user_id is None:
        return
    rows = kept.preview[settings.sheet]
    signature = guessing.signature(rows[settings.header - 1] if rows else [])
    found = _mapping(spec, actor, signature)
    if found is None:
        found = ImportMapping(user_id=actor.user_id, model=spec.name, signature=signature)
        db.session.add(found)
    found.settings = settings.to_json()


def start_run(kept: Import, *, whole: bool) -> None:
    """Import a file that has been checked: everything or nothing, or the valid rows. Flushes."""
    from core.builtin.jobs import run_import

    if kept.state != "checked":
        raise _ended()
    counts = {name: number for name, number in kept.counts.items() if name in ("create", "change", "same", "refused")}
    if whole and counts.get("refused"):
        raise Conflict(_("Some rows are refused. Import the others, or mend the file and upload it again."))
    check_settings(current_registry().model(kept.model), kept, Settings.from_json(kept.settings), current_actor())
    _start(kept, "running", defer(run_import, import_id=kept.id, whole=whole and fits_at_once(kept)))


def fits_at_once(kept: Import) -> bool:
    """Whether so few records are written that one transaction holds nobody up."""
    return sum(int(kept.counts.get(name, 0)) for name in ("create", "change", "same")) <= MOST_AT_ONCE


def is_at_work(kept: Import) -> bool:
    """Whether a job is busy with an import; one that has failed for good or was stopped is not."""
    delivery = find_delivery(kept) if kept.state in ("checking", "running") else None
    return delivery is not None and delivery.state not in ("dead", "cancelled")


def _ended() -> Conflict:
    return Conflict(_("This import is at work or has ended; load the page again."))


def _start(kept: Import, state: str, delivery: Delivery) -> None:
    db.session.flush()
    kept.state, kept.delivery_id = state, delivery.id
    db.session.flush()


def get_import(import_id: int, *, lock: bool = False) -> Import:
    """One import of the actor's own; `NotFound` otherwise."""
    query = select(Import).where(Import.id == import_id, Import.user_id == current_actor().user_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    kept = db.session.scalar(query)
    if kept is None:
        raise NotFound(_("There is no such import, or it is not yours."))
    return kept


def find_imports(*, before: int | None = None) -> list[Import]:
    """The actor's imports, newest first; everyone's for those who may see them."""
    actor = current_actor()
    query = select(Import).options(joinedload(Import.user)).order_by(Import.id.desc()).limit(PAGE)
    if not actor.can(SEE_ALL):
        query = query.where(Import.user_id == actor.user_id)
    return list(db.session.scalars(query.where(Import.id < before) if before else query))


def find_rows(import_id: int, *, outcome: str = "", after: int = 0) -> list[ImportRow]:
    """What became of the rows, in their order, a page and one more."""
    query = select(ImportRow).where(ImportRow.import_id == import_id, ImportRow.row > after)
    if outcome:
        query = query.where(ImportRow.outcome == outcome)
    return list(db.session.scalars(query.order_by(ImportRow.row, ImportRow.id).limit(ROWS_PAGE + 1)))


def find_delivery(kept: Import | Export) -> Delivery | None:
    """The job at work on an import or export, or None."""
    return db.session.get(Delivery, kept.delivery_id) if kept.delivery_id else None
