"""Promising stock to a document's line, and taking the promise back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, case, literal, select, update

from addons.stock.models import Reservation, StockBalance
from addons.stock.services.balances import COLUMNS, ZERO, Change, apply, lock_items, refuse
from core.actor import current_actor
from core.db import Quantity, db
from core.errors import ValidationError
from core.i18n import _
from core.workflow.numbering import today


@dataclass(frozen=True, kw_only=True)
class Need:
    """A quantity (> 0, stock unit) of an item for a document's line, from wherever or from one place or lot.

    It is met from what the line owns as a project, or the project it names, and from what belongs to nobody, never
    from another's.
    `purpose` names the line to people; `cause_line` is what the move is to name as its line, when goods leave.
    """

    item_id: int
    quantity: Decimal
    for_model: str
    for_id: int
    purpose: str | None = None
    location_id: int | None = None
    lot_id: int | None = None
    cause_line: int | None = None
    project_id: int | None = None

    def fits(self, row: Row[Any]) -> bool:
        """Whether a balance may serve it: not one of another project, nor of a lot that has expired."""
        return (
            row.item_id == self.item_id
            and self.location_id in (None, row.location_id)
            and self.lot_id in (None, row.lot_id)
            and (not row.project_key or self._owns(row))
            and (row.expires_on is None or row.expires_on >= today())
        )

    def _owns(self, row: Row[Any]) -> bool:
        of_line = (row.of_model, row.of_id) == (self.for_model, self.for_id)
        return of_line or (self.project_id is not None and row.project_id == self.project_id)


def reserve(needs: Sequence[Need], *, as_far_as_there_is: bool = False) -> list[Reservation]:
    """Promise stock, the oldest lots first. Flushes; returns the reservations in the order of needs.

    All or nothing: raises `OutOfStock`, naming the item and what is free. With `as_far_as_there_is` each need gets
    what is left for it, perhaps nothing. Four statements however many needs.
    """
    check_quantities(needs)
    rows = [row for row in lock_items(need.item_id for need in needs) if not row.may_be_negative]
    free = {row.id: row.on_hand - row.reserved for row in rows}
    changes: dict[int, Change] = defaultdict(Change)
    made = []
    for need in needs:
        wanted = min(need.quantity, available(need, rows, free)) if as_far_as_there_is else need.quantity
        for row, part in take(need, wanted, rows, free):
            changes[row.id].reserved += part
            made.append(_reservation(need, row, part))
    apply(changes, {row.id: row for row in rows})
    db.session.add_all(made)
    db.session.flush()
    return made


def check_quantities(needs: Sequence[Need]) -> None:
    """Refuse what is not more than zero."""
    if any(need.quantity <= ZERO for need in needs):
        raise ValidationError(_("A quantity must be more than zero."))


def take(
    need: Need, wanted: Decimal, rows: Sequence[Row[Any]], free: dict[int, Decimal]
) -> Iterator[tuple[Row[Any], Decimal]]:
    """Share a wanted quantity out over balances, drawing down `free`; raises `OutOfStock` when they do not suffice."""
    there = available(need, rows, free)
    if there < wanted:
        refuse(need.item_id, wanted=wanted, available=there)
    for row in filter(need.fits, rows):
        part = min(wanted, free[row.id])
        if part > ZERO:
            free[row.id] -= part
            wanted -= part
            yield row, part


def available(need: Need, rows: Sequence[Row[Any]], free: dict[int, Decimal]) -> Decimal:
    """How much of what is free may serve a need."""
    return sum((free[row.id] for row in rows if need.fits(row)), ZERO)


def _reservation(need: Need, row: Row[Any], quantity: Decimal) -> Reservation:
    return Reservation(
        balance_id=row.id,
        quantity=quantity,
        for_model=need.for_model,
        for_id=need.for_id,
        purpose=need.purpose,
        user_id=current_actor().user_id,
    )


def release_reservation(for_model: str, for_ids: Collection[int]) -> Decimal:
    """Take back what is still promised to these lines; returns how much it was. Flushes. Four statements."""
    whose = (Reservation.for_model == for_model, Reservation.for_id.in_(sorted(for_ids)), is_open())
    balance_ids = sorted(set(db.session.scalars(select(Reservation.balance_id).where(*whose))))
    if not balance_ids:
        return ZERO
    rows = lock_balances(balance_ids)
    found = list(db.session.execute(open_columns().where(*whose)))  # read again: the locks make it stand still
    changes: dict[int, Change] = defaultdict(Change)
    for row in found:
        changes[row.balance_id].reserved -= row.quantity - row.taken
    apply(changes, rows)
    db.session.execute(
        update(Reservation)
        .where(Reservation.id.in_([row.id for row in found]))
        .values(quantity=Reservation.taken)
        .execution_options(synchronize_session=False)
    )
    return sum((row.quantity - row.taken for row in found), ZERO)


def give_up(lost: Mapping[int, Decimal]) -> None:
    """Take so much of each of these balances' reservations back, the newest first; the balances are locked.

    The caller changes the balances. Two statements.
    """
    query = open_columns().where(Reservation.balance_id.in_(sorted(lost)), is_open())
    left, cut = dict(lost), {}
    for row in reversed(list(db.session.execute(query))):
        part = min(left[row.balance_id], row.quantity - row.taken)
        if part > ZERO:
            left[row.balance_id] -= part
            cut[row.id] = part
    change_reservations("quantity", {reservation: -part for reservation, part in cut.items()})


def change_reservations(name: str, by: Mapping[int, Decimal]) -> None:
    """Add a different amount to a column of each of these reservations. One statement, none without any."""
    if not by:
        return
    column = getattr(Reservation, name)
    amounts = case({i: literal(amount, Quantity) for i, amount in sorted(by.items())}, value=Reservation.id)
    db.session.execute(
        update(Reservation)
        .where(Reservation.id.in_(sorted(by)))
        .values({column: column + amounts})
        .execution_options(synchronize_session=False)
    )


def is_open() -> Any:
    """The condition for a reservation of which something is left."""
    return Reservation.taken < Reservation.quantity


def open_columns() -> Any:
    """A select of reservations as plain rows."""
    return select(
        Reservation.id, Reservation.balance_id, Reservation.for_id, Reservation.quantity, Reservation.taken
    ).order_by(Reservation.id)


def lock_balances(balance_ids: Sequence[int]) -> dict[int, Row[Any]]:
    """Take these balances FOR UPDATE."""
    query = select(*COLUMNS).where(StockBalance.id.in_(balance_ids)).order_by(StockBalance.id).with_for_update()
    return {row.id: row for row in db.session.execute(query)}
