"""Custom fields are imported and exported as any other, of records and of lines."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal

from addons.masterdata.factories import make_item, make_partner, pieces
from addons.masterdata.models import Item
from core.actor import Actor, acting
from core.db import db
from core.imports.exports import make
from core.kernel.registry import current_registry
from core.views.listing import Listing
from core.views.state import State
from tests.core.custom import randomly
from tests.core.custom.support import ITEM, LINE, choices, define
from tests.core.imports.support import bring_in, check, spec_of, xlsx


def test_custom_fields_are_imported_by_their_labels(importer: Actor) -> None:
    make_item(code="A-1", uom=pieces())
    make_partner(code="P-1")
    define("炉号")
    define("Tested on", kind="date")
    define("Hardness", kind="decimal", places=2)
    define("Marks", kind="multichoice", choices=choices("a", "b", "c"))
    define("Maker", kind="link", target="masterdata.partner")
    head = ("编码", "炉号", "Tested on", "Hardness", "Marks", "Maker")
    content = xlsx(head, ("A-1", "H-77", "2026/11/24", "1,234.5", "Label a、c", "P-1"))
    result = bring_in(content)
    assert (result.problems, result.outcomes) == ([], ["change"])
    item = db.session.query(Item).one()
    found = {str(f.label): f.value_of(item) for f in spec_of().fields.values() if f.name.startswith("x_")}
    assert found["炉号"] == "H-77" and found["Tested on"] == date(2026, 11, 24)
    assert found["Hardness"] == Decimal("1234.5") and found["Marks"] == ",a,c,"
    assert check(content).outcomes == ["same"]
    assert check(xlsx(("编码", "Hardness"), ("A-1", "1.234"))).problems[0][:2] == (2, "Hardness")


def test_custom_fields_of_lines_are_targets(importer: Actor) -> None:
    from core.imports.targets import targets_of

    define("Remark", model=LINE)
    found = targets_of(spec_of("sales_shipping.sales_order"), importer)
    assert [path for path, target in found.items() if str(target.field.label) == "Remark"]


def test_random_custom_fields_survive_the_round_trip(importer: Actor) -> None:
    r = random.Random(7)
    for n in range(25):
        define(**randomly.definition(r, n))
    fields = [f for f in current_registry().model(ITEM).fields.values() if f.name.startswith("x_")]
    for n in range(20):
        item = make_item(code=f"R-{n}", uom=pieces())
        for field in fields:
            field.set_on(item, randomly.value(r, field))  # type: ignore[arg-type]
    db.session.commit()
    db.session.expire_all()
    for format in ("xlsx", "csv"):
        with acting(importer):
            content = make(Listing(spec_of(), importer, State()), format=format, full=True)
        db.session.rollback()
        result = check(content, name=f"a.{format}")
        assert result.problems == []
        assert [r.told for r in result.rows if r.outcome != "same"] == []
