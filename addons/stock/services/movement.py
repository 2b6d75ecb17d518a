"""What the ledger says of a time: opening, in, out and closing, ages, last movements.

Each takes a fixed number of statements. Openings are reckoned back from what there is now, so that only moves since
the first day are read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item, ItemCategory, Uom
from addons.stock.models import ItemValue, StockBalance, StockMove
from addons.stock.services.balances import ZERO
from core.db import Money, Quantity, db

BANDS = (30, 90, 180, 365)
MOVE_LINKS = (StockMove.from_location, StockMove.to_location, StockMove.lot, StockMove.user)


@dataclass(frozen=True)
class ItemFacts:
    """What a report says of an item besides figures."""

    id: int
    code: str
    name: str
    specification: str | None
    unit: str
    category_id: int | None
    category: str | None
    safety_stock: Decimal
    reorder_point: Decimal | None
    reorder_qty: Decimal | None


@dataclass(frozen=True)
class Summary:
    """What an item did in a time, in the stock unit and in money."""

    opening: Decimal = ZERO
    came: Decimal = ZERO
    went: Decimal = ZERO
    opening_value: Decimal = ZERO
    came_value: Decimal = ZERO
    went_value: Decimal = ZERO

    @property
    def closing(self) -> Decimal:
        """What was there at the end."""
        return self.opening + self.came - self.went

    @property
    def closing_value(self) -> Decimal:
        """What that was worth."""
        return self.opening_value + self.came_value - self.went_value

    @property
    def is_nothing(self) -> bool:
        """Whether there is nothing to tell."""
        return not any(vars(self).values())


def find_items(category_id: int | None = None, *, which: ColumnElement[bool] | None = None) -> dict[int, ItemFacts]:
    """The items that were ever in stock, or those of `which`, by their ids and in order of their codes.

    Of a category with those below it where one is named. Two statements at most.
    """
    query = (
        select(
            Item.id,
            Item.code,
            Item.name,
            Item.specification,
            Uom.code,
            Item.category_id,
            ItemCategory.name,
            Item.safety_stock,
            Item.reorder_point,
            Item.reorder_qty,
        )
        .join(Uom, Uom.id == Item.uom_id)
        .outerjoin(ItemCategory, ItemCategory.id == Item.category_id)
        .where(Item.id.in_(select(ItemValue.item_id)) if which is None else which)
        .order_by(Item.code)
    )
    if category_id is not None:
        query = query.where(Item.category_id.in_(_below(category_id)))
    return {row[0]: ItemFacts(*list(row)) for row in db.session.execute(query)}


def _below(category_id: int) -> set[int]:
    """A category and all below it."""
    above = dict(db.session.execute(select(ItemCategory.id, ItemCategory.parent_id)).all())
    found, size = {category_id}, 0
    while size < len(found):
        size = len(found)
        found |= {category for category, parent in above.items() if parent in found}
    return found


def summarise(
    start: date, end: date, location_id: int | None = None, *, item_id: int | None = None
) -> dict[int, Summary]:
    """What every item, or one, did from one day to another; in one location quantities only. Two statements."""
    came, went = _sides(location_id)
    within = StockMove.booked_on <= end

    def total(of: Any, kind: Any, *when: ColumnElement[bool]) -> Any:
        return func.coalesce(func.sum(case((and_(*when), of), else_=literal(ZERO, kind)), type_=kind), 0, type_=kind)

    def columns(of: Any, kind: Any) -> list[Any]:
        return [
            total(of, kind, came, within),
            total(of, kind, went, within),
            total(of, kind, came),
            total(of, kind, went),
        ]

    values = columns(StockMove.value, Money()) if location_id is None else []
    query = (
        select(StockMove.item_id, *columns(StockMove.quantity, Quantity()), *values)
        .where(StockMove.booked_on >= start, or_(came, went))
        .group_by(StockMove.item_id)
    )
    if item_id is not None:
        query = query.where(StockMove.item_id == item_id)
    since = {row[0]: list(row[1:]) + [ZERO] * (0 if values else 4) for row in db.session.execute(query)}
    now, nothing = _now(location_id, item_id), [ZERO] * 8
    return {
        item: _reckoned_back(now.get(item, (ZERO, ZERO)), since.get(item, nothing)) for item in sorted({*since, *now})
    }


def _reckoned_back(now: tuple[Decimal, Decimal], moved: Sequence[Decimal]) -> Summary:
    came, went, came_since, went_since, came_value, went_value, came_value_since, went_value_since = moved
    return Summary(
        opening=now[0] - came_since + went_since,
        came=came,
        went=went,
        opening_value=now[1] - came_value_since + went_value_since,
        came_value=came_value,
        went_value=went_value,
    )


def _sides(location_id: int | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """What comes in and what goes out: of the factory, or of one location."""
    if location_id is None:
        return StockMove.flow == "in", StockMove.flow == "out"
    elsewhere = StockMove.from_location_id != StockMove.to_location_id
    return (
        and_(StockMove.to_location_id == location_id, elsewhere),
        and_(StockMove.from_location_id == location_id, elsewhere),
    )


def _now(location_id: int | None, item_id: int | None = None) -> dict[int, tuple[Decimal, Decimal]]:
    """Quantity and value of every item, or of one, as they are now; in one location without values."""
    if location_id is None:
        query = select(ItemValue.item_id, ItemValue.quantity, ItemValue.value)
        if item_id is not None:
            query = query.where(ItemValue.item_id == item_id)
        return {item: (quantity, value) for item, quantity, value in db.session.execute(query)}
    there = select(StockBalance.item_id, func.sum(StockBalance.on_hand, type_=Quantity)).where(
        StockBalance.location_id == location_id
    )
    if item_id is not None:
        there = there.where(StockBalance.item_id == item_id)
    return {item: (quantity, ZERO) for item, quantity in db.session.execute(there.group_by(StockBalance.item_id))}


def find_moves(item_id: int, start: date, end: date, location_id: int | None = None) -> list[StockMove]:
    """The moves of an item in or out, oldest first, with their places, lots and users loaded. One statement.

    Users are joined: their names may stand here even where they are out of the reader's reach (`Meta.public_name`).
    """
    came, went = _sides(location_id)
    query = (
        select(StockMove)
        .where(StockMove.item_id == item_id, StockMove.booked_on.between(start, end), or_(came, went))
        .order_by(StockMove.booked_on, StockMove.id)
        .options(*(joinedload(link) for link in MOVE_LINKS))
    )
    return list(db.session.scalars(query))


def comes_in(move: StockMove, location_id: int | None) -> bool:
    """Whether a move brings goods in, into the factory or into one location."""
    return move.flow == "in" if location_id is None else move.to_location_id == location_id


def find_ages(day: date) -> dict[int, list[Decimal]]:
    """How much of each item on hand is how old, by bands of `BANDS` days and older: the youngest arrivals are there.

    What came 30 days ago is in the first band, what came 31 days ago in the second. Two statements.
    """
    limits = [day - timedelta(days=days) for days in BANDS]
    bands = [
        func.sum(case((_between(limits, n), StockMove.quantity), else_=literal(ZERO, Quantity())), type_=Quantity())
        for n in range(len(BANDS))
    ]
    query = select(StockMove.item_id, *bands).where(StockMove.flow == "in", StockMove.booked_on >= limits[-1])
    arrived = {row[0]: row[1:] for row in db.session.execute(query.group_by(StockMove.item_id))}
    there = select(ItemValue.item_id, ItemValue.quantity).where(ItemValue.quantity > ZERO)
    nothing = (ZERO,) * len(BANDS)
    return {item: _covered(quantity, arrived.get(item, nothing)) for item, quantity in db.session.execute(there)}


def _between(limits: Sequence[date], band: int) -> ColumnElement[bool]:
    young = StockMove.booked_on >= limits[band]
    return young if band == 0 else and_(young, StockMove.booked_on < limits[band - 1])


def _covered(quantity: Decimal, arrived: Sequence[Decimal]) -> list[Decimal]:
    """What is on hand, shared out over arrivals from the youngest; the rest is older than all of them."""
    parts, left = [], quantity
    for amount in arrived:
        part = min(left, amount)
        parts.append(part)
        left -= part
    return [*parts, left]


def find_last_moves() -> dict[int, tuple[date | None, date | None]]:
    """When each item on hand last came in and last went out. One statement."""

    def last(flow: str) -> Any:
        return (
            select(func.max(StockMove.booked_on))
            .where(StockMove.item_id == ItemValue.item_id, StockMove.flow == flow)
            .scalar_subquery()
        )

    query = select(ItemValue.item_id, last("in"), last("out")).where(ItemValue.quantity > ZERO)
    return {item: (came, went) for item, came, went in db.session.execute(query)}


def find_values() -> dict[int, tuple[Decimal, Decimal]]:
    """Quantity and value of every item as they are now. One statement."""
    return _now(None)
