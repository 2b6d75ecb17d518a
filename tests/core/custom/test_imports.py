"""Custom fields in spreadsheets: brought in by their labels, and unchanged when an export comes back."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from core.actor import Actor, acting
from core.db.session import db
from core.imports.exports import make
from core.people.grants import actor_for
from core.testing.people import administrator
from core.views.listing import Listing
from core.views.state import State
from tests.core.custom.support import choices, define, spec
from tests.core.imports.support import bring_in, check, xlsx


@pytest.fixture
def importer(app: Flask, system: Any) -> Iterator[Actor]:
    """Somebody who may do everything, acting as on a page, and fields of most kinds on items."""
    define("Heat no.", required_when={"field": "kind", "op": "eq", "value": "raw"}, seq=1)
    define("Hardness", kind="decimal", places=3, seq=2)
    define("Tested on", kind="date", seq=3)
    define("Grade", kind="choice", choices=choices("a", "b"), seq=4)
    define("Marks", kind="multichoice", choices=choices("CE", "UL"), seq=5)
    define("Certified", kind="boolean", seq=6)
    define("Replaces", kind="link", target="masterdata.item", seq=7)
    user = administrator(language="en")
    db.session.commit()
    with acting(actor_for(user, "web")) as actor:
        yield actor


def test_values_come_in_by_the_labels_of_their_columns(importer: Actor) -> None:
    item_id = make_item(code="P-1", kind="part").id
    db.session.commit()
    head = ("Code", "Heat no.", "Hardness", "Tested on", "Grade", "Certified")
    done = bring_in(xlsx(head, ("P-1", "H-7", 1.25, "2026-11-24", "Label b", "Yes")))
    assert done.outcomes == ["change"], done.problems
    assert db.session.get_one(Item, item_id).x == {
        "x_heat_no": "H-7",
        "x_hardness": 1250,
        "x_tested_on": "2026-11-24",
        "x_grade": "b",
        "x_certified": True,
    }


def test_a_row_against_a_rule_is_refused_with_its_reason(importer: Actor) -> None:
    make_item(code="P-1", kind="part")
    db.session.commit()
    done = bring_in(xlsx(("Code", "Heat no.", "Hardness"), ("P-1", "H-7", "1.23456")), whole=False)
    assert done.outcomes == ["refused"] and "3 decimals" in done.problems[0][2]
    done = check(xlsx(("Code", "Kind"), ("P-1", "Raw material")))
    assert done.outcomes == ["refused"] and done.problems[0][2] == "This is needed."


def test_an_export_of_every_field_comes_back_unchanged(importer: Actor) -> None:
    item, other = make_item(code="P-1"), make_item(code="P-0")
    values = {"x_heat_no": "=1+1", "x_hardness": Decimal("-0.001"), "x_grade": "a", "x_marks": ",CE,UL,"}
    for name, value in {**values, "x_certified": True, "x_replaces": other.id}.items():
        spec().fields[name].set_on(item, value)
    db.session.commit()
    item_id, kept = item.id, dict(item.x)
    full = make(Listing(spec(), importer, State()), format="xlsx", full=True)
    again = bring_in(full)
    assert set(again.outcomes) == {"same"}, again.problems
    assert db.session.get_one(Item, item_id).x == kept
