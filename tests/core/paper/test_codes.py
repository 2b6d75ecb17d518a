"""The scan code of a record: read off paper, it leads to its record from wherever codes are scanned."""

from __future__ import annotations

from typing import Any

import pytest
import zxingcpp
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from addons.masterdata.factories import make_item, make_partner, make_uom
from addons.mrp_routing.factories import make_machine, make_routing, make_work_order
from addons.mrp_routing.services import make_code
from addons.stock.factories import make_lot
from core.actor import acting
from core.db import db
from core.kernel.registry import current_registry
from core.paper import render
from core.paper.codes import find_scanned, scan_code, scan_codes
from core.paper.pictures import MODULE_MM, code128, qr
from core.testing.people import administrator, sign_in
from core.testing.statements import count_statements
from core.views import search
from core.workflow.fire import fire
from tests.core.paper.support import page_count, picture, printed, scanned
from tests.core.views.support import reader

PRINTABLE = st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=24)


def test_a_record_with_a_number_of_its_own_is_scanned_by_it(any_app: Flask, system: Any) -> None:
    assert scan_code(make_work_order(number="WO-7")) == "WO-7"
    assert scan_code(make_item(code="SH-1")) == "SH-1"


def test_a_code_that_another_record_bears_as_well_is_not_printed(any_app: Flask, system: Any) -> None:
    item, uom = make_item(code="X-1"), make_uom(code="x-1")
    assert scan_code(item) == f"masterdata.item:{item.id}"
    assert scan_code(uom) == f"masterdata.uom:{uom.id}"


@pytest.mark.parametrize("code", ["轴-1", "A B", "1234567890123456", "stock.lot:7"])
def test_a_code_no_bar_code_could_hold_or_another_could_mean_is_not_printed(app: Flask, system: Any, code: str) -> None:
    item = make_item(code=code)
    assert scan_code(item) == f"masterdata.item:{item.id}"


def test_a_lot_is_scanned_by_its_id_because_two_items_may_share_its_number(any_app: Flask, system: Any) -> None:
    one, other = make_lot(number="L-1"), make_lot(number="L-1")
    assert scan_codes(current_registry().model("stock.lot"), [one, other]) == {
        one.id: f"stock.lot:{one.id}",
        other.id: f"stock.lot:{other.id}",
    }


def test_the_codes_of_many_records_take_one_statement(any_app: Flask, system: Any) -> None:
    spec, items = current_registry().model("masterdata.item"), [make_item() for _n in range(30)]
    scan_codes(spec, items)  # which addons are enabled is known by now
    assert count_statements(lambda: scan_codes(spec, items)) == 1


@pytest.mark.parametrize("form", ["stock.lot:%s", " stock.lot:%s ", "stock.lot：%s", "ｓｔｏｃｋ.lot:%s"])
def test_a_scanned_id_leads_to_its_record_however_the_input_method_wrote_it(
    any_app: Flask, system: Any, form: str
) -> None:
    lot = make_lot()
    with acting(reader("stock.lot.read")) as actor:
        assert search.jump(form % lot.id, actor) == f"/m/stock/lots/{lot.id}"
    with acting(reader("masterdata.item.read")) as actor:
        assert search.jump(form % lot.id, actor) is None


NOTHING = ("stock.lot:", "stock.lot:0", "stock.lot:99999999999999999999", "stock.nothing:1", "core.printout:1")


@pytest.mark.parametrize("code", [*NOTHING, "mrp_routing.operation:1"])
def test_what_names_no_record_with_a_page_leads_nowhere(app: Flask, system: Any, code: str) -> None:
    assert find_scanned(code) is None


def test_the_search_field_jumps_to_what_was_printed(app: Flask, client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    lot, item = make_lot(), make_item()
    db.session.commit()
    for record, address in ((lot, f"/m/stock/lots/{lot.id}"), (item, f"/m/masterdata/items/{item.id}")):
        assert client.get("/search", query_string={"q": scan_code(record)}).location == address


@pytest.mark.parametrize("many", [60, pytest.param(200, marks=pytest.mark.nightly)])
def test_every_code_on_many_job_tickets_leads_to_its_record(app: Flask, system: Any, many: int) -> None:
    routing = make_routing(steps=2)
    orders = [fire(make_work_order(item_id=routing.item_id), "release") for _n in range(many)]
    pdf = printed("mrp_routing.work_order", "mrp_routing.job_ticket", *orders)
    assert page_count(pdf) == many
    with acting(reader("mrp_routing.work_order.read")) as actor:
        for page, order in enumerate(orders):
            codes = scanned(pdf, page)
            expected = [order.number] * 2 + [make_code("ticket", ticket.id) for ticket in order.tickets]
            expected += [make_code("operation", o.id) for o in order.operations]
            assert sorted(codes) == sorted(expected)
            assert {search.jump(code, actor) for code in codes} == {f"/m/mrp_routing/work-orders/{order.id}"}


def test_fifty_labels_on_sheets_each_lead_to_their_item(app: Flask, system: Any) -> None:
    items = [make_item() for _n in range(50)]
    pdf = printed("masterdata.item", "masterdata.item_label", *items)
    assert page_count(pdf) == 3
    codes = [code for page in range(3) for code in scanned(pdf, page)]
    with acting(reader("masterdata.item.read")) as actor:
        found = {search.jump(code, actor) for code in codes}
    assert len(codes) == 50 and found == {f"/m/masterdata/items/{item.id}" for item in items}


def test_the_plate_of_a_machine_and_the_label_of_any_record_are_read(app: Flask, system: Any) -> None:
    machine, partner = make_machine(), make_partner(code="C-1")
    assert scanned(printed("mrp_routing.machine", "mrp_routing.machine_plate", machine)) == [
        make_code("machine", machine.id)
    ]
    assert scanned(printed("masterdata.partner", "label", partner, format="roll-40x30")) == ["C-1"]


def test_a_bar_of_a_bar_code_is_never_thinner_than_a_gun_can_read(app: Flask, system: Any) -> None:
    order = make_work_order()
    page = picture(printed("mrp_routing.work_order", "mrp_routing.job_ticket", order))
    (bars,) = [f for f in zxingcpp.read_barcodes(page) if "128" in str(f.format)]
    modules = 11 * (len(order.number) + 5)
    width_mm = (bars.position.top_right.x - bars.position.top_left.x) / page.width * 210
    assert width_mm / modules > MODULE_MM * 0.6  # numbers take half a character each


@settings(max_examples=3, deadline=None)
@given(values=st.lists(PRINTABLE, min_size=12, max_size=12, unique=True))
def test_whatever_is_printed_as_a_code_is_read_back_as_it_was(values: list[str]) -> None:
    rows = "".join(
        f"<p style='margin:6mm 0'>{code128(v)}</p><p style='margin:6mm 0'>{qr(v, side=26)}</p>" for v in values
    )
    css = "@page { size: 300mm 900mm; margin: 10mm }"
    pdf = render.make_pdf([{"html": f"<html><body>{rows}</body></html>", "css": [css]}], "codes")
    assert sorted(scanned(pdf)) == sorted([*values, *values])
