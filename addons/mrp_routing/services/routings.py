"""Routings: approving them, and finding the one that counts."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import func, select

from addons.masterdata.models import Item
from addons.mrp_routing.models import Routing
from core.db import db, utcnow
from core.errors import ValidationError
from core.i18n import _
from core.workflow.fire import fire


def approve(routing: Routing) -> None:
    """Let a routing count from now on: the effect of approving it. The one that counted before is superseded. Flushes.

    Raises `ValidationError` for a routing without operations.
    """
    if not routing.operations:
        raise ValidationError(_("Add at least one operation before approving."))
    db.session.execute(select(Item.id).where(Item.id == routing.item_id).with_for_update())  # one approval at a time
    older = db.session.scalar(select(Routing).where(Routing.item_id == routing.item_id, Routing.state == "approved"))
    if older is not None:
        fire(older, "supersede")
    routing.approved_at = routing.approved_at or utcnow()


def find_makeable(item_ids: Collection[int]) -> set[int]:
    """Those of these items that have an approved routing. One statement."""
    query = select(Routing.item_id).where(Routing.item_id.in_(sorted(set(item_ids))), Routing.state == "approved")
    return set(db.session.scalars(query))


def next_revision(item_id: int) -> int:
    """The revision a new routing of an item gets."""
    return (db.session.scalar(select(func.max(Routing.revision)).where(Routing.item_id == item_id)) or 0) + 1
