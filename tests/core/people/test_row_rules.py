"""Roles limited to some rows of a kind of document: where they hold, who may set them, how they are read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from addons.masterdata.models import Item, Partner
from addons.sales_shipping.factories import make_sales_order
from addons.sales_shipping.models import SalesOrder, SalesOrderLine
from core.db.session import db
from core.errors import Forbidden, NotFound, ValidationError
from core.kernel.registry import current_registry
from core.people.models import Role, User
from core.people.roles import RoleInput, save_role
from core.testing.people import administrator, make_role, make_unit, make_user
from core.testing.statements import count_statements
from core.workflow.models import AuditEntry
from core.workflow.records import create_record, get_record, update_record
from tests.core.people.steps import Browser, as_user, system

ITEMS = ("masterdata.item.read", "masterdata.item.write", "masterdata.item.create", "masterdata.item.export")
RAW = {"field": "kind", "op": "eq", "value": "raw"}
TOOLS = {"field": "kind", "op": "eq", "value": "tool"}
ORDERS = ("sales_shipping.sales_order.read",)
GOOD_CUSTOMERS = {"field": "partner.rating", "op": "eq", "value": "A"}


def person(*rules: dict[str, Any], permissions: tuple[str, ...] = ITEMS, scope: str = "all") -> int:
    """A user with a role for each of these row rules."""
    return system(lambda: make_user(*[make_role(*permissions, scope=scope, row_rules=rule) for rule in rules]).id)


def goods() -> dict[str, int]:
    """An item of three kinds each, by kind."""
    return system(lambda: {kind: make_item(kind=kind, name=f"A {kind}").id for kind in ("raw", "part", "tool")})


def seen(user: int) -> set[str]:
    return as_user(user, lambda: {str(kind) for kind in db.session.scalars(select(Item.kind))})


def test_a_role_reaches_only_the_rows_its_rule_lets_through(any_app: Flask) -> None:
    items = goods()
    user = person({"masterdata.item": RAW})
    assert seen(user) == {"raw"}
    spec = current_registry().model("masterdata.item")
    with pytest.raises(NotFound):
        as_user(user, lambda: get_record(spec, items["part"]))


def test_several_roles_add_up(any_app: Flask) -> None:
    goods()
    assert seen(person({"masterdata.item": RAW}, {"masterdata.item": TOOLS})) == {"raw", "tool"}
    assert seen(person({"masterdata.item": RAW}, {})) == {"raw", "part", "tool"}


def test_a_rule_narrows_the_data_scope_and_never_widens_it(any_app: Flask) -> None:
    rule = {"masterdata.partner": {"field": "rating", "op": "eq", "value": "A"}}
    user = person(rule, permissions=("masterdata.partner.read",), scope="own")

    def made() -> None:
        for owner in (user, None):
            for rating in ("A", "B"):
                make_partner(owner_id=owner, rating=rating, name=f"{owner} {rating}")

    system(made)
    assert as_user(user, lambda: set(db.session.scalars(select(Partner.name)))) == {f"{user} A"}


def test_a_rule_may_ask_for_a_unit_and_all_below_it(any_app: Flask) -> None:
    def made() -> int:
        top = make_unit()
        below, elsewhere = make_unit(parent=top), make_unit()
        for unit, name in ((top, "top"), (below, "below"), (elsewhere, "elsewhere")):
            make_partner(org_unit_id=unit.id, name=name)
        rule = {"masterdata.partner": {"field": "org_unit_id", "op": "under", "value": {"my_unit": True}}}
        return make_user(make_role("masterdata.partner.read", row_rules=rule), unit=top).id

    user = system(made)
    assert as_user(user, lambda: set(db.session.scalars(select(Partner.name)))) == {"top", "below"}


def test_what_a_rule_asks_of_other_records_does_not_depend_on_who_reads(any_app: Flask) -> None:
    def made() -> None:
        for rating in ("A", "B"):
            make_sales_order(partner_id=make_partner(rating=rating).id, customer_number=rating)

    system(made)

    def found() -> tuple[list[str | None], int]:
        orders = db.session.scalars(select(SalesOrder.customer_number)).all()
        return list(orders), len(db.session.scalars(select(SalesOrderLine.id)).all())

    good = person({"sales_shipping.sales_order": GOOD_CUSTOMERS}, permissions=ORDERS)
    others = person({"sales_shipping.sales_order": {"not": GOOD_CUSTOMERS}}, permissions=ORDERS)
    lines = len(system(lambda: db.session.scalars(select(SalesOrderLine.id)).all()))
    assert as_user(good, found) == (["A"], lines // 2)
    assert as_user(others, found) == (["B"], lines // 2)


def test_nobody_writes_a_record_the_rules_keep_from_him(any_app: Flask) -> None:
    items = goods()
    user = person({"masterdata.item": RAW})
    spec = current_registry().model("masterdata.item")
    uom = system(lambda: db.session.get_one(Item, items["raw"]).uom_id)
    with pytest.raises(Forbidden, match="row rules"):
        as_user(user, lambda: update_record(spec, items["raw"], {"kind": "part"}, version=1))
    with pytest.raises(Forbidden, match="row rules"):
        as_user(user, lambda: create_record(spec, {"name": "X", "kind": "part", "uom_id": uom}))
    assert as_user(user, lambda: create_record(spec, {"name": "X", "kind": "raw", "uom_id": uom}).kind) == "raw"
    assert system(lambda: db.session.get_one(Item, items["raw"]).kind) == "raw"


def test_pages_search_and_api_obey(app: Flask) -> None:
    items = goods()
    user = person({"masterdata.item": RAW})
    browser = Browser(app, system(lambda: db.session.get_one(User, user)))
    shown = browser.get("/m/masterdata/items").text
    assert "A raw" in shown and "A part" not in shown and "A tool" not in shown
    found = browser.get("/search?q=A+").text
    assert ("A raw" in found, "A part" in found, "A tool" in found) == (True, False, False)
    assert browser.get(f"/m/masterdata/items/{items['part']}").status_code == 404
    assert browser.get(f"/api/v1/masterdata/items/{items['part']}").status_code == 404
    assert [i["kind"] for i in browser.get("/api/v1/masterdata/items").json["items"]] == ["raw"]


def test_a_rule_costs_no_statement(any_app: Flask) -> None:
    goods()

    def statements(user: int) -> int:
        return as_user(user, lambda: count_statements(lambda: db.session.scalars(select(Item)).all()))

    assert statements(person({"masterdata.item": RAW})) == statements(person({}))


def test_a_rule_that_cannot_be_read_any_more_shows_nothing_and_its_role_says_so(any_app: Flask) -> None:
    goods()
    broken = {"masterdata.item": {"field": "x_gone", "op": "eq", "value": "1"}}
    assert seen(person(broken)) == set()
    assert seen(person(broken, {"masterdata.item": TOOLS})) == {"tool"}

    def pages() -> str:
        admin = administrator()
        first, second = make_role(row_rules=broken), make_role()
        db.session.commit()
        browser = Browser(any_app, admin)
        editor = browser.get(f"/roles/{first.id}/edit")
        assert editor.status_code == 200 and "x_gone" in editor.text
        return browser.get(f"/roles/{first.id}/compare/{second.id}").text

    assert "cannot be read any more" in system(pages)


def test_a_rule_is_kept_from_the_editor_with_the_trail_of_who_did_it(app: Flask) -> None:
    admin = system(administrator)
    role = system(lambda: make_role(*ITEMS).id)
    browser = Browser(app, admin)
    piece = browser.get("/roles/rules/new?model=masterdata.item")
    assert piece.status_code == 200 and 'name="rule"' in piece.text
    assert browser.get("/roles/rules/new?model=core.user").status_code == 404
    values = {"name": "R", "scope": "all", "permission": list(ITEMS), "version": "1", "rule": "masterdata.item"}
    wrong = browser.post(f"/roles/{role}/edit", **values, **{"rule.masterdata.item": '{"field": "nope", "op": "eq"}'})
    assert wrong.status_code == 422
    kept = browser.post(f"/roles/{role}/edit", **values, **{"rule.masterdata.item": json.dumps(RAW)})
    assert kept.status_code == 303
    assert system(lambda: db.session.get_one(Role, role).row_rules) == {"masterdata.item": RAW}
    trail = select(AuditEntry).where(AuditEntry.model == "core.role", AuditEntry.record_id == role)
    assert any("row_rules" in (entry.changes or {}) for entry in system(lambda: db.session.scalars(trail).all()))
    values["version"] = "2"
    assert browser.post(f"/roles/{role}/edit", **values, **{"rule.masterdata.item": ""}).status_code == 303
    assert system(lambda: db.session.get_one(Role, role).row_rules) == {}


def test_nobody_frees_others_from_a_rule_that_binds_himself(app: Flask) -> None:
    rights = ("core.role.read", "core.role.write", *ITEMS)
    user = person({"masterdata.item": RAW}, permissions=rights)

    def change(rules: dict[str, Any]) -> None:
        role = system(lambda: make_role(*ITEMS, row_rules={"masterdata.item": RAW}))
        given = RoleInput(
            name="R",
            scope="all",
            permissions=frozenset(ITEMS),
            field_groups=frozenset(),
            version=role.version,
            row_rules=rules,
        )
        as_user(user, lambda: save_role(role.id, given))

    change({"masterdata.item": RAW})
    for wider in ({}, {"masterdata.item": TOOLS}):
        with pytest.raises(Forbidden, match="as widely"):
            change(wider)


def test_a_rule_on_what_has_no_rows_of_its_own_is_refused(app: Flask) -> None:
    role = system(lambda: make_role(*ITEMS))
    given = RoleInput(
        name="R",
        scope="all",
        permissions=frozenset(ITEMS),
        field_groups=frozenset(),
        version=role.version,
        row_rules={"sales_shipping.sales_order_line": RAW},
    )
    with pytest.raises(ValidationError):
        system(lambda: save_role(role.id, given))
