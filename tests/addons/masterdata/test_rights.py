"""What the starter posts may do with master data, and which fields they see."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Partner
from addons.masterdata.permissions import PERMISSIONS
from core.actor import acting
from core.db import db
from core.errors import Forbidden
from core.kernel.registry import current_registry
from core.people.starter import POSTS
from tests.addons.masterdata.support import actor_on, change, create, unit_id

EDIT_ITEMS = {"administrator", "process_engineer", "designer", "planner", "buyer", "warehouse_keeper", "finance"}
RELEASE_ITEMS = {"administrator", "general_manager", "process_engineer"}
SEE_COSTS = {"administrator", "general_manager", "plant_manager", "finance", "buyer"}
SEE_PRICES = {"administrator", "general_manager", "finance", "sales_clerk", "buyer", "outsourcing_clerk"}
SEE_PARTNERS = {
    "administrator", "general_manager", "plant_manager", "sales_clerk", "finance", "planner", "outsourcing_clerk",
    "inspector", "buyer", "warehouse_keeper",
}  # fmt: skip
BLOCK_PARTNERS = {"administrator", "general_manager", "finance"}
EDIT_CALENDARS = {"administrator", "plant_manager", "planner"}


@pytest.mark.parametrize("post", POSTS)
def test_each_starter_post_may_do_what_its_work_needs(app: Flask, system: Any, post: str) -> None:
    actor = actor_on(post)
    expected = {
        "masterdata.item.read": True,
        "masterdata.item.write": post in EDIT_ITEMS,
        "masterdata.item.release": post in RELEASE_ITEMS,
        "masterdata.partner.read": post in SEE_PARTNERS,
        "masterdata.partner.block": post in BLOCK_PARTNERS,
        "masterdata.work_calendar.write": post in EDIT_CALENDARS,
    }
    assert {name: actor.can(name) for name in expected} == expected


@pytest.mark.parametrize("post", POSTS)
def test_each_starter_post_sees_the_field_groups_its_work_needs(app: Flask, system: Any, post: str) -> None:
    actor = actor_on(post)
    names = {field.name for field in current_registry().model("masterdata.item").visible_fields(actor)}
    assert ("standard_cost" in names) is (post in SEE_COSTS)
    assert ("list_price" in names) is (post in SEE_PRICES)


def test_the_administrator_has_every_permission_of_the_addon(app: Flask, system: Any) -> None:
    actor = actor_on("administrator")
    assert [p.name for p in PERMISSIONS if not actor.can(p.name)] == []


def test_an_operator_cannot_change_an_item(app: Flask, system: Any) -> None:
    item = make_item()
    with acting(actor_on("operator")), pytest.raises(Forbidden):
        change(item, name="other")


def test_a_sales_clerk_reaches_the_partners_of_sales_only(app: Flask, system: Any) -> None:
    mine = make_partner(org_unit_id=unit_id("SAL"))
    make_partner(org_unit_id=unit_id("PUR"))
    with acting(actor_on("sales_clerk")):
        assert db.session.scalars(select(Partner.id)).all() == [mine.id]


def test_finance_reaches_all_partners(app: Flask, system: Any) -> None:
    make_partner(org_unit_id=unit_id("SAL"))
    make_partner(org_unit_id=unit_id("PUR"))
    with acting(actor_on("finance")):
        assert len(db.session.scalars(select(Partner.id)).all()) == 2


def test_a_process_engineer_does_not_overwrite_a_cost_he_cannot_see(app: Flask, system: Any) -> None:
    item = make_item(standard_cost=Decimal(5))
    engineer = actor_on("process_engineer")
    with acting(engineer):
        change(item, name="other")
    assert item.standard_cost == 5
    assert "standard_cost" not in {f.name for f in current_registry().model("masterdata.item").visible_fields(engineer)}


def test_a_planner_adds_an_item(app: Flask, system: Any) -> None:
    unit = make_item().uom_id
    with acting(actor_on("planner")):
        assert create("masterdata.item", name="bracket", uom_id=unit).state == "draft"
