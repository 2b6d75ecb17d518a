"""The demonstration data: how much, how quickly told by statements, and always the same."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from addons.masterdata import demo, services
from addons.masterdata.demo.catalogue import ALL
from addons.masterdata.models import Currency, Item, ItemCategory, Partner, PartnerAddress, PartnerContact, Uom
from core.db import db
from core.kernel.registry import current_registry
from core.testing.apps import actor_with
from core.testing.statements import count_statements
from core.workflow.models import AuditEntry
from core.workflow.schema import write_schema
from tests.addons.masterdata.support import unit_id

MOST_STATEMENTS = 160


@pytest.fixture
def loaded(any_app: Flask, system: Any) -> int:
    return count_statements(demo.load)


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def test_there_are_300_items_and_40_partners_with_addresses_and_contacts(loaded: int) -> None:
    assert (count(Item), count(Partner)) == (300, 40)
    for line in (PartnerAddress, PartnerContact):
        assert len(db.session.scalars(select(line.partner_id).distinct()).all()) == 40


def test_loading_takes_statements_by_table_not_by_row(loaded: int) -> None:
    assert loaded <= MOST_STATEMENTS


def test_there_is_some_of_everything(loaded: int) -> None:
    kinds = Counter(db.session.scalars(select(Item.kind)))
    assert set(kinds) == {"raw", "part", "product", "tool", "consumable", "service"}
    assert set(db.session.scalars(select(Item.state))) == {"draft", "released", "retired"}
    assert set(db.session.scalars(select(Partner.kind))) == {"customer", "supplier", "both"}
    assert set(db.session.scalars(select(Partner.state))) == {"draft", "active", "blocked"}
    used = set(db.session.scalars(select(Item.category_id)))
    above = set(db.session.scalars(select(ItemCategory.parent_id)))
    assert set(db.session.scalars(select(ItemCategory.id))) - used - above == set()


def test_every_item_costs_something_and_no_partner_has_anothers_name(loaded: int) -> None:
    assert count(Item, Item.standard_cost <= 0) == count(Item, Item.standard_cost.is_(None)) == 0
    names = db.session.scalars(select(Partner.name)).all()
    assert len(names) == len(set(names))


def test_active_follows_the_state(loaded: int) -> None:
    assert count(Item, (Item.state == "retired") == Item.active) == 0
    assert count(Partner, (Partner.state == "blocked") == Partner.active) == 0


def test_each_row_has_its_audit_entry(loaded: int) -> None:
    entries = count(AuditEntry, AuditEntry.model == "masterdata.item", AuditEntry.action == "create")
    lines = count(AuditEntry, AuditEntry.model == "masterdata.partner_address")
    under = count(
        AuditEntry, AuditEntry.model == "masterdata.partner_address", AuditEntry.root_model == "masterdata.partner"
    )
    assert (entries, lines, under) == (300, count(PartnerAddress), count(PartnerAddress))


def test_customers_belong_to_sales_and_suppliers_to_purchasing(loaded: int) -> None:
    assert count(Partner, Partner.kind == "supplier", Partner.org_unit_id != unit_id("PUR")) == 0
    assert count(Partner, Partner.kind == "customer", Partner.org_unit_id != unit_id("SAL")) == 0


def test_a_bar_converts_between_kilograms_and_metres(loaded: int) -> None:
    bar = db.session.scalars(select(Item).where(Item.name == "45#圆钢", Item.specification == "Φ40")).one()
    metre = db.session.scalars(select(Uom).where(Uom.code == "m")).one()
    one_metre = services.convert(Decimal(1), metre, bar.uom, bar)
    assert Decimal("9.85") < one_metre < Decimal("9.88")


def test_the_duplicates_entered_on_purpose_are_found(loaded: int) -> None:
    assert len(services.find_duplicates()) == 3


def test_production_works_two_shifts_and_everybody_rests_on_the_national_day(loaded: int) -> None:
    team, office = services.calendar_of(unit_id("T1")), services.calendar_of(unit_id("FIN"))
    assert (team.code, office.code) == ("TWO", "DAY")
    for calendar in (team, office):
        assert not services.is_working_day(calendar, date(2026, 10, 1))
    assert services.is_working_day(team, date(2026, 11, 28))


def test_every_currency_has_a_rate_today(loaded: int) -> None:
    rates = {c.code: services.rate_on(c, date(2026, 11, 24)) for c in db.session.scalars(select(Currency))}
    assert rates["CNY"] == 1
    assert min(rates.values()) > 0


def test_the_next_made_code_follows_the_demonstrations(loaded: int) -> None:
    shafts = db.session.scalars(select(ItemCategory.id).where(ItemCategory.code == "PRT-SHF")).one()
    assert services.make_item_code(Item(category_id=shafts)) == "SHF-00031"


def test_every_row_would_pass_the_form(loaded: int) -> None:
    everything = actor_with(field_groups=("prices", "costs"))
    schema = write_schema(current_registry().model("masterdata.item"), everything, creating=True)
    kept = {
        "name",
        "specification",
        "drawing_number",
        "revision",
        "material",
        "kind",
        "source",
        "tracking",
        "lead_days",
    }
    said = [{k: v for k, v in row.items() if k in kept and v is not None} | {"uom_id": 1} for row in ALL]
    assert [e for e in (schema.validate(row) for row in said) if e] == []
