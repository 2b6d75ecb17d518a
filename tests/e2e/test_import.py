"""A spreadsheet as factories have it goes in, done as somebody would who has never seen the pages."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from playwright.sync_api import expect
from sqlalchemy import select

from addons.masterdata import demo
from addons.masterdata.factories import make_item
from addons.masterdata.models import Item
from core.actor import SYSTEM, acting
from core.db import db
from core.events.deliver import deliver
from core.imports.models import Import
from tests.e2e.conftest import Visitor

ITEMS = "/m/masterdata/items"


def messy() -> bytes:
    """Titles above the headings, merged cells, numbers as text, full-width digits, stray spaces, a total row."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = "物料清单"
    book.create_sheet("说明")["A1"] = "内部使用"
    for row in (
        ["某某精密机械有限公司 物料一览表"],
        ["制表：王工", None, None, None, "日期：2026年11月24日"],
        [],
        ["序号", "物料编码*", "名称", "规格（型号）", "单位", "安全库存", "采购提前期(天)", "批次管理", "备注"],
        [1, " ZX-9001 ", "传动轴　", "φ20×150", "件", "１２０", "7", "按批次", "旧系统导入"],
        [2, "ZX-9002", "轴套 ", "φ30×40", "PCS", "1,250.50", 5, "不追踪", None],
        [3, 90030, "螺母", None, "件", None, None, None, None],
        [4, "ZX-9004", "垫圈", "M8", "没有的单位", 3, None, None, None],
        ["合计", None, None, None, None, "1,373.5", None, None, None],
    ):
        sheet.append(row)
    sheet.merge_cells("A1:I1")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@pytest.fixture
def clerk(visitor: Visitor) -> Visitor:
    """A clerk who reads Chinese, at a factory with units and one of the items already there."""
    visitor.site.write(demo.load)
    visitor.site.write(lambda: make_item(code="ZX-9002", name="轴套"))
    visitor.sign_in(visitor.site.administrator(name="林梅", login="linmei", language="zh"))
    return visitor


def work(visitor: Visitor) -> None:
    """What the job's thread does: run the job of the newest import."""
    with visitor.site.app.app_context(), acting(SYSTEM):
        newest = db.session.scalars(select(Import).order_by(Import.id.desc())).first()
        assert newest is not None
        assert newest.delivery_id is not None
        delivery_id = newest.delivery_id
        db.session.remove()
        assert deliver(delivery_id) == "done"


def test_a_messy_item_list_is_imported_by_a_new_user(clerk: Visitor, tmp_path: Path) -> None:
    page = clerk.go(ITEMS)
    page.get_by_role("link", name="导入").click()
    clerk.settle()
    clerk.picture("import-upload")
    file = tmp_path / "物料清单2026.xlsx"
    file.write_bytes(messy())
    page.get_by_label("文件").set_input_files(str(file))
    expect(page.locator("[data-drop-name]")).to_have_text("物料清单2026.xlsx")
    page.get_by_role("button", name="读取文件").click()
    clerk.settle()
    clerk.picture("import-columns")
    expect(page.get_by_label("标题所在行")).to_have_value("4")
    guessed = {"物料编码*": "code", "规格（型号）": "specification", "单位": "uom", "采购提前期(天)": "lead_days"}
    for column, path in guessed.items():
        expect(page.get_by_label(f"{column}对应的字段")).to_have_value(path)
    page.get_by_label("批次管理对应的字段").select_option("tracking")
    page.get_by_role("button", name="逐行检查").click()
    clerk.settle()
    clerk.picture("import-progress")
    work(clerk)
    expect(page.locator(".qm-import-rows")).to_be_visible()
    clerk.picture("import-checked")
    expect(page.locator("tr", has_text="没有的单位")).to_contain_text("被拒绝")
    expect(page.locator("tr", has_text="ZX-9002")).to_contain_text("1,250.5")
    expect(page.locator("tr", has_text="合计行")).to_be_visible()
    with page.expect_download() as fetched:
        page.get_by_role("link", name="下载标注原因的文件").click()
    mended: Any = load_workbook(io.BytesIO(Path(fetched.value.path()).read_bytes())).active
    assert "没有的单位" in mended.cell(5, 1).value
    clerk.listen("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="导入通过的 3 条").click()
    clerk.settle()
    work(clerk)
    expect(page.get_by_role("link", name="查看列表")).to_be_visible()
    clerk.picture("import-done")
    page.get_by_role("link", name="ZX-9001").click()
    clerk.settle()
    expect(page.locator("[name=name]")).to_have_value("传动轴")
    with clerk.site.app.app_context(), acting(SYSTEM):
        found = {item.code: item for item in db.session.scalars(select(Item))}
        assert str(found["ZX-9001"].safety_stock) == "120"
        assert found["ZX-9001"].tracking == "lot"
        assert found["90030"].name == "螺母"
    clerk.go("/imports")
    clerk.picture("imports")
