"""A file is read, checked row by row, and imported."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import select

from addons.masterdata.factories import make_item, pieces
from addons.masterdata.models import Item
from core.actor import Actor
from core.db import db
from tests.core.imports.support import bring_in, check, xlsx

HEAD = ("编码", "名称", "单位", "安全库存")


def test_new_items_are_added_and_known_ones_changed(importer: Actor) -> None:
    pieces()
    make_item(code="A-1", name="Old")
    db.session.commit()
    result = bring_in(xlsx(HEAD, ("A-1", "New", "pcs", 5), ("A-2", "Shaft", "pcs", "1,200.5")))
    assert result.problems == []
    assert result.outcomes == ["change", "create"]
    assert result.kept.state == "done"
    found = {item.code: item for item in db.session.scalars(select(Item))}
    assert (found["A-1"].name, found["A-1"].safety_stock) == ("New", Decimal(5))
    assert (found["A-2"].name, found["A-2"].safety_stock) == ("Shaft", Decimal("1200.5"))


def test_a_check_writes_nothing(importer: Actor) -> None:
    pieces()
    make_item(code="A-1", name="Old")
    db.session.commit()
    result = check(xlsx(HEAD, ("A-1", "New", "pcs", ""), ("A-2", "Shaft", "no", 1)))
    assert result.outcomes == ["change", "refused"]
    assert result.rows[0].told["changes"] == {"Name": ["Old", "New"]}
    (problem,) = result.problems
    assert problem[:2] == (3, "Unit") and "no" in problem[2]
    assert [item.name for item in db.session.scalars(select(Item))] == ["Old"]
