"""What posting does: issues, transfers, adjustments, scrap, lots split and merged; and taking any of them back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.stock.models import Adjustment, Issue, LotChange, Scrap, Transfer
from addons.stock.services.balances import ZERO
from addons.stock.services.issuing import issue
from addons.stock.services.ledger import Cause, Movement, move, reverse
from addons.stock.services.lots import NewLot, Origin, make_lots, note_origins
from addons.stock.services.places import find_virtual
from addons.stock.services.reserving import Need
from core.db import db
from core.errors import ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.workflow.numbering import today

ISSUE_TO = {"production": "production", "sales": "customer", "other": "adjustment"}


def cause_of(document: Any, reason: str | None = None) -> Cause:
    """A document as the cause of what it moves."""
    name = current_registry().spec_of(document).name
    return Cause(model=name, id=document.id, title=document.number, reason=reason, booked_on=document.booked_on)


def lines_of(document: Any) -> Sequence[Any]:
    """The lines of a document to be posted; raises `ValidationError` when there are none."""
    if not document.lines:
        raise ValidationError(_("Add at least one line before posting."))
    return list(document.lines)


def lock_lines(document: Any) -> list[Any]:
    """The lines of a locked document as they are now, locked too, with their items. One statement.

    Lines that were read before the document was locked may have been changed by somebody else meanwhile.
    """
    line = inspect(type(document)).relationships["lines"].mapper.class_
    query = (
        select(line)
        .where(getattr(line, f"{line.__meta__.parent}_id") == document.id)
        .order_by(line.seq)
        .options(joinedload(line.item).joinedload(Item.uom))
        .with_for_update(of=line)
        .execution_options(populate_existing=True)
    )
    return list(db.session.scalars(query))


def take_back(document: Any, reason: str) -> None:
    """Move everything a posted document has moved back, for a reason. Flushes."""
    cause = cause_of(document)
    reverse(cause.model, document.id, title=cause.title, reason=reason)


def post_issue(document: Issue) -> None:
    """Take the goods of an issue out of stock. Flushes."""
    needs = [
        Need(
            item_id=line.item_id,
            quantity=line.quantity,
            for_model=document.source_model or "stock.issue_line",
            for_id=document.source_id or line.id,
            location_id=line.location_id,
            lot_id=line.lot_id,
            cause_line=line.id,
        )
        for line in lines_of(document)
    ]
    issue(needs, to=ISSUE_TO[document.kind], cause=cause_of(document))


def post_transfer(document: Transfer) -> None:
    """Move the goods of a transfer to their new place, or to their new project. Flushes."""
    moves = [
        Movement(
            item_id=line.item_id,
            quantity=line.quantity,
            lot_id=line.lot_id,
            from_location_id=document.from_location_id,
            to_location_id=document.to_location_id,
            from_status=line.status,
            to_status=line.status,
            from_project_id=document.from_project_id,
            to_project_id=document.to_project_id,
            cause_line=line.id,
        )
        for line in lines_of(document)
    ]
    move(moves, cause=cause_of(document))


def post_adjustment(document: Adjustment) -> None:
    """Put the books right by an adjustment's lines. Flushes."""
    lines, elsewhere = lines_of(document), find_virtual("adjustment").id
    if any(line.quantity == ZERO for line in lines):
        raise ValidationError(_("A difference of nothing changes nothing. Remove the line."))
    move(
        [_found(line, elsewhere) if line.quantity > ZERO else _gone(line, elsewhere) for line in lines],
        cause=cause_of(document, document.reason),
    )


def post_scrap(document: Scrap) -> None:
    """Throw the goods of a scrap note away. Flushes."""
    moves = [_gone(line, find_virtual("scrap").id) for line in lines_of(document)]
    move(moves, cause=cause_of(document, document.reason))


def _found(line: Any, elsewhere: int) -> Movement:
    return Movement(
        item_id=line.item_id,
        quantity=line.quantity,
        lot_id=line.lot_id,
        from_location_id=elsewhere,
        to_location_id=line.location_id,
        to_status=line.status,
        from_project_id=line.project_id,
        to_project_id=line.project_id,
        value=None if line.unit_cost is None else line.unit_cost * line.quantity,
        cause_line=line.id,
    )


def _gone(line: Any, elsewhere: int) -> Movement:
    return Movement(
        item_id=line.item_id,
        quantity=abs(line.quantity),
        lot_id=line.lot_id,
        from_location_id=line.location_id,
        to_location_id=elsewhere,
        from_status=line.status,
        from_project_id=line.project_id,
        to_project_id=line.project_id,
        cause_line=line.id,
    )


def post_lot_change(document: LotChange) -> None:
    """Split or merge lots where they lie, and remember what became of what. Flushes."""
    lines, elsewhere = lines_of(document), find_virtual("production").id
    lots = make_lots([_lot_into(document, line) for line in lines])
    into = [lots[document.item_id, line.into_number] for line in lines]
    moves: list[Movement] = []
    for line, lot_id in zip(lines, into, strict=True):
        moves += _from_lot_into(document, line, lot_id, elsewhere, len(moves))
    cause = cause_of(document)
    move(moves, cause=cause)
    origins = [
        Origin(from_id=line.lot_id, into_id=lot_id, quantity=line.quantity)
        for line, lot_id in zip(lines, into, strict=True)
    ]
    note_origins(origins, cause=cause)


def _lot_into(document: LotChange, line: Any) -> NewLot:
    """The new lot is as old and as good as the one it comes from."""
    return NewLot(
        item_id=document.item_id,
        number=line.into_number,
        supplier_id=line.lot.supplier_id,
        supplier_lot=line.lot.supplier_lot,
        received_on=line.lot.received_on or today(),
        expires_on=line.lot.expires_on,
    )


def _from_lot_into(document: LotChange, line: Any, into_id: int, elsewhere: int, place: int) -> list[Movement]:
    """Out of one lot and into the other, at the same value."""
    common: dict[str, Any] = {"item_id": document.item_id, "quantity": line.quantity, "cause_line": line.id}
    here = document.location_id
    return [
        Movement(**common, lot_id=line.lot_id, from_location_id=here, to_location_id=elsewhere),
        Movement(**common, lot_id=into_id, from_location_id=elsewhere, to_location_id=here, worth_of=place),
    ]
