"""Records of stock for tests. Each flushes."""

from __future__ import annotations

import itertools
from decimal import Decimal
from typing import Any

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.models import Location, Lot, Receipt, ReceiptLine, Warehouse
from core.db import db

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
