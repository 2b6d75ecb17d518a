"""Whatever stands in an address or a form is answered with a page, a refusal or “not found”, never with a fault."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask

from addons.masterdata.factories import make_item
from core.db import db
from core.testing.people import administrator, csrf, sign_in

HUGE = "9" * 30
ODD = (
    "",
    "0",
    "-1",
    HUGE,
    "1e999",
    "NaN",
    "\x00",
    "'",
    '"',
    "%",
    "~",
    ",",
    "²",
    "１２",
    "true",
    "[]",
    "\ud7ff",
    "a" * 5000,
)
FIELDS = ("code", "weight", "lead_days", "category_id", "active", "kind", "created_at", "state")
OPERATORS = ("eq", "ne", "in", "between", "gte", "contains", "starts", "period", "empty", "filled", "gt", "")


def addresses(item_id: int) -> list[str]:
    base = "/m/masterdata/items"
    found = [f"{base}?{name}={quote(odd)}" for odd in ODD for name in ("q", "sort", "page", "columns", "c", "filter")]
    found += [f"{base}?{name}={quote(odd)}" for odd in ODD for name in ("group", "view", "field", "unknown")]
    found += [
        f"{base}?field={f}&op={op}&value={quote(odd)}" for odd in ODD[2:7] for f in FIELDS for op in OPERATORS[:4]
    ]
    found += [f"{base}?c={f}~{op}~{quote('1,2,3')}" for f in FIELDS for op in OPERATORS]
    for odd in ODD:
        text = quote(odd)
        found += [
            f"/search?q={text}",
            f"{base}/kanban?shown={text}",
            f"{base}/options?q={text}",
            f"{base}/new?copy={text}",
        ]
        found += [f"{base}/new?category_id={text}&weight={text}&kind={text}&created_at={text}&active={text}"]
        found += [f"{base}/filters?on={text}", f"{base}/export?format=csv&columns={text}&sort={text}"]
        found += [f"{base}/{item_id}/fire/{text or 'x'}", f"{base}/{item_id}/audit?before={text}"]
    return [*found, f"{base}/{HUGE}", f"{base}/0", "/m/masterdata/nothing", "/m/nothing/items", "/m/core/saved_views"]


def open_each(app: Flask, every: int) -> None:
    """Open every so many of these addresses."""
    client = sign_in(app.test_client(), administrator())
    item = make_item(code="A-1", weight=1, lead_days=1)
    db.session.commit()
    answers = {address: client.get(address).status_code for address in addresses(item.id)[::every]}
    assert {a: status for a, status in answers.items() if status >= 500} == {}
    assert set(answers.values()) <= {200, 302, 404, 409, 422}


def test_no_address_breaks_a_page(any_app: Flask, system: Any) -> None:
    open_each(any_app, every=7)


@pytest.mark.nightly
def test_no_address_at_all_breaks_a_page(any_app: Flask, system: Any) -> None:
    open_each(any_app, every=1)


def test_no_form_breaks_a_page(any_app: Flask, system: Any) -> None:
    client = sign_in(any_app.test_client(), administrator())
    item = make_item(code="A-1")
    db.session.commit()
    token, base = csrf(client), "/m/masterdata/items"
    answers = {}
    for odd in ODD:
        values = dict.fromkeys(("code", "name", "weight", "lead_days", "category_id", "uom_id", "kind", "version"), odd)
        for path in (f"{base}/new", f"{base}/{item.id}", f"{base}/{item.id}/fire/release", f"{base}/views"):
            answers[path, odd] = client.post(path, data={**values, "was": odd, "csrf_token": token}).status_code
        for data in ({"id": odd, "action": "release"}, {"id": item.id, "action": odd}, {"audience": odd, "name": "x"}):
            path = "views" if "audience" in data else "bulk"
            answers[path, odd] = client.post(f"{base}/{path}", data={**data, "csrf_token": token}).status_code
    assert {where: status for where, status in answers.items() if status >= 500} == {}
