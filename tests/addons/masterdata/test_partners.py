"""Partners: reach, addresses, their life."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata import services
from addons.masterdata.factories import make_partner
from addons.masterdata.models import Partner, PartnerAddress
from core.actor import acting
from core.db import db
from core.errors import Conflict, ValidationError
from core.events.models import Notification
from core.kernel import hooks
from core.testing.apps import actor_with
from core.workflow.fire import fire
from tests.addons.masterdata.support import change, create, on_post, unit_id


def address(kind: str = "ship_to", **values: Any) -> dict[str, Any]:
    return {"kind": kind, "address": "No. 1, Nowhere Road", **values}


def test_a_partner_is_made_with_addresses_and_contacts_in_their_order(any_app: Flask, system: Any) -> None:
    partner = create(
        "masterdata.partner",
        name="Nowhere Pumps",
        addresses=[address(address="first"), address("bill_to", address="second")],
        contacts=[{"name": "Ms A"}, {"name": "Mr B"}],
    )
    db.session.refresh(partner)
    assert partner.code == "P00001"
    assert [a.address for a in partner.addresses] == ["first", "second"]
    assert [c.name for c in partner.contacts] == ["Ms A", "Mr B"]


def test_two_default_addresses_of_a_kind_are_refused_at_the_line(app: Flask, system: Any) -> None:
    lines = [address(is_default=True), address("bill_to", is_default=True), address(is_default=True)]
    with pytest.raises(ValidationError) as refusal:
        create("masterdata.partner", name="Nowhere", addresses=lines)
    assert list(refusal.value.fields["addresses"]) == ["2"]


def test_the_default_address_is_taken_else_the_first_of_its_kind(app: Flask, system: Any) -> None:
    first, second = PartnerAddress(address="a"), PartnerAddress(address="b", is_default=True)
    partner = make_partner(addresses=[first, second, PartnerAddress(address="c", kind="bill_to")])
    assert services.default_address(partner) is second
    second.is_default = False
    assert services.default_address(partner) is first
    assert services.default_address(partner, "bill_to").address == "c"  # type: ignore[union-attr]
    assert services.default_address(make_partner()) is None


def test_blocking_keeps_the_reason_and_unblocking_forgets_it(any_app: Flask, system: Any) -> None:
    partner = make_partner()
    fire(partner, "block", reason="three invoices overdue")
    assert (partner.state, partner.active, partner.block_reason) == ("blocked", False, "three invoices overdue")
    with pytest.raises(Conflict, match="three invoices overdue"):
        services.check_partner_usable(partner)
    fire(partner, "unblock")
    assert (partner.state, partner.active, partner.block_reason) == ("active", True, None)
    services.check_partner_usable(partner)


def test_a_draft_is_activated_before_it_is_used(app: Flask, system: Any) -> None:
    partner = make_partner(state="draft")
    with pytest.raises(Conflict, match="Activate it first"):
        services.check_partner_usable(partner)
    fire(partner, "activate")
    services.check_partner_usable(partner)


def test_the_owner_is_told_of_a_block_by_another(app: Flask, system: Any) -> None:
    owner = on_post("sales_clerk")
    partner = make_partner(owner_id=owner.id)
    fire(partner, "block", reason="overdue")
    services.tell_owner_of_block(partner.id, blocked_by=owner.id)
    assert db.session.scalars(select(Notification)).all() == []
    services.tell_owner_of_block(partner.id, blocked_by=None)
    (told,) = db.session.scalars(select(Notification))
    assert (told.user_id, told.params["reason"]) == (owner.id, "overdue")


def test_a_partner_belongs_to_whoever_made_it_and_his_unit(app: Flask, system: Any) -> None:
    clerk, sales = on_post("sales_clerk"), unit_id("SAL")
    with acting(actor_with("masterdata.partner.create", user_id=clerk.id, unit_id=sales)):
        partner = create("masterdata.partner", name="Nowhere")
    assert (partner.owner_id, partner.org_unit_id) == (clerk.id, sales)


def test_partners_of_other_units_are_out_of_reach_by_list_code_and_scan(any_app: Flask, system: Any) -> None:
    mine = make_partner(code="C1", org_unit_id=unit_id("SAL"))
    make_partner(code="S1", org_unit_id=unit_id("PUR"))
    reader = actor_with("masterdata.partner.read", scope="unit", user_id=0, unit_id=unit_id("SAL"))
    with acting(reader):
        assert [p.id for p in db.session.scalars(select(Partner))] == [mine.id]
        assert services.find_partner_by_code("S1") is None
        assert hooks.ask("scanned_code", code="S1") is None
        assert hooks.ask("scanned_code", code="C1") == ("masterdata.partner", mine.id)


def test_a_made_code_passes_over_partners_out_of_reach(app: Flask, system: Any) -> None:
    make_partner(code="P00001", org_unit_id=unit_id("PUR"))
    clerk = on_post("sales_clerk")
    with acting(actor_with("masterdata.partner.create", scope="own", user_id=clerk.id)):
        assert create("masterdata.partner", name="Nowhere").code == "P00002"


def test_credit_limits_are_written_only_by_those_who_see_prices(app: Flask, system: Any) -> None:
    partner = make_partner()
    rights = ("masterdata.partner.read", "masterdata.partner.write")
    with acting(actor_with(*rights)), pytest.raises(ValidationError):
        change(partner, credit_limit="1000")
    with acting(actor_with(*rights, field_groups=("prices",))):
        change(partner, credit_limit="1000.50")
    assert partner.credit_limit == Decimal("1000.5")
