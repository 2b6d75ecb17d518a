"""Reports as pages and files: inputs, bad ones, totals, columns somebody may not see, formulas, apps that are off."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook

from addons.masterdata.factories import make_item
from core.errors import Conflict, SetupError
from core.kernel import checks
from core.kernel.registry import Declared, current_registry
from core.kernel.switch import disable
from core.reports.declare import Answer, Ask, Column, Report
from core.testing.people import administrator, make_role, make_user, sign_in
from tests.addons.stock.support import commit

COLUMNS = (
    Column(name="item", title="Item", target="masterdata.item"),
    Column(name="quantity", title="Quantity", kind="quantity", total=True),
    Column(name="value", title="Worth", kind="money", total=True, group="costs"),
)
ASKS = (
    Ask(name="day", title="Day", kind="date", default=lambda: date(2026, 11, 1), required=True),
    Ask(name="last", title="Last day", kind="date", not_before="day"),
    Ask(name="item", title="Item", kind="link", target="masterdata.item"),
    Ask(name="colour", title="Colour", kind="choice", choices={"r": "Red", "b": "Blue"}),
    Ask(name="most", title="Most", kind="integer", minimum=1),
    Ask(name="open", title="Open only", kind="flag"),
)


class Asked:
    """What the report was asked last, and how it answers."""

    def __init__(self) -> None:
        self.values: Mapping[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.refusal = ""

    def answer(self, asked: Mapping[str, Any]) -> Answer:
        """Remember, and answer."""
        self.values = asked
        if self.refusal:
            raise Conflict(self.refusal)
        return Answer(rows=self.rows, note="as of now")


@pytest.fixture
def report(app: Flask) -> Iterator[Asked]:
    """One more report of stock, for a while."""
    asked = Asked()
    made = Report(
        name="test", title="Test report", permission="stock.move.read", columns=COLUMNS, asks=ASKS, answer=asked.answer
    )
    current_registry().reports["stock.test"] = Declared("stock", made)
    yield asked
    del current_registry().reports["stock.test"]


def row(quantity: str, value: str | None = "1", item: str = "A-1", item_id: int | None = None) -> dict[str, Any]:
    amount = None if value is None else Decimal(value)
    return {"item": item, "item_id": item_id, "quantity": Decimal(quantity), "value": amount}


@pytest.fixture
def boss(client: FlaskClient) -> FlaskClient:
    sign_in(client, commit(administrator))
    return client


def test_the_list_shows_what_one_may_open(client: FlaskClient, report: Asked) -> None:
    sign_in(client, commit(lambda: make_user(make_role("stock.move.read"))))
    page = client.get("/reports").text
    assert ("Test report" in page, "Stock card" in page, "Availability" in page) == (True, True, False)
    assert client.get("/reports/stock/availability").status_code == 403
    assert client.get("/reports/stock/nothing").status_code == 404


def test_defaults_are_asked_first_and_the_address_says_the_rest(boss: FlaskClient, report: Asked) -> None:
    item = commit(make_item)
    report.rows = [row("2", item_id=item.id), row("3.5")]
    page = boss.get("/reports/stock/test").text
    assert report.values == {
        "day": date(2026, 11, 1),
        "last": None,
        "item": None,
        "colour": None,
        "most": None,
        "open": False,
    }
    assert ("5.5" in page, f'href="/m/masterdata/items/{item.id}"' in page, "as of now" in page) == (True, True, True)
    given = {"day": "2026-11-03", "item": item.id, "colour": "b", "most": "7", "open": "1"}
    page = boss.get("/reports/stock/test", query_string=given).text
    assert report.values == {
        "day": date(2026, 11, 3),
        "last": None,
        "item": item.id,
        "colour": "b",
        "most": 7,
        "open": True,
    }
    assert item.code in page


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("day", "yesterday", "is not a date"),
        ("day", "", "Fill this in"),
        ("last", "2026-10-31", "before “Day”"),
        ("item", "999999", "There is no such record"),
        ("item", "x", "There is no such record"),
        ("colour", "green", "Choose one of those offered"),
        ("most", "0", "whole number from 1"),
        ("most", "1e9", "whole number from 1"),
        ("most", "9" * 30, "whole number from 1"),
    ],
)
def test_bad_input_is_said_beside_its_field(
    boss: FlaskClient, report: Asked, name: str, text: str, sentence: str
) -> None:
    report.rows = [row("2")]
    answer = boss.get("/reports/stock/test", query_string={"day": "2026-11-03", name: text})
    assert (answer.status_code, sentence in answer.text, "A-1" in answer.text) == (200, True, False)
    assert boss.get("/reports/stock/test", query_string={name: text, "format": "csv"}).mimetype == "text/html"


def test_a_refusal_is_a_sentence(boss: FlaskClient, report: Asked) -> None:
    report.refusal = "The books are shut."
    answer = boss.get("/reports/stock/test")
    assert (answer.status_code, "The books are shut." in answer.text) == (200, True)


def test_columns_of_a_group_are_seen_by_its_holders_only(client: FlaskClient, report: Asked) -> None:
    report.rows = [row("2", "31.41")]
    sign_in(client, commit(lambda: make_user(make_role("stock.move.read"))))
    for address in ("/reports/stock/test", "/reports/stock/test?format=csv"):
        text = client.get(address).text
        assert ("Quantity" in text, "Worth" in text, "31.41" in text) == (True, False, False)


def test_a_file_holds_everything_and_no_formula(boss: FlaskClient, report: Asked) -> None:
    report.rows = [row(str(n), None, item="=1+1") for n in range(1, 451)]
    book = load_workbook(io.BytesIO(boss.get("/reports/stock/test?format=xlsx").data))
    cells = list(book.active.iter_rows())
    assert (len(cells), cells[0][0].value, cells[1][0].data_type, cells[-1][1].value) == (451, "Item", "s", 450)
    text = boss.get("/reports/stock/test?format=csv").data.decode("utf-8-sig").splitlines()
    assert text[:2] == ["Item,Quantity,Worth", "'=1+1,1,"]


def test_many_rows_come_in_pages_under_one_total(boss: FlaskClient, report: Asked) -> None:
    report.rows = [row("1", item=f"ROW-{n}") for n in range(450)]
    first, last = boss.get("/reports/stock/test").text, boss.get("/reports/stock/test?page=3").text
    assert ("ROW-199" in first, "ROW-200" in first, "ROW-449" in last) == (True, False, True)
    assert first.count("450") >= 1
    assert boss.get("/reports/stock/test?page=x").status_code == 200
    for beyond in ("4", "99999999"):
        page = boss.get(f"/reports/stock/test?page={beyond}").text
        assert ("ROW-449" in page, "401–450 of 450" in page) == (True, True)


def test_the_last_day_may_be_the_first(boss: FlaskClient, report: Asked) -> None:
    report.rows = [row("2")]
    assert "A-1" in boss.get("/reports/stock/test?day=2026-11-03&last=2026-11-03").text


def test_a_report_of_an_app_that_is_off_is_not_there(boss: FlaskClient, report: Asked) -> None:
    commit(lambda: disable("stock"))
    assert boss.get("/reports/stock/test").status_code == 404
    assert "Test report" not in boss.get("/reports").text


def test_nobody_signed_in_sees_none(client: FlaskClient, report: Asked) -> None:
    assert client.get("/reports").status_code == 302
    assert client.get("/reports/stock/test").status_code == 302


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"permission": "stock.nothing.read"}, "is not declared"),
        ({"columns": (COLUMNS[0], COLUMNS[0])}, "is there twice"),
        ({"columns": (Column(name="x", title="X", target="stock.nothing"),)}, "there is no model"),
        ({"columns": (Column(name="x", title="X", group="secrets"),)}, "there is no field group"),
        ({"asks": (Ask(name="x", title="X", kind="link"),)}, "does not fit its kind"),
        ({"asks": (Ask(name="x", title="X", kind="choice"),)}, "does not fit its kind"),
        ({"asks": (Ask(name="x", title="X", kind="date", not_before="y"),)}, "there is no date 'y'"),
        (
            {
                "asks": (
                    ASKS[0],
                    Ask(name="x", title="X", kind="flag", not_before="day"),
                )
            },
            "is no date",
        ),
    ],
)
def test_a_wrong_declaration_stops_the_start(report: Asked, wrong: dict[str, Any], sentence: str) -> None:
    said = {"name": "test", "title": "T", "permission": "stock.move.read", "columns": COLUMNS, "answer": report.answer}
    current_registry().reports["stock.test"] = Declared("stock", Report(**{**said, **wrong}))
    with pytest.raises(SetupError, match=sentence):
        checks.check(current_registry())
