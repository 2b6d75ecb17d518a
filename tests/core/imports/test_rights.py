"""An import reaches no further than its importer: rows, fields, links, templates and reports."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook

from addons.masterdata.factories import make_item, make_partner, pieces
from addons.masterdata.models import Item, Partner
from core.actor import SYSTEM, Actor, acting, current_actor
from core.db import db
from core.errors import Forbidden, NotFound, ValidationError
from core.imports import services, template, work
from core.imports.targets import targets_of
from core.people.grants import actor_for
from core.people.models import OrgUnit, User
from core.testing.people import make_role, make_unit, make_user
from tests.core.imports.support import bring_in, check, run_job, spec_of, upload, xlsx

ITEM = tuple(f"masterdata.item.{verb}" for verb in ("read", "create", "write", "export"))
PARTNER = tuple(f"masterdata.partner.{verb}" for verb in ("read", "create", "write"))
HEAD = ("code", "name", "uom")


@contextmanager
def as_one_with(*permissions: str, scope: str = "all", **values: Any) -> Iterator[Actor]:
    """Somebody with one role, acting as on a page."""
    with acting(SYSTEM):
        unit_id = values.pop("unit_id", None)
        values["unit"] = db.session.get(OrgUnit, unit_id) if unit_id else None
        user = make_user(make_role(*permissions, scope=scope, field_groups=values.pop("groups", ())), **values)
        db.session.commit()
        actor = actor_for(user, "web")
    with acting(actor):
        yield actor


@pytest.fixture
def factory(app: Flask, system: Any) -> None:
    """Two items."""
    make_item(code="A-1", name="Old", uom=pieces(), list_price=Decimal(9))
    make_item(code="A-2", name="Old", uom=pieces())
    db.session.commit()


def test_whoever_may_neither_add_nor_change_imports_nothing(factory: None) -> None:
    with as_one_with("masterdata.item.read"), pytest.raises(Forbidden):
        upload(xlsx(HEAD, ("A-3", "x", "pcs")))


def test_whoever_may_only_add_or_only_change_does_only_that(factory: None) -> None:
    content = xlsx(HEAD, ("A-1", "New", "pcs"), ("A-3", "x", "pcs"))
    with as_one_with("masterdata.item.read", "masterdata.item.create", "masterdata.uom.read"):
        assert check(content).outcomes == ["refused", "create"]
        with pytest.raises(Forbidden):
            upload(content, action="both")
        db.session.rollback()
    with as_one_with("masterdata.item.read", "masterdata.item.write", "masterdata.uom.read"):
        assert check(content).outcomes == ["change", "refused"]
        with pytest.raises(Forbidden):
            upload(content, action="create")
        db.session.rollback()


def test_hidden_fields_are_neither_offered_nor_set_nor_in_the_template(factory: None) -> None:
    content = xlsx((*HEAD, "list_price"), ("A-1", "New", "pcs", 1))
    with as_one_with(*ITEM, "masterdata.uom.read") as actor:
        assert "list_price" not in targets_of(spec_of(), actor)
        book = load_workbook(io.BytesIO(template.make_template(spec_of(), actor)))
        assert "List price" not in [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
        with pytest.raises(ValidationError, match="no field"):
            upload(content, columns={0: "code", 3: "list_price"})
        db.session.rollback()
        bring_in(content)
    with acting(SYSTEM):
        db.session.expire_all()
        found = {item.code: item for item in db.session.query(Item)}
        assert (found["A-1"].name, found["A-1"].list_price) == ("New", Decimal(9))
    with as_one_with(*ITEM, "masterdata.uom.read", groups=("prices",)) as actor:
        assert "list_price" in targets_of(spec_of(), actor)


def test_rows_out_of_reach_are_neither_changed_nor_told_of(app: Flask, system: Any) -> None:
    (here, there) = (make_unit().id, make_unit().id)
    make_partner(code="HERE", name="Here", org_unit_id=here)
    make_partner(code="THERE", name="There", org_unit_id=there)
    db.session.commit()
    content = xlsx(("code", "name", "kind"), ("HERE", "x", "both"), ("THERE", "x", "both"), ("NEW", "x", "both"))
    with as_one_with(*PARTNER, scope="unit", unit_id=here):
        result = bring_in(content, model="masterdata.partner", whole=False)
        assert result.outcomes == ["change", "refused", "create"]
        assert result.problems == [(3, "Code", "Code is already in use.")]
    db.session.expire_all()
    found = {partner.code: partner for partner in db.session.query(Partner)}
    assert found["THERE"].name == "There"
    assert found["NEW"].org_unit_id == here


def test_nothing_is_put_into_an_org_unit_out_of_reach(app: Flask, system: Any) -> None:
    here = make_unit().id
    content = xlsx(("code", "name", "kind", "org_unit"), ("NEW", "x", "both", make_unit().code))
    db.session.commit()
    with as_one_with(*PARTNER, "core.org_unit.read", scope="unit", unit_id=here):
        result = check(content, model="masterdata.partner")
        assert result.outcomes == ["refused"]
        assert "beyond your data scope" in result.problems[0][2]


def test_links_lead_only_to_what_the_importer_may_read(app: Flask, system: Any) -> None:
    (here, there) = (make_unit().id, make_unit().id)
    make_partner(code="THERE", name="There", org_unit_id=there)
    make_item(code="A-1", uom=pieces())
    db.session.commit()
    orders = tuple(f"sales_shipping.sales_order.{verb}" for verb in ("read", "create", "write"))
    content = xlsx(("partner", "lines.item", "lines.quantity"), ("THERE", "A-1", 1))
    with as_one_with(*orders, *ITEM, "masterdata.partner.read", scope="unit", unit_id=here):
        (problem,) = check(content, model="sales_shipping.sales_order").problems
        assert "no Partner “THERE”, or it is not yours to see" in problem[2]
    with as_one_with(*orders, *ITEM, scope="unit", unit_id=here) as actor:
        assert "partner" not in targets_of(spec_of("sales_shipping.sales_order"), actor)


def test_an_import_of_another_is_not_there(factory: None) -> None:
    with as_one_with(*ITEM, "masterdata.uom.read"):
        import_id = upload(xlsx(HEAD, ("A-3", "x", "pcs")))
        assert len(services.find_imports()) == 1
    with as_one_with(*ITEM, "masterdata.uom.read"):
        with pytest.raises(NotFound):
            services.get_import(import_id)
        assert services.find_imports() == []
    with as_one_with("core.import.read"):
        assert len(services.find_imports()) == 1


def test_rights_lost_before_the_job_runs_stop_it(factory: None) -> None:
    with as_one_with(*ITEM, "masterdata.uom.read") as actor:
        import_id = upload(xlsx(HEAD, ("A-3", "x", "pcs")))
        with acting(SYSTEM):
            db.session.get_one(User, actor.user_id).active = False
            db.session.commit()
        run_job(import_id)
        kept = services.get_import(import_id)
        assert kept.state == "uploaded" and "deactivated" in kept.counts["error"]


def test_the_job_acts_as_the_importer_on_the_channel_of_imports(factory: None) -> None:
    with as_one_with(*ITEM, "masterdata.uom.read") as actor:
        kept = services.get_import(upload(xlsx(HEAD, ("A-3", "x", "pcs"))))
        found = work.importer_of(kept)
        assert (found.user_id, found.channel, found.unrestricted) == (actor.user_id, "import", False)
        assert found.grants == actor.grants
        assert current_actor() is actor
