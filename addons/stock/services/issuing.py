"""Goods that leave: first what was promised to the line, then what is free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from sqlalchemy import Row

from addons.stock.models import Reservation
from addons.stock.services.balances import ZERO, Key, key_of, lock_items
from addons.stock.services.ledger import Cause, Movement, post
from addons.stock.services.places import find_virtual
from addons.stock.services.reserving import Need, change_reservations, check_quantities, is_open, open_columns, take
from addons.stock.services.values import lock_items_worth
from core.db import db


@dataclass
class _Picking:
    """What an issue has taken so far, by balance and by reservation."""

    rows: list[Row[Any]]
    promised: list[Row[Any]]
    to_id: int
    free: dict[int, Decimal] = field(default_factory=dict)
    left: dict[int, Decimal] = field(default_factory=dict)
    unreserved: dict[Key, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    taken: dict[int, Decimal] = field(default_factory=dict)
    moves: list[Movement] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.free = {row.id: row.on_hand - row.reserved for row in self.rows}
        self.left = {row.id: row.quantity - row.taken for row in self.promised}

    def pick(self, need: Need) -> None:
        """Meet one need: its own reservations first, then free stock."""
        wanted = need.quantity
        by_id = {row.id: row for row in self.rows if need.fits(row)}
        for promise in self.promised:
            part = min(wanted, self.left[promise.id])
            if promise.for_id != need.for_id or promise.balance_id not in by_id or part <= ZERO:
                continue
            self.left[promise.id] -= part
            self.taken[promise.id] = self.taken.get(promise.id, ZERO) + part
            row = by_id[promise.balance_id]
            self.unreserved[key_of(row)] += part
            self._leave(need, row, part)
            wanted -= part
        for row, part in take(need, wanted, self.rows, self.free):
            self._leave(need, row, part)

    def _leave(self, need: Need, row: Row[Any], quantity: Decimal) -> None:
        self.moves.append(
            Movement(
                item_id=row.item_id,
                quantity=quantity,
                from_location_id=row.location_id,
                to_location_id=self.to_id,
                lot_id=row.lot_id,
                from_project_id=row.project_id,
                to_project_id=row.project_id,
                cause_line=need.cause_line,
            )
        )


def issue(needs: Sequence[Need], *, to: str = "customer", cause: Cause) -> list[Movement]:
    """Move stock out to a virtual location; all or nothing. Flushes; returns the moves made.

    The needs of one call are for lines of one model. What is promised to others stays. Raises `OutOfStock`,
    naming the item and what is free, `Veto` when another addon objects. A fixed number of statements.
    """
    check_quantities(needs)
    if not needs:
        return []
    worths = lock_items_worth({need.item_id for need in needs})
    rows = lock_items(need.item_id for need in needs)
    picking = _Picking(rows, _promised(needs, [row.id for row in rows]), find_virtual(to).id)
    for need in needs:
        picking.pick(need)
    post(picking.moves, cause, worths, picking.unreserved)
    change_reservations("taken", picking.taken)
    return picking.moves


def _promised(needs: Sequence[Need], balance_ids: list[int]) -> list[Row[Any]]:
    """Open reservations of these lines on the locked balances, which nobody else can change now."""
    (model,) = {need.for_model for need in needs}
    query = open_columns().where(
        Reservation.for_model == model,
        Reservation.for_id.in_(sorted({need.for_id for need in needs})),
        Reservation.balance_id.in_(balance_ids),
        is_open(),
    )
    return list(db.session.execute(query))
