"""The map of locations: by warehouse, and within it a row for each beginning of the codes: `A-01`, `A-02` together."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select

from addons.stock.models import Location, StockBalance, Warehouse
from addons.stock.services.balances import ZERO
from core.db import db

LAST_PART = re.compile(r"[-./ _]?[^-./ _]*$")


@dataclass(frozen=True)
class Bin:
    """One location: how many items are in it, and whether it stands still for a count."""

    id: int
    code: str
    name: str
    items: int
    is_still: bool


def find_map() -> list[tuple[str, list[list[Bin]]]]:
    """The name of each warehouse with its rows of locations, in order of their codes. One statement."""
    items = func.count(StockBalance.item_id.distinct()).filter(StockBalance.on_hand != ZERO)
    query = (
        select(Warehouse.name, Location.id, Location.code, Location.name, items, Location.stocktake_id.is_not(None))
        .outerjoin(Warehouse, Warehouse.id == Location.warehouse_id)
        .outerjoin(StockBalance, StockBalance.location_id == Location.id)
        .where(Location.kind == "internal", Location.active)
        .group_by(Warehouse.name, Location.id, Location.code, Location.name, Location.stocktake_id)
        .order_by(Warehouse.name, Location.code)
    )
    found: dict[str, dict[str, list[Bin]]] = defaultdict(lambda: defaultdict(list))
    for row in db.session.execute(query):
        warehouse, place = row[0], Bin(*row[1:])
        found[warehouse or ""][LAST_PART.sub("", place.code)].append(place)
    return [(warehouse, list(rows.values())) for warehouse, rows in found.items()]
