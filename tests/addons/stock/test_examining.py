"""The doctor says where the books of stock are wrong, and changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import update

from addons.masterdata.factories import make_item
from addons.stock.factories import put_in_stock
from addons.stock.models import ItemValue, StockBalance
from core.db import db
from core.kernel.health import check_books


def findings(app: Flask) -> list[tuple[str, str]]:
    return [(f.level, str(f.sentence)) for f in check_books(app.config["QINGMES"])]


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
