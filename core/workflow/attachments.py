"""Files kept with records: their rows, and the storage that holds their bytes."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

import fsspec
from flask import current_app
from sqlalchemy import select

from core.actor import current_actor
from core.db.base import Record
from core.db.session import db
from core.errors import NotFound
from core.i18n import _
from core.workflow import audit
from core.workflow.filetypes import check_content, safe_name
from core.workflow.models import Attachment


def attach(record: Record, name: str, content: bytes) -> Attachment:
    """Keep a file with a record the actor may change. Flushes.

    Raises `ValidationError` when its type is not allowed, its content is not what its name says, or it is
    too large. The bytes are stored under a generated name before the row; an orphan is harmless.
    """
    name = safe_name(name)
    kind = check_content(name, content)
    key = f"{secrets.token_hex(2)}/{secrets.token_hex(16)}"
    storage().write(key, content)
    attachment = Attachment(
        model=audit.model_name(record),
        record_id=record.id,
        name=name,
        content_type=kind.content_type,
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
        key=key,
        user_id=current_actor().user_id,
    )
    db.session.add(attachment)
    db.session.flush()
    audit.note("attach", record=record, file=[None, name], digest=[None, attachment.digest])
    return attachment


def detach(record: Record, attachment_id: int) -> None:
    """Take a file off a record; its bytes stay in the storage for the audit trail. Flushes."""
    attachment = get_attachment(record, attachment_id)
    audit.note("detach", record=record, file=[attachment.name, None], digest=[attachment.digest, None])
    db.session.delete(attachment)
    db.session.flush()


def find_attachments(record: Record) -> list[Attachment]:
    """The files of a record, newest first."""
    query = select(Attachment).where(*_of(record)).order_by(Attachment.id.desc())
    return list(db.session.scalars(query))


def get_attachment(record: Record, attachment_id: int) -> Attachment:
    """One file of a record; `NotFound` otherwise."""
    found = db.session.scalar(select(Attachment).where(Attachment.id == attachment_id, *_of(record)))
    if found is None:
        raise NotFound(_("There is no such file on this record."))
    return found


def _of(record: Record) -> tuple[Any, ...]:
    return (Attachment.model == audit.model_name(record), Attachment.record_id == record.id)


class Storage:
    """Where the bytes are: a local folder now, any fsspec file system by its address."""

    def __init__(self, root: str) -> None:
        self.files, self.root = fsspec.core.url_to_fs(root)

    def write(self, key: str, content: bytes) -> None:
        """Store under a generated key."""
        path = f"{self.root}/{key}"
        self.files.makedirs(path.rpartition("/")[0], exist_ok=True)
        with self.files.open(path, "wb") as handle:
            handle.write(content)

    def read(self, key: str) -> bytes:
        """The bytes stored under a key."""
        with self.files.open(f"{self.root}/{key}", "rb") as handle:
            content: bytes = handle.read()
        return content


def storage() -> Storage:
    """The storage of this instance."""
    return Storage(str(current_app.config["QINGMES"].files_dir))
