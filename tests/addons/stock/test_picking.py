"""Picking lists: promised at release, picked on the way through the store, brought back, and over-issue by rule."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item, make_item_category
from addons.masterdata.models import Item
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import CategoryRule, PickList
from addons.stock.services import Pick
from addons.stock.services.balances import OutOfStock
from core.db import db
from core.errors import Conflict, NotFound, ValidationError
from core.testing.statements import count_statements, statements
from core.workflow.fire import fire
from tests.addons.stock.support import balances, held, main, need, stocked
from tests.addons.stock.test_documents import draft, posted


def pick_list(*wanted: tuple[Item, int], **values: Any) -> PickList:
    """A released picking list of so much of each item."""
    lines = [{"item_id": item.id, "requested": str(quantity)} for item, quantity in wanted]
    found: PickList = fire(draft("stock.pick_list", lines, **values), "release")
    return found


def picks(document: PickList, *quantities: str) -> list[Pick]:
    """So much of each line from the main place."""
    return [
        Pick(line_id=line.id, quantity=Decimal(quantity), location_id=main())
        for line, quantity in zip(document.lines, quantities, strict=True)
    ]


def rule(over_issue: str) -> int:
    """The id of a category below one that has this rule."""
    above = make_item_category()
    db.session.add(CategoryRule(category_id=above.id, over_issue=over_issue))
    return make_item_category(parent_id=above.id).id


def test_releasing_promises_as_far_as_there_is_and_the_walk_leads_through_the_store(
    any_app: Flask, system: Any
) -> None:
    last, first = make_location(code="Z-1", sequence=9), make_location(code="A-9", sequence=1)
    nut, bar = make_item(), make_item(tracking="lot")
    lots = [make_lot(item_id=bar.id) for _ in range(2)]
    put_in_stock(nut.id, 5, location_id=last.id)
    for lot in lots:
        put_in_stock(bar.id, 3, location_id=first.id, lot_id=lot.id)
    document = pick_list((nut, 8), (bar, 4))
    [line.id for line in document.lines]
    with statements() as counted:
        walk = services.propose_walk(document)
    assert [(s.place, s.item_id, s.lot_id, s.quantity) for s in walk] == [
        ("A-9", bar.id, lots[0].id, 3),
        ("A-9", bar.id, lots[1].id, 1),
        ("Z-1", nut.id, None, 5),
    ]
    assert len(counted) == 1
    assert (held(nut), held(bar)) == ((5, 5), (6, 4))


def test_each_pick_is_issued_and_the_last_ends_the_list(any_app: Flask, system: Any) -> None:
    nut, bar = stocked(10), stocked(10)
    document = pick_list((nut, 4), (bar, 2))
    services.pick(document.id, picks(document, "4", "1"))
    assert (document.state, held(nut), held(bar)) == ("released", (6, 0), (9, 1))
    services.pick(document.id, picks(document, "1", "1")[1:])
    assert (document.state, [line.picked for line in document.lines], held(bar)) == ("done", [4, 2], (8, 0))
    with pytest.raises(Conflict, match="release it first"):
        services.pick(document.id, picks(document, "1", "1")[1:])
    assert services.reconcile() == []


def test_a_picker_may_take_it_elsewhere_and_the_promise_follows(any_app: Flask, system: Any) -> None:
    item, shelf = stocked(10), make_location()
    document = pick_list((item, 6))
    put_in_stock(item.id, 10, location_id=shelf.id)
    services.pick(document.id, [Pick(line_id=document.lines[0].id, quantity=Decimal(4), location_id=shelf.id)])
    assert ([on_hand for on_hand, _reserved in balances(item).values()], held(item)) == ([10, 6], (16, 2))
    with pytest.raises(OutOfStock):
        services.pick(document.id, [Pick(line_id=document.lines[0].id, quantity=Decimal(2), location_id=0)])
    with pytest.raises(NotFound):
        services.pick(document.id, [Pick(line_id=0, quantity=Decimal(2), location_id=main())])


def test_what_others_were_promised_is_not_picked(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    services.reserve([need(item, 8)])
    document = pick_list((item, 5))
    assert [step.quantity for step in services.propose_walk(document)] == [2]
    with pytest.raises(OutOfStock):
        services.pick(document.id, picks(document, "3"))


def test_a_project_picks_its_own_first_and_nobody_elses(any_app: Flask, system: Any) -> None:
    item = make_item()
    (mine,) = services.make_projects("test.line", {1: "SO-1 / 1"}).values()
    (other,) = services.make_projects("test.line", {2: "SO-2 / 1"}).values()
    for project in (mine, other, None):
        line = {"item_id": item.id, "quantity": "2"}
        posted("stock.receipt", [line], kind="other", location_id=main(), project_id=project)
    document = pick_list((item, 6), project_id=mine)
    assert [step.quantity for step in services.propose_walk(document)] == [2, 2]
    assert [step.quantity for step in services.propose_walk(pick_list((item, 6)))] == []


@pytest.mark.parametrize(
    ("policy", "sentence"), [("approve", "write an extra issue"), ("forbid", "may still be picked")]
)
def test_more_than_asked_for_is_refused(any_app: Flask, system: Any, policy: str, sentence: str) -> None:
    item = stocked(10, category_id=rule(policy))
    document = pick_list((item, 4))
    with pytest.raises(Conflict, match=sentence):
        services.pick(document.id, picks(document, "5"))


def test_where_the_rule_allows_it_more_is_picked(any_app: Flask, system: Any) -> None:
    item = stocked(10, category_id=rule("allow"))
    document = pick_list((item, 4))
    services.pick(document.id, picks(document, "5"))
    assert (document.state, document.lines[0].open, held(item)) == ("done", -1, (5, 0))


def test_an_extra_issue_opens_the_list_again(any_app: Flask, system: Any) -> None:
    item, never = stocked(10), stocked(10, category_id=rule("forbid"))
    document = pick_list((item, 4), (never, 1))
    services.pick(document.id, picks(document, "4", "1"))
    assert document.state == "done"

    def extra(of: Item, quantity: str) -> Any:
        return draft(
            "stock.extra_issue", [], pick_list_id=document.id, item_id=of.id, quantity=quantity, reason="broke"
        )

    fire(extra(item, "2"), "allow")
    assert (document.state, document.lines[0].open, held(item)) == ("released", 2, (6, 2))
    with pytest.raises(Conflict, match="never issued beyond"):
        fire(extra(never, "1"), "allow")
    with pytest.raises(ValidationError, match="not on this picking list"):
        fire(extra(make_item(), "1"), "allow")
    with pytest.raises(ValidationError, match="more than zero"):
        fire(extra(item, "0"), "allow")
    services.pick(document.id, picks(document, "2", "0")[:1])
    assert document.state == "done"


def test_what_is_left_over_comes_back_and_out_again(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    document = pick_list((item, 6))
    services.pick(document.id, picks(document, "6"))

    def back(quantity: str, of: Item = item) -> Any:
        line = {"item_id": of.id, "quantity": quantity}
        return draft("stock.receipt", [line], kind="material", location_id=main(), pick_list_id=document.id)

    with pytest.raises(Conflict, match="Only 6"), db.session.begin_nested():
        fire(back("7"), "post")
    with pytest.raises(ValidationError, match="not on this picking list"), db.session.begin_nested():
        fire(back("1", make_item()), "post")
    receipt = fire(back("2"), "post")
    assert (document.lines[0].returned, document.state, held(item)) == (2, "done", (6, 0))
    fire(receipt, "reverse", reason="was needed after all")
    assert (document.lines[0].returned, held(item)) == (0, (4, 0))
    assert services.reconcile() == []


def test_a_list_is_finished_or_cancelled_and_gives_its_promises_back(any_app: Flask, system: Any) -> None:
    item = stocked(10)
    begun, untouched = pick_list((item, 4)), pick_list((item, 4))
    services.pick(begun.id, picks(begun, "1"))
    with pytest.raises(Conflict, match="Some of it has been picked"):
        fire(begun, "cancel")
    fire(begun, "finish")
    fire(untouched, "cancel")
    assert (begun.state, untouched.state, held(item)) == ("done", "cancelled", (9, 0))
    with pytest.raises(ValidationError, match="at least one line"):
        pick_list()


def test_a_pick_takes_the_same_statements_however_many_lines(any_app: Flask, system: Any) -> None:
    def taken(lines: int) -> int:
        document = pick_list(*[(stocked(10), 4) for _ in range(lines)])
        wanted = picks(document, *["2"] * lines)
        db.session.expire_all()
        return count_statements(lambda: services.pick(document.id, wanted))

    assert taken(3) == taken(9)


def test_at_a_desk_everything_proposed_is_picked_at_once(any_app: Flask, system: Any) -> None:
    nut, bar = stocked(10), stocked(1)
    document = fire(pick_list((nut, 4), (bar, 2)), "pick_all")
    assert (document.state, [line.picked for line in document.lines]) == ("done", [4, 1])
    assert (held(nut), held(bar)) == ((6, 0), (0, 0))
    with pytest.raises(Conflict, match="Nothing of it is there"):
        fire(pick_list((bar, 2)), "pick_all")
    assert services.reconcile() == []
