"""Boards: one column per state, the cards within reach, the ways out of each."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item_category, make_partner
from addons.masterdata.models import Item
from core.actor import acting
from core.db import db
from core.errors import NotFound
from core.kernel.registry import current_registry
from core.testing.people import csrf, make_unit
from core.testing.statements import statements
from core.views import kanban
from core.views.declare import KanbanView
from tests.core.views.support import items, make_items, reader

ITEMS = "/m/masterdata/items"


def test_columns_stand_in_the_order_of_the_states_with_their_counts(any_app: Flask, system: Any) -> None:
    make_items("D-1", "D-2", state="draft")
    make_items("R-1", state="released")
    actor = reader("masterdata.item.read", "masterdata.item.release")
    with acting(actor):
        board = kanban.board(items(), actor, shown=1)
    assert [(c.key, c.count, [card.record.code for card in c.cards]) for c in board.columns] == [
        ("draft", 2, ["D-2"]),
        ("released", 1, ["R-1"]),
        ("retired", 0, []),
    ]
    assert [t.name for t in board.columns[0].cards[0].transitions] == ["release"]
    assert [t.name for t in board.columns[1].cards[0].transitions] == ["recall"]


def test_a_board_counts_and_shows_only_what_is_within_reach(
    any_app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = make_unit(), make_unit()
    make_partner(code="HERE", org_unit_id=here.id)
    make_partner(code="THERE", org_unit_id=there.id)
    spec = current_registry().model("masterdata.partner")
    monkeypatch.setitem(current_registry().kanbans, spec.name, KanbanView(model=spec.name, by="state", fields=()))
    actor = reader("masterdata.partner.read", scope="unit", unit=here)
    with acting(actor):
        board = kanban.board(spec, actor)
    assert [(c.key, c.count, [x.record.code for x in c.cards]) for c in board.columns if c.count] == [
        ("active", 1, ["HERE"])
    ]


def test_a_board_takes_a_statement_a_column_however_many_cards(app: Flask, system: Any) -> None:
    for state in ("draft", "released", "retired"):
        make_items(f"{state}-1", f"{state}-2", f"{state}-3", state=state, category=make_item_category())
    db.session.commit()
    db.session.expunge_all()
    actor = reader("masterdata.item.read")
    assert items().fields  # whether there are custom fields is asked once a request
    with acting(actor), statements() as taken:
        board = kanban.board(items(), actor)
        told = {field.value(card.record) is None for c in board.columns for card in c.cards for field in board.fields}
    assert len(taken) == 4
    assert told == {True, False}


def test_there_is_no_board_where_none_is_declared(admin: FlaskClient) -> None:
    with pytest.raises(NotFound):
        kanban.board(current_registry().model("masterdata.uom"), reader("masterdata.uom.read"))
    assert admin.get("/m/masterdata/uoms/kanban").status_code == 404


def test_a_card_moved_on_the_board_comes_back_to_the_board(admin: FlaskClient) -> None:
    (item,) = make_items("D-1", state="draft")
    db.session.commit()
    headers = {"HX-Request": "true"}
    data = {"next": f"{ITEMS}/kanban", "version": item.version, "csrf_token": csrf(admin)}
    answer = admin.post(f"{ITEMS}/{item.id}/fire/release", data=data, headers=headers)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"{ITEMS}/kanban")
    assert db.session.get_one(Item, item.id, populate_existing=True).state == "released"


def test_a_move_that_is_refused_is_told_beside_the_board(admin: FlaskClient) -> None:
    (item,) = make_items("R-1", state="retired")
    db.session.commit()
    answer = admin.post(
        f"{ITEMS}/{item.id}/fire/release", data={"csrf_token": csrf(admin)}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 409
    assert 'id="messages"' in answer.text and "Retired" in answer.text
