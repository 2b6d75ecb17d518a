"""Balances under concurrency: rows are locked in one order, then changed by one conditional UPDATE."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Row, and_, case, literal, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from addons.masterdata.models import Item
from addons.stock.models import Location, Lot, Project, StockBalance
from core.db import Quantity, db
from core.errors import Conflict
from core.i18n import _
from core.web.format import number_text

ZERO = Decimal(0)
COLUMNS: tuple[Any, ...] = (
    StockBalance.id,
    StockBalance.item_id,
    StockBalance.location_id,
    StockBalance.lot_id,
    StockBalance.lot_key,
    StockBalance.project_id,
    StockBalance.project_key,
    StockBalance.status,
    StockBalance.may_be_negative,
    StockBalance.on_hand,
    StockBalance.reserved,
)


class Key(NamedTuple):
    """What a balance is of; 0 for no lot and for no project."""

    item_id: int
    location_id: int
    lot_key: int
    project_key: int
    status: str


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


def key_of(row: Row[Any]) -> Key:
    """The key of a balance's row."""
    return Key(row.item_id, row.location_id, row.lot_key, row.project_key, row.status)


def lock_keys(keys: Iterable[Key], negative: set[int]) -> dict[Key, Row[Any]]:
    """Take these balances FOR UPDATE, making those that are missing; their items are locked already.

    `negative` are the locations that may be below zero.
    """
    wanted = sorted(keys)
    if not wanted:
        return {}
    found = _locked(wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        db.session.execute(insert_missing(StockBalance, [_empty(key, negative) for key in missing]))
        found |= _locked(missing)
    return found


def _locked(keys: list[Key]) -> dict[Key, Row[Any]]:
    key = tuple_(
        StockBalance.item_id,
        StockBalance.location_id,
        StockBalance.lot_key,
        StockBalance.project_key,
        StockBalance.status,
    )
    query = select(*COLUMNS).where(key.in_(keys)).order_by(StockBalance.id).with_for_update()
    return {key_of(row): row for row in db.session.execute(query)}


def _empty(key: Key, negative: set[int]) -> dict[str, Any]:
    return {
        **key._asdict(),
        "lot_id": key.lot_key or None,
        "project_id": key.project_key or None,
        "may_be_negative": key.location_id in negative,
    }


def lock_items(item_ids: Iterable[int]) -> list[Row[Any]]:
    """Take every balance of these items that has something to give FOR UPDATE, in the order it is to be given.

    What expires first goes first, then what came in first, then the first bins on the picker's way. Each row also
    has whose it is (`of_model`, `of_id`) and when its lot expires.
    """
    query = (
        select(*COLUMNS, Location.sequence, Location.code, Lot.expires_on, Project.of_model, Project.of_id)
        .join(Location, Location.id == StockBalance.location_id)
        .outerjoin(Lot, Lot.id == StockBalance.lot_id)
        .outerjoin(Project, Project.id == StockBalance.project_id)
        .where(
            StockBalance.item_id.in_(sorted(set(item_ids))),
            StockBalance.status == "available",
            StockBalance.on_hand > ZERO,
            Location.active,
            Location.stocktake_id.is_(None),
        )
        .order_by(StockBalance.id)
        .with_for_update(of=StockBalance)
    )
    return sorted(db.session.execute(query), key=giving_order)


def giving_order(row: Any) -> tuple[Any, ...]:
    """The order in which balances give: a project's own first, then by expiry (none last), lot and way."""
    expires = (row.expires_on is None, row.expires_on or 0)
    return (row.item_id, not row.project_key, expires, row.lot_key, row.sequence, row.code, row.id)


def apply(changes: Mapping[int, Change], rows: Mapping[int, Row[Any]]) -> None:
    """Change the locked balances by id in one conditional UPDATE; raises `OutOfStock` where one would fall short."""
    for balance_id, change in changes.items():
        row = rows[balance_id]
        if not row.may_be_negative and row.on_hand + change.on_hand < row.reserved + change.reserved:
            wanted = max(-change.on_hand, change.reserved)
            refuse(row.item_id, wanted=wanted, available=row.on_hand - row.reserved)
    if not changes:
        return
    on_hand = StockBalance.on_hand + _by_id({i: c.on_hand for i, c in changes.items()})
    reserved = StockBalance.reserved + _by_id({i: c.reserved for i, c in changes.items()})
    enough = and_(reserved >= ZERO, or_(StockBalance.may_be_negative, on_hand >= reserved))
    done: Any = db.session.execute(
        update(StockBalance)
        .where(StockBalance.id.in_(sorted(changes)), enough)
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
