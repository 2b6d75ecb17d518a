"""Projects: the document lines that own stock of their own."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import select

from addons.stock.models import Project
from addons.stock.services.balances import insert_missing
from core.db import db


def make_projects(of_model: str, titles: Mapping[int, str]) -> dict[int, int]:
    """The project of each of these lines by the line's id, those that are missing made. Two statements."""
    if not titles:
        return {}
    rows = [{"of_model": of_model, "of_id": line, "title": title} for line, title in sorted(titles.items())]
    db.session.execute(insert_missing(Project, rows))
    return find_projects(of_model, titles)


def find_projects(of_model: str, of_ids: Collection[int]) -> dict[int, int]:
    """The projects of these lines by the line's id; lines that own nothing are left out. One statement."""
    query = select(Project.of_id, Project.id).where(Project.of_model == of_model, Project.of_id.in_(sorted(of_ids)))
    return dict(db.session.execute(query).all())
