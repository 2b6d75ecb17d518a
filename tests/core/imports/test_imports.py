"""A file is read, checked row by row, and imported."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, select

from addons.masterdata.factories import make_item, make_item_category, make_partner, make_uom, pieces
from addons.masterdata.models import Item, ItemCategory
from addons.sales_shipping.models import SalesOrder
from core.actor import Actor, current_actor
from core.db import db
from core.db.session import run_unit
from core.errors import Conflict, ValidationError
from core.imports import report, services, template
from core.imports.models import Import
from core.imports.settings import Settings
from core.workflow.models import AuditEntry
from tests.core.imports.support import bring_in, check, read, run, run_job, spec_of, upload, xlsx

HEAD = ("编码", "名称", "单位", "安全库存")


@pytest.fixture
def items(importer: Actor) -> list[Item]:
    """Two items counted in pieces."""
    made = [make_item(code=code, name="Old", uom=pieces()) for code in ("A-1", "A-2")]
    db.session.commit()
    return made


def found() -> dict[str, Item]:
    """Every item by code, as it is in the database."""
    db.session.expire_all()
    return {item.code: item for item in db.session.scalars(select(Item))}


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_new_items_are_added_and_known_ones_changed(items: list[Item]) -> None:
    result = bring_in(xlsx(HEAD, ("A-1", "New", "pcs", 5), ("A-3", "Shaft", "PCS ", "1,200.5")))
    assert (result.problems, result.outcomes, result.kept.state) == ([], ["change", "create"], "done")
    assert (found()["A-1"].name, found()["A-1"].safety_stock) == ("New", Decimal(5))
    assert (found()["A-3"].name, found()["A-3"].safety_stock) == ("Shaft", Decimal("1200.5"))
    assert result.rows[1].record_id == found()["A-3"].id


def test_a_check_writes_nothing_and_says_what_would_happen(items: list[Item]) -> None:
    before = count(AuditEntry)
    result = check(xlsx(HEAD, ("A-1", "New", "pcs", ""), ("A-3", "Shaft", "no", 1), ("A-2", "Old", "pcs", None)))
    assert result.outcomes == ["change", "refused", "same"]
    assert result.rows[0].told["changes"] == {"Name": ["Old", "New"]}
    assert result.problems == [(3, "Unit", "There is no Unit “no”, or it is not yours to see.")]
    assert {item.name for item in found().values()} == {"Old"}
    assert count(AuditEntry) == before


def test_every_fault_of_a_row_has_its_column(items: list[Item]) -> None:
    result = check(xlsx(HEAD, ("A-9", "", "pcs", "x"), ("A-8", "n", "pcs", -1), ("A-7", "n" * 300, "pcs", "1.1234567")))
    columns = [(row, column) for row, column, _reason in result.problems]
    assert columns == [
        (2, "Safety stock"),
        (3, "Safety stock"),
        (4, "Name"),
        (4, "Safety stock"),
    ]
    assert check(xlsx(HEAD, ("A-9", "", "pcs", 1))).problems == [(2, "Name", "This is needed.")]


def test_all_or_nothing_leaves_nothing_when_one_row_is_refused_meanwhile(items: list[Item]) -> None:
    import_id = check(xlsx(HEAD, ("A-3", "a", "pcs", 1), ("A-4", "b", "pcs", 1))).kept.id
    unit = pieces()
    unit.code = unit.name = "gone"
    db.session.commit()
    result = run(import_id)
    assert result.kept.state == "checked"
    assert result.kept.counts["stopped"] == 1
    assert set(found()) == {"A-1", "A-2"}


def test_the_valid_rows_go_in_and_the_file_comes_back_with_reasons(items: list[Item]) -> None:
    content = xlsx(HEAD, ("A-3", "a", "pcs", 1), ("A-4", "b", "none", 1), ("+A1", "+c", "pcs", 1))
    import_id = check(content).kept.id
    with pytest.raises(Conflict, match="Some rows are refused"):
        run(import_id)
    db.session.rollback()
    result = run(import_id, whole=False)
    assert result.outcomes == ["create", "refused", "create"]
    assert "A-3" in found() and "+A1" in found() and "A-4" not in found()
    sheet: Any = load_workbook(io.BytesIO(report.refused_rows(result.kept))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == ["Reason", *HEAD]
    assert rows[2][0].startswith("Unit: There is no Unit “none”")
    assert rows[1][0] is None and rows[3][1] == "+A1"
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}
    assert sheet["A3"].fill.fgColor.rgb.endswith("FADBD8")


def test_an_import_runs_once(items: list[Item]) -> None:
    result = bring_in(xlsx(HEAD, ("A-3", "a", "pcs", 1)))
    with pytest.raises(Conflict):
        services.start_run(result.kept, whole=True)
    with pytest.raises(Conflict):
        services.start_check(result.kept, Settings.from_json(result.kept.settings))


def test_only_new_or_only_known_records_when_asked(items: list[Item]) -> None:
    content = xlsx(HEAD, ("A-1", "New", "pcs", 1), ("A-3", "a", "pcs", 1))
    only_new = check(content, action="create")
    assert only_new.outcomes == ["refused", "create"] and only_new.problems[0][1] == "Code"
    only_known = check(content, action="update")
    assert only_known.outcomes == ["change", "refused"] and only_known.problems[0][1] == "Code"


def test_empty_cells_leave_the_field_or_empty_it(items: list[Item]) -> None:
    items[0].specification = "M8"
    db.session.commit()
    content = xlsx(("编码", "规格", "名称"), ("A-1", None, None))
    assert check(content).outcomes == ["same"]
    result = bring_in(content, empty="clear")
    assert result.rows[0].told["changes"] == {"Specification": ["M8", ""]}
    assert found()["A-1"].specification is None


def test_the_same_key_twice_in_a_file_is_refused(items: list[Item]) -> None:
    result = check(xlsx(HEAD, ("A-3", "a", "pcs", 1), ("Ａ-3 ", "b", "pcs", 1)))
    assert result.problems == [(3, "Code", "Row 2 has the same already; keep one of them.")]


def test_full_width_codes_find_their_record(items: list[Item]) -> None:
    assert check(xlsx(HEAD, ("Ａ－１", "Old", "pcs", ""))).outcomes == ["same"]


def test_links_are_found_by_code_name_or_id_and_refused_when_several_fit(items: list[Item]) -> None:
    for n in range(2):
        make_item_category(code=f"C-{n}", name="Same name")
    other = make_item_category(code="C-9", name="Other")
    db.session.commit()
    head = ("编码", "类别", "名称", "单位")
    rows = [("B-1", "c-9", "x", "件"), ("B-2", "Other", "x", "pcs"), ("B-3", f"#{other.id}", "x", "piece")]
    result = check(xlsx(head, *rows, ("B-4", "Same name", "x", "pcs")))
    assert result.outcomes == ["refused", "create", "create", "refused"]
    assert [p[:2] for p in result.problems] == [(2, "Unit"), (5, "Category")]
    assert "several" in result.problems[1][2]


def test_a_link_that_fits_several_keeps_the_one_it_leads_to(items: list[Item]) -> None:
    first, _second = (make_item_category(code=f"C-{n}", name="Same name") for n in range(2))
    items[0].category_id = first.id
    db.session.commit()
    assert check(xlsx(("编码", "类别"), ("A-1", "Same name"))).outcomes == ["same"]


def test_records_of_a_tree_may_follow_their_parent_in_one_file(importer: Actor) -> None:
    rows = [("T-1", "Top", None), ("T-2", "Middle", "T-1"), ("T-3", "Low", "T-2"), ("T-4", "Lost", "T-9")]
    result = bring_in(xlsx(("code", "name", "parent"), *rows), model="masterdata.item_category", whole=False)
    assert result.outcomes == ["create", "create", "create", "refused"]
    by_code = {c.code: c for c in db.session.scalars(select(ItemCategory))}
    assert by_code["T-3"].parent_id == by_code["T-2"].id


ORDER = ("number", "partner", "customer_number", "lines.item", "lines.quantity")


def orders() -> list[list[tuple[str, Decimal]]]:
    db.session.expire_all()
    query = select(SalesOrder).order_by(SalesOrder.id)
    return [[(line.item.code, line.quantity) for line in order.lines] for order in db.session.scalars(query)]


def test_rows_with_the_same_head_make_one_document_with_lines(items: list[Item]) -> None:
    make_partner(code="P-1", name="Someone")
    db.session.commit()
    content = xlsx(
        ORDER,
        (None, "P-1", "PO-7", "A-1", 5),
        (None, "P-1", "PO-7", "A-2", 6),
        (None, None, None, "A-1", 7),
        (None, "P-1", "PO-8", "A-2", 1),
    )
    result = bring_in(content, model="sales_shipping.sales_order")
    assert result.problems == []
    assert result.rows[0].told["rows"] == [3, 4]
    assert orders() == [[("A-1", Decimal(5)), ("A-2", Decimal(6)), ("A-1", Decimal(7))], [("A-2", Decimal(1))]]
    again = bring_in(content, model="sales_shipping.sales_order")
    assert again.outcomes == ["same", "same"]
    assert len(orders()) == 2


def test_lines_of_a_known_document_are_changed_added_and_removed(items: list[Item]) -> None:
    make_partner(code="P-1")
    db.session.commit()
    head = (None, "P-1", "PO-7")
    bring_in(xlsx(ORDER, (*head, "A-1", 5), (*head, "A-2", 6)), model="sales_shipping.sales_order")
    number = db.session.scalars(select(SalesOrder.number)).one()
    db.session.rollback()
    content = xlsx(
        ORDER, (number, "P-1", "PO-7", "A-1", 5), (number, "P-1", "PO-7", "A-2", 9), (number, "", "", "A-1", 1)
    )
    result = bring_in(content, model="sales_shipping.sales_order")
    assert [list(r.told["changes"].values()) for r in result.rows] == [[["6", "9"], ["", "A-1"], ["", "1"]]]
    assert orders() == [[("A-1", Decimal(5)), ("A-2", Decimal(9)), ("A-1", Decimal(1))]]
    fewer = bring_in(xlsx(ORDER, (number, "P-1", "PO-7", "A-1", 5)), model="sales_shipping.sales_order")
    assert fewer.outcomes == ["change"]
    assert orders() == [[("A-1", Decimal(5))]]


def test_a_faulty_line_refuses_its_document_at_its_own_row(items: list[Item]) -> None:
    make_partner(code="P-1")
    db.session.commit()
    rows = [(None, "P-1", "PO-7", "A-1", 5), (None, "P-1", "PO-7", "A-9", 6), (None, "P-1", "PO-7", "A-2", None)]
    result = check(xlsx(ORDER, *rows), model="sales_shipping.sales_order")
    assert [p[0] for p in result.problems] == [3]
    result = check(xlsx(ORDER, rows[0], rows[2]), model="sales_shipping.sales_order")
    assert [(row, column.partition(" · ")[2]) for row, column, _reason in result.problems] == [(3, "Quantity")]


def test_a_number_given_by_the_program_only_finds_documents(items: list[Item]) -> None:
    make_partner(code="P-1")
    db.session.commit()
    result = check(xlsx(ORDER, ("SO-MINE-1", "P-1", "PO-7", "A-1", 5)), model="sales_shipping.sales_order")
    assert [p[:2] for p in result.problems] == [(2, "Number")]


def test_a_document_that_may_not_be_changed_any_more_is_refused_unless_nothing_changes(items: list[Item]) -> None:
    make_partner(code="P-1", name="Same", state="active")
    items[0].state = "retired"
    db.session.commit()
    result = check(xlsx(HEAD, ("A-1", "New", "pcs", None), ("A-2", "Old", "pcs", None)))
    assert result.outcomes[1] == "same"
    if result.outcomes[0] == "refused":
        assert "cannot be changed" in result.problems[0][2]


def test_the_columns_chosen_for_headings_are_remembered(items: list[Item]) -> None:
    odd = ("Teil", "Bezeichnung", "Einheit")
    content = xlsx(odd, ("A-1", "Neu", "pcs"))
    with pytest.raises(ValidationError, match="at least one column"):
        upload(content)
    db.session.rollback()
    upload(content, columns={0: "code", 1: "name"}, key=("code",), action="update")
    kept = run_unit(lambda: services.upload(spec_of(), "b.xlsx", xlsx((), odd, ("A-1", "Neu", "pcs"))))
    settings = Settings.from_json(services.guess_settings(spec_of(), kept, current_actor(), header=2).to_json())
    assert (settings.columns, settings.action, settings.header) == ({0: "code", 1: "name"}, "update", 2)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"columns": {}}, "at least one"),
        ({"columns": {0: "code", 1: "code"}}, "Two columns"),
        ({"columns": {0: "nonsense"}}, "no field"),
        ({"columns": {0: "version"}}, "no field"),
        ({"key": ("name",)}, "told apart"),
        ({"columns": {1: "name"}, "key": ("code",)}, "choose its column"),
        ({"key": (), "action": "update"}, "tells the records apart"),
        ({"sheet": "other"}, "sheet"),
        ({"header": 0}, "sheet"),
        ({"header": 99}, "sheet"),
        ({"action": "delete"}, "options"),
        ({"dates": "?"}, "options"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_the_job(items: list[Item], changes: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        upload(xlsx(HEAD, ("A-1", "New", "pcs", 1)), **changes)


def test_the_templates_own_example_is_not_imported(items: list[Item]) -> None:
    content = template.make_template(spec_of(), current_actor())
    sheets = load_workbook(io.BytesIO(content)).worksheets
    assert sheets[0].max_row == 2
    assert "pcs" in [cell.value for row in sheets[1].iter_rows() for cell in row]
    assert check(content).rows == []


def test_an_import_leaves_one_trace_of_its_own(items: list[Item]) -> None:
    bring_in(xlsx(HEAD, ("A-3", "a", "pcs", 1)))
    entries = db.session.scalars(select(AuditEntry).where(AuditEntry.channel == "import")).all()
    assert sorted((e.action, e.model) for e in entries) == [
        ("create", "masterdata.item"),
        ("import", "masterdata.item"),
    ]


def test_old_imports_are_forgotten_with_their_files(items: list[Item]) -> None:
    from datetime import timedelta

    from core.db import utcnow
    from core.imports.keeping import purge
    from core.workflow.attachments import storage

    kept = bring_in(xlsx(HEAD, ("A-3", "a", "pcs", 1))).kept
    key = kept.key
    run_unit(purge)
    assert storage().read(key)
    kept.created_at = utcnow() - timedelta(days=91)
    db.session.commit()
    run_unit(purge)
    assert count(Import) == 0
    with pytest.raises(FileNotFoundError):
        storage().read(key)


def test_units_are_not_guessed_when_two_fit(items: list[Item]) -> None:
    make_uom(code="bx1", name="box")
    make_uom(code="bx2", name="box")
    db.session.commit()
    assert check(xlsx(HEAD, ("A-3", "a", "box", 1))).outcomes == ["refused"]


def test_a_file_that_turns_out_broken_is_explained_on_its_page(items: list[Item]) -> None:
    content = ("编码,名称,单位\n" + "A-1,x,pcs\n" * 60 + 'A-2,"' + "y" * 140_000 + '",pcs\n').encode()
    import_id = upload(content, name="a.csv")
    run_job(import_id)
    kept = read(import_id).kept
    assert kept.state == "uploaded" and "Row 62" in kept.counts["error"]
