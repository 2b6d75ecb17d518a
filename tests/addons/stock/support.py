"""What the tests of the ledger share."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import put_in_stock
from addons.stock.models import StockBalance, StockMove
from addons.stock.services import Cause, Movement, Need
from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.errors import QingmesError

LINE = "test.line"
CAUSE = Cause(model="test.document", id=1, title="T-1")


def stocked(quantity: int, **overrides: Any) -> Item:
    """A new item with so much of it in the default location."""
    item = make_item(**overrides)
    put_in_stock(item.id, quantity)
    return item


def need(item: Item, quantity: int | str, for_id: int = 1, **overrides: Any) -> Need:
    """A need of the test's line `for_id`."""
    return Need(item_id=item.id, quantity=Decimal(quantity), for_model=LINE, for_id=for_id, **overrides)


def movement(item: Item, quantity: int | str, from_id: int, to_id: int, **overrides: Any) -> Movement:
    """A movement of an item between two locations."""
    return Movement(
        item_id=item.id, quantity=Decimal(quantity), from_location_id=from_id, to_location_id=to_id, **overrides
    )


def virtual(kind: str) -> int:
    """The id of the virtual location of a kind."""
    return services.find_virtual(kind).id


def main() -> int:
    """The id of the default location."""
    return services.find_default_location().id


def held(item: Item) -> tuple[Decimal, Decimal]:
    """On hand and reserved of an item."""
    found = services.on_hand([item.id])[item.id]
    return found.on_hand, found.reserved


def balances(item: Item) -> dict[tuple[int, int | None], tuple[Decimal, Decimal]]:
    """On hand and reserved by location and lot, as the database has them."""
    query = select(StockBalance.location_id, StockBalance.lot_id, StockBalance.on_hand, StockBalance.reserved)
    rows = db.session.execute(query.where(StockBalance.item_id == item.id))
    return {(row.location_id, row.lot_id): (row.on_hand, row.reserved) for row in rows}


def count_moves() -> int:
    """How many lines the ledger has."""
    return db.session.scalar(select(func.count()).select_from(StockMove)) or 0


def commit(work: Callable[[], Any]) -> Any:
    """Run a unit of work in the system's name and commit it."""
    with acting(SYSTEM):
        return run_unit(work)


def refused(kind: type[QingmesError], work: Callable[[], Any]) -> QingmesError:
    """Run a unit that has to be refused, as a page would: it is rolled back; returns the refusal."""
    with pytest.raises(kind) as caught:
        commit(work)
    return caught.value


def race(app: Flask, works: Sequence[Callable[[], Any]], *, attempts: int = 1) -> list[QingmesError | None]:
    """Run each as a unit of its own, all at once; the refusals, None for those that were committed.

    `attempts=1`: a deadlock is not repaired by running the unit again, it fails the test.
    """
    outcomes: dict[int, Any] = {}
    start = threading.Barrier(len(works))

    def run(place: int, work: Callable[[], Any]) -> None:
        with app.app_context(), acting(SYSTEM):
            start.wait()
            try:
                run_unit(work, attempts)
                outcomes[place] = None
            except QingmesError as error:
                outcomes[place] = error
            except Exception as error:  # told below: a thread cannot fail the test by itself
                outcomes[place] = error

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [outcomes[place] for place in range(len(works))]
    assert [error for error in found if error is not None and not isinstance(error, QingmesError)] == []
    return found
