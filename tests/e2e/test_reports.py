"""Reports as the office sees them: chosen from the list, asked for a time and an item, followed to a record."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from addons.masterdata.factories import make_item, make_item_category
from addons.stock import services
from core.workflow.numbering import today
from tests.addons.stock.support import main, need
from tests.addons.stock.test_reports import DAY, came, on, went
from tests.e2e.conftest import Visitor

NAMES = ["圆钢 40Cr Φ50", "冷轧板 SPCC 2.0", "轴承 6204-2RS", "内六角螺钉 M8×30", "传动轴毛坯"]


def busy() -> dict[str, Any]:
    """A few items that came and went for half a year."""
    metal, parts = make_item_category(code="RAW", name="原材料"), make_item_category(code="STD", name="标准件")
    items = [
        make_item(
            code=f"A-{n:03}",
            name=name,
            specification=f"GB/T {700 + n}",
            category_id=(parts if n in (2, 3) else metal).id,
            safety_stock=Decimal(60),
        )
        for n, name in enumerate(NAMES)
    ]
    day = today()
    for n, item in enumerate(items):
        for back in (170, 95, 40, 12):
            came(item, 40 + 7 * n, day - (back + n) * DAY, str(400 + 90 * n))
        for back in (80, 20, 3) if n != 4 else ():
            went(item, 30 + n, day - back * DAY)
    services.reserve([need(items[0], 25)])
    return {"item": items[0].id, "place": main(), "on": on}


@pytest.mark.parametrize(
    ("language", "movement", "show"), [("zh", "收发存汇总", "查询"), ("en", "Stock movement", "Show")]
)
def test_reports_are_chosen_asked_and_followed(visitor: Visitor, language: str, movement: str, show: str) -> None:
    made = visitor.site.write(busy)
    visitor.sign_in(visitor.site.administrator(language=language))
    page = visitor.go("/reports")
    visitor.picture(f"reports-{language}")
    page.get_by_role("link", name=movement).click()
    visitor.settle()
    page.locator("#ask-start").fill(str(today() - 60 * DAY))
    page.get_by_role("button", name=show).click()
    visitor.settle()
    expect(page.locator("tbody tr")).to_have_count(5)
    visitor.picture(f"report-movement-{language}")
    start = today() - 200 * DAY
    for name in ("ages", "turnover", "dead", "availability", "safety", "categories"):
        visitor.go(f"/reports/stock/{name}?start={start}&end={today()}&days=10")
        expect(page.locator("tbody tr").first).to_be_visible()
        visitor.picture(f"report-{name}-{language}")
    page = visitor.go("/reports/stock/card")
    visitor.choose(page.locator(".qm-ask-wide").first, "A-000")
    page.locator("#ask-start").fill(str(start))
    page.get_by_role("button", name=show).click()
    visitor.settle()
    expect(page.locator("tbody tr")).to_have_count(8)
    visitor.picture(f"report-card-{language}")
    page.locator("tbody a").first.click()
    visitor.settle()
    expect(page.locator("main")).to_contain_text("A-000")
    assert made["item"]
