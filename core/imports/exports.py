"""Exports too long to wait for: asked for on a page, made by a job, fetched when they are ready."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select, update

from core.actor import acting, current_actor
from core.db.session import db
from core.db.spec import ModelSpec
from core.errors import NotFound
from core.events import defer
from core.events.notifications import notify
from core.events.running import Progress
from core.i18n import _
from core.imports.models import Export
from core.imports.whole import Whole
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.views import export
from core.views.listing import Listing
from core.views.state import State
from core.workflow import audit
from core.workflow.attachments import storage


def make(listing: Listing, *, format: str, full: bool) -> bytes:
    """The file of a list that is short enough to wait for."""
    what = Whole(listing.spec, listing.actor) if full else export.Shown(listing)
    write = export.to_csv if format == "csv" else export.to_xlsx
    return write(what, export.records_of(listing))


def file_name(spec: ModelSpec, format: str) -> str:
    """What the file is called when it is saved."""
    return f"{spec.meta.plural or spec.meta.title}.{'csv' if format == 'csv' else 'xlsx'}"


def ask(listing: Listing, *, format: str, full: bool) -> Export:
    """Have a job make the file. Flushes."""
    from core.builtin.jobs import make_export

    listing.actor.require(listing.spec.permission("export"))
    kept = Export(
        model=listing.spec.name,
        user_id=listing.actor.user_id,
        state=listing.state.kept_pairs(),
        format="csv" if format == "csv" else "xlsx",
        full=full,
    )
    db.session.add(kept)
    db.session.flush()
    kept.delivery_id = _flushed(defer(make_export, export_id=kept.id))
    db.session.flush()
    return kept


def _flushed(delivery: Any) -> int:
    db.session.flush()
    return int(delivery.id)


def get_export(export_id: int) -> Export:
    """One of the actor's own; `NotFound` otherwise."""
    query = select(Export).where(Export.id == export_id, Export.user_id == current_actor().user_id)
    kept = db.session.scalar(query)
    if kept is None:
        raise NotFound(_("There is no such export, or it is not yours."))
    return kept


def steps(export_id: int) -> Iterator[Progress]:
    """Make the file a batch at a time in the name of whoever asked; after a crash it is begun anew."""
    kept = db.session.get_one(Export, export_id)
    spec, actor = current_registry().model(kept.model), actor_for(kept.user, "web")
    listing = Listing(spec, actor, State.from_pairs(kept.state, 0))
    format, full = kept.format, kept.full
    with acting(actor):
        actor.require(spec.permission("export"))
        ids = listing.all_ids(export.MOST_ROWS)[: export.MOST_ROWS]
    made: list[list[Any]] = []
    what = Whole(spec, actor) if full else export.Shown(listing)
    for start in range(0, len(ids), export.BATCH):
        with acting(actor):
            made += what.rows(listing.records(ids[start : start + export.BATCH]))
        db.session.expunge_all()
        yield Progress(done=min(start + export.BATCH, len(ids)), total=len(ids))
    with acting(actor):
        _keep(export_id, _Made(what.headings(), made), format, len(ids), listing)


class _Made:
    """Rows that are made already."""

    def __init__(self, headings: list[str], rows: list[list[Any]]) -> None:
        self._headings, self._rows = headings, rows

    def headings(self) -> list[str]:
        return self._headings

    def rows(self, records: Sequence[Any]) -> Iterator[list[Any]]:
        yield from self._rows


def _keep(export_id: int, made: _Made, format: str, count: int, listing: Listing) -> None:
    content = (export.to_csv if format == "csv" else export.to_xlsx)(made, [()])
    key = f"{secrets.token_hex(2)}/{secrets.token_hex(16)}"
    storage().write(key, content)
    db.session.execute(update(Export).where(Export.id == export_id).values(key=key, rows=count))
    audit.note("export", model=listing.spec.name, columns=made.headings(), rows=count)
    text = _("The export of %(kind)s is ready.", kind=str(listing.spec.meta.plural or listing.spec.meta.title))
    notify([listing.actor.user_id], text, link=f"/exports/{export_id}")  # type: ignore[list-item]
