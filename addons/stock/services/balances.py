"""Balances under concurrency: rows are locked in one order, then changed by one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, and_, case, literal, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from addons.masterdata.models import Item
from addons.stock.models import Location, StockBalance
from core.db import Quantity, db
from core.errors import Conflict
from core.i18n import _
from core.web.format import number_text

ZERO = Decimal(0)
Key = tuple[int, int, int]
COLUMNS: tuple[Any, ...] = (
    StockBalance.id,
    StockBalance.item_id,
    StockBalance.location_id,
    StockBalance.lot_id,
    StockBalance.lot_key,
    StockBalance.on_hand,
    StockBalance.reserved,
)


@dataclass
class Change:
    """What happens to one balance row."""

    on_hand: Decimal = ZERO
    reserved: Decimal = ZERO


class OutOfStock(Conflict):
    """There is not as much as was asked for. `details` has `item`, `wanted`, `available`."""

    code = "out_of_stock"


def insert_missing(model: Any, rows: list[dict[str, Any]]) -> Any:
    """An INSERT of the rows that passes over those that are there already; the caller may ask it to return columns."""
    dialect: Any = sqlite if db.engine.dialect.name == "sqlite" else postgresql
    return dialect.insert(model).values(rows).on_conflict_do_nothing()


def lock_keys(keys: Iterable[Key]) -> dict[Key, Row[Any]]:
    """Take these balances FOR UPDATE, making those that are missing; in one order, so that two never wait in a ring."""
    wanted = sorted(keys)
    if not wanted:
        return {}
    make_missing(wanted)
    key = tuple_(StockBalance.item_id, StockBalance.location_id, StockBalance.lot_key)
    query = select(*COLUMNS).where(key.in_(wanted)).order_by(StockBalance.id).with_for_update()
    return {(row.item_id, row.location_id, row.lot_key): row for row in db.session.execute(query)}


def make_missing(keys: list[Key]) -> None:
    """Make empty balances for the keys that have none."""
    rows = [{"item_id": item, "location_id": place, "lot_id": lot or None, "lot_key": lot} for item, place, lot in keys]
    db.session.execute(insert_missing(StockBalance, rows))


def lock_items(item_ids: Iterable[int]) -> list[Row[Any]]:
    """Take every balance of these items that holds something FOR UPDATE, oldest lots and first bins first."""
    query = (
        select(*COLUMNS, Location.code)
        .join(Location, Location.id == StockBalance.location_id)
        .where(StockBalance.item_id.in_(sorted(set(item_ids))), StockBalance.on_hand > ZERO)
        .order_by(StockBalance.id)
        .with_for_update(of=StockBalance)
    )
    rows: list[Any] = list(db.session.execute(query))
    return sorted(rows, key=lambda row: (row.item_id, row.lot_key, row.code, row.id))


def apply(changes: Mapping[int, Change], rows: Mapping[int, Row[Any]]) -> None:
    """Change the locked balances by id in one conditional UPDATE; raises `OutOfStock` where one would fall short."""
    for balance_id, change in changes.items():
        row = rows[balance_id]
        if row.on_hand + change.on_hand < row.reserved + change.reserved:
            wanted = max(-change.on_hand, change.reserved)
            refuse(row.item_id, wanted=wanted, available=row.on_hand - row.reserved)
    if not changes:
        return
    on_hand = StockBalance.on_hand + _by_id({i: c.on_hand for i, c in changes.items()})
    reserved = StockBalance.reserved + _by_id({i: c.reserved for i, c in changes.items()})
    done: Any = db.session.execute(
        update(StockBalance)
        .where(StockBalance.id.in_(sorted(changes)), and_(reserved >= ZERO, on_hand >= reserved))
        .values(on_hand=on_hand, reserved=reserved)
        .execution_options(synchronize_session=False)
    )
    if done.rowcount != len(changes):
        raise Conflict(_("The stock changed meanwhile. Look again, then repeat."))


def _by_id(amounts: Mapping[int, Decimal]) -> Any:
    """`CASE id WHEN 1 THEN 5 ... END`: a different amount for each row, in one statement."""
    return case({i: literal(amount, Quantity) for i, amount in sorted(amounts.items())}, value=StockBalance.id)


def refuse(item_id: int, *, wanted: Decimal, available: Decimal) -> None:
    """Raise `OutOfStock`, naming the item and what there is."""
    item = db.session.get_one(Item, item_id)
    raise OutOfStock(
        _(
            "Not enough stock of %(item)s: %(wanted)s wanted, %(available)s free.",
            item=f"{item.code} {item.name}",
            wanted=number_text(wanted),
            available=number_text(available),
        ),
        item=item.code,
        wanted=str(wanted),
        available=str(available),
    )
