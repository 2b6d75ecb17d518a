"""Forms: what they show, what comes back from them, and that nothing typed is lost."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_currency, make_item, make_item_category, make_partner
from addons.masterdata.models import Item, Partner, PartnerAddress
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import SalesOrder
from core.db import db
from core.testing.people import csrf, make_role, make_user, sign_in
from core.testing.statements import count_statements
from core.workflow.numbering import today
from tests.core.views.support import text_of

PARTNERS, ITEMS, ORDERS = "/m/masterdata/partners", "/m/masterdata/items", "/m/sales_shipping/orders"
MOST_STATEMENTS = 10


def value_of(page: str, name: str) -> str | None:
    """What the input of this name holds."""
    match = re.search(rf'<input name="{name}"[^>]* value="([^"]*)"', page)
    return text_of(match.group(1)) if match else None


def send(client: FlaskClient, path: str, **values: Any) -> Any:
    """Send a form as a page would."""
    return client.post(path, data={"csrf_token": csrf(client), **values})


def new_partner(**values: Any) -> dict[str, Any]:
    return {"code": "C-1", "name": "Wheel maker", "kind": "customer", "payment_terms": "monthly", **values}


def addresses(*texts: str, start: int = 0) -> dict[str, str]:
    rows = {f"addresses-{n}-address": text for n, text in enumerate(texts, start)}
    kinds = {f"addresses-{n}-kind": "ship_to" for n, _text in enumerate(texts, start)}
    return {"addresses-shown": "1", **kinds, **rows}


def make_addresses(count: int) -> Partner:
    partner: Partner = make_partner(currency=make_currency(), credit_limit=Decimal("10.50"))
    partner.addresses = [PartnerAddress(kind="ship_to", address=f"Street {n}") for n in range(count)]
    db.session.commit()
    return partner


def test_a_form_takes_the_same_few_statements_however_many_lines_it_has(admin: FlaskClient) -> None:
    one, many = make_addresses(1), make_addresses(40)
    taken = [count_statements(lambda p=p: admin.get(f"{PARTNERS}/{p.id}")) for p in (one, many)]  # type: ignore[misc]
    assert taken[0] == taken[1] <= MOST_STATEMENTS


def test_lines_that_lead_to_other_records_cost_no_more_when_there_are_many(admin: FlaskClient) -> None:
    orders = [make_sales_order([(make_item(), 1) for _n in range(count)]) for count in (1, 30)]
    db.session.commit()
    taken = [count_statements(lambda o=o: admin.get(f"{ORDERS}/{o.id}")) for o in orders]  # type: ignore[misc]
    assert taken[0] == taken[1] <= MOST_STATEMENTS + 3  # two panels of its own, and what waits for approval


def test_a_new_form_shows_what_stands_in_a_field_by_itself(admin: FlaskClient) -> None:
    page = admin.get(f"{ORDERS}/new").text
    assert value_of(page, "ordered_on") == today().isoformat()
    assert value_of(admin.get(f"{PARTNERS}/new").text, "payment_days") == "30"


def test_a_field_left_empty_takes_its_default(admin: FlaskClient) -> None:
    partner = make_partner()
    db.session.commit()
    answer = send(admin, f"{ORDERS}/new", partner_id=partner.id, ordered_on="")
    assert answer.status_code == 303
    assert db.session.scalars(select(SalesOrder.ordered_on)).all() == [today()]


def test_a_record_with_lines_is_made_from_its_form(admin: FlaskClient) -> None:
    answer = send(admin, f"{PARTNERS}/new", **new_partner(), **addresses("North street", "", "South street"))
    partner = db.session.scalars(select(Partner).where(Partner.code == "C-1")).one()
    assert (answer.status_code, answer.location) == (303, f"{PARTNERS}/{partner.id}")
    assert [(a.seq, a.address) for a in partner.addresses] == [(1, "North street"), (2, "South street")]


def test_lines_are_changed_added_and_removed_together(admin: FlaskClient) -> None:
    partner = make_addresses(2)
    first, second = partner.addresses
    lines = {**addresses("Changed", "Added", start=1), "addresses-1-id": second.id}
    answer = send(admin, f"{PARTNERS}/{partner.id}", version=partner.version, name="Renamed", **lines)
    assert answer.status_code == 303
    db.session.expire_all()
    changed, added = partner.addresses
    assert (changed.id, changed.address, added.address) == (second.id, "Changed", "Added")
    assert db.session.get(PartnerAddress, first.id) is None


def test_refused_input_comes_back_as_typed_with_sentences_beside_the_fields(admin: FlaskClient) -> None:
    typed = new_partner(name="", payment_days="soon", credit_limit="1,5", **addresses("North street", "x" * 300))
    answer = send(admin, f"{PARTNERS}/new", **typed)
    page = text_of(answer.text)
    assert answer.status_code == 422
    assert value_of(page, "code") == "C-1"
    assert value_of(page, "payment_days") == "soon"
    assert value_of(page, "addresses-0-address") == "North street"
    assert value_of(page, "addresses-1-address") == "x" * 300
    for name in ("name", "payment_days", "credit_limit", "addresses-1-address"):
        assert f'id="{name}-error"' in page, name
    assert 'data-guard="dirty"' in page
    assert db.session.scalars(select(Partner.id)).all() == []


def test_a_code_in_use_is_told_beside_the_code(admin: FlaskClient) -> None:
    make_partner(code="C-1")
    db.session.commit()
    answer = send(admin, f"{PARTNERS}/new", **new_partner())
    assert answer.status_code == 422
    assert 'id="code-error"' in answer.text


def test_a_link_typed_is_shown_by_its_name_when_the_form_comes_back(admin: FlaskClient) -> None:
    category = make_item_category(code="WH", name="Wheels")
    db.session.commit()
    answer = send(admin, f"{ITEMS}/new", code="A-1", name="", category_id=category.id)
    assert re.search(rf'<option value="{category.id}" selected>[^<]*Wheels', answer.text)


def test_a_copy_brings_everything_but_what_must_be_unique(admin: FlaskClient) -> None:
    partner = make_addresses(2)
    page = text_of(admin.get(f"{PARTNERS}/new?copy={partner.id}").text)
    assert (value_of(page, "code"), value_of(page, "name")) == ("", partner.name)
    assert value_of(page, "credit_limit") == "10.50"
    assert value_of(page, "addresses-1-address") == "Street 1"
    assert "addresses-0-id" not in page


def test_a_form_can_be_opened_with_values_in_its_address(admin: FlaskClient) -> None:
    page = admin.get(f"{ITEMS}/new?name=Shaft&lead_days=4&nothing=1").text
    assert (value_of(page, "name"), value_of(page, "lead_days")) == ("Shaft", "4")


def test_a_reader_sees_values_and_no_inputs(app: Flask, client: FlaskClient, system: Any) -> None:
    item = make_item(code="A-1", name="Shaft", standard_cost=Decimal("9.99"))
    sign_in(client, make_user(make_role("masterdata.item.read")))
    page = client.get(f"{ITEMS}/{item.id}").text
    assert "Shaft" in page and "9.99" not in page
    for offered in ('name="name"', 'form="record-form"', "/delete", "?copy="):
        assert offered not in page
    assert send(client, f"{ITEMS}/{item.id}", name="x").status_code == 403


def test_a_record_in_a_state_that_is_fixed_is_only_shown(admin: FlaskClient) -> None:
    item = make_item(code="A-1", name="Shaft", state="retired")
    db.session.commit()
    page = admin.get(f"{ITEMS}/{item.id}").text
    assert 'name="name"' not in page
    refused = send(admin, f"{ITEMS}/{item.id}", name="Changed", version=item.version)
    assert refused.status_code == 409
    assert db.session.get_one(Item, item.id, populate_existing=True).name == "Shaft"


def test_a_record_is_deleted_and_the_list_shown(admin: FlaskClient) -> None:
    item = make_item(code="A-1", state="draft")
    db.session.commit()
    answer = send(admin, f"{ITEMS}/{item.id}/delete", version=item.version)
    assert (answer.status_code, answer.location) == (303, ITEMS)
    assert db.session.scalars(select(Item.id)).all() == []


def test_a_transition_refused_is_told_on_the_records_own_page(admin: FlaskClient) -> None:
    item = make_item(code="A-1", state="retired")
    db.session.commit()
    answer = send(admin, f"{ITEMS}/{item.id}/fire/release")
    assert answer.status_code == 409
    assert "not possible" in answer.text and "A-1" in answer.text


def test_a_dialog_asks_for_what_a_transition_needs_and_keeps_what_was_typed(admin: FlaskClient) -> None:
    partner = make_partner(code="C-1", name="Wheel maker")
    db.session.commit()
    address = f"{PARTNERS}/{partner.id}/fire/block"
    assert 'name="reason"' in admin.get(address).text
    headers = {"HX-Request": "true", "HX-Target": "dialog"}
    typed = {"csrf_token": csrf(admin), "reason": "r" * 300, "version": partner.version}
    refused = admin.post(address, data=typed, headers=headers)
    assert refused.status_code == 422
    assert "r" * 300 in refused.text and "invalid-feedback" in refused.text
    fired = admin.post(address, data={**typed, "reason": "Pays late"}, headers=headers)
    assert fired.headers["HX-Redirect"] == f"{PARTNERS}/{partner.id}"
    assert db.session.get_one(Partner, partner.id, populate_existing=True).block_reason == "Pays late"


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_after_a_transition_nobody_is_led_elsewhere(admin: FlaskClient, target: str) -> None:
    item = make_item(code="A-1", state="draft")
    db.session.commit()
    answer = send(admin, f"{ITEMS}/{item.id}/fire/release", next=target)
    assert answer.location == f"{ITEMS}/{item.id}"


def test_a_record_that_is_not_there_is_not_found(admin: FlaskClient) -> None:
    assert admin.get(f"{ITEMS}/424242").status_code == 404
    assert send(admin, f"{ITEMS}/424242", name="x").status_code == 404
