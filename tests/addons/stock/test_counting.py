"""Stocktakes: blind or not, standing still or working on, counted again, and posted to the piece."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import Stocktake
from core.db import db
from core.errors import Conflict, NotFound, ValidationError
from core.workflow.fire import fire
from tests.addons.stock.support import CAUSE, balances, held, main, movement, need, stocked, virtual
from tests.addons.stock.test_documents import draft


def stocktake(*places: int, **values: Any) -> Stocktake:
    """A stocktake of these places, begun."""
    rows = [{"location_id": place} for place in places]
    found: Stocktake = fire(draft("stock.stocktake", [], places=rows, **values), "begin")
    return found


def count(document: Stocktake, item: Item, quantity: int, place: int | None = None, **more: Any) -> Any:
    return services.count_goods(document.id, place or main(), item.id, more.pop("lot", None), Decimal(quantity), **more)


def counted(document: Stocktake, *places: int) -> Stocktake:
    """The same, every place done and the count ended."""
    for place in places or (main(),):
        services.end_place(document.id, place)
    found: Stocktake = fire(document, "end")
    return found


def test_what_differs_is_posted_and_nothing_moves_before(any_app: Flask, system: Any) -> None:
    more, less, gone, right = (stocked(10) for _ in range(4))
    document = stocktake(main())
    with pytest.raises(Conflict, match="being counted"):
        services.move([movement(right, 1, main(), virtual("customer"))], cause=CAUSE)
    for item, quantity in ((more, 12), (less, 7), (right, 10)):
        count(document, item, quantity)
    assert services.end_place(document.id, main()) == 1
    fire(document, "end")
    differences = {line.item_id: line.difference for line in document.lines}
    assert [differences[item.id] for item in (more, less, gone, right)] == [2, -3, -10, 0]
    fire(document, "post")
    assert [held(item)[0] for item in (more, less, gone, right)] == [12, 7, 0, 10]
    services.move([movement(right, 1, main(), virtual("customer"))], cause=CAUSE)
    fire(document, "reverse", reason="counted in the dark")
    assert [held(item)[0] for item in (more, less, gone)] == [10, 10, 10]
    assert services.reconcile() == []


def test_a_place_that_works_on_is_compared_with_the_books_of_the_moment(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    document = stocktake(main(), freeze=False)
    services.move([movement(item, 4, main(), virtual("customer"))], cause=CAUSE)
    line = count(document, item, 5)
    assert (line.expected, line.difference) == (6, -1)
    services.move([movement(item, 2, main(), virtual("customer"))], cause=CAUSE)
    fire(counted(document), "post")
    assert held(item) == (3, 0)


def test_what_has_left_since_it_was_missing_has_to_be_counted_again(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    document = stocktake(main(), freeze=False)
    count(document, item, 4)
    services.move([movement(item, 8, main(), virtual("customer"))], cause=CAUSE)
    with pytest.raises(Conflict, match="Count it again"):
        fire(counted(document), "post")


def test_differences_are_counted_again_and_the_first_count_is_kept(any_app: Flask, system: Any) -> None:
    wrong, right, shelf = stocked(10), make_item(), make_location().id
    put_in_stock(right.id, 3, location_id=shelf)
    document = stocktake(main(), shelf)
    count(document, wrong, 8)
    count(document, right, 3, shelf)
    counted(document, main(), shelf)
    fire(document, "recount")
    with pytest.raises(Conflict, match="has been counted"):
        count(document, right, 3, shelf)
    line = count(document, wrong, 10)
    assert (line.first_count, line.counted, line.difference) == (8, 10, 0)
    with pytest.raises(Conflict, match="Nothing differs"):
        fire(counted(document), "recount")
    fire(document, "post")
    assert held(wrong) == (10, 0)


def test_a_second_pile_is_added(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    document = stocktake(main())
    count(document, item, 4)
    assert count(document, item, 6, adds=True).counted == 10
    assert count(document, item, 3).counted == 3


def test_what_was_promised_of_missing_goods_is_given_up_newest_first(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 4, 1)])
    services.reserve([need(item, 4, 2)])
    document = stocktake(main())
    count(document, item, 5)
    fire(counted(document), "post")
    assert (held(item), services.count_reserved("test.line", [1, 2])) == ((5, 5), {1: 4, 2: 1})
    assert services.reconcile() == []


def test_a_loss_is_taken_from_free_stock_before_what_is_on_hold_or_owned(any_app: Flask, system: Any) -> None:
    item = make_item(tracking="lot")
    lot = make_lot(item_id=item.id)
    put_in_stock(item.id, 6, lot_id=lot.id)
    fire(lot, "hold", reason="scratches")
    found = make_lot(item_id=item.id)
    document = stocktake(main())
    count(document, item, 4, lot=lot.id)
    count(document, item, 2, lot=found.id)
    fire(counted(document), "post")
    assert balances(item)[main(), lot.id] == (4, 0)
    assert (held(item)[0], services.on_hand([item.id])[item.id].free) == (6, 2)


def test_what_cannot_be_counted_is_refused(any_app: Flask, system: Any) -> None:
    plain, serial, shelf = stocked(1), make_item(tracking="serial"), make_location().id
    document = stocktake(main())
    with pytest.raises(NotFound, match="not part of"):
        count(document, plain, 1, shelf)
    with pytest.raises(ValidationError, match="nothing or more"):
        count(document, plain, -1)
    with pytest.raises(ValidationError, match="scan the lot"):
        count(document, serial, 1)
    with pytest.raises(ValidationError, match="only one of each"):
        count(document, serial, 2, lot=make_lot(item_id=serial.id).id)
    with pytest.raises(Conflict, match="Still to be counted"):
        fire(document, "end")
    with pytest.raises(Conflict, match="being counted already"):
        stocktake(main())
    with pytest.raises(ValidationError, match="not one of your own"):
        stocktake(virtual("customer"))
    with pytest.raises(ValidationError, match="Choose the places"):
        stocktake()
    fire(document, "cancel")
    with pytest.raises(Conflict, match="not being counted now"):
        count(document, plain, 1)
    services.move([movement(plain, 1, main(), virtual("customer"))], cause=CAUSE)


def test_one_place_is_counted_by_one_stocktake_at_a_time(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    first = stocktake(main(), freeze=False)
    with pytest.raises(Conflict, match=f"End {first.number} first"):
        stocktake(main(), freeze=False)
    count(first, item, 9)
    counted(first)
    with pytest.raises(Conflict, match="being counted already"):
        stocktake(main())
    fire(first, "post")
    stocktake(main())
    assert held(item) == (9, 0)


def test_a_difference_says_what_it_is_worth(any_app: Flask, system: Any) -> None:
    item = make_item(standard_cost=Decimal("2.5"))
    put_in_stock(item.id, 10)
    document = stocktake(main())
    count(document, item, 6)
    counted(document)
    assert [line.value for line in document.lines if line.difference] == [Decimal("-10.00")]
    db.session.refresh(document)
