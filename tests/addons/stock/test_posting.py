"""Posting: balances are the sums of an append-only ledger, and a refusal leaves both alone."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError

from addons.masterdata.factories import make_item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import Location, StockBalance, StockMove
from addons.stock.services.balances import OutOfStock
from core.actor import acting
from core.db import db
from core.errors import NotFound, QingmesError, ValidationError
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from tests.addons.stock.support import (
    CAUSE,
    balances,
    commit,
    count_moves,
    held,
    main,
    movement,
    need,
    refused,
    stocked,
    virtual,
)


def test_a_balance_is_the_sum_of_its_moves(any_app: Flask, system: Any) -> None:
    item, shelf = make_item(), make_location()
    moves = [
        movement(item, "10.25", virtual("supplier"), main()),
        movement(item, "4.125", main(), shelf.id),
        movement(item, "0.000001", shelf.id, virtual("scrap")),
    ]
    for one in moves:
        services.move([one], cause=CAUSE)
    assert balances(item) == {
        (main(), None): (Decimal("6.125"), 0),
        (shelf.id, None): (Decimal("4.124999"), 0),
    }
    assert services.reconcile() == []


def test_one_batch_may_use_what_it_brings_in(any_app: Flask, system: Any) -> None:
    item, shelf = make_item(), make_location()
    services.move([movement(item, 5, virtual("supplier"), main()), movement(item, 5, main(), shelf.id)], cause=CAUSE)
    assert balances(item) == {(shelf.id, None): (Decimal(5), 0)}


def test_more_than_there_is_is_refused_by_name_and_changes_nothing(any_app: Flask) -> None:
    item = commit(lambda: stocked(3, name="Flange"))
    plenty = commit(lambda: stocked(50))
    moves = commit(count_moves)

    def take() -> None:
        leaving = [movement(one, 4, main(), virtual("customer")) for one in (plenty, item)]
        services.move(leaving, cause=CAUSE)

    error = refused(OutOfStock, take)
    assert "Flange" in str(error.message)
    assert (error.details["item"], error.details["wanted"], error.details["available"]) == (item.code, "4", "3")
    assert commit(lambda: (held(item), held(plenty), count_moves())) == ((3, 0), (50, 0), moves)


def test_what_is_promised_is_not_moved_away(any_app: Flask) -> None:
    item = commit(lambda: stocked(10))
    here, shelf = commit(main), commit(make_location).id
    commit(lambda: services.reserve([need(item, 7)]))
    refused(OutOfStock, lambda: services.move([movement(item, 4, here, shelf)], cause=CAUSE))
    commit(lambda: services.move([movement(item, 3, here, shelf)], cause=CAUSE))
    assert commit(lambda: balances(item)) == {(here, None): (7, 7), (shelf, None): (3, 0)}


def test_input_that_makes_no_sense_is_refused(app: Flask, system: Any) -> None:
    plain, tracked = stocked(5), make_item(tracking="lot")
    lot, foreign = make_lot(item_id=tracked.id), make_lot()
    here, out = main(), virtual("customer")
    cases: list[tuple[Any, type[QingmesError], str]] = [
        (movement(plain, 0, here, out), ValidationError, "more than zero"),
        (movement(plain, -1, here, out), ValidationError, "more than zero"),
        (movement(plain, 1, here, here), ValidationError, "another location"),
        (movement(plain, 1, here, out, lot_id=lot.id), ValidationError, "leave the lot empty"),
        (movement(tracked, 1, out, here), ValidationError, "name the lot"),
        (movement(tracked, 1, out, here, lot_id=foreign.id), ValidationError, "not one of"),
        (movement(tracked, 1, out, here, lot_id=10**9), ValidationError, "not one of"),
        (movement(plain, 1, here, 10**9), NotFound, "no such location"),
    ]
    moves = count_moves()
    for wrong, kind, words in cases:
        with pytest.raises(kind, match=words):
            services.move([wrong], cause=CAUSE)
    plain.id = 10**9
    with db.session.no_autoflush, pytest.raises(NotFound, match="no such item"):
        services.move([movement(plain, 1, here, out)], cause=CAUSE)
    db.session.expire(plain)
    assert count_moves() == moves


def test_the_database_itself_refuses_to_change_the_ledger(any_app: Flask) -> None:
    item = commit(lambda: stocked(5))
    for statement in (update(StockMove).values(quantity=9), delete(StockMove)):
        with pytest.raises(DBAPIError, match="append-only"):
            commit(lambda statement=statement: db.session.execute(statement))
    assert commit(lambda: (held(item), services.reconcile())) == ((5, 0), [])


def test_the_database_itself_refuses_a_balance_below_zero_or_promised_twice(any_app: Flask) -> None:
    item = commit(lambda: stocked(5))
    mine = StockBalance.item_id == item.id
    for values in ({"on_hand": Decimal(-1)}, {"reserved": Decimal(6)}):
        with pytest.raises(DBAPIError):
            commit(lambda values=values: db.session.execute(update(StockBalance).where(mine).values(values)))
    assert commit(lambda: held(item)) == (5, 0)


def test_a_move_tells_who_when_through_what_and_why(app: Flask, system: Any) -> None:
    item = make_item()
    with acting(actor_with(user_id=7)):
        services.receive([movement(item, 2, virtual("supplier"), main(), cause_line=9)], cause=CAUSE)
    move = db.session.scalars(select(StockMove)).one()
    assert (move.user_id, move.channel, move.at is not None) == (7, "web", True)
    assert (move.cause, move.cause_model, move.cause_id, move.cause_line) == ("T-1", "test.document", 1, 9)


def test_posting_many_lines_takes_as_many_statements_as_posting_one(any_app: Flask, system: Any) -> None:
    items = [make_item() for _ in range(30)]
    source, target = virtual("supplier"), main()

    def post(count: int) -> int:
        moves = [movement(item, 2, source, target) for item in items[:count]]
        return count_statements(lambda: services.receive(moves, cause=CAUSE))

    post(30)  # balances and values are made once
    assert post(1) == post(30) <= 7


def test_the_reconciliation_tells_of_a_balance_somebody_meddled_with(any_app: Flask, system: Any) -> None:
    item = stocked(5)
    services.reserve([need(item, 2)])
    db.session.execute(update(StockBalance).where(StockBalance.item_id == item.id).values(on_hand=8, reserved=3))
    told = {(d.kind, d.item_id, d.key and d.key.location_id, d.by) for d in services.reconcile()}
    assert told == {("on_hand", item.id, main(), Decimal(3)), ("reserved", item.id, main(), Decimal(1))}


def test_virtual_locations_hold_no_balance(app: Flask, system: Any) -> None:
    item = stocked(5)
    services.move([movement(item, 5, main(), virtual("customer"))], cause=CAUSE)
    places = db.session.scalars(select(Location.kind).join(StockBalance, StockBalance.location_id == Location.id))
    assert set(places) == {"internal"}


def test_a_lot_has_a_balance_of_its_own(app: Flask, system: Any) -> None:
    item = make_item(tracking="lot")
    first, second = make_lot(item_id=item.id), make_lot(item_id=item.id)
    put_in_stock(item.id, 4, lot_id=first.id)
    put_in_stock(item.id, 6, lot_id=second.id)
    assert balances(item) == {(main(), first.id): (4, 0), (main(), second.id): (6, 0)}
    with pytest.raises(OutOfStock):
        services.move([movement(item, 5, main(), virtual("customer"), lot_id=first.id)], cause=CAUSE)
