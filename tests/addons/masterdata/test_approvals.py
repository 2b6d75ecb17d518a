"""Credit limits change by an action that can be approved; a release can be taken back while nothing uses the item."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item, Partner
from addons.sales_shipping.factories import make_sales_order
from core.approvals import flows
from core.approvals.designer import starters
from core.approvals.facts import freeze
from core.approvals.logic.reading import read_definition
from core.approvals.models import ApprovalFlow
from core.db import db
from core.errors import Conflict, ValidationError
from core.kernel.registry import current_registry
from core.people.directory import load_directory
from core.testing.people import administrator
from core.workflow.declare import Transition
from core.workflow.fire import fire
from core.workflow.params import load_params
from tests.addons.masterdata.support import change


def action(model: str, name: str) -> Transition:
    found = current_registry().transition(f"masterdata.{model}", name)
    assert found is not None
    return found


def stand_before(model: str, name: str) -> ApprovalFlow:
    """A published flow that begins with what the app suggests."""
    administrator()
    flow = ApprovalFlow(code="f", name="F", model=f"masterdata.{model}", transition=name)
    db.session.add(flow)
    db.session.flush()
    flows.save_draft(flow, starters.make("app", flow.model, action(model, name)))
    flows.publish(flow)
    return flow


def test_a_credit_limit_is_changed_by_its_action_with_the_reason_in_the_history(any_app: Flask, system: Any) -> None:
    from core.workflow.models import AuditEntry

    partner: Partner = make_partner(state="active")
    fire(partner, "set_credit_limit", credit_limit=Decimal("1500.5"), reason="Pays well")
    assert partner.credit_limit == Decimal("1500.5")
    query = db.select(AuditEntry.changes).where(AuditEntry.action == "set_credit_limit")
    assert any(entry.get("reason") == [None, "Pays well"] for entry in db.session.scalars(query))


def test_only_a_sound_amount_is_taken(app: Flask, system: Any) -> None:
    params = action("partner", "set_credit_limit").params
    assert load_params(params, {"credit_limit": "12,000.50"}) == {"credit_limit": Decimal("12000.50")}
    for wrong in ({}, {"credit_limit": "-1"}, {"credit_limit": "much"}, {"credit_limit": "1", "more": 1}):
        with pytest.raises(ValidationError):
            load_params(params, wrong)


def test_the_new_limit_is_the_amount_its_flow_decides_on(app: Flask, system: Any) -> None:
    partner, transition = make_partner(state="active"), action("partner", "set_credit_limit")
    params = {"credit_limit": Decimal(20_000)}
    frozen = freeze(current_registry().spec_of(partner), transition, partner, params, 1, load_directory())
    assert frozen.amount == Decimal(20_000)
    assert frozen.facts["params.credit_limit"] == "20000"


def test_where_a_flow_approves_it_the_field_itself_no_longer_changes_it(any_app: Flask, system: Any) -> None:
    partner: Partner = make_partner(state="active")
    change(partner, credit_limit="10")
    stand_before("partner", "set_credit_limit")
    with pytest.raises(ValidationError) as refusal:
        change(partner, credit_limit="20")
    assert "credit_limit" in refusal.value.fields
    db.session.refresh(partner)
    assert partner.credit_limit == Decimal(10)
    change(partner, credit_limit="10", name="Renamed")
    change(make_partner(state="draft"), credit_limit="20")


@pytest.mark.parametrize(("model", "name"), [("item", "release"), ("partner", "set_credit_limit")])
def test_what_the_app_suggests_is_a_flow_that_can_be_published(app: Flask, system: Any, model: str, name: str) -> None:
    flow = stand_before(model, name)
    version = flows.live_version(flow)
    assert version is not None
    assert len(read_definition(version.definition).nodes) == 2


def test_a_release_is_taken_back_while_nothing_uses_the_item(any_app: Flask, system: Any) -> None:
    item: Item = make_item(state="released")
    fire(item, "recall")
    assert (item.state, item.active) == ("draft", False)


def test_an_item_that_is_on_an_order_stays_released(any_app: Flask, system: Any) -> None:
    item = make_item(state="released")
    make_sales_order([(item, 1)])
    with pytest.raises(Conflict, match="is used already"):
        fire(item, "recall")
    assert item.state == "released"


def test_revoking_a_release_asks_for_taking_it_back(app: Flask, system: Any) -> None:
    approvable = action("item", "release").approvable
    assert approvable is not True and approvable is not False
    assert approvable.undo == "recall"
