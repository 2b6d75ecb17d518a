"""WIP counts: a sheet of what should lie at a work center, and what was found."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy.orm import contains_eager

from addons.mrp_routing.models import JobTicket, Operation, WipCount, WipCountLine
from addons.mrp_routing.services.availability import ZERO
from addons.mrp_routing.services.board import lying
from core.db import db, utcnow
from core.errors import Conflict, ValidationError
from core.i18n import _

TENTH = Decimal("0.1")


def list_pieces(count: WipCount) -> None:
    """Put everything that lies at the work center on the sheet: the effect of beginning to count. Flushes.

    Raises `Conflict` where nothing lies.
    """
    query = (
        lying(Operation)
        .options(contains_eager(Operation.ticket))
        .where(Operation.work_center_id == count.work_center_id)
        .order_by(JobTicket.number, Operation.seq)
    )
    found = db.session.scalars(query).all()
    if not found:
        raise Conflict(_("Nothing lies at this work center. There is nothing to count."))
    count.lines = [
        WipCountLine(operation_id=o.id, place=f"{o.ticket.number} · {o.seq} {o.name}", expected=o.here) for o in found
    ]
    count.listed_at = utcnow()
    db.session.flush()


def finish_count(count: WipCount) -> None:
    """Keep how accurate the books were: the effect of finishing a count.

    Raises `ValidationError` while something is not counted, or a difference is not explained.
    """
    if any(line.counted is None for line in count.lines):
        raise ValidationError(_("Write what was counted in every line; 0 where nothing was found."))
    wrong = [line for line in count.lines if line.counted != line.expected]
    if any(not (line.explanation or "").strip() for line in wrong):
        raise ValidationError(_("Explain every difference, or correct the reports and say so."))
    right = Decimal(len(count.lines) - len(wrong))
    count.accuracy = (right * 100 / len(count.lines)).quantize(TENTH) if count.lines else ZERO
    db.session.flush()
