"""Records of stock for tests. Each flushes."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.models import ItemValue, Location, Lot, Receipt, ReceiptLine, StockBalance, StockMove, Warehouse
from core.db import db, utcnow
from core.workflow.numbering import today

_counter = itertools.count(1)


def _add(record: Any) -> Any:
    db.session.add(record)
    db.session.flush()
    return record


def make_warehouse(**overrides: Any) -> Warehouse:
    """A warehouse."""
    n = next(_counter)
    warehouse: Warehouse = _add(Warehouse(**{"code": f"W{n}", "name": f"Warehouse {n}", **overrides}))
    return warehouse


def make_location(**overrides: Any) -> Location:
    """An internal location."""
    n = next(_counter)
    location: Location = _add(Location(**{"code": f"L{n}", "name": f"Location {n}", **overrides}))
    return location


def make_lot(**overrides: Any) -> Lot:
    """A lot, of an item tracked by lot unless `item_id` is given."""
    n = next(_counter)
    item_id = overrides.pop("item_id", None) or make_item(tracking="lot").id
    lot: Lot = _add(Lot(**{"number": f"LOT{n}", "item_id": item_id, **overrides}))
    return lot


def make_receipt(**overrides: Any) -> Receipt:
    """A draft receipt of 10 of an item, unless `lines` are given."""
    n = next(_counter)
    lines = overrides.pop("lines", None)
    if lines is None:
        lines = [ReceiptLine(seq=1, item_id=make_item().id, quantity=Decimal(10))]
    values = {"number": f"TEST-RC{n}", "location_id": services.find_default_location().id, "lines": lines}
    receipt: Receipt = _add(Receipt(**{**values, **overrides}))
    return receipt


def put_in_stock(
    item_id: int, quantity: int | Decimal, *, location_id: int | None = None, lot_id: int | None = None
) -> None:
    """So much more of an item on hand, through the ledger."""
    arrival = services.Movement(
        item_id=item_id,
        quantity=Decimal(quantity),
        from_location_id=services.find_virtual("adjustment").id,
        to_location_id=location_id or services.find_default_location().id,
        lot_id=lot_id,
    )
    services.receive([arrival], cause=services.Cause(model="stock.test", id=None))


def fill_ledger(moves: int, item_ids: Sequence[int], bins: Sequence[int], days: int = 365) -> None:
    """So many moves of a year in the ledger, with the balances and values they add up to; nothing was there before.

    Each item comes in tens and goes in sevens, at 2.50 a piece, through the bins in turn. Written in bulk.
    """
    supplier, customer = services.find_virtual("supplier").id, services.find_virtual("customer").id
    there: dict[tuple[int, int], int] = {}
    rows = []
    for n in range(moves):
        turn, place = divmod(n, len(item_ids))
        item, comes = item_ids[place], turn % 2 == 0
        bin_id = bins[(turn // 2 + place) % len(bins)]
        there[item, bin_id] = there.get((item, bin_id), 0) + (10 if comes else -7)
        rows.append(
            {
                "at": utcnow(),
                "booked_on": today() - timedelta(days=days - 1 - n * days // moves),
                "item_id": item,
                "quantity": Decimal(10 if comes else 7),
                "value": Decimal("25") if comes else Decimal("17.5"),
                "flow": "in" if comes else "out",
                "from_location_id": supplier if comes else bin_id,
                "to_location_id": bin_id if comes else customer,
                "cause_model": "test.document",
                "channel": "job",
            }
        )
    _write(StockMove, rows)
    _write(StockBalance, [{"item_id": i, "location_id": b, "on_hand": Decimal(q)} for (i, b), q in there.items()])
    _write(ItemValue, list(_worth(there)))


def _worth(there: dict[tuple[int, int], int]) -> Iterator[dict[str, Any]]:
    for item, group in itertools.groupby(sorted(there.items()), key=lambda row: row[0][0]):
        quantity = Decimal(sum(amount for _key, amount in group))
        value = quantity * Decimal("2.5")
        yield {"item_id": item, "quantity": quantity, "value": value, "last_cost": Decimal("2.5")}


def _write(model: Any, rows: list[dict[str, Any]], batch: int = 10_000) -> None:
    for start in range(0, len(rows), batch):
        db.session.connection().execute(insert(model), rows[start : start + batch])
