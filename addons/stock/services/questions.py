"""What is there: on hand, reserved, and whether the balances are the sums of the ledger."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, select, union_all

from addons.stock.models import ItemValue, Reservation, StockBalance, StockMove
from addons.stock.services.balances import ZERO, Key
from core.db import Money, Quantity, db


@dataclass(frozen=True)
class OnHand:
    """What there is of an item in all internal locations, how much of it is promised, and how much blocked.

    Blocked is what is in inspection, on hold, lent, or another project's.
    """

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO
    blocked: Decimal = ZERO

    @property
    def free(self) -> Decimal:
        """What may still be promised or taken by anybody."""
        return self.on_hand - self.reserved - self.blocked


@dataclass(frozen=True)
class Difference:
    """Something that is not what it should be: `kind` is `on_hand`, `reserved`, `quantity` or `value`, `by` how much
    too much the books hold. The last two are of a whole item, without a key.
    """

    kind: str
    item_id: int
    key: Key | None
    by: Decimal


def on_hand(item_ids: Collection[int]) -> dict[int, OnHand]:
    """What there is of each of these items, zero for those without stock. One statement."""
    rows = db.session.execute(ON_HAND, {"items": sorted(set(item_ids))})
    found = {item: OnHand(*amounts) for item, *amounts in rows}
    return {item: found.get(item, OnHand()) for item in item_ids}


def _on_hand() -> Any:
    """The question put together once: it is asked more often than any other."""
    of_all = and_(StockBalance.status == "available", StockBalance.project_key == 0)
    blocked = case((of_all, literal(ZERO, Quantity)), else_=StockBalance.on_hand - StockBalance.reserved)
    amounts = (StockBalance.on_hand, StockBalance.reserved, blocked)
    return (
        select(StockBalance.item_id, *(func.sum(amount, type_=Quantity) for amount in amounts))
        .where(StockBalance.item_id.in_(bindparam("items", expanding=True)))
        .group_by(StockBalance.item_id)
    )


ON_HAND = _on_hand()


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
    """Compare every balance with the ledger and the open reservations, and every value with the ledger.

    Empty when all is well; it reports and never repairs. Four statements, however many moves there are.
    """
    keyed = [
        Difference(kind, row[0], Key(*row[:5]), row[5])
        for kind, parts in (("on_hand", _on_hand_parts()), ("reserved", _reserved_parts()))
        for row in db.session.execute(_unequal(parts, Quantity, 5))
    ]
    return keyed + [
        Difference(kind, row[0], None, row[1])
        for kind, of, type_ in (("quantity", "quantity", Quantity), ("value", "value", Money))
        for row in db.session.execute(_unequal(_item_parts(of), type_, 1))
    ]


def _on_hand_parts() -> Any:
    """Balances, less what came in, plus what went out, each under its key."""
    came = _side(StockMove.to_location_id, StockMove.to_project_id, StockMove.to_status)
    went = _side(StockMove.from_location_id, StockMove.from_project_id, StockMove.from_status)
    return union_all(
        select(*_key(), StockBalance.on_hand.label("amount")),
        select(*came, -StockMove.quantity).where(StockMove.flow != "out"),
        select(*went, StockMove.quantity).where(StockMove.flow != "in"),
    )


def _side(location: Any, project: Any, status: Any) -> tuple[Any, ...]:
    return (StockMove.item_id, location, func.coalesce(StockMove.lot_id, 0), func.coalesce(project, 0), status)


def _reserved_parts() -> Any:
    """What balances say is promised, less the open reservations."""
    promised = select(*_key(), Reservation.taken - Reservation.quantity)
    return union_all(
        select(*_key(), StockBalance.reserved.label("amount")),
        promised.join(StockBalance, StockBalance.id == Reservation.balance_id),
    )


def _item_parts(name: str) -> Any:
    """What an item's row says of its quantity or value, less what came in, plus what went out."""
    moved = getattr(StockMove, name)
    return union_all(
        select(ItemValue.item_id, getattr(ItemValue, name).label("amount")),
        select(StockMove.item_id, -moved).where(StockMove.flow == "in"),
        select(StockMove.item_id, moved).where(StockMove.flow == "out"),
    )


def _key() -> tuple[Any, ...]:
    return (
        StockBalance.item_id,
        StockBalance.location_id,
        StockBalance.lot_key,
        StockBalance.project_key,
        StockBalance.status,
    )


def _unequal(parts: Any, kind: Any, width: int) -> Any:
    """The keys (the first `width` columns) whose amounts do not cancel out, and what is left."""
    columns = list(parts.subquery().c)
    key, amount = columns[:width], columns[width]
    total = func.sum(amount, type_=kind)
    return select(*key, total).group_by(*key).having(total != 0).order_by(*key)
