"""Promising stock, taking promises back, and goods that leave: own promises first, never those of others."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import Reservation, StockMove
from addons.stock.services.balances import OutOfStock
from core.db import db
from core.errors import ValidationError
from core.testing.statements import count_statements
from tests.addons.stock.support import CAUSE, LINE, balances, commit, count_moves, held, main, need, refused, stocked


def two_lots() -> tuple[Item, int, int]:
    """An item with 4 of an old and 6 of a new lot."""
    item = make_item(tracking="lot")
    old, new = make_lot(item_id=item.id).id, make_lot(item_id=item.id).id
    put_in_stock(item.id, 6, lot_id=new)
    put_in_stock(item.id, 4, lot_id=old)
    return item, old, new


def test_the_oldest_lots_are_promised_first(any_app: Flask, system: Any) -> None:
    item, old, new = two_lots()
    made = services.reserve([need(item, 5)])
    assert balances(item) == {(main(), old): (4, 4), (main(), new): (6, 1)}
    assert [r.quantity for r in made] == [4, 1]


def test_bins_are_emptied_in_the_order_of_their_codes(any_app: Flask, system: Any) -> None:
    item, later, sooner = make_item(), make_location(code="Z1"), make_location(code="A1")
    for place in (later, sooner):
        put_in_stock(item.id, 3, location_id=place.id)
    services.reserve([need(item, 4)])
    assert balances(item) == {(later.id, None): (3, 1), (sooner.id, None): (3, 3)}


def test_a_need_may_name_the_lot_or_the_place(any_app: Flask, system: Any) -> None:
    item, old, new = two_lots()
    services.reserve([need(item, 2, lot_id=new)])
    assert balances(item) == {(main(), old): (4, 0), (main(), new): (6, 2)}
    with pytest.raises(OutOfStock):
        services.reserve([need(item, 1, location_id=make_location().id)])


def test_several_needs_in_one_call_share_what_there_is(any_app: Flask) -> None:
    item = commit(lambda: stocked(10))
    commit(lambda: services.reserve([need(item, 6, 1), need(item, 4, 2)]))
    assert commit(lambda: services.count_reserved(LINE, [1, 2, 3])) == {1: 6, 2: 4}
    refused(OutOfStock, lambda: services.reserve([need(item, "0.000001", 3)]))


def test_what_one_need_takes_is_gone_for_the_next_in_the_same_call(any_app: Flask, system: Any) -> None:
    item, old, new = two_lots()
    services.reserve([need(item, 5, 1), need(item, 5, 2)])
    assert balances(item) == {(main(), old): (4, 4), (main(), new): (6, 6)}


def test_promising_more_than_is_free_is_refused_and_changes_nothing(any_app: Flask) -> None:
    item, other = commit(lambda: stocked(10)), commit(lambda: stocked(10))
    commit(lambda: services.reserve([need(item, 7, 1)]))
    error = refused(OutOfStock, lambda: services.reserve([need(other, 5, 2), need(item, 4, 2)]))
    assert (error.details["wanted"], error.details["available"]) == ("4", "3")
    assert commit(lambda: (held(item), held(other), services.reconcile())) == ((10, 7), (10, 0), [])


def test_nothing_or_less_cannot_be_promised_or_issued(app: Flask, system: Any) -> None:
    item = stocked(10)
    for quantity in ("0", "-1"):
        with pytest.raises(ValidationError):
            services.reserve([need(item, quantity)])
        with pytest.raises(ValidationError):
            services.issue([need(item, quantity)], cause=CAUSE)


def test_a_promise_taken_back_is_free_again_once(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 6, 1), need(item, 3, 2)])
    assert services.release_reservation(LINE, [1]) == 6
    assert services.release_reservation(LINE, [1]) == 0
    assert held(item) == (10, 3)
    assert services.count_reserved(LINE, [1, 2]) == {2: 3}


def test_goods_leave_from_the_lines_own_promise_first(any_app: Flask, system: Any) -> None:
    item, old, new = two_lots()
    services.reserve([need(item, 5, 1, lot_id=new)])
    services.issue([need(item, 6, 1, cause_line=77)], cause=CAUSE)
    assert balances(item) == {(main(), old): (3, 0), (main(), new): (1, 0)}
    leaving = db.session.scalars(select(StockMove).where(StockMove.cause_line == 77).order_by(StockMove.id)).all()
    assert [(m.lot_id, m.quantity, m.to_location.kind) for m in leaving] == [
        (new, 5, "customer"),
        (old, 1, "customer"),
    ]


def test_what_is_promised_to_others_stays(any_app: Flask) -> None:
    item = commit(lambda: stocked(10))
    commit(lambda: services.reserve([need(item, 7, 1)]))
    moves = commit(count_moves)
    error = refused(OutOfStock, lambda: services.issue([need(item, 4, 2)], cause=CAUSE))
    assert error.details["available"] == "3"
    assert commit(lambda: (held(item), count_moves())) == ((10, 7), moves)
    commit(lambda: services.issue([need(item, 3, 2)], cause=CAUSE))
    assert commit(lambda: held(item)) == (7, 7)


def test_a_promise_is_drawn_down_bit_by_bit(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 6)])
    for _ in range(3):
        services.issue([need(item, 2)], cause=CAUSE)
    (promise,) = db.session.execute(select(Reservation.quantity, Reservation.taken))
    assert (tuple(promise), held(item)) == ((6, 6), (4, 0))
    assert services.release_reservation(LINE, [1]) == 0


def test_one_issue_may_empty_several_lines_of_one_item(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 4, 1), need(item, 3, 2)])
    services.issue([need(item, 5, 1), need(item, 5, 2)], cause=CAUSE)
    assert (held(item), services.reconcile()) == ((0, 0), [])


def test_lines_that_leave_together_keep_their_own_promises(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 4, 1), need(item, 3, 2)])
    services.issue([need(item, 5, 1), need(item, 2, 2)], cause=CAUSE)
    assert (held(item), services.count_reserved(LINE, [1, 2])) == ((3, 1), {2: 1})


def test_many_needs_take_as_many_statements_as_one(pg_app: Flask, system: Any) -> None:
    items = [stocked(10) for _ in range(20)]

    def taken(count: int, for_id: int) -> tuple[int, int, int]:
        needs = [need(item, 2, for_id + n) for n, item in enumerate(items[:count])]
        ids = [n.for_id for n in needs]
        return (
            count_statements(lambda: services.reserve(needs)),
            count_statements(
                lambda: services.issue([need(i, 1, n) for i, n in zip(items, ids, strict=False)], cause=CAUSE)
            ),
            count_statements(lambda: services.release_reservation(LINE, ids)),
        )

    assert taken(1, 100) == taken(20, 200)


def test_on_hand_of_all_items_is_one_statement(app: Flask, system: Any) -> None:
    items = [stocked(n) for n in range(1, 8)]
    nothing = make_item()
    ids = [item.id for item in items] + [nothing.id]
    assert count_statements(lambda: services.on_hand(ids)) == 1
    assert [found.free for found in services.on_hand(ids).values()] == [Decimal(n) for n in (*range(1, 8), 0)]
