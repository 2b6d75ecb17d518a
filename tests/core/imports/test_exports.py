"""Long exports are made in the background; short ones at once."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item, pieces
from core.db import db
from core.events.deliver import deliver
from core.events.models import Notification
from core.imports.models import Export
from core.testing.people import administrator, csrf, sign_in
from core.views import export
from core.workflow.models import AuditEntry

LIST = "/m/masterdata/items"


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """An administrator's browser; five items, and exports of more than three are long."""
    monkeypatch.setattr(export, "LARGE", 3)
    monkeypatch.setattr(export, "BATCH", 2)
    for n in range(5):
        make_item(code=f"E-{n}", name=f"=name {n}", kind="raw" if n == 4 else "part", uom=pieces())
    return sign_in(client, administrator(language="en"))


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


@pytest.mark.parametrize("full", [False, True])
def test_a_long_export_is_asked_for_made_and_fetched(admin: FlaskClient, full: bool) -> None:
    asked = {"format": "csv", "c": "kind~in~part", "sort": "-code", **({"full": "1"} if full else {})}
    answer = admin.get(f"{LIST}/export", query_string=asked)
    assert answer.status_code == 302
    page = admin.get(answer.headers["Location"]).text
    assert "more than 3 rows" in page or "more than" in page
    made = admin.post(f"{LIST}/export/later", data={"csrf_token": csrf(admin), **asked})
    assert made.status_code == 303
    one = made.headers["Location"]
    assert admin.get(f"{one}/file").status_code == 404
    assert admin.get(f"{one}/progress").status_code == 200
    kept = db.session.scalars(select(Export)).one()
    delivery_id = kept.delivery_id
    assert delivery_id is not None
    db.session.rollback()
    assert deliver(delivery_id) == "done"
    assert admin.get(f"{one}/progress").status_code == 204
    assert "4 records" in admin.get(one).text
    rows = rows_of(admin.get(f"{one}/file").data)
    assert [row[0] for row in rows] == ["Code", "E-3", "E-2", "E-1", "E-0"]
    assert rows[1][1] == "'=name 3"
    assert ("Safety stock" in rows[0]) is full or not full
    assert [n.link for n in db.session.scalars(select(Notification))] == [one]
    notes = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "export")).all()
    assert [note.changes["rows"] for note in notes] == [4]


def test_a_short_export_is_made_at_once_whole_or_as_shown(admin: FlaskClient) -> None:
    shown = admin.get(f"{LIST}/export?format=csv&c=kind~in~raw&columns=code,name")
    assert rows_of(shown.data) == [["Code", "Name"], ["E-4", "'=name 4"]]
    whole = rows_of(admin.get(f"{LIST}/export?format=csv&c=kind~in~raw&full=1").data)
    assert whole[0][0] == "Code" and len(whole[0]) > 15 and whole[1][0] == "E-4"


def test_an_export_of_another_is_not_there(admin: FlaskClient, app: Flask) -> None:
    admin.post(f"{LIST}/export/later", data={"csrf_token": csrf(admin), "format": "xlsx"})
    kept = db.session.scalars(select(Export)).one()
    other = sign_in(app.test_client(), administrator(language="en"))
    assert other.get(f"/exports/{kept.id}").status_code == 404
