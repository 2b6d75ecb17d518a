"""The doctor says where the books of stock are wrong, and changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from addons.masterdata.factories import make_item
from addons.stock.factories import fill_ledger, make_location, put_in_stock
from addons.stock.models import ItemValue, StockBalance
from core.db import db
from core.kernel.health import check_books


def findings(app: Flask) -> list[tuple[str, str]]:
    found = check_books(app.config["QINGMES"])
    return [(f.level, str(f.sentence)) for f in found if f.key == "stock.ledger"]


def test_books_that_add_up_are_in_order(any_app: Flask, system: Any) -> None:
    put_in_stock(make_item().id, 5)
    assert findings(any_app) == [("ok", "in order")]


def test_a_difference_planted_by_hand_is_named_and_left(any_app: Flask, system: Any) -> None:
    bolt, nut = make_item(code="BOLT"), make_item(code="NUT")
    put_in_stock(bolt.id, 5)
    put_in_stock(nut.id, 7)
    db.session.execute(update(StockBalance).where(StockBalance.item_id == bolt.id).values(on_hand=Decimal(8)))
    db.session.execute(update(ItemValue).where(ItemValue.item_id == nut.id).values(value=Decimal("0.50")))
    said = [
        ("error", "BOLT in MAIN: the balance is 3 more than its moves."),
        ("error", "NUT: the value is 0.5 more than that of its moves."),
    ]
    assert findings(any_app) == said
    assert findings(any_app) == said


@pytest.mark.nightly
@pytest.mark.postgres
def test_a_million_moves_are_added_up_and_one_planted_difference_is_named(pg_app: Flask, system: Any) -> None:
    items = [make_item() for _ in range(2_000)]
    bins = [make_location().id for _ in range(20)]
    fill_ledger(1_000_000, [item.id for item in items], bins)
    assert findings(pg_app) == [("ok", "in order")]
    wrong = db.session.scalars(select(StockBalance).order_by(StockBalance.id.desc()).limit(1)).one()
    there = (wrong.on_hand, wrong.item.code, wrong.location.code)
    db.session.execute(update(StockBalance).where(StockBalance.id == wrong.id).values(on_hand=there[0] + 1))
    assert findings(pg_app) == [("error", f"{there[1]} in {there[2]}: the balance is 1 more than its moves.")]
    db.session.refresh(wrong)
    assert wrong.on_hand == there[0] + 1
