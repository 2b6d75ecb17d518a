"""Posting: the one way into the ledger. Balances and moves are written together or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, insert, select

from addons.masterdata.models import Item
from addons.stock.models import Location, Lot, StockMove
from addons.stock.services.balances import ZERO, Change, Key, apply, lock_keys
from addons.stock.services.places import find_virtual
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import NotFound, ValidationError
from core.i18n import _
from core.kernel import hooks


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A quantity (> 0, stock unit) to be moved. `cause_line` is the id of the document's line, if any."""

    item_id: int
    quantity: Decimal
    from_location_id: int
    to_location_id: int
    lot_id: int | None = None
    cause_line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The document that makes a posting: its model's name and id, what people call it, a reason where they gave one."""

    model: str
    id: int | None
    title: str | None = None
    reason: str | None = None


def move(moves: Sequence[Movement], *, cause: Cause) -> None:
    """Post moves between any locations. Flushes.

    Raises `OutOfStock` when an internal location holds less than is free to go, `ValidationError` for a
    quantity that is not positive, a wrong lot or an unknown item, `Veto` when another addon objects.
    """
    check(moves)
    hooks.object_if_any("before_stock_post", moves=moves, cause=cause)
    changes = _changes(moves)
    locked = lock_keys(changes)
    rows: dict[int, Row[Any]] = {row.id: row for row in locked.values()}
    apply({locked[key].id: change for key, change in changes.items()}, rows)
    write(moves, cause)


def receive(arrivals: Sequence[Movement], *, cause: Cause) -> None:
    """Post goods that come in; as `move`, named for what it mostly does. Flushes."""
    move(arrivals, cause=cause)


def check(moves: Sequence[Movement]) -> None:
    """Refuse quantities that are none, moves to the same place, and items without the lot they are tracked by."""
    items = find_items({m.item_id for m in moves})
    item_of = _items_of_lots({m.lot_id for m in moves if m.lot_id is not None})
    for m in moves:
        if m.quantity <= ZERO:
            raise ValidationError(_("A quantity must be more than zero."))
        if m.from_location_id == m.to_location_id:
            raise ValidationError(_("Choose another location: the goods are there already."))
        _check_lot(items[m.item_id], m.lot_id, item_of)


def _check_lot(item: Any, lot_id: int | None, item_of: Mapping[int, int]) -> None:
    if item.tracking != "none" and lot_id is None:
        raise ValidationError(_("%(item)s is tracked by lot: name the lot.", item=item.code))
    if item.tracking == "none" and lot_id is not None:
        raise ValidationError(_("%(item)s is not tracked by lot: leave the lot empty.", item=item.code))
    if lot_id is not None and item_of.get(lot_id) != item.id:
        raise ValidationError(_("This lot is not one of %(item)s. Name another.", item=item.code))


def _items_of_lots(lot_ids: set[int]) -> dict[int, int]:
    """Which item each of these lots is of. One statement, none without lots."""
    if not lot_ids:
        return {}
    query = select(Lot.id, Lot.item_id).where(Lot.id.in_(sorted(lot_ids)))
    return dict(db.session.execute(query).all())


def find_items(item_ids: set[int]) -> dict[int, Any]:
    """Code, name and tracking of these items; raises `NotFound` for one that is not there. One statement."""
    query = select(Item.id, Item.code, Item.name, Item.tracking).where(Item.id.in_(sorted(item_ids)))
    items = {row.id: row for row in db.session.execute(query)}
    if len(items) < len(item_ids):
        raise NotFound(_("There is no such item."))
    return items


def _changes(moves: Sequence[Movement]) -> dict[Key, Change]:
    """The net change of each balance; only internal locations have one."""
    internal = _internal({place for m in moves for place in (m.from_location_id, m.to_location_id)})
    changes: dict[Key, Change] = defaultdict(Change)
    for m in moves:
        if m.from_location_id in internal:
            changes[m.item_id, m.from_location_id, m.lot_id or 0].on_hand -= m.quantity
        if m.to_location_id in internal:
            changes[m.item_id, m.to_location_id, m.lot_id or 0].on_hand += m.quantity
    return {key: change for key, change in changes.items() if change.on_hand}


def _internal(location_ids: set[int]) -> set[int]:
    query = select(Location.id, Location.kind).where(Location.id.in_(sorted(location_ids)))
    kinds: Mapping[int, str] = dict(db.session.execute(query).all())
    if len(kinds) < len(location_ids):
        raise NotFound(_("There is no such location."))
    return {place for place, kind in kinds.items() if kind == "internal"}


def write(moves: Sequence[Movement], cause: Cause) -> None:
    """Append moves to the ledger, with who, when and through which channel. One statement."""
    if not moves:
        return
    actor, now = current_actor(), utcnow()
    rows = [
        {
            "at": now,
            "item_id": m.item_id,
            "lot_id": m.lot_id,
            "quantity": m.quantity,
            "from_location_id": m.from_location_id,
            "to_location_id": m.to_location_id,
            "cause": cause.title,
            "cause_model": cause.model,
            "cause_id": cause.id,
            "cause_line": m.cause_line,
            "reason": cause.reason,
            "user_id": actor.user_id,
            "channel": actor.channel,
        }
        for m in moves
    ]
    db.session.execute(insert(StockMove), rows)


def arrivals_from(kind: str) -> int:
    """The id of the virtual location goods of a receipt of this kind come from."""
    source = {"production": "production", "purchase": "supplier", "return": "customer", "other": "adjustment"}
    return find_virtual(source[kind]).id
