"""Where a lot came from and where it went: what it was made from, what it went into, where it is, who got it.

Lots are tied by splitting and merging (`LotOrigin`), and by production: what was picked or issued for a document, less
what came back, went into every lot received from it. Nothing is written for that: the ledger says it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, case, func, select, tuple_, union_all
from sqlalchemy.orm import joinedload

from addons.masterdata.models import Item
from addons.stock.models import (
    Issue,
    Location,
    Lot,
    LotOrigin,
    PickList,
    Receipt,
    ReceiptLine,
    StockBalance,
    StockMove,
)
from addons.stock.services.balances import ZERO
from core.db import Quantity, db

Direction = Literal["made_from", "went_into"]
MOST_LEVELS = 20
MOST_LOTS = 500
Source = tuple[str, int]


@dataclass(frozen=True)
class Tie:
    """So much of one lot went into another, by what people call the document; None where it cannot be told."""

    from_id: int
    into_id: int
    quantity: Decimal | None
    why: str | None


@dataclass(frozen=True)
class Traced:
    """A lot that was found, `level` steps away."""

    lot_id: int
    number: str
    item: str
    level: int
    quantity: Decimal | None
    why: str | None


@dataclass(frozen=True)
class Whereabouts:
    """A place a lot is in, and how much of it; or, with a day, where it left to and with what."""

    place: str
    status: str
    quantity: Decimal
    day: date | None = None
    why: str | None = None


def trace(lot_id: int, direction: Direction) -> list[Traced]:
    """Every lot this one was made from, or went into, over all steps; each before what it leads to.

    Four statements a step, at most `MOST_LEVELS` steps and `MOST_LOTS` lots; a lot found twice is told once.
    """
    ties: dict[int, list[Tie]] = defaultdict(list)
    seen, reached = {lot_id}, {lot_id}
    for _level in range(MOST_LEVELS):
        fresh: set[int] = set()
        for tie in _ties(reached, direction):
            here, there = (tie.into_id, tie.from_id) if direction == "made_from" else (tie.from_id, tie.into_id)
            if there not in seen and len(seen) < MOST_LOTS:
                ties[here].append(tie)
                seen.add(there)
                fresh.add(there)
        if not fresh:
            break
        reached = fresh
    return list(_walk(lot_id, ties, direction, _names(seen), 1))


def _walk(
    lot_id: int, ties: dict[int, list[Tie]], direction: Direction, names: dict[int, tuple[str, str]], level: int
) -> Iterator[Traced]:
    for tie in ties[lot_id]:
        other = tie.from_id if direction == "made_from" else tie.into_id
        yield Traced(other, *names[other], level, tie.quantity, tie.why)
        yield from _walk(other, ties, direction, names, level + 1)


def _names(lot_ids: Collection[int]) -> dict[int, tuple[str, str]]:
    query = select(Lot.id, Lot.number, Item.code + " " + Item.name).join(Item, Item.id == Lot.item_id)
    return {lot: (number, item) for lot, number, item in db.session.execute(query.where(Lot.id.in_(sorted(lot_ids))))}


def _ties(lots: Collection[int], direction: Direction) -> list[Tie]:
    """What ties these lots to the next ones."""
    side = LotOrigin.into_id if direction == "made_from" else LotOrigin.from_id
    query = select(LotOrigin.from_id, LotOrigin.into_id, LotOrigin.quantity, LotOrigin.cause)
    found = [Tie(*row) for row in db.session.execute(query.where(side.in_(sorted(lots))).order_by(LotOrigin.id))]
    if direction == "made_from":
        made = _made(ReceiptLine.lot_id.in_(sorted(lots)))
        used = _used({source for source, _lot, _title in made})
    else:
        used = _used(lots=lots)
        made = _made(tuple_(Receipt.source_model, Receipt.source_id).in_(sorted({source for source, _lot in used})))
    for source, into, title in made:
        found += [
            Tie(lot, into, quantity, title)
            for (of, lot), quantity in sorted(used.items())
            if of == source and quantity > ZERO and lot != into
        ]
    return found


def _made(which: ColumnElement[bool]) -> list[tuple[Source, int, str | None]]:
    """Lots received from production: the document they were made for, the lot, and what the document is called."""
    query = (
        select(Receipt.source_model, Receipt.source_id, ReceiptLine.lot_id, Receipt.source)
        .join(ReceiptLine, ReceiptLine.receipt_id == Receipt.id)
        .where(
            which,
            Receipt.kind == "production",
            Receipt.state == "posted",
            Receipt.source_id.is_not(None),
            ReceiptLine.lot_id.is_not(None),
        )
        .order_by(ReceiptLine.id)
    )
    rows = [((row[0] or "", row[1] or 0), row[2] or 0, row[3]) for row in db.session.execute(query)]
    return list(dict.fromkeys(rows))


def _used(sources: Collection[Source] | None = None, lots: Collection[int] = ()) -> dict[tuple[Source, int], Decimal]:
    """How much of each lot was taken for each document, less what came back; of these documents or these lots."""
    if sources is not None and not sources:
        return {}
    back = and_(StockMove.cause_id == Receipt.id, Receipt.pick_list_id == PickList.id, Receipt.state == "posted")
    parts = [
        _taken(PickList, "stock.pick_list", StockMove.cause_id == PickList.id),
        _taken(Issue, "stock.issue", StockMove.cause_id == Issue.id),
        _taken(PickList, "stock.receipt", back),
    ]
    if sources is None:
        parts = [part.where(StockMove.lot_id.in_(sorted(lots))) for part in parts]
    else:
        of = [tuple_(document.source_model, document.source_id) for document in (PickList, Issue, PickList)]
        parts = [part.where(key.in_(sorted(sources))) for part, key in zip(parts, of, strict=True)]
    rows = union_all(*parts).subquery()
    model, source_id, lot, amount = rows.c
    total = func.sum(amount, type_=Quantity)
    query = select(model, source_id, lot, total).group_by(model, source_id, lot)
    return {((row[0], row[1]), row[2]): row[3] for row in db.session.execute(query)}


def _taken(document: Any, cause: str, on: ColumnElement[bool]) -> Any:
    """The moves of one cause that serve a document with a source: out counts for it, in against it."""
    amount = case((StockMove.flow == "out", StockMove.quantity), else_=-StockMove.quantity)
    return select(document.source_model, document.source_id, StockMove.lot_id, amount).where(
        StockMove.cause_model == cause, on, StockMove.lot_id.is_not(None), document.source_id.is_not(None)
    )


def find_whereabouts(lot_id: int) -> list[Whereabouts]:
    """Where a lot is now, and how much of it in which status. One statement."""
    query = (
        select(Location.code + " " + Location.name, StockBalance.status, StockBalance.on_hand)
        .join(Location, Location.id == StockBalance.location_id)
        .where(StockBalance.lot_id == lot_id, StockBalance.on_hand != ZERO)
        .order_by(Location.code)
    )
    return [Whereabouts(*row) for row in db.session.execute(query)]


def find_departures(lot_id: int) -> list[Whereabouts]:
    """What of a lot left the factory's places, when and with what; what was taken back is left out. Two statements."""
    taken_back = select(StockMove.reverses_id).where(StockMove.reverses_id.is_not(None), StockMove.lot_id == lot_id)
    query = (
        select(StockMove)
        .where(StockMove.lot_id == lot_id, StockMove.flow == "out", StockMove.reverses_id.is_(None))
        .where(StockMove.id.not_in(taken_back))
        .order_by(StockMove.booked_on, StockMove.id)
        .options(joinedload(StockMove.to_location))
    )
    return [
        Whereabouts(move.to_location.name, move.from_status, move.quantity, move.booked_on, move.cause)
        for move in db.session.scalars(query)
    ]
