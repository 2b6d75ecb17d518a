"""Lots: making them, holding and releasing them, and what was made from what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select, tuple_

from addons.stock.models import Lot, LotOrigin, StockBalance
from addons.stock.services.balances import ZERO, insert_missing
from addons.stock.services.ledger import Cause, Movement, move
from addons.stock.services.values import lock_items_worth
from core.db import db
from core.errors import Conflict
from core.i18n import _
from core.workflow.audit import record_bulk


@dataclass(frozen=True, kw_only=True)
class NewLot:
    """A lot to make where it is new: its item and number, where it came from and until when it is good."""

    item_id: int
    number: str
    supplier_id: int | None = None
    supplier_lot: str | None = None
    received_on: date | None = None
    expires_on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Origin:
    """So much of one lot that went into another."""

    from_id: int
    into_id: int
    quantity: Decimal


def make_lots(wanted: Sequence[NewLot]) -> dict[tuple[int, str], int]:
    """The lots by item and number, those that are new made; the first word on a new lot counts. Four statements."""
    if not wanted:
        return {}
    rows = {(lot.item_id, lot.number): vars(lot) | {"state": "open"} for lot in reversed(wanted)}
    lock_items_worth({item for item, _number in rows})
    made = db.session.execute(
        insert_missing(Lot, [rows[key] for key in sorted(rows)]).returning(Lot.id, Lot.number)
    ).all()
    if made:
        record_bulk("create", "stock.lot", [{"id": lot_id, "title": number} for lot_id, number in made])
    query = select(Lot.item_id, Lot.number, Lot.id).where(tuple_(Lot.item_id, Lot.number).in_(sorted(rows)))
    return {(item, number): lot_id for item, number, lot_id in db.session.execute(query)}


def hold_lot(lot: Lot, reason: str) -> None:
    """Put everything there is of a lot on hold: the effect of holding it. Flushes.

    Raises `Conflict` while some of it is promised.
    """
    rows = _balances(lot)
    if any(row.reserved > ZERO for row in rows):
        raise Conflict(_("Some of lot %(lot)s is reserved. Release the reservations first.", lot=lot.number))
    _change_status(lot, [row for row in rows if row.status != "lent"], "hold", reason)


def release_lot(lot: Lot, reason: str) -> None:
    """Make what is on hold of a lot available again: the effect of releasing it. Flushes."""
    _change_status(lot, [row for row in _balances(lot) if row.status == "hold"], "available", reason)


def _balances(lot: Lot) -> list[Any]:
    lock_items_worth([lot.item_id])
    query = select(StockBalance).where(StockBalance.lot_id == lot.id, StockBalance.on_hand > ZERO)
    return list(db.session.scalars(query.order_by(StockBalance.id).execution_options(populate_existing=True)))


def _change_status(lot: Lot, rows: Sequence[StockBalance], status: str, reason: str) -> None:
    moves = [
        Movement(
            item_id=row.item_id,
            quantity=row.on_hand,
            lot_id=lot.id,
            from_location_id=row.location_id,
            to_location_id=row.location_id,
            from_status=row.status,
            to_status=status,
            from_project_id=row.project_id,
            to_project_id=row.project_id,
        )
        for row in rows
        if row.status != status
    ]
    move(moves, cause=Cause(model="stock.lot", id=lot.id, title=lot.number, reason=reason))


def note_origins(origins: Sequence[Origin], *, cause: Cause) -> None:
    """Remember what lots were made from; what is known already of this cause stays. Flushes. One statement."""
    rows = [
        {**vars(o), "cause": cause.title, "cause_model": cause.model, "cause_id": cause.id}
        for o in origins
        if o.from_id != o.into_id
    ]
    if rows:
        db.session.execute(insert_missing(LotOrigin, rows))
