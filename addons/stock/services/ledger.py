"""Posting: the one way into the ledger. Moves, balances and values are written together or not at all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select

from addons.stock.models import Location, Lot, StockMove
from addons.stock.services.balances import ZERO, Change, Key, apply, lock_keys
from addons.stock.services.periods import refuse_closed
from addons.stock.services.places import find_virtual
from addons.stock.services.values import Worth, keep_worth, lock_items_worth
from core.actor import current_actor
from core.db import db, utcnow
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _
from core.kernel import hooks
from core.workflow.numbering import today


@dataclass(frozen=True, kw_only=True)
class Movement:
    """A quantity (> 0, stock unit) to be moved. `cause_line` is the id of the document's line, if any.

    `value` is what an arrival is worth in all, None for what the item costs; `worth_of` the place in the batch of the
    move whose value it takes over. `reverses_id` is the move it takes back.
    """

    item_id: int
    quantity: Decimal
    from_location_id: int
    to_location_id: int
    lot_id: int | None = None
    from_status: str = "available"
    to_status: str = "available"
    from_project_id: int | None = None
    to_project_id: int | None = None
    value: Decimal | None = None
    worth_of: int | None = None
    cause_line: int | None = None
    reverses_id: int | None = None

    @property
    def source(self) -> Key:
        """The balance it comes from, if its location has one."""
        return Key(self.item_id, self.from_location_id, self.lot_id or 0, self.from_project_id or 0, self.from_status)

    @property
    def target(self) -> Key:
        """The balance it goes to, if its location has one."""
        return Key(self.item_id, self.to_location_id, self.lot_id or 0, self.to_project_id or 0, self.to_status)


@dataclass(frozen=True, kw_only=True)
class Cause:
    """The document that makes a posting: its model's name and id, what people call it, a reason where they gave one.

    `booked_on` is the day it counts for, None for today.
    """

    model: str
    id: int | None
    title: str | None = None
    reason: str | None = None
    booked_on: date | None = None


@dataclass(frozen=True)
class Places:
    """What posting has to know of locations: which are our own, and which of those may be below zero."""

    internal: set[int]
    negative: set[int]

    def flow(self, m: Movement) -> str:
        """Whether goods come in, go out or move within; raises `ValidationError` for neither."""
        into, out_of = m.to_location_id in self.internal, m.from_location_id in self.internal
        if not into and not out_of:
            raise ValidationError(_("Goods move from or to one of your own locations. Choose one."))
        return "inner" if into and out_of else "in" if into else "out"


def move(moves: Sequence[Movement], *, cause: Cause) -> None:
    """Post moves between any locations. Flushes.

    Raises `OutOfStock` when an internal location holds less than is free to go, `ValidationError` for a
    quantity that is not positive, a wrong lot or an unknown item, `Conflict` for a closed month or a location
    that is being counted, `Veto` when another addon objects.
    """
    if moves:
        post(moves, cause, lock_items_worth({m.item_id for m in moves}), {})


def receive(arrivals: Sequence[Movement], *, cause: Cause) -> None:
    """Post goods that come in; as `move`, named for what it mostly does. Flushes."""
    move(arrivals, cause=cause)


def post(
    moves: Sequence[Movement], cause: Cause, worths: Mapping[int, Worth], unreserved: Mapping[Key, Decimal]
) -> None:
    """Write moves whose items are locked; `unreserved` is what they use up of what was promised, by balance."""
    booked_on = cause.booked_on or today()
    refuse_closed(booked_on)
    places = _places(moves, cause)
    _check(moves, worths, places)
    hooks.object_if_any("before_stock_post", moves=moves, cause=cause)
    _change_balances(moves, places, unreserved)
    write(_rows(moves, places, worths), cause, booked_on)
    keep_worth(worths.values())


def _check(moves: Sequence[Movement], worths: Mapping[int, Worth], places: Places) -> None:
    """Refuse quantities that are none, moves to where the goods are, and items without the lot they are tracked by."""
    lots = _lots({m.lot_id for m in moves if m.lot_id is not None})
    for m in moves:
        if m.quantity <= ZERO:
            raise ValidationError(_("A quantity must be more than zero."))
        if m.source == m.target:
            raise ValidationError(_("Choose another location: the goods are there already."))
        _check_lot(worths[m.item_id], m, lots, places)


def _check_lot(item: Worth, m: Movement, lots: Mapping[int, Any], places: Places) -> None:
    if item.tracking != "none" and m.lot_id is None:
        raise ValidationError(_("%(item)s is tracked by lot: name the lot.", item=item.code))
    if m.lot_id is None:
        return
    if item.tracking == "none":
        raise ValidationError(_("%(item)s is not tracked by lot: leave the lot empty.", item=item.code))
    lot = lots.get(m.lot_id)
    if lot is None or lot.item_id != item.item_id:
        raise ValidationError(_("This lot is not one of %(item)s. Name another.", item=item.code))
    if lot.state == "held" and m.to_status == "available" and places.flow(m) == "in":
        raise Conflict(_("Lot %(lot)s is on hold. Release it first.", lot=lot.number))


def _lots(lot_ids: set[int]) -> dict[int, Any]:
    """Item, number and state of these lots. One statement, none without lots."""
    if not lot_ids:
        return {}
    query = select(Lot.id, Lot.item_id, Lot.number, Lot.state).where(Lot.id.in_(sorted(lot_ids)))
    return {row.id: row for row in db.session.execute(query)}


def _places(moves: Sequence[Movement], cause: Cause) -> Places:
    """The locations of moves; refuses those that stand still for a count, except to that count itself."""
    wanted = sorted({place for m in moves for place in (m.from_location_id, m.to_location_id)})
    query = select(Location.id, Location.code, Location.kind, Location.may_be_negative, Location.stocktake_id)
    rows = list(db.session.execute(query.where(Location.id.in_(wanted))))
    if len(rows) < len(wanted):
        raise NotFound(_("There is no such location."))
    for row in rows:
        if row.stocktake_id is not None and (cause.model, cause.id) != ("stock.stocktake", row.stocktake_id):
            raise Conflict(_("%(place)s is being counted. Wait until the count is posted.", place=row.code))
    internal = {row.id for row in rows if row.kind == "internal"}
    return Places(internal, {row.id for row in rows if row.may_be_negative})


def _change_balances(moves: Sequence[Movement], places: Places, unreserved: Mapping[Key, Decimal]) -> None:
    changes: dict[Key, Change] = defaultdict(Change)
    for m in moves:
        if m.from_location_id in places.internal:
            changes[m.source].on_hand -= m.quantity
        if m.to_location_id in places.internal:
            changes[m.target].on_hand += m.quantity
    for key, quantity in unreserved.items():
        changes[key].reserved -= quantity
    real = {key: change for key, change in changes.items() if change.on_hand or change.reserved}
    locked = lock_keys(real, places.negative)
    apply({locked[key].id: change for key, change in real.items()}, {row.id: row for row in locked.values()})


def _rows(moves: Sequence[Movement], places: Places, worths: Mapping[int, Worth]) -> list[dict[str, Any]]:
    """Lines of the ledger, in order; what the items are worth changes with them."""
    rows: list[dict[str, Any]] = []
    for m in moves:
        given = m.value if m.worth_of is None else rows[m.worth_of]["value"]
        flow, item = places.flow(m), worths[m.item_id]
        if flow == "in":
            value = item.arrive(m.quantity, given)
        elif flow == "out":
            value = item.leave(m.quantity, given)
        else:
            value = item.stay(m.quantity)
        rows.append(_row(m, flow, value))
    return rows


def _row(m: Movement, flow: str, value: Decimal) -> dict[str, Any]:
    return {
        "item_id": m.item_id,
        "lot_id": m.lot_id,
        "quantity": m.quantity,
        "value": value,
        "flow": flow,
        "from_location_id": m.from_location_id,
        "to_location_id": m.to_location_id,
        "from_status": m.from_status,
        "to_status": m.to_status,
        "from_project_id": m.from_project_id,
        "to_project_id": m.to_project_id,
        "cause_line": m.cause_line,
        "reverses_id": m.reverses_id,
    }


def write(rows: Sequence[Mapping[str, Any]], cause: Cause, booked_on: date) -> None:
    """Append lines to the ledger, with who, when and through which channel. One statement."""
    actor = current_actor()
    common = {
        "at": utcnow(),
        "booked_on": booked_on,
        "cause": cause.title,
        "cause_model": cause.model,
        "cause_id": cause.id,
        "reason": cause.reason,
        "user_id": actor.user_id,
        "channel": actor.channel,
    }
    db.session.execute(insert(StockMove), [{**row, **common} for row in rows])


def reverse(cause_model: str, cause_id: int, *, title: str | None, reason: str) -> None:
    """Take back everything a document has moved, with a move back for each of its moves. Flushes.

    Goods that came in leave at what they came in at, as far as there is that much value; goods that left come back
    at what they left at. Raises `OutOfStock` when they are not free any more, `Conflict` when there is nothing left
    to take back.
    """
    taken_back = select(StockMove.reverses_id).where(StockMove.reverses_id.is_not(None))
    query = select(StockMove).where(
        StockMove.cause_model == cause_model,
        StockMove.cause_id == cause_id,
        StockMove.reverses_id.is_(None),
        StockMove.id.not_in(taken_back),
    )
    made = list(db.session.scalars(query.order_by(StockMove.id.desc())))
    if not made:
        raise Conflict(_("There is nothing left to take back."))
    move([_back(m) for m in made], cause=Cause(model=cause_model, id=cause_id, title=title, reason=reason))


def _back(m: StockMove) -> Movement:
    return Movement(
        item_id=m.item_id,
        lot_id=m.lot_id,
        quantity=m.quantity,
        from_location_id=m.to_location_id,
        to_location_id=m.from_location_id,
        from_status=m.to_status,
        to_status=m.from_status,
        from_project_id=m.to_project_id,
        to_project_id=m.from_project_id,
        value=None if m.flow == "inner" else m.value,
        cause_line=m.cause_line,
        reverses_id=m.id,
    )


def arrivals_from(kind: str) -> int:
    """The id of the virtual location goods of a receipt of this kind come from."""
    source = {
        "production": "production",
        "purchase": "supplier",
        "return": "customer",
        "material": "production",
        "other": "adjustment",
    }
    return find_virtual(source[kind]).id
