"""Many people at one balance, and at many in any order: exact, never below zero, no deadlock."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random

import pytest
from flask import Flask

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location
from addons.stock.models import PickLine, PickList, Stocktake
from addons.stock.services.balances import OutOfStock
from core.db import db
from tests.addons.stock.support import CAUSE, LINE, commit, held, main, movement, need, race, stocked, virtual
from tests.addons.stock.test_counting import stocktake
from tests.addons.stock.test_picking import pick_list

THREADS, ITEMS = 16, 24


def test_sixteen_people_at_one_balance_get_exactly_what_there_is(any_app: Flask) -> None:
    item = commit(lambda: stocked(10))
    here, out = commit(lambda: (main(), virtual("customer")))

    def take() -> None:
        services.move([movement(item, 1, here, out)], cause=CAUSE)

    outcomes = race(any_app, [take] * THREADS)
    assert outcomes.count(None) == 10
    assert {type(error) for error in outcomes if error} == {OutOfStock}
    assert commit(lambda: (held(item), services.reconcile())) == ((0, 0), [])


def test_sixteen_people_promise_no_more_than_is_free(any_app: Flask) -> None:
    item = commit(lambda: stocked(30))
    works: list[Callable[[], object]] = [
        lambda line=line: services.reserve([need(item, 4, line)])  # type: ignore[misc]
        for line in range(THREADS)
    ]
    outcomes = race(any_app, works)
    assert outcomes.count(None) == 7
    assert commit(lambda: (held(item), services.reconcile())) == ((30, 28), [])


def test_a_promise_is_either_taken_back_or_used(any_app: Flask) -> None:
    item = commit(lambda: stocked(8))
    commit(lambda: services.reserve([need(item, 1, line) for line in range(8)]))
    works: list[Callable[[], object]] = []
    for line in range(8):
        works += [
            lambda line=line: services.issue([need(item, 1, line)], cause=CAUSE),  # type: ignore[misc]
            lambda line=line: services.release_reservation(LINE, [line]),  # type: ignore[misc]
        ]
    race(any_app, works)
    assert commit(lambda: (held(item)[1], services.reconcile())) == (0, [])


def test_balances_many_make_at_once_are_made_once(any_app: Flask) -> None:
    items, shelf = commit(lambda: [make_item() for _ in range(ITEMS)]), commit(make_location)
    source = commit(lambda: virtual("supplier"))

    def arrival(n: int) -> Callable[[], object]:
        moves = [movement(item, 3, source, shelf.id) for item in Random(n).sample(items, ITEMS)]
        return lambda: services.receive(moves, cause=CAUSE)

    assert race(any_app, [arrival(n) for n in range(THREADS)]) == [None] * THREADS
    assert {commit(lambda item=item: held(item)) for item in items} == {(3 * THREADS, 0)}
    assert commit(services.reconcile) == []


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.nightly)])
def test_many_items_in_any_order_never_wait_in_a_ring(any_app: Flask, seed: int) -> None:
    items = commit(lambda: [stocked(100) for _ in range(ITEMS)])
    shelf = commit(make_location)
    here, out = commit(lambda: (main(), virtual("customer")))
    works = [mixed(Random(f"{seed} {n}"), items, n, here, shelf.id, out) for n in range(THREADS)]
    assert race(any_app, works) == [None] * THREADS
    assert commit(services.reconcile) == []


def test_two_pickers_of_one_list_fetch_no_more_than_it_asks_for(any_app: Flask) -> None:
    item = commit(lambda: stocked(100))
    document = commit(lambda: pick_list((item, 8)).id)
    line = commit(lambda: db.session.get_one(PickList, document).lines[0].id)

    def fetch() -> None:
        read = list(db.session.get_one(PickList, document).lines)  # as the page has read them
        assert read[0].open > 0
        services.pick(document, [services.Pick(line_id=line, quantity=Decimal(5), location_id=main())])

    outcomes = race(any_app, [fetch] * 4)
    assert outcomes.count(None) == 1
    assert commit(lambda: db.session.get_one(PickLine, line).picked) == 5
    assert commit(lambda: (held(item)[0], services.reconcile())) == (95, [])


def test_what_many_find_in_one_place_is_added_up(any_app: Flask) -> None:
    item = commit(lambda: stocked(100))
    document = commit(lambda: stocktake(main()).id)

    def find() -> None:
        read = list(db.session.get_one(Stocktake, document).lines)  # as the page has read them
        services.count_goods(document, main(), item.id, None, Decimal(3), adds=True)
        assert read[0].counted

    assert race(any_app, [find] * 8) == [None] * 8
    counted = commit(lambda: [line.counted for line in services.find_lines(document, main())])
    assert counted == [24]


def test_two_who_begin_to_count_one_place_do_not_both_begin(any_app: Flask) -> None:
    commit(lambda: stocked(5))
    outcomes = race(any_app, [lambda: stocktake(main(), freeze=False)] * 2)
    assert outcomes.count(None) == 1


def mixed(random: Random, items: list[Item], line: int, here: int, shelf: int, out: int) -> Callable[[], object]:
    """One of the things people do, with several items in an order of their own."""
    chosen = random.sample(items, ITEMS - 4)
    to_shelf = [movement(item, 1, here, shelf) for item in chosen]
    away = [movement(item, 1, here, out) for item in chosen]
    needs = [need(item, 1, line) for item in chosen]
    return (
        lambda: services.move(to_shelf, cause=CAUSE),
        lambda: services.move(away, cause=CAUSE),
        lambda: services.reserve(needs),
        lambda: services.issue(needs, cause=CAUSE),
    )[line % 4]


@pytest.mark.postgres
@pytest.mark.parametrize("postings", [5, pytest.param(100, marks=pytest.mark.nightly)])
def test_sixteen_clients_on_one_hot_item_and_a_thousand_others(pg_app: Flask, postings: int) -> None:
    app = pg_app
    items = commit(lambda: [make_item() for _ in range(1_000)])
    hot, source, out, here = items[0], *commit(lambda: (virtual("supplier"), virtual("customer"), main()))
    stock = {"one": 100 * postings, "many": 1_000}
    arrivals = [movement(item, stock["one" if item is hot else "many"], source, here) for item in items]
    commit(lambda: services.receive(arrivals, cause=CAUSE))

    def client(n: int) -> Callable[[], object]:
        random = Random(n)

        def work() -> None:
            for _ in range(postings):
                chosen = [hot, *random.sample(items[1:], 9)]
                random.shuffle(chosen)
                services.move([movement(item, 1, here, out) for item in chosen], cause=CAUSE)
                db.session.commit()

        return work

    assert race(app, [client(n) for n in range(THREADS)]) == [None] * THREADS
    assert commit(lambda: held(hot)[0]) == stock["one"] - THREADS * postings
    total = sum(commit(lambda: [found.on_hand for found in services.on_hand([i.id for i in items[1:]]).values()]))
    assert total == 999 * stock["many"] - 9 * THREADS * postings
    assert commit(services.reconcile) == []
