"""One field finds everything: a code jumps to its record, words list what fits."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata.factories import make_item, make_item_category, make_partner, make_uom
from core.actor import Actor, acting
from core.db import db
from core.testing.people import make_unit
from core.testing.statements import statements
from core.views import search
from tests.core.views.support import reader

READ_ALL = ("masterdata.item.read", "masterdata.partner.read", "masterdata.item_category.read")


def jumped(code: str, actor: Actor) -> str | None:
    with acting(actor):
        return search.jump(code, actor)


def found(text: str, actor: Actor) -> dict[str, list[str]]:
    with acting(actor):
        return {one.spec.name: [r.code for r in one.records] for one in search.search(text, actor)}


def test_a_code_leads_to_its_record(any_app: Flask, system: Any) -> None:
    item = make_item(code="SH-1")
    make_item(code="SH-10")
    assert jumped("SH-1", reader(*READ_ALL)) == f"/m/masterdata/items/{item.id}"
    assert jumped("SH", reader(*READ_ALL)) is None


def test_a_code_of_two_records_leads_to_neither(any_app: Flask, system: Any) -> None:
    make_item_category(code="X-1")
    make_uom(code="X-1")
    actor = reader(*READ_ALL, "masterdata.uom.read")
    assert jumped("X-1", actor) is None
    assert found("x-1", actor) == {"masterdata.item_category": ["X-1"], "masterdata.uom": ["X-1"]}


def test_nobody_finds_what_he_may_not_read(any_app: Flask, system: Any) -> None:
    here, there = make_unit(), make_unit()
    make_partner(code="HERE-1", name="Wheels", org_unit_id=here.id)
    make_partner(code="THERE-1", name="Wheels", org_unit_id=there.id)
    make_item(code="I-1", name="Wheels")
    insider = reader("masterdata.partner.read", scope="unit", unit=here)
    assert found("wheels", insider) == {"masterdata.partner": ["HERE-1"]}
    assert jumped("THERE-1", insider) is None
    assert jumped("I-1", insider) is None
    assert jumped("HERE-1", insider) is not None


def test_a_few_of_each_kind_are_shown_the_newest_first(any_app: Flask, system: Any) -> None:
    for n in range(search.PER_KIND + 2):
        make_item(code=f"W-{n}")
    make_item_category(code="W", name="W-heels")
    actor = reader(*READ_ALL)
    with acting(actor):
        kinds = {one.spec.name: one for one in search.search("w-", actor)}
    assert [r.code for r in kinds["masterdata.item"].records] == [f"W-{n}" for n in range(7, 1, -1)]
    assert kinds["masterdata.item"].more
    assert not kinds["masterdata.item_category"].more


def test_all_kinds_are_searched_in_one_statement(app: Flask, system: Any) -> None:
    make_item(code="W-1")
    make_partner(code="W-2")
    actor = reader(*READ_ALL)
    assert jumped("W", actor) is None
    with statements() as taken:
        assert len(found("w-", actor)) == 2
    assert len(taken) == 1 + 2


def test_a_reader_of_nothing_finds_nothing(app: Flask, system: Any) -> None:
    make_item(code="W-1")
    assert (jumped("W-1", reader()), found("w", reader())) == (None, {})


def test_the_page_jumps_lists_or_says_that_nothing_was_found(admin: FlaskClient) -> None:
    item = make_item(code="SH-1", name="Shaft")
    db.session.commit()
    assert admin.get("/search?q=SH-1").location == f"/m/masterdata/items/{item.id}"
    assert f'href="/m/masterdata/items/{item.id}"' in admin.get("/search?q=shaft").text
    assert "Nothing found" in admin.get("/search?q=nonesuch").text
    assert "Type a word" in admin.get("/search?q=").text
    assert admin.get("/search?q=%00").status_code == 200
