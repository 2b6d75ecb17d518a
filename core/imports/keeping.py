"""How long files of imports and exports are kept."""

from __future__ import annotations

from sqlalchemy import delete, select

from core.db.session import db
from core.db.types import utcnow
from core.imports.limits import KEPT
from core.imports.models import Export, Import, ImportRow
from core.workflow.attachments import storage


def purge() -> None:
    """Forget what was made longer ago than it is kept, and remove the files. Flushes."""
    before = utcnow() - KEPT
    imports = db.session.execute(select(Import.id, Import.key).where(Import.created_at < before)).all()
    exports = db.session.execute(select(Export.id, Export.key).where(Export.created_at < before)).all()
    ids = [row[0] for row in imports]
    db.session.execute(delete(ImportRow).where(ImportRow.import_id.in_(ids)))
    db.session.execute(delete(Import).where(Import.id.in_(ids)))
    db.session.execute(delete(Export).where(Export.id.in_([row[0] for row in exports])))
    for _id, key in (*imports, *exports):
        if key:
            remove_file(key)


def remove_file(key: str) -> None:
    """Remove a file from the storage, if it is there."""
    place = storage()
    path = f"{place.root}/{key}"
    if place.files.exists(path):
        place.files.rm_file(path)
