"""An export holds exactly what the list shows, as values that no spreadsheet evaluates."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import select

from addons.masterdata.factories import make_item, make_partner
from core.actor import SYSTEM, acting
from core.db import db
from core.errors import ValidationError
from core.kernel.registry import current_registry
from core.testing.people import make_unit
from core.views import export
from core.views.conditions import Condition
from core.views.listing import Listing
from core.views.state import State
from core.workflow.models import AuditEntry
from tests.core.views.support import listing, make_items, reader

FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠x", '=HYPERLINK("http://x")')
ITEMS = "/m/masterdata/items"


def csv_rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def xlsx_cells(content: bytes) -> list[list[Any]]:
    return [list(row) for row in load_workbook(io.BytesIO(content)).active.iter_rows()]  # type: ignore[union-attr]


def test_the_file_has_the_columns_rows_and_order_of_the_list(any_app: Flask, system: Any) -> None:
    make_items("A-1", "A-2", kind="part")
    make_items("B-1", kind="raw")
    shown = listing(columns=("code", "kind", "state"), conditions=(Condition("kind", "in", "part"),), sort=("-code",))
    told = [["Code", "Kind", "State"], ["A-2", "Part", "In use"], ["A-1", "Part", "In use"]]
    assert csv_rows(export.export_csv(shown)) == told
    assert [[cell.value for cell in row] for row in xlsx_cells(export.export_xlsx(shown))] == told


def test_no_cell_is_a_formula(app: Flask, system: Any) -> None:
    for n, text in enumerate(FORMULAS):
        make_item(code=f"F-{n:02}", name=text)
    shown = listing(columns=("name",))
    texts = [row[0] for row in csv_rows(export.export_csv(shown))[1:]]
    assert texts == [f"'{text}" for text in FORMULAS]
    cells = [row[0] for row in xlsx_cells(export.export_xlsx(shown))[1:]]
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.value.strip() for cell in cells] == [text.strip() for text in FORMULAS]


def test_texts_a_spreadsheet_cannot_hold_or_takes_for_errors_are_exported_as_text(app: Flask, system: Any) -> None:
    make_item(code="A-1", name="a\x01b", material="#N/A")
    (row,) = xlsx_cells(export.export_xlsx(listing(columns=("name", "material"))))[1:]
    assert [(cell.value, cell.data_type) for cell in row] == [("ab", "s"), ("#N/A", "s")]


def test_numbers_stay_numbers_and_times_are_the_factorys(app: Flask, system: Any) -> None:
    item = make_item(code="A-1", weight=Decimal("-1.5"), lead_days=-3, active=True)
    shown = listing(columns=("weight", "lead_days", "active", "created_at", "material"))
    row = [cell.value for cell in xlsx_cells(export.export_xlsx(shown))[1]]
    assert row[:3] == [-1.5, -3, "Yes"]
    assert isinstance(row[3], datetime) and abs(row[3].hour - (item.created_at.hour + 8) % 24) <= 1
    assert csv_rows(export.export_csv(shown))[1][:2] == ["-1.5", "-3"]


def test_an_export_keeps_to_the_rows_and_fields_of_its_reader(app: Flask, system: Any) -> None:
    here, there = make_unit(), make_unit()
    make_partner(code="HERE", org_unit_id=here.id, credit_limit=Decimal(1))
    make_partner(code="THERE", org_unit_id=there.id)
    actor = reader("masterdata.partner.read", "masterdata.partner.export", scope="unit", unit=here)
    with acting(actor):
        shown = Listing(current_registry().model("masterdata.partner"), actor, State(columns=("code", "credit_limit")))
        assert csv_rows(export.export_csv(shown)) == [["Code"], ["HERE"]]


def test_too_long_a_list_is_refused_before_anything_is_written(
    app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_items("A-1", "A-2", "A-3")
    monkeypatch.setattr(export, "MOST_ROWS", 2)
    with pytest.raises(ValidationError, match="at most 2 rows"):
        export.export_csv(listing())


def test_the_page_sends_the_file_and_leaves_a_trace(shop: FlaskClient) -> None:
    answer = shop.get(f"{ITEMS}/export?format=xlsx&columns=code,name&c=kind~in~raw")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=Items.xlsx")
    assert len(xlsx_cells(answer.data)) > 10
    with acting(SYSTEM):
        note = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).one()
    assert (note.model, note.changes) == ("masterdata.item", {"columns": ["code", "name"]})


def test_a_file_of_many_rows_has_each_once(app: Flask, system: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "BATCH", 7)
    names = [f"R-{n:03}" for n in range(50)]
    make_items(*names)
    assert [row[0] for row in csv_rows(export.export_csv(listing(columns=("code",))))[1:]] == names
