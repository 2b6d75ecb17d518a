"""The doctor says where the books of production are wrong, and changes nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Flask
from sqlalchemy import update

from addons.mrp_routing.models import Operation
from core.db import db
from core.kernel.health import check_books
from tests.addons.mrp_routing.support import make_floor


def findings(app: Flask) -> list[tuple[str, str]]:
    found = check_books(app.config["QINGMES"])
    return [(f.level, str(f.sentence)) for f in found if f.key == "mrp_routing.ledger"]


def test_books_that_add_up_are_in_order(any_app: Flask, system: Any) -> None:
    make_floor().report(good=4, scrap=1)
    assert findings(any_app) == [("ok", "in order")]


def test_a_difference_planted_by_hand_is_named_and_left(any_app: Flask, system: Any) -> None:
    floor = make_floor()
    floor.report(good=4, scrap=1)
    first = floor.operations[0]
    db.session.execute(update(Operation).where(Operation.id == first.id).values(scrap=Decimal(3)))
    said = [("error", f"{floor.order.number}-1 1 {first.name}: scrap is 2 more than what was booked.")]
    assert findings(any_app) == said
    assert findings(any_app) == said
