"""The questions stock answers at once, against figures worked out by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item, make_item_category
from addons.masterdata.models import Item
from addons.stock import reports, services
from addons.stock.factories import make_location
from addons.stock.hooks import expected_receipts
from addons.stock.models import CategoryRule
from core.actor import acting
from core.db import db
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.testing.people import administrator, make_role, make_user, sign_in
from core.testing.statements import count_statements
from core.workflow.fire import fire
from core.workflow.numbering import today
from tests.addons.stock.support import commit, main, need, stocked, virtual
from tests.addons.stock.test_documents import draft, posted
from tests.addons.stock.test_tools import lent, tool

DAY = timedelta(days=1)
NOTHING: Mapping[str, Any] = {"category": None, "place": None, "days": None, "late": False}


def on(day: date) -> services.Cause:
    """A cause that counts for a day."""
    return services.Cause(model="test.document", id=1, title=f"T-{day}", booked_on=day)


def came(item: Item, quantity: int, day: date, value: str | None = None) -> None:
    """So much came in on a day."""
    services.receive(
        [
            services.Movement(
                item_id=item.id,
                quantity=Decimal(quantity),
                from_location_id=virtual("supplier"),
                to_location_id=main(),
                value=None if value is None else Decimal(value),
            )
        ],
        cause=on(day),
    )


def went(item: Item, quantity: int, day: date) -> None:
    """So much went out on a day."""
    services.issue([need(item, quantity)], cause=on(day))


def ask(name: str, **asked: Any) -> list[dict[str, Any]]:
    """The rows of a report; every column it declares is in each of them."""
    report = current_registry().reports[f"stock.{name}"].what
    answer = report.answer({**NOTHING, **asked})
    for row in answer.rows:
        assert {column.name for column in (*report.columns, *answer.more)} <= set(row)
    return [dict(row) for row in answer.rows]


def figures(row: Mapping[str, Any], *names: str) -> list[Any]:
    return [row[name] for name in names]


def test_movement_is_opening_in_out_and_closing(any_app: Flask, system: Any) -> None:
    item, day = make_item(), today()
    came(item, 10, day - 40 * DAY, "20")
    went(item, 4, day - 20 * DAY)
    came(item, 6, day - 10 * DAY, "24")
    went(item, 2, day)
    (row,) = ask("movement", start=day - 30 * DAY, end=day - DAY)
    assert figures(row, "opening", "came", "went", "closing") == [10, 6, 4, 12]
    assert figures(row, "opening_value", "came_value", "went_value", "closing_value") == [20, 24, 8, 36]
    (row,) = ask("movement", start=day - 60 * DAY, end=day)
    assert figures(row, "opening", "came", "went", "closing") == [0, 16, 6, 10]
    assert ask("movement", start=day - 90 * DAY, end=day - 80 * DAY) == []


def test_movement_of_one_place_counts_what_moves_within(any_app: Flask, system: Any) -> None:
    item, shelf, day = stocked(10), make_location(), today()
    line = {"item_id": item.id, "quantity": "4"}
    posted("stock.transfer", [line], from_location_id=main(), to_location_id=shelf.id)
    (row,) = ask("movement", start=day, end=day, place=shelf.id)
    assert figures(row, "opening", "came", "went", "closing", "closing_value") == [0, 4, 0, 4, 0]
    (row,) = ask("movement", start=day, end=day, place=main())
    assert figures(row, "opening", "came", "went", "closing") == [0, 10, 4, 6]


def test_movement_can_be_of_a_category_and_those_below_it(any_app: Flask, system: Any) -> None:
    above = make_item_category()
    below = make_item_category(parent_id=above.id)
    inside, outside = stocked(1, category_id=below.id), stocked(1)
    assert [r["item_id"] for r in ask("movement", start=today(), end=today(), category=above.id)] == [inside.id]
    assert len(ask("movement", start=today(), end=today())) == 2
    assert outside.id != inside.id


def test_a_card_lists_every_move_with_the_balance_after_it(any_app: Flask, system: Any) -> None:
    item, day = make_item(), today()
    came(item, 10, day - 3 * DAY)
    went(item, 4, day - 2 * DAY)
    came(item, 1, day)
    rows = ask("card", item=item.id, start=day - 2 * DAY, end=day)
    assert [figures(row, "day", "came", "went", "there") for row in rows] == [
        [day - 2 * DAY, None, None, 10],
        [day - 2 * DAY, None, 4, 6],
        [day, 1, None, 7],
    ]


def test_a_card_begins_with_what_this_item_had(any_app: Flask, system: Any) -> None:
    item, other, day = make_item(), make_item(), today()
    for one, quantity in ((item, 10), (other, 99)):
        came(one, quantity, day - 3 * DAY)
        went(one, 2, day)
    assert [row["there"] for row in ask("card", item=item.id, start=day, end=day)] == [10, 8]
    assert [row["there"] for row in ask("card", item=item.id, start=day, end=day, place=main())] == [10, 8]


def test_a_card_says_who_moved_it_also_to_readers_who_reach_no_users(any_app: Flask, system: Any) -> None:
    keeper, reader = make_user(name="Kim"), make_user(make_role("stock.move.read"))
    with acting(actor_for(keeper, "web")):
        asked = {"item": stocked(3).id, "start": today(), "end": today()}
    actor = actor_for(reader, "web")
    db.session.expunge_all()
    with acting(actor):
        assert [row["who"] for row in ask("card", **asked)] == [None, "Kim"]


@pytest.mark.parametrize("name", ["movement", "card"])
def test_a_place_that_is_not_ours_has_no_stock_to_report(any_app: Flask, system: Any, name: str) -> None:
    item = stocked(3)
    with pytest.raises(ValidationError, match="is not one of your own locations"):
        ask(name, item=item.id, start=today(), end=today(), place=virtual("supplier"))


@pytest.mark.parametrize("name", ["movement", "card", "turnover", "tool_use"])
def test_a_time_that_ends_before_it_begins_is_refused(client: FlaskClient, name: str) -> None:
    item = commit(lambda: stocked(3))
    sign_in(client, commit(administrator))
    page = client.get(f"/reports/stock/{name}?item={item.id}&start=2026-11-30&end=2026-11-01").text
    assert ("before “From day”" in page, "qm-table" in page) == (True, False)


def test_others_add_columns_to_the_card(any_app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    item = stocked(3)
    monkeypatch.setattr(reports.answers.hooks, "ask", lambda name, moves: [("Heat", {m.id: f"H{m.id}" for m in moves})])
    rows = ask("card", item=item.id, start=today(), end=today())
    assert [row["more0"] is not None for row in rows] == [False, True]


def test_availability_counts_what_is_promised_and_what_is_expected(any_app: Flask, system: Any) -> None:
    item, day = stocked(10), today()
    services.reserve([need(item, 3)])
    draft("stock.receipt", [{"item_id": item.id, "quantity": "5"}], location_id=main())
    late = draft("stock.receipt", [{"item_id": item.id, "quantity": "7"}], location_id=main())
    late.booked_on = day + 30 * DAY
    db.session.flush()
    (row,) = ask("availability", end=day)
    assert figures(row, "on_hand", "reserved", "blocked", "free", "expected", "then") == [10, 3, 0, 7, 5, 12]
    assert ask("availability", end=day + 30 * DAY)[0]["then"] == 19
    assert len(expected_receipts([item.id])) == 2


def test_what_is_below_its_safety_stock_is_to_be_ordered(any_app: Flask, system: Any) -> None:
    low = stocked(3, safety_stock=Decimal(10), reorder_qty=Decimal(50))
    stocked(30, safety_stock=Decimal(10))
    coming = stocked(3, reorder_point=Decimal(5))
    draft("stock.receipt", [{"item_id": coming.id, "quantity": "5"}], location_id=main())
    found = {row["item_id"]: figures(row, "free", "missing", "order") for row in ask("safety")}
    assert found == {low.id: [3, 7, 50], coming.id: [3, 0, 0]}


def test_ages_take_the_youngest_arrivals_to_be_there(any_app: Flask, system: Any) -> None:
    item, day = make_item(), today()
    for days, quantity in ((400, 5), (200, 5), (100, 5), (10, 5)):
        came(item, quantity, day - days * DAY, "10")
    went(item, 8, day)
    (row,) = ask("ages")
    assert figures(row, "there", "band0", "band1", "band2", "band3", "band4", "value") == [12, 5, 0, 5, 2, 0, 24]
    went(item, 8, day)
    assert figures(ask("ages")[0], "band0", "band1") == [4, 0]


@pytest.mark.parametrize(
    ("days", "band"), [(0, 0), (30, 0), (31, 1), (90, 1), (91, 2), (180, 2), (181, 3), (365, 3), (366, 4)]
)
def test_the_last_day_of_a_band_is_in_it(any_app: Flask, system: Any, days: int, band: int) -> None:
    came(make_item(), 5, today() - days * DAY)
    (row,) = ask("ages")
    assert figures(row, *(f"band{n}" for n in range(5))) == [5 if n == band else 0 for n in range(5)]


def test_dead_is_what_the_rule_of_its_category_says(any_app: Flask, system: Any) -> None:
    category, day = make_item_category(), today()
    db.session.add(CategoryRule(category_id=category.id, dead_after_days=30))
    strict, usual, moving = make_item(category_id=category.id), make_item(), make_item(category_id=category.id)
    for item in (strict, usual, moving):
        came(item, 5, day - 100 * DAY, "10")
    went(moving, 1, day - 5 * DAY)
    (row,) = ask("dead")
    assert figures(row, "item_id", "days", "there", "value", "went") == [strict.id, 100, 5, 10, None]
    assert {row["item_id"] for row in ask("dead", days=50)} == {strict.id, usual.id}


def test_turnover_is_what_went_out_over_the_mean(any_app: Flask, system: Any) -> None:
    item, day = make_item(), today()
    came(item, 10, day - 40 * DAY, "100")
    went(item, 6, day - 10 * DAY)
    (row,) = ask("turnover", start=day - 29 * DAY, end=day)
    assert figures(row, "went", "went_value", "mean", "turns", "days") == [6, 60, 70, Decimal("0.86"), 35]


def test_value_is_shared_out_over_categories(any_app: Flask, system: Any) -> None:
    category = make_item_category(name="Bars")
    came(make_item(category_id=category.id), 1, today(), "75")
    came(make_item(), 1, today(), "25")
    found = [figures(row, "category", "items", "value", "share") for row in ask("categories")]
    assert found == [["Bars", 1, 75, 75], ["(none)", 1, 25, 25]]


def test_tools_lent_and_how_they_come_back(any_app: Flask, system: Any) -> None:
    late, back = lent(tool(), due_on=str(today() - 3 * DAY)), lent(tool())
    assert [row["late"] for row in ask("tools")] == [3, 0]
    assert [row["tool_id"] for row in ask("tools", late=True)] == [late.lot_id]
    fire(back, "return", condition="worn")
    (row,) = ask("tool_use", start=today() - DAY, end=today() + DAY)
    assert figures(row, "item_id", "loans", "worn", "good") == [back.item_id, 1, 1, 0]


def test_a_card_takes_the_same_statements_however_many_moves(any_app: Flask, system: Any) -> None:
    item = make_item()
    asked = {"item": item.id, "start": today(), "end": today(), "place": main()}

    def taken() -> int:
        came(item, 1, today())
        db.session.expunge_all()
        return count_statements(lambda: ask("card", **asked))

    taken()
    assert [taken() for _ in range(5)] == [4] * 5


@pytest.mark.parametrize("name", ["movement", "availability", "safety", "ages", "dead", "turnover", "categories"])
def test_a_report_takes_the_same_statements_however_many_items(any_app: Flask, system: Any, name: str) -> None:
    def taken() -> int:
        return count_statements(lambda: ask(name, start=today(), end=today()))

    stocked(5, safety_stock=Decimal(9), category_id=make_item_category().id)
    ask(name, start=today(), end=today())
    few = taken()
    for _ in range(10):
        stocked(5, safety_stock=Decimal(9), category_id=make_item_category().id)
    assert taken() == few <= 6


def test_a_keeper_without_costs_sees_no_value(client: FlaskClient) -> None:
    item = commit(lambda: stocked(7, standard_cost=Decimal("31.41")))
    sign_in(client, commit(lambda: make_user(make_role("stock.move.read"))))
    page = client.get("/reports/stock/movement")
    assert (item.code in page.text, "219.87" in page.text, page.status_code) == (True, False, 200)
    assert b"219.87" not in client.get("/reports/stock/movement?format=csv").data
    assert client.get("/reports/stock/availability").status_code == 403
    finance = commit(lambda: make_user(make_role("stock.move.read", field_groups=("costs",))))
    sign_in(client, finance)
    assert "219.87" in client.get("/reports/stock/movement").text
