"""What is exported with every field and imported again changes nothing, whatever it holds."""

from __future__ import annotations

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import delete, func, select

from addons.masterdata.factories import make_item, make_item_category, pieces
from addons.masterdata.models import Item
from core.actor import Actor, acting
from core.db import db
from core.db.session import run_unit
from core.imports.exports import make
from core.imports.services import can_import
from core.kernel import setup
from core.kernel.registry import current_registry, is_page
from core.people.grants import actor_for
from core.testing.people import administrator
from core.views.listing import Listing
from core.views.state import State
from core.workflow.models import AuditEntry
from tests.core.imports.support import bring_in, check, spec_of

NAMES = sorted(
    [
        "core.org_unit",
        "core.post",
        "core.user",
        "masterdata.currency",
        "masterdata.item",
        "masterdata.item_category",
        "masterdata.partner",
        "masterdata.uom",
        "masterdata.uom_family",
        "masterdata.work_calendar",
        "mrp_routing.machine",
        "mrp_routing.operation_type",
        "mrp_routing.routing",
        "mrp_routing.work_center",
        "mrp_routing.work_order",
        "sales_shipping.sales_order",
        "sales_shipping.shipment",
        "stock.calibration",
        "stock.location",
        "stock.lot",
        "stock.pick_list",
        "stock.receipt",
        "stock.tool_loan",
        "stock.warehouse",
    ]
)


@pytest.fixture
def factory(app: Flask, system: Any) -> Iterator[Actor]:
    """The demonstration's factory, and its administrator."""
    setup.load_demo(app.config["QINGMES"])
    user = administrator(language="en")
    db.session.commit()
    with acting(actor_for(user, "web")) as actor:
        yield actor


def everything(model: str, actor: Actor, format: str) -> bytes:
    """Every field of every record of a kind."""
    content = make(Listing(spec_of(model), actor, State()), format=format, full=True)
    db.session.rollback()
    return content


def traces() -> int:
    """How many entries the audit trail has, those of imports and exports themselves left out."""
    query = select(func.count()).select_from(AuditEntry).where(AuditEntry.action.not_in(("import", "export")))
    return db.session.scalar(query) or 0


def importable(actor: Actor) -> list[str]:
    """Every kind of record with pages that may be imported."""
    return [s.name for s in current_registry().models.values() if is_page(s) and can_import(s, actor)]


@pytest.mark.slow
def test_every_kind_of_record_survives_the_round_trip(factory: Actor) -> None:
    seen = importable(factory)
    for model in seen:
        for format in ("xlsx", "csv"):
            content = everything(model, factory, format)
            before = traces()
            result = bring_in(content, model=model, name=f"all.{format}")
            assert (result.problems, set(result.outcomes) - {"same"}) == ([], set()), model
            assert traces() == before, model
    assert set(NAMES) <= set(seen)


TEXT = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=30)
CLEAN = TEXT.map(str.strip)
QUANTITY = st.decimals(Decimal(0), Decimal("9000000000000"), places=6)
ITEM = st.fixed_dictionaries(
    {
        "name": CLEAN.filter(bool),
        "specification": st.none() | CLEAN.filter(bool),
        "material": st.none() | st.sampled_from(["=1+1", "+1", "-1", "@A1", "'=1", "''", "#N/A", "TRUE", "007", "1e5"]),
        "tracking": st.sampled_from(["none", "lot", "serial"]),
        "safety_stock": QUANTITY,
        "weight": st.none() | QUANTITY,
        "lead_days": st.none() | st.integers(0, 2**31 - 1),
        "list_price": st.none() | st.decimals(Decimal(0), Decimal("9000000000000"), places=6),
    }
)


@given(rows=st.lists(ITEM, min_size=1, max_size=15), format=st.sampled_from(["xlsx", "csv"]))
@settings(
    max_examples=8,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_importing_an_export_brings_back_what_was_changed_since(
    importer: Actor, rows: list[dict[str, Any]], format: str
) -> None:
    run_unit(lambda: db.session.execute(delete(Item)))
    made = [make_item(code=f"X-{n}", uom=pieces(), **values) for n, values in enumerate(rows)]
    db.session.commit()
    db.session.expire_all()
    content = everything("masterdata.item", importer, format)
    assert check(content, name=f"a.{format}").problems == []
    for item in made:
        found = db.session.get_one(Item, item.id)
        found.name, found.safety_stock, found.tracking, found.weight = "?", Decimal(7), "none", None
    db.session.commit()
    result = bring_in(content, name=f"a.{format}", empty="clear")
    assert result.problems == []
    assert set(check(content, name=f"a.{format}").outcomes) == {"same"}
    for item, values in zip(made, rows, strict=True):
        found = db.session.get_one(Item, item.id)
        assert {name: getattr(found, name) for name in values} == values


def test_an_export_to_import_again_has_no_formulas_and_no_ids(importer: Actor) -> None:
    make_item(code="=A1", name="=1+1", material="\t=2", category=make_item_category())
    db.session.commit()
    sheet: Any = load_workbook(io.BytesIO(everything("masterdata.item", importer, "xlsx"))).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n", "d"}
    assert [cell for cell in cells if str(cell.value).startswith("#")] == []
    assert "=1+1" in [cell.value for cell in cells]
