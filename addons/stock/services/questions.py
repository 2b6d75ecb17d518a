"""What is there: on hand, reserved, and whether the balances are the sums of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, union_all

from addons.stock.models import Location, Reservation, StockBalance, StockMove
from addons.stock.services.balances import ZERO
from core.db import Quantity, db


@dataclass(frozen=True)
class OnHand:
    """What there is of an item in all internal locations, and how much of it is promised."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may still be promised or taken."""
        return self.on_hand - self.reserved


@dataclass(frozen=True)
class Difference:
    """A balance that is not what it should be: `kind` is `on_hand` or `reserved`, `by` how much too much it holds."""

    kind: str
    item_id: int
    location_id: int
    lot_key: int
    by: Decimal


def on_hand(item_ids: Collection[int]) -> dict[int, OnHand]:
    """What there is of each of these items, zero for those without stock. One statement."""
    query = (
        select(
            StockBalance.item_id,
            func.sum(StockBalance.on_hand, type_=Quantity),
            func.sum(StockBalance.reserved, type_=Quantity),
        )
        .where(StockBalance.item_id.in_(sorted(set(item_ids))))
        .group_by(StockBalance.item_id)
    )
    found = {item: OnHand(total, promised) for item, total, promised in db.session.execute(query)}
    return {item: found.get(item, OnHand()) for item in item_ids}


def has_moved(item_id: int) -> bool:
    """Whether an item was ever in the ledger."""
    return db.session.scalar(select(StockMove.id).where(StockMove.item_id == item_id).limit(1)) is not None


def count_reserved(for_model: str, for_ids: Collection[int]) -> dict[int, Decimal]:
    """How much is still promised to each of these lines; those without are left out. One statement."""
    left = func.sum(Reservation.quantity - Reservation.taken, type_=Quantity)
    query = (
        select(Reservation.for_id, left)
        .where(Reservation.for_model == for_model, Reservation.for_id.in_(sorted(set(for_ids))))
        .group_by(Reservation.for_id)
        .having(left > ZERO)
    )
    return dict(db.session.execute(query).all())


def reconcile() -> list[Difference]:
    """Compare every balance with the ledger and with the open reservations; empty when all is well.

    It reports and never repairs. Two statements.
    """
    return [
        Difference(kind, *row)
        for kind, parts in (("on_hand", _on_hand_parts()), ("reserved", _reserved_parts()))
        for row in db.session.execute(_unequal(parts))
    ]


def _on_hand_parts() -> Any:
    """Balances, less what came in, plus what went out, each under its key."""
    lot = func.coalesce(StockMove.lot_id, 0)
    internal = select(Location.id).where(Location.kind == "internal")
    came, went = StockMove.to_location_id, StockMove.from_location_id
    return union_all(
        select(*_key(), StockBalance.on_hand.label("amount")),
        select(StockMove.item_id, came, lot, -StockMove.quantity).where(came.in_(internal)),
        select(StockMove.item_id, went, lot, StockMove.quantity).where(went.in_(internal)),
    )


def _reserved_parts() -> Any:
    """What balances say is promised, less the open reservations."""
    promised = select(*_key(), Reservation.taken - Reservation.quantity)
    return union_all(
        select(*_key(), StockBalance.reserved.label("amount")),
        promised.join(StockBalance, StockBalance.id == Reservation.balance_id),
    )


def _key() -> tuple[Any, ...]:
    return (StockBalance.item_id, StockBalance.location_id, StockBalance.lot_key)


def _unequal(parts: Any) -> Any:
    rows = parts.subquery()
    key = (rows.c.item_id, rows.c.location_id, rows.c.lot_key)
    total = func.sum(rows.c.amount, type_=Quantity)
    return select(*key, total).group_by(*key).having(total != ZERO).order_by(*key)
