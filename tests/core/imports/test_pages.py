"""The pages from the file to the report, the list of imports, and what is not for everybody."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from addons.masterdata.factories import make_item, pieces
from addons.masterdata.models import Item
from core.db import db
from core.events.models import Delivery
from core.imports.models import Import
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.testing.statements import count_statements
from tests.core.imports.support import run_job, xlsx

PAGE = "/m/masterdata/items/import"
HEAD = ("编码", "名称", "单位", "列")


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    """An administrator's browser, at a factory with one item."""
    make_item(code="A-1", name="Old", uom=pieces())
    return sign_in(client, administrator(language="en"))


def send(client: FlaskClient, content: bytes, name: str = "items.xlsx") -> Any:
    data = {"csrf_token": csrf(client), "file": (io.BytesIO(content), name)}
    return client.post(PAGE, data=data, content_type="multipart/form-data")


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data={"csrf_token": csrf(client), **form})


CHOSEN = {"sheet": "Sheet", "header": "1", "column-0": "code", "column-1": "name", "column-2": "uom", "key": "code"}


def test_from_the_file_to_the_report(admin: FlaskClient) -> None:
    assert PAGE in admin.get("/m/masterdata/items").text
    assert admin.get(PAGE).status_code == 200
    answer = send(admin, xlsx(HEAD, ("A-1", "New", "pcs", 1), ("A-2", "x", "none", 2), ("A-3", "y", "pcs", 3)))
    assert answer.status_code == 303
    one = answer.headers["Location"]
    page = admin.get(one).text
    assert "column-3" in page and "Not imported" in page
    assert post(admin, f"{one}/check", **CHOSEN).status_code == 303
    assert "/progress" in admin.get(one).text
    assert "work begins" in admin.get(f"{one}/progress").text
    run_job(import_id(one))
    assert admin.get(f"{one}/progress").headers["HX-Refresh"] == "true"
    report = admin.get(one).text
    assert "There is no Unit “none”" in report and "Import the 2 good ones" in report
    assert admin.get(f"{one}?outcome=refused").text.count("<tr>") == 2
    assert post(admin, f"{one}/run").status_code == 409
    assert post(admin, f"{one}/run", rows="valid").status_code == 303
    run_job(import_id(one))
    assert "Imported" in admin.get(one).text
    book: Any = load_workbook(io.BytesIO(admin.get(f"{one}/refused").data)).active
    assert book["A3"].value.startswith("Unit")
    assert "items.xlsx" in admin.get("/imports").text
    assert sorted(item.code for item in db.session.query(Item)) == ["A-1", "A-3"]


def import_id(path: str) -> int:
    return int(path.rpartition("/")[2])


def test_a_check_that_failed_for_good_can_be_begun_again(admin: FlaskClient) -> None:
    one = send(admin, xlsx(HEAD, ("A-1", "New", "pcs", 1))).headers["Location"]
    post(admin, f"{one}/check", **CHOSEN)
    assert post(admin, f"{one}/check", **CHOSEN).status_code == 409
    delivery = db.session.get_one(Delivery, db.session.get_one(Import, import_id(one)).delivery_id)
    delivery.state = "dead"
    db.session.commit()
    assert "failed several times" in admin.get(one).text
    assert post(admin, f"{one}/check", **CHOSEN).status_code == 303


def test_another_row_of_headings_is_read_anew(admin: FlaskClient) -> None:
    one = send(admin, xlsx(("code", "x", "y"), HEAD, ("A-1", "New", "pcs", 1))).headers["Location"]
    assert '<option value="2" selected>' in admin.get(one).text
    assert '<option value="1" selected>' in admin.get(f"{one}?header=1&columns=1").text
    assert admin.get(f"{one}?header=999&sheet=nonsense").status_code == 200


def test_refused_files_and_columns_are_explained_where_they_were_chosen(admin: FlaskClient) -> None:
    answer = send(admin, b"MZ", "virus.exe")
    assert answer.status_code == 422 and "Choose a spreadsheet" in answer.text
    assert send(admin, b"PK\x03\x04", "a.xlsx").status_code == 422
    assert post(admin, PAGE).status_code == 422
    one = send(admin, xlsx(HEAD, ("A-1", "New", "pcs", 1))).headers["Location"]
    answer = post(admin, f"{one}/check", **{**CHOSEN, "column-1": "code"})
    assert answer.status_code == 422 and "Two columns are" in answer.text
    assert db.session.get_one(Import, import_id(one)).state == "uploaded"


def test_the_template_can_be_fetched(admin: FlaskClient) -> None:
    answer = admin.get(f"{PAGE}/template")
    sheet: Any = load_workbook(io.BytesIO(answer.data)).worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    assert "Code" in headings and "Name*" in headings and "Version" not in headings


def test_pages_are_closed_to_whoever_may_not(app: Flask, system: Any) -> None:
    db.session.commit()
    reader = sign_in(app.test_client(), make_user(make_role("masterdata.item.read")))
    assert PAGE not in reader.get("/m/masterdata/items").text
    assert reader.get(PAGE).status_code == 403
    assert send(reader, xlsx(HEAD)).status_code == 403
    assert reader.get("/imports/1").status_code == 404
    assert reader.get("/exports/1").status_code == 404
    assert reader.get("/imports").status_code == 200
    assert reader.get("/m/stock/moves/import").status_code == 403
    assert app.test_client().get("/imports").status_code == 302


def test_pages_take_few_statements(admin: FlaskClient) -> None:
    one = send(admin, xlsx(HEAD, *((f"B-{n}", "x", "pcs", n) for n in range(30)))).headers["Location"]
    assert count_statements(lambda: admin.get(one)) <= 5
    post(admin, f"{one}/check", **CHOSEN)
    assert count_statements(lambda: admin.get(f"{one}/progress")) <= 6
    run_job(import_id(one))
    assert count_statements(lambda: admin.get(one)) <= 6
    assert count_statements(lambda: admin.get("/imports")) <= 5
