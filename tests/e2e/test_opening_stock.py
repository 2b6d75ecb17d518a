"""Items, places and opening stock go in from one spreadsheet, as docs/guide/opening-stock.zh.md says."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from playwright.sync_api import expect
from sqlalchemy import func, select

from addons.masterdata import demo
from addons.masterdata.models import Item
from addons.stock.models import ItemValue, Location, StockBalance
from addons.stock.services import reconcile
from core.db import db
from tests.e2e.conftest import Visitor
from tests.e2e.test_import import work

HEADINGS = ["序号", "物料编码", "名称", "规格型号", "单位", "批次管理", "库位", "批号", "数量", "单价"]
ROWS = [
    [1, "QC-1001", "圆钢 40Cr", "Φ50×3000", "件", "按批次", "A区-01", "LN2609", "120", 85.5],
    [2, "QC-1001", "圆钢 40Cr", "Φ50×3000", "件", "按批次", "B区-02", "LN2610", "３０", 86],
    [3, "QC-1002", "内六角螺钉", "M8×30", "件", "不追踪", "A区-01", None, "2,500", 0.35],
    [4, "QC-1003", "深沟球轴承", "6204-2RS", "件", "不追踪", "B区-02", None, 64, "12.80"],
]
WORTH = Decimal("120") * Decimal("85.5") + 30 * 86 + 2500 * Decimal("0.35") + 64 * Decimal("12.8")


def spreadsheet() -> bytes:
    """The list of a keeper: a title, a date, empty rows, numbers as text, a total."""
    book = Workbook()
    sheet: Any = book.active
    sheet.append(["某某机械厂 2026年11月库存盘点表"])
    sheet.append(["盘点人：李四", None, None, "日期：2026-11-30"])
    sheet.append(HEADINGS)
    for row in ROWS:
        sheet.append(row)
    sheet.append(["合计", None, None, None, None, None, None, None, 2714, None])
    sheet.merge_cells("A1:J1")
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def upload(visitor: Visitor, address: str, file: Path, columns: dict[str, str]) -> None:
    """One import: the file, the columns, every row checked, and in."""
    page = visitor.go(address)
    page.get_by_role("link", name="导入").click()
    visitor.settle()
    page.get_by_label("文件").set_input_files(str(file))
    page.get_by_role("button", name="读取文件").click()
    visitor.settle()
    for heading in HEADINGS:
        page.get_by_label(f"{heading}对应的字段").select_option(columns.get(heading, ""))
    visitor.picture(f"opening-{address.rpartition('/')[2]}")
    page.get_by_role("button", name="逐行检查").click()
    visitor.settle()
    work(visitor)
    expect(page.locator(".qm-import-rows")).to_be_visible()
    page.get_by_role("button", name="导入").last.click()
    visitor.settle()
    work(visitor)
    expect(page.get_by_role("link", name="查看列表")).to_be_visible()
    visitor.picture(f"opening-{address.rpartition('/')[2]}-done")


def test_a_factory_begins_with_its_spreadsheet(visitor: Visitor, tmp_path: Path) -> None:
    visitor.site.write(demo.load)
    visitor.sign_in(visitor.site.administrator(name="林梅", login="linmei", language="zh"))
    visitor.listen("dialog", lambda dialog: dialog.accept())
    file = tmp_path / "库存盘点表.xlsx"
    file.write_bytes(spreadsheet())
    items = {"物料编码": "code", "名称": "name", "规格型号": "specification", "单位": "uom", "批次管理": "tracking"}
    upload(visitor, "/m/masterdata/items", file, items)
    upload(visitor, "/m/stock/locations", file, {"库位": "code"})
    lines = {"物料编码": "item", "批号": "lot_number", "数量": "quantity", "单价": "unit_cost"}
    goods = {"库位": "location", **{heading: f"lines.{name}" for heading, name in lines.items()}}
    upload(visitor, "/m/stock/receipts", file, goods)

    page = visitor.go("/m/stock/receipts")
    page.locator("[data-pick-all]").check()
    page.get_by_role("button", name="过账").click()
    visitor.settle()
    page = visitor.go("/reports/stock/categories")
    visitor.picture("opening-value")

    def there() -> Any:
        known = select(Item.code, Location.code, StockBalance.on_hand).where(Item.code.like("QC-%"))
        query = known.join(StockBalance, StockBalance.item_id == Item.id).join(
            Location, Location.id == StockBalance.location_id
        )
        worth = db.session.scalar(
            select(func.sum(ItemValue.value, type_=ItemValue.value.type)).join(Item, Item.id == ItemValue.item_id)
        )
        return sorted(db.session.execute(query).all()), worth, reconcile()

    expected = [
        ("QC-1001", "A区-01", 120),
        ("QC-1001", "B区-02", 30),
        ("QC-1002", "A区-01", 2500),
        ("QC-1003", "B区-02", 64),
    ]
    assert visitor.site.write(there) == (expected, WORTH, [])
