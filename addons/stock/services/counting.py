"""Stocktakes: beginning, each count, what is missing when a place is done, counting again, and posting differences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.stock.models import (
    ItemValue,
    Location,
    Lot,
    StockBalance,
    Stocktake,
    StocktakeLine,
    StocktakePlace,
)
from addons.stock.services.balances import ZERO, Key, lock_keys
from addons.stock.services.documents import cause_of
from addons.stock.services.ledger import Movement, post
from addons.stock.services.periods import stand_still
from addons.stock.services.places import find_virtual
from addons.stock.services.reserving import give_up
from addons.stock.services.values import CENT, lock_items_worth
from core.actor import current_actor
from core.db import Quantity, db, utcnow
from core.errors import Conflict, NotFound, ValidationError
from core.i18n import _
from core.kernel.registry import current_registry
from core.web.format import number_text
from core.workflow.records import get_record

STOCKTAKE = "stock.stocktake"
UNDER_WAY = ("counting", "counted")


def begin_count(stocktake: Stocktake) -> None:
    """Write down what the books say of every place: the effect of beginning. Flushes.

    With `freeze` the places stand still from now on; postings under way end first. Raises `ValidationError`
    without places or for one that is not a location of our own, `Conflict` for one that is being counted already.
    """
    if not stocktake.places:
        raise ValidationError(_("Choose the places to count first."))
    if stocktake.freeze:
        stand_still()
    place_ids = [place.location_id for place in stocktake.places]
    query = select(Location).where(Location.id.in_(place_ids)).order_by(Location.id).with_for_update()
    for place in db.session.scalars(query.execution_options(populate_existing=True)):
        if place.kind != "internal":
            raise ValidationError(_("%(place)s is not one of your own locations. Choose another.", place=place.code))
    _refuse_counted_twice(stocktake, place_ids)
    if stocktake.freeze:
        _freeze(Location.id.in_(place_ids), stocktake.id)
    stocktake.lines = [
        StocktakeLine(seq=n, location_id=key[0], item_id=key[1], lot_id=key[2] or None, lot_key=key[2], expected=there)
        for n, (key, there) in enumerate(sorted(_in_the_books(place_ids).items()), 1)
    ]
    db.session.flush()


def _refuse_counted_twice(stocktake: Stocktake, place_ids: Sequence[int]) -> None:
    """One place is counted by one stocktake at a time: two would each put the same difference right."""
    query = (
        select(Location.code, Stocktake.number)
        .join(StocktakePlace, StocktakePlace.location_id == Location.id)
        .join(Stocktake, Stocktake.id == StocktakePlace.stocktake_id)
        .where(Location.id.in_(place_ids), Stocktake.state.in_(UNDER_WAY), Stocktake.id != stocktake.id)
    )
    row = db.session.execute(query.order_by(Location.code).limit(1)).first()
    if row is not None:
        raise Conflict(_("%(place)s is being counted already. End %(count)s first.", place=row.code, count=row.number))


def _freeze(which: Any, stocktake_id: int | None) -> None:
    db.session.execute(
        update(Location).where(which).values(stocktake_id=stocktake_id).execution_options(synchronize_session="fetch")
    )


def thaw(stocktake: Stocktake) -> None:
    """Let goods move again in its places: the effect of cancelling. Flushes."""
    _freeze(Location.stocktake_id == stocktake.id, None)


def _in_the_books(place_ids: Sequence[int], item_id: int | None = None) -> dict[tuple[int, int, int], Decimal]:
    """What the books hold by place, item and lot, whoever's and in whatever status; lent tools are not there."""
    key = (StockBalance.location_id, StockBalance.item_id, StockBalance.lot_key)
    there = func.sum(StockBalance.on_hand, type_=Quantity)
    query = select(*key, there).where(StockBalance.location_id.in_(place_ids), StockBalance.status != "lent")
    if item_id is not None:
        query = query.where(StockBalance.item_id == item_id)
    return {(row[0], row[1], row[2]): row[3] for row in db.session.execute(query.group_by(*key).having(there != 0))}


def lock_stocktake(stocktake_id: int) -> Stocktake:
    """A stocktake that is being counted, its row locked; raises `NotFound`, `Forbidden`, or `Conflict` otherwise."""
    found: Stocktake = get_record(current_registry().model(STOCKTAKE), stocktake_id, verb="count", lock=True)
    if found.state != "counting":
        raise Conflict(_("%(count)s is not being counted now. The office begins a count.", count=found.number))
    return found


def find_place(stocktake: Stocktake, location_id: int) -> StocktakePlace:
    """The place of a stocktake that is still to be counted; raises `NotFound` or `Conflict`."""
    for place in find_places(stocktake.id):
        if place.location_id == location_id:
            if place.counted_at is not None:
                raise Conflict(_("%(place)s has been counted. Scan another place.", place=place.location.code))
            return place
    raise NotFound(_("This place is not part of %(count)s. Scan another place.", count=stocktake.number))


def find_places(stocktake_id: int) -> list[StocktakePlace]:
    """The places of a stocktake as they are now, with their locations. One statement."""
    query = select(StocktakePlace).where(StocktakePlace.stocktake_id == stocktake_id).order_by(StocktakePlace.id)
    return _as_they_are(query.options(joinedload(StocktakePlace.location)))


def find_lines(stocktake_id: int, location_id: int) -> list[StocktakeLine]:
    """The lines of one place as they are now, with their items and lots. One statement."""
    here = (StocktakeLine.stocktake_id == stocktake_id, StocktakeLine.location_id == location_id)
    return _as_they_are(
        select(StocktakeLine)
        .where(*here)
        .order_by(StocktakeLine.id)
        .options(joinedload(StocktakeLine.item).joinedload(Item.uom), joinedload(StocktakeLine.lot))
    )


def _as_they_are(query: Any) -> list[Any]:
    """What was read before the stocktake was locked may have been changed by another counter meanwhile."""
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def count_goods(
    stocktake_id: int, location_id: int, item_id: int, lot_id: int | None, quantity: Decimal, *, adds: bool = False
) -> StocktakeLine:
    """Write down what was found of an item and lot in a place; with `adds`, besides what was found before. Flushes.

    Returns the line. Raises `ValidationError` for a quantity below zero, a lot missing or too many, or more than one
    of a serial number.
    """
    stocktake = lock_stocktake(stocktake_id)
    find_place(stocktake, location_id)
    line = _line(stocktake, location_id, item_id, lot_id)
    found = quantity + (line.counted or ZERO) if adds else quantity
    _check_found(line, found)
    _compare(stocktake, [line], found)
    db.session.flush()
    return line


def _line(stocktake: Stocktake, location_id: int, item_id: int, lot_id: int | None) -> StocktakeLine:
    for line in find_lines(stocktake.id, location_id):
        if (line.item_id, line.lot_key) == (item_id, lot_id or 0):
            return line
    last = select(func.coalesce(func.max(StocktakeLine.seq), 0)).where(StocktakeLine.stocktake_id == stocktake.id)
    line = StocktakeLine(
        stocktake=stocktake,
        seq=db.session.scalars(last).one() + 1,
        location_id=location_id,
        item_id=item_id,
        lot_id=lot_id,
        lot_key=lot_id or 0,
    )
    db.session.add(line)
    db.session.flush()
    return line


def _check_found(line: StocktakeLine, found: Decimal) -> None:
    if found < ZERO:
        raise ValidationError(_("A count is nothing or more. Count again."))
    tracking = line.item.tracking
    if (tracking != "none") != (line.lot_id is not None):
        raise ValidationError(_("%(item)s is tracked by lot: scan the lot.", item=line.item.code))
    if tracking == "serial" and found > 1:
        raise ValidationError(_("There is only one of each serial number. Answer 1, or 0 when it is not there."))


def _compare(stocktake: Stocktake, lines: Sequence[StocktakeLine], found: Decimal) -> None:
    """Note what was found; where places go on working it is compared with the books of this moment."""
    if not stocktake.freeze:
        books = _in_the_books([line.location_id for line in lines], lines[0].item_id if len(lines) == 1 else None)
        for line in lines:
            line.expected = books.get((line.location_id, line.item_id, line.lot_key), ZERO)
    for line in lines:
        line.counted = found
        line.difference = found - line.expected


def end_place(stocktake_id: int, location_id: int) -> int:
    """A place is done: what was not found there is not there. Flushes; returns how many goods of the books that is."""
    stocktake = lock_stocktake(stocktake_id)
    place = find_place(stocktake, location_id)
    missing = missing_in(stocktake_id, location_id)
    if missing:
        _compare(stocktake, missing, ZERO)
    place.counted_at, place.counted_by_id = utcnow(), current_actor().user_id
    db.session.flush()
    return len(missing)


def missing_in(stocktake_id: int, location_id: int) -> list[StocktakeLine]:
    """The goods of a place nobody has counted yet."""
    return [line for line in find_lines(stocktake_id, location_id) if line.counted is None]


def end_count(stocktake: Stocktake) -> None:
    """Say what the differences are worth: the effect of ending. Flushes; raises `Conflict` for places not counted."""
    open_places = [place.location.code for place in find_places(stocktake.id) if place.counted_at is None]
    if open_places:
        raise Conflict(_("Still to be counted: %(places)s.", places=", ".join(open_places)))
    cost = _costs({line.item_id for line in stocktake.lines if line.difference})
    for line in stocktake.lines:
        line.value = (line.difference * cost[line.item_id]).quantize(CENT) if line.difference else ZERO


def _costs(item_ids: set[int]) -> dict[int, Decimal]:
    """What one of each item is worth now."""
    query = (
        select(Item.id, Item.standard_cost, ItemValue.quantity, ItemValue.value, ItemValue.last_cost)
        .outerjoin(ItemValue, ItemValue.item_id == Item.id)
        .where(Item.id.in_(sorted(item_ids)))
    )
    return {
        item: value / quantity if quantity and quantity > ZERO else last or standard or ZERO
        for item, standard, quantity, value, last in db.session.execute(query)
    }


def recount(stocktake: Stocktake) -> None:
    """Have what differs counted again: its effect. The first count is kept beside the second.

    Raises `Conflict` when nothing differs.
    """
    differing = [line for line in stocktake.lines if line.difference]
    if not differing:
        raise Conflict(_("Nothing differs: there is nothing to count again."))
    places = {line.location_id for line in differing}
    for line in differing:
        line.first_count, line.counted, line.difference, line.value = line.counted, None, ZERO, ZERO
    for place in stocktake.places:
        if place.location_id in places:
            place.counted_at = place.counted_by_id = None


def post_stocktake(stocktake: Stocktake) -> None:
    """Put the books right and let the places work again: the effect of posting. Flushes.

    What is missing is taken from free stock first; what was promised of it is given up, the newest promise first.
    Raises `OutOfStock` when goods that were missing have left meanwhile, where places went on working.
    """
    differing = [line for line in stocktake.lines if line.difference]
    if differing:
        worths = lock_items_worth({line.item_id for line in differing})
        moves = _corrections(differing)
        elsewhere = find_virtual("adjustment").id
        lost = _promises_lost([m for m in moves if m.to_location_id == elsewhere])
        post(moves, cause_of(stocktake), worths, lost)
    thaw(stocktake)


def _corrections(lines: Sequence[StocktakeLine]) -> list[Movement]:
    elsewhere, there = find_virtual("adjustment").id, _keys(lines)
    held = set(db.session.scalars(select(Lot.id).where(Lot.id.in_({i.lot_id for i in lines}), Lot.state == "held")))
    moves: list[Movement] = []
    for line in lines:
        keys = there[line.location_id, line.item_id, line.lot_key]
        if line.difference > ZERO:
            usual = Key(line.item_id, line.location_id, line.lot_key, 0, "hold" if line.lot_id in held else "available")
            moves.append(_correction(line, next(iter(keys), usual), line.difference, elsewhere, found=True))
        else:
            moves += [_correction(line, k, part, elsewhere, found=False) for k, part in _shares(line, keys)]
    return moves


def _keys(lines: Sequence[StocktakeLine]) -> dict[tuple[int, int, int], dict[Key, Decimal]]:
    """The balances behind each line, nobody's free stock first."""
    columns = (
        StockBalance.item_id,
        StockBalance.location_id,
        StockBalance.lot_key,
        StockBalance.project_key,
        StockBalance.status,
    )
    query = select(*columns, StockBalance.on_hand).where(
        StockBalance.item_id.in_({line.item_id for line in lines}),
        StockBalance.location_id.in_({line.location_id for line in lines}),
        StockBalance.status != "lent",
    )
    found: dict[tuple[int, int, int], dict[Key, Decimal]] = defaultdict(dict)
    rows = [(Key(*row[:5]), row[5]) for row in db.session.execute(query)]
    for key, there in sorted(rows, key=lambda row: (row[0].status != "available", row[0])):
        if there:
            found[key.location_id, key.item_id, key.lot_key][key] = there
    return found


def _shares(line: StocktakeLine, keys: dict[Key, Decimal]) -> list[tuple[Key, Decimal]]:
    """What is missing, shared out over the balances that hold it."""
    left, shares = -line.difference, []
    for key, there in keys.items():
        part = min(left, there)
        if part > ZERO:
            shares.append((key, part))
            left -= part
    if left > ZERO:
        raise Conflict(
            _(
                "%(item)s has left %(place)s since it was counted. Count it again.",
                item=line.item.code,
                place=line.location.code,
            ),
            missing=number_text(left),
        )
    return shares


def _correction(line: StocktakeLine, key: Key, quantity: Decimal, elsewhere: int, *, found: bool) -> Movement:
    return Movement(
        item_id=key.item_id,
        quantity=quantity,
        lot_id=line.lot_id,
        from_location_id=elsewhere if found else key.location_id,
        to_location_id=key.location_id if found else elsewhere,
        from_status="available" if found else key.status,
        to_status=key.status if found else "available",
        from_project_id=key.project_key or None,
        to_project_id=key.project_key or None,
        cause_line=line.id,
    )


def _promises_lost(going: Sequence[Movement]) -> dict[Key, Decimal]:
    """What cannot be kept of the promises on what is missing; given up here, taken off the balances by posting."""
    leaving: dict[Key, Decimal] = defaultdict(Decimal)
    for m in going:
        leaving[m.source] += m.quantity
    rows = lock_keys([key for key in leaving if key.status == "available"], set())
    short = {key: leaving[key] - (row.on_hand - row.reserved) for key, row in rows.items()}
    lost = {key: min(amount, rows[key].reserved) for key, amount in short.items() if amount > ZERO}
    if lost:
        give_up({rows[key].id: amount for key, amount in lost.items()})
    return lost
