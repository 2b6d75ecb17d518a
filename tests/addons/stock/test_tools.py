"""The tool crib: lent to one person at a time, back in what condition, and calibrated or not lent at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item, make_item_category
from addons.stock import services
from addons.stock.factories import make_location, make_lot, put_in_stock
from addons.stock.models import CategoryRule, Lot, ToolLoan
from core.actor import acting
from core.db import db
from core.errors import Conflict, ValidationError, Veto
from core.kernel.registry import current_registry
from core.people.grants import actor_for
from core.people.models import User
from core.testing.people import make_role, make_user, sign_in
from core.workflow.fire import fire
from core.workflow.numbering import today
from core.workflow.records import create_record, delete_record
from tests.addons.stock.support import commit, held, main
from tests.addons.stock.test_documents import draft


def tool(**overrides: Any) -> Lot:
    """A gauge in the main place."""
    item = make_item(kind="tool", tracking="serial", **overrides)
    lot = make_lot(item_id=item.id)
    put_in_stock(item.id, 1, lot_id=lot.id)
    return lot


def lent(lot: Lot, **values: Any) -> ToolLoan:
    """A loan of a tool to somebody."""
    holder = values.pop("holder_id", None) or make_user().id
    loan: ToolLoan = fire(draft("stock.tool_loan", [], lot_id=lot.id, holder_id=holder, **values), "lend")
    return loan


def test_a_tool_is_lent_by_the_rule_of_its_category_and_comes_back(any_app: Flask, system: Any) -> None:
    category = make_item_category()
    db.session.add(CategoryRule(category_id=category.id, loan_days=3))
    lot = tool(category_id=category.id)
    loan = lent(lot)
    assert (loan.due_on, loan.location_id, loan.item_id) == (today() + timedelta(days=3), main(), lot.item_id)
    found = services.on_hand([lot.item_id])[lot.item_id]
    assert (found.on_hand, found.free, services.find_loan(lot.id)) == (1, 0, loan)
    with pytest.raises(Conflict, match="is lent to"):
        lent(lot)
    fire(loan, "return", condition="worn")
    assert (loan.state, loan.condition, services.find_loan(lot.id)) == ("returned", "worn", None)
    assert services.on_hand([lot.item_id])[lot.item_id].free == 1
    assert lent(lot).state == "lent"


def test_a_damaged_tool_goes_on_hold_and_a_lost_one_leaves_the_books(any_app: Flask, system: Any) -> None:
    damaged, lost, shelf = tool(), tool(), make_location()
    loan = lent(damaged)
    loan_of_lost = lent(lost)
    services.bring_back(loan, "good", shelf.id)
    assert loan.location_id == shelf.id
    fire(lent_again := lent_from(damaged), "return", condition="damaged")
    fire(loan_of_lost, "return", condition="lost")
    db.session.refresh(damaged)
    assert (damaged.state, lent_again.state) == ("held", "returned")
    assert (services.on_hand([damaged.item_id])[damaged.item_id].free, held_of(lost)) == (0, 0)
    with pytest.raises(Conflict, match="not in the store"):
        lent(damaged)
    assert services.reconcile() == []


def lent_from(lot: Lot) -> ToolLoan:
    """Lend again what came back by a service, whose loan is still open."""
    loan = services.find_loan(lot.id)
    assert loan is not None
    loan.state = "returned"
    db.session.flush()
    return lent(lot)


def held_of(lot: Lot) -> Any:
    db.session.refresh(lot.item)
    return held(lot.item)[0]


def test_what_is_no_tool_is_not_lent(any_app: Flask, system: Any) -> None:
    for kind, tracking in (("part", "serial"), ("tool", "lot")):
        lot = make_lot(item_id=make_item(kind=kind, tracking=tracking).id)
        with pytest.raises(ValidationError, match="not a tool with a serial number"):
            lent(lot)


def test_a_tool_is_lent_no_longer_than_it_is_calibrated(any_app: Flask, system: Any) -> None:
    lot, day = tool(), today()

    def calibrated(done: int, until: int, passed: bool = True) -> None:
        values = {"done_on": str(day + timedelta(days=done)), "valid_until": str(day + timedelta(days=until))}
        draft("stock.calibration", [], lot_id=lot.id, passed=passed, **values)

    calibrated(-400, -35)
    with pytest.raises(Conflict, match="Have it calibrated first"):
        lent(lot)
    calibrated(-1, 364)
    assert lot.calibrated_until == day + timedelta(days=364)
    fire(lent(lot), "return", condition="good")
    calibrated(0, 365, passed=False)
    with pytest.raises(Conflict, match="Have it calibrated first"):
        lent(lot)
    with pytest.raises(Veto, match="from the day it was done"):
        calibrated(0, -1)


def test_a_calibration_entered_by_mistake_counts_no_more(any_app: Flask, system: Any) -> None:
    lot, spec = tool(), current_registry().model("stock.calibration")
    values = {"lot_id": lot.id, "done_on": "2026-01-05", "valid_until": "2027-01-05"}
    first = create_record(spec, values)
    second = create_record(spec, {**values, "done_on": "2026-02-05", "passed": False})
    assert lot.calibrated_until == date(2026, 2, 4)
    delete_record(spec, second.id)
    assert lot.calibrated_until == date(2027, 1, 5)
    delete_record(spec, first.id)
    assert lot.calibrated_until is None


def test_a_keeper_who_reads_no_users_writes_a_loan_at_a_desk(client: FlaskClient) -> None:
    def made() -> tuple[User, int, int]:
        role = make_role("stock.tool_loan.read", "stock.tool_loan.create", "stock.lot.read", "masterdata.item.read")
        return make_user(role), make_user(name="张三", login="zhang").id, tool().id

    keeper, holder, lot = commit(made)
    sign_in(client, keeper)
    found = client.get("/m/core/users/options?q=张").get_json()["items"]
    assert [item["id"] for item in found] == [holder]
    with acting(actor_for(keeper, "web")):
        loan = create_record(current_registry().model("stock.tool_loan"), {"lot_id": lot, "holder_id": holder})
        assert loan.holder_id == holder
        with pytest.raises(ValidationError):
            create_record(current_registry().model("stock.tool_loan"), {"lot_id": lot, "holder_id": holder + 999})


def test_a_loan_is_extended(any_app: Flask, system: Any) -> None:
    loan = lent(tool())
    fire(loan, "extend", due_on=today() + timedelta(days=40))
    assert (loan.state, loan.due_on) == ("lent", today() + timedelta(days=40))
    with pytest.raises(ValidationError, match="today or a day to come"):
        fire(loan, "extend", due_on=today() - timedelta(days=1))


def test_who_holds_a_tool_is_told_to_whoever_cannot_open_his_account(client: FlaskClient) -> None:
    def made() -> tuple[User, int]:
        role = make_role("stock.tool_loan.read", "stock.lot.read", "masterdata.item.read")
        loans = [lent(tool(), holder_id=make_user(name=name).id).id for name in ("张三", "李四")]
        return make_user(role), loans[0]

    keeper, loan = commit(made)
    sign_in(client, keeper)
    page = client.get("/m/stock/tool-loans").text
    assert ("张三" in page, "李四" in page) == (True, True)
    assert "张三" in client.get(f"/m/stock/tool-loans/{loan}").text
    assert client.get("/m/core/users").status_code == 403
