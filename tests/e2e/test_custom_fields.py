"""An administrator gives items a field in the browser, and it is everywhere an item is."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Page, expect

from addons.masterdata import demo
from addons.masterdata.factories import make_item
from core.people.models import User
from tests.core.custom.support import choices, define, spec
from tests.e2e.conftest import Visitor

ITEMS, FIELDS = "/m/masterdata/items", "/m/core/custom-fields"


@pytest.fixture
def shop(admin: Visitor) -> Visitor:
    """An administrator of the machining shop of the demonstration."""
    admin.site.write(demo.load)
    return admin


def save(visitor: Visitor) -> None:
    visitor.page.get_by_role("button", name="Save", exact=True).click()
    visitor.settle()


def define_heat_number(visitor: Visitor) -> None:
    """A text, searchable, in the list, needed for raw materials."""
    page = visitor.go(f"{FIELDS}/new")
    expect(page.locator("#section-choices")).to_be_hidden()
    page.locator("#kind").select_option("choice")
    expect(page.locator("#section-choices")).to_be_visible()
    page.locator("#kind").select_option("text")
    expect(page.locator("#section-choices")).to_be_hidden()
    page.locator("#model").select_option("masterdata.item")
    page.locator("#label").fill("炉号")
    page.locator("#label_en").fill("Heat no.")
    page.locator("#searchable").check()
    page.locator("#in_list").check()
    visitor.picture("custom_field_new")
    save(visitor)
    expect(page.locator("#key")).to_have_text("x_heat_no")
    needed_for_raw_material(page)
    save(visitor)
    visitor.picture("custom_field_draft")
    page.get_by_role("button", name="Put in use").click()
    visitor.settle()


def needed_for_raw_material(page: Page) -> None:
    """Put the condition together in the builder: kind is raw material."""
    builder = page.locator(
        "[data-standing=required_when] [data-criteria], [data-criteria]:has([name=required_when])"
    ).first
    builder.get_by_role("button", name="Condition").click()
    row = builder.locator("[data-leaf]").last
    row.locator("[data-path]").select_option("kind")
    row.locator("[data-op]").select_option("eq")
    row.locator("[data-as]").select_option(label="Raw material")


def test_a_field_is_made_and_is_everywhere(shop: Visitor, tmp_path: Path) -> None:
    define_heat_number(shop)
    page = shop.go(f"{ITEMS}?q=")
    page = shop.go(f"{ITEMS}/{first_item(shop)}")
    heat = page.locator("#x_heat_no")
    label = page.locator("label[for=x_heat_no]")
    page.locator("#kind").select_option("part")
    expect(label).not_to_have_class(re.compile("required"))
    page.locator("#kind").select_option("raw")
    expect(label).to_have_class(re.compile("required"))
    heat.fill("")
    shop.expect_status(422)
    save(shop)
    expect(page.locator("#x_heat_no-error")).to_have_text("This is needed.")
    shop.picture("custom_field_refused")
    heat.fill("H-2026-7")
    save(shop)
    expect(page.locator("#x_heat_no")).to_have_value("H-2026-7")
    shop.picture("custom_field_on_item")
    found_by_search_filter_and_export(shop, tmp_path)


def first_item(visitor: Visitor) -> int:
    return int(visitor.site.write(lambda: make_item(code="RAW-1", name="Bar", kind="part").id))


def found_by_search_filter_and_export(shop: Visitor, tmp_path: Path) -> None:
    page = shop.go(f"{ITEMS}?q=2026-7")
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("H-2026-7")
    page = shop.go(f"{ITEMS}?c=x_heat_no~starts~H-2026")
    expect(page.locator("tbody tr")).to_have_count(1)
    shop.picture("custom_field_in_list")
    with page.expect_download() as download:
        page.evaluate("location.href = location.href.replace('/items?', '/items/export?format=xlsx&')")
    target = tmp_path / "items.xlsx"
    download.value.save_as(target)
    sheet = load_workbook(io.BytesIO(target.read_bytes())).active
    assert sheet is not None
    head, row = list(sheet.iter_rows(values_only=True))
    assert dict(zip(head, row, strict=True))["Heat no."] == "H-2026-7"


def test_every_kind_has_its_input_in_chinese(visitor: Visitor) -> None:
    site = visitor.site
    user: User = site.administrator(name="林梅", login="linmei", language="zh")
    visitor.sign_in(user)

    def prepare() -> int:
        define("炉号", label_en="Heat no.", help="见材质单", seq=1)
        define("重量", kind="decimal", places=3, unit="kg", seq=2)
        define("检验日期", kind="date", seq=3)
        define("表面", kind="choice", choices=choices("A", "B"), seq=4)
        define("标记", kind="multichoice", choices=choices("CE", "RoHS", "UL"), seq=5)
        define("替代物料", kind="link", target="masterdata.item", seq=6)
        define("需要证书", kind="boolean", section="质量", seq=7)
        define("备注二", kind="longtext", section="质量", seq=8)
        define("证书文件", kind="attachment", section="质量", seq=9)
        return int(make_item(name="圆钢").id)

    item_id = site.write(prepare)
    page = visitor.go(f"{ITEMS}/{item_id}")
    expect(page.get_by_role("heading", name="附加字段")).to_be_visible()
    keys = {str(f.label): name for name, f in site.write(lambda: dict(spec().fields)).items() if name.startswith("x_")}
    page.locator(f"#{keys['重量']}").fill("12.345")
    page.get_by_label("RoHS").check()
    page.locator(f"#{keys['需要证书']}").check()
    page.locator("#section-custom-0").scroll_into_view_if_needed()
    visitor.picture("custom_fields_zh")
    page.get_by_role("button", name="保存").click()
    visitor.settle()
    expect(page.locator(f"#{keys['重量']}")).to_have_value("12.345")
    expect(page.get_by_label("RoHS")).to_be_checked()
    page = visitor.go(f"{FIELDS}")
    visitor.picture("custom_fields_list_zh")
