"""Who we are, as documents say it at their top."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from core.db.session import db
from core.i18n import gettext
from core.kernel.registry import current_registry
from core.paper.models import Letterhead
from core.workflow.attachments import storage
from core.workflow.models import Attachment

PICTURES = ("image/png", "image/jpeg")


@dataclass(frozen=True)
class Company:
    """The letterhead in both languages; `logo` is a `data:` address, empty without one."""

    texts: dict[str, dict[str, str]]
    logo: str = ""

    def read(self, language: str) -> dict[str, str]:
        """Name, address, contact, footer and logo in a language."""
        return {**self.texts[language], "logo": self.logo}


def find_company() -> Company:
    """The letterhead; empty texts when none was written. Two statements: everybody may print it."""
    row: Any = db.session.execute(select(*Letterhead.__table__.c).order_by(Letterhead.__table__.c.id).limit(1)).first()
    if row is None:
        empty = {"name": "", "address": "", "contact": "", "footer": ""}
        return Company({"zh": empty, "en": empty})
    shared = {"contact": row.contact or "", "footer": row.footer or ""}
    zh = {"name": row.company, "address": row.address or "", **shared}
    en = {"name": row.company_en or row.company, "address": row.address_en or row.address or "", **shared}
    return Company({"zh": zh, "en": en}, _logo(row.id))


def _logo(letterhead_id: int) -> str:
    file = Attachment.__table__
    name = current_registry().spec_of(Letterhead).name
    query = select(file.c.key, file.c.content_type).where(
        file.c.model == name, file.c.record_id == letterhead_id, file.c.content_type.in_(PICTURES)
    )
    found = db.session.execute(query.order_by(file.c.id.desc()).limit(1)).first()
    if found is None:
        return ""
    return f"data:{found.content_type};base64,{base64.b64encode(storage().read(found.key)).decode()}"


def objection_to(record: Letterhead) -> str | None:
    """A second letterhead is refused."""
    if record.id is None and db.session.scalar(select(Letterhead.id).limit(1)) is not None:
        return gettext("There is a letterhead already; change that one.")
    return None
