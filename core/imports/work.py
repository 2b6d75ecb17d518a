"""The work of a job: a file is read, and checked or imported a batch at a time, in the name of its importer.

A check does the very same as the import and takes it back, so what it says is what will happen. An import of
everything or nothing is one transaction; one of the valid rows commits batch by batch and goes on after a crash.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from core.actor import Actor, acting, current_actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.db.types import utcnow
from core.errors import Forbidden, QingmesError
from core.events.notifications import notify
from core.events.running import Progress
from core.i18n import _
from core.imports import files
from core.imports.applying import Applier, Outcome, as_row, left_out_row
from core.imports.documents import Document, Grouped, group
from core.imports.models import Import, ImportRow
from core.imports.settings import Settings
from core.imports.targets import targets_of
from core.imports.template import without_example
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled
from core.people.grants import actor_for
from core.workflow import audit
from core.workflow.attachments import storage

BATCH = 200
TOLD_FROM = 500


@dataclass(frozen=True)
class Task:
    """What a job needs of its import, read once: `dry` only checks, `whole` is everything or nothing."""

    import_id: int
    spec: ModelSpec
    settings: Settings
    actor: Actor
    name: str
    key: str
    digest: str
    dry: bool
    whole: bool


def steps(import_id: int, *, dry: bool, whole: bool, cursor: int | None) -> Iterator[Progress]:
    """Check or import, yielding after each batch; what refuses the whole file is kept with the import."""
    try:
        yield from _steps(import_id, dry, whole, cursor)
    except QingmesError as error:
        db.session.rollback()
        _write(import_id, state="uploaded", delivery_id=None, counts={"error": str(error)})


def _steps(import_id: int, dry: bool, whole: bool, cursor: int | None) -> Iterator[Progress]:
    task = _task(import_id, dry, whole)
    remembered = _remembered(task)
    db.session.rollback()  # so far only read: nobody waits while the file is read
    grouped = _read(task)
    documents, start = grouped.documents, cursor or 0
    if not start:
        _begin(task, grouped)
        yield Progress(done=0, total=len(documents), cursor=0)
    with acting(task.actor):
        applier = _applier(task, grouped, remembered)
    size = max(len(documents), 1) if whole and not dry else BATCH
    for first in range(start, len(documents), size):
        done = min(first + size, len(documents))
        _apply(task, applier, documents[first:done])
        yield Progress(done=done, total=len(documents), cursor=done)
    _finish(task)


def _task(import_id: int, dry: bool, whole: bool) -> Task:
    kept = db.session.get_one(Import, import_id)
    spec = current_registry().model(kept.model)
    if not is_enabled(spec.addon):
        raise Forbidden(_("The app of this kind of record is switched off."))
    return Task(
        import_id=import_id,
        spec=spec,
        settings=Settings.from_json(kept.settings),
        actor=importer_of(kept),
        name=kept.name,
        key=kept.key,
        digest=kept.digest,
        dry=dry,
        whole=whole,
    )


def importer_of(kept: Import) -> Actor:
    """Whoever imports, with the rights held now; the command line itself when it has no user."""
    if kept.user is None:
        return current_actor()
    if not kept.user.active:
        raise Forbidden(_("Whoever started this import has been deactivated."))
    return actor_for(kept.user, "import")


def _read(task: Task) -> Grouped:
    content = storage().read(task.key)
    rows = files.read_rows(task.name, content, task.settings.sheet)
    with acting(task.actor):
        targets = targets_of(task.spec, task.actor)
    kept = without_example(rows, task.settings, targets)
    return group(kept, task.settings, targets)


def _applier(task: Task, grouped: Grouped, remembered: dict[int, int]) -> Applier:
    targets = targets_of(task.spec, task.actor)
    missing = [path for path in task.settings.columns.values() if path not in targets]
    if missing:
        raise Forbidden(_("The field “%(path)s” is no longer yours to set; choose the columns again.", path=missing[0]))
    return Applier(task.spec, task.settings, targets, task.actor, grouped.repeated, remembered)


def _remembered(task: Task) -> dict[int, int]:
    """The records that the rows of the very same file led to when it was imported before. One statement."""
    query = (
        select(ImportRow.row, ImportRow.record_id)
        .join(Import, Import.id == ImportRow.import_id)
        .where(Import.digest == task.digest, Import.model == task.spec.name, Import.state == "done")
        .where(Import.id != task.import_id, ImportRow.record_id.is_not(None))
        .order_by(Import.id)
    )
    return {row: record_id for row, record_id in db.session.execute(query) if record_id is not None}


def _begin(task: Task, grouped: Grouped) -> None:
    db.session.execute(delete(ImportRow).where(ImportRow.import_id == task.import_id))
    _insert([left_out_row(task.import_id, row) for row in grouped.left_out])


def _apply(task: Task, applier: Applier, documents: Sequence[Document]) -> None:
    """Apply these documents; take them back when they are only tried, or when one refusal refuses all."""
    with acting(task.actor):
        outer = db.session.begin_nested()
        batches = (documents[n : n + BATCH] for n in range(0, len(documents), BATCH))
        outcomes = [outcome for batch in batches for outcome in applier.apply(batch)]
        refused = any(outcome.outcome == "refused" for outcome in outcomes)
        if task.dry or (task.whole and refused):
            outer.rollback()
            applier.forget_made()
            _forget_new(outcomes)
        else:
            outer.commit()
    _insert([as_row(task.import_id, outcome) for outcome in outcomes])
    db.session.expunge_all()  # what is done with is not kept in memory


def _forget_new(outcomes: Sequence[Outcome]) -> None:
    """The ids of records that were taken back lead nowhere."""
    for outcome in outcomes:
        if outcome.outcome == "create":
            outcome.record_id = None


def _insert(rows: list[dict[str, Any]]) -> None:
    if rows:
        db.session.execute(insert(ImportRow), rows)


def _finish(task: Task) -> None:
    counts = count_outcomes(task.import_id)
    stopped = task.whole and not task.dry and bool(counts.get("refused"))
    if task.dry or stopped:
        _write(task.import_id, state="checked", counts={**counts, **({"stopped": 1} if stopped else {})})
        return
    _write(task.import_id, state="done", counts=counts, finished_at=utcnow())
    with acting(task.actor):
        audit.note("import", model=task.spec.name, file=task.name, digest=task.digest, outcomes=counts)
    if sum(counts.values()) >= TOLD_FROM and task.actor.user_id is not None:
        text = _("The import of %(name)s has finished.", name=task.name)
        notify([task.actor.user_id], text, link=f"/imports/{task.import_id}")


def count_outcomes(import_id: int) -> dict[str, int]:
    """How many records came to which outcome. One statement."""
    query = select(ImportRow.outcome, func.count()).where(ImportRow.import_id == import_id).group_by(ImportRow.outcome)
    return {row[0]: row[1] for row in db.session.execute(query)}


def _write(import_id: int, **values: Any) -> None:
    db.session.execute(update(Import).where(Import.id == import_id).values(**values))
