"""The keeper's scan pages with a gun and nothing else, in both languages."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from addons.masterdata.factories import make_item
from addons.stock.factories import make_location, put_in_stock
from addons.stock.services import on_hand
from tests.e2e.conftest import Visitor
from tests.e2e.guns import gun, news


@pytest.mark.parametrize(
    ("language", "task", "sentence"), [("zh", "移库", "已移到 B-07"), ("en", "Move", "in B-07 now")]
)
def test_goods_are_moved_with_a_gun(visitor: Visitor, language: str, task: str, sentence: str) -> None:
    def made() -> int:
        item = make_item(code="BAR-40CR", name="圆钢 40Cr Φ50", specification="Φ50×3000")
        make_location(code="B-07", name="棒料架 7")
        put_in_stock(item.id, 120)
        return item.id

    item = visitor.site.write(made)
    visitor.sign_in(visitor.site.administrator(language=language))
    page = visitor.go("/stock/scan")
    visitor.picture(f"keeper-tasks-{language}")
    page.get_by_role("link", name=task, exact=True).last.click()
    visitor.settle()
    for code in ("MAIN", "BAR-40CR"):
        gun(page, code)
        visitor.settle()
    expect(page.locator("#scan-code")).to_have_value("120")
    visitor.picture(f"keeper-quantity-{language}")
    page.keyboard.type("121")
    page.keyboard.press("Enter")
    news(page, "NG")
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    expect(page.locator("#scan-code")).to_have_value("")
    gun(page, "B-07")
    news(page, sentence)
    visitor.picture(f"keeper-moved-{language}")
    assert visitor.site.write(lambda: on_hand([item])[item].on_hand) == 120
