"""The pages of printing: the dialog, the PDF in the browser, the editor of templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from addons.masterdata.factories import make_item
from addons.sales_shipping.factories import make_sales_order
from core.db import db
from core.errors import SetupError
from core.kernel import checks
from core.kernel.registry import Declared, current_registry
from core.paper.declare import Document, Label, Paper
from core.paper.models import PrintTemplate
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.workflow.models import AuditEntry
from tests.core.paper.support import texts

PRINT = "/m/sales_shipping/orders/print"


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    """An administrator's browser."""
    return sign_in(client, administrator(name="Lin Mei"))


@pytest.fixture
def order(admin: FlaskClient) -> Any:
    """A committed order."""
    made = make_sales_order()
    db.session.commit()
    return made


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    """Send a form of ours."""
    return client.post(path, data=form, headers={"X-CSRFToken": csrf(client)})


def test_the_print_button_is_on_the_form_and_on_the_list(admin: FlaskClient, order: Any) -> None:
    assert f"{PRINT}/ask?id={order.id}" in admin.get(f"/m/sales_shipping/orders/{order.id}").text
    assert f'hx-get="{PRINT}/ask"' in admin.get("/m/sales_shipping/orders").text


def test_the_dialog_offers_every_paper_and_what_fits_it(admin: FlaskClient, order: Any) -> None:
    page = admin.get(f"{PRINT}/ask", query_string={"id": order.id}).text
    assert re.findall(r'<option value="([\w.-]+)" selected>', page)[0] == "sales_shipping.order_confirmation"
    assert "Paper size" in page and "Label format" not in page and 'target="_blank"' in page
    labels = admin.get(f"{PRINT}/ask", query_string={"id": order.id, "paper": "label"}).text
    assert "Label format" in labels and "Paper size" not in labels
    many = admin.get(f"{PRINT}/ask", query_string={"id": list(range(1, 22))}).text
    assert 'method="post"' in many and "21 records" in many
    assert admin.get(f"{PRINT}/ask").status_code == 422


def test_the_pdf_opens_in_the_browser_under_the_documents_number(admin: FlaskClient, order: Any) -> None:
    answer = admin.get(PRINT, query_string={"id": order.id})
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"inline; filename={order.number}.pdf"
    assert "by Lin Mei" in texts(answer.data)[0]
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "print")).one()
    assert (entry.model, entry.changes["records"]) == ("sales_shipping.sales_order", [order.id])


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"id": "1x"}, 422),
        ({"id": 10**19}, 422),
        ({"id": 999999}, 404),
        ({"paper": "nothing"}, 404),
        ({"size": "A0000"}, 422),
        ({"lang": "xx"}, 422),
        ({"copies": 501, "paper": "label"}, 422),
        ({"format": "../x", "paper": "label"}, 422),
        ({"id": list(range(1, 22))}, 422),
    ],
)
def test_what_cannot_be_printed_is_refused_with_a_sentence(
    admin: FlaskClient, order: Any, asked: dict[str, Any], status: int
) -> None:
    answer = admin.get(PRINT, query_string={"id": order.id, **asked})
    assert answer.status_code == status and "Traceback" not in answer.text


def test_nobody_prints_what_he_may_not_read(app: Flask, order: Any) -> None:
    client = sign_in(app.test_client(), make_user(make_role("masterdata.item.read")))
    for path in (PRINT, f"{PRINT}/ask"):
        assert client.get(path, query_string={"id": order.id}).status_code == 403
    assert post(client, PRINT, id=order.id).status_code == 403
    assert app.test_client().get(PRINT, query_string={"id": order.id}).status_code in (302, 303, 401)


def test_a_template_is_begun_tried_out_saved_and_published_on_its_pages(admin: FlaskClient, order: Any) -> None:
    home = "/paper/templates"
    assert "No templates of your own" in admin.get(home).text
    assert post(admin, f"{home}/new", name="", model="sales_shipping.sales_order").status_code == 422
    here = post(admin, f"{home}/new", name="Ours", model="sales_shipping.sales_order").location
    page = admin.get(here).text
    assert "record.partner.name" in page and "line.item.code" in page
    draft = {"name": "Ours", "body": "<h1>Own {{ record.number }}</h1>", "size": "A4", "margin_mm": "15", "css": ""}
    tried = post(admin, f"{here}/try", record_id=order.id, **draft)
    assert f"Own {order.number}" in texts(tried.data)[0]
    wrong = post(admin, here, **{**draft, "body": "\n{{ nothing"})
    assert wrong.status_code == 422 and "Line 2" in wrong.text and "{{ nothing" in wrong.text
    assert post(admin, here, **draft, paper="record", letterhead="on").status_code == 303
    assert post(admin, f"{here}/publish").status_code == 303
    assert f"Own {order.number}" in texts(admin.get(PRINT, query_string={"id": order.id, "paper": "record"}).data)[0]
    assert "Version 1 is printed" in admin.get(here).text
    assert post(admin, f"{here}/restore", number="1").status_code == 303
    assert post(admin, f"{here}/withdraw").status_code == 303
    assert db.session.scalars(select(PrintTemplate.published)).all() == [None]


def test_a_stale_draft_comes_back_as_typed(admin: FlaskClient, order: Any) -> None:
    here = post(admin, "/paper/templates/new", name="Ours", model="sales_shipping.sales_order").location
    answer = post(admin, here, name="Ours", body="<p>mine</p>", size="A4", margin_mm="15", version="77")
    assert answer.status_code == 409 and "&lt;p&gt;mine&lt;/p&gt;" in answer.text


WRONG: dict[str, tuple[Paper, str]] = {}
_DOCUMENT = Document(name="x", title="X", model="masterdata.item", template="paper/record.html")
_LABEL = Label(name="x", title="X", model="masterdata.item", template="paper/label.html")
WRONG["template"] = (replace(_DOCUMENT, template="paper/nothing.html"), "there is no template 'paper/nothing.html'")
WRONG["model"] = (replace(_DOCUMENT, model="masterdata.nothing"), "there is no model")
WRONG["line"] = (replace(_DOCUMENT, model="mrp_routing.operation"), "has no pages of its own")
WRONG["permission"] = (replace(_DOCUMENT, permission="x.y.z"), "is not declared")
WRONG["load"] = (replace(_DOCUMENT, loads=("uom.nothing",)), "leads nowhere")
WRONG["size"] = (replace(_DOCUMENT, sizes=("A99",)), "is no size of paper")
WRONG["no size"] = (replace(_DOCUMENT, sizes=()), "has no sizes")
WRONG["format"] = (replace(_LABEL, formats=("sheet-1",)), "knows no formats ['sheet-1']")
WRONG["quantity"] = (replace(_LABEL, quantity="nothing"), "leads nowhere")


@pytest.fixture(params=WRONG)
def wrong(request: pytest.FixtureRequest, app: Flask) -> Iterator[str]:
    """A paper with something wrong, declared; the problem that is to be named."""
    paper, problem = WRONG[request.param]
    papers = current_registry().papers
    papers["masterdata.x"] = Declared("masterdata", paper)
    yield problem
    del papers["masterdata.x"]


def test_a_paper_with_something_wrong_stops_the_start(wrong: str) -> None:
    with pytest.raises(SetupError) as refused:
        checks.check(current_registry())
    assert wrong in refused.value.problem and refused.value.file.endswith("paper.py")


def test_many_labels_of_one_kind_go_straight_to_the_browser(admin: FlaskClient) -> None:
    items = [make_item() for _n in range(20)]
    db.session.commit()
    asked = {"id": [item.id for item in items], "paper": "masterdata.item_label", "copies": 4}
    answer = admin.get("/m/masterdata/items/print", query_string=asked)
    assert answer.mimetype == "application/pdf" and len(texts(answer.data)) == 4
