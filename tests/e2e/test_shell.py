"""What stands around every page, in the browser: menu, search, language, theme, bell, errors."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from addons.masterdata import demo
from addons.masterdata.factories import make_item, make_partner
from core.testing.people import make_role, make_user
from tests.e2e.conftest import Visitor


def account_menu(page: Page, label: str) -> None:
    page.locator(f"summary[aria-label='{label}']").click()


def test_a_scanned_code_jumps_to_its_record_from_anywhere(admin: Visitor) -> None:
    item = admin.site.write(lambda: make_item(code="SH-4711", name="Shaft"))
    page = admin.go("/")
    page.keyboard.press("/")
    page.keyboard.type("SH-4711")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("SH-4711 Shaft")
    assert page.url.endswith(f"/m/masterdata/items/{item.id}")


def test_words_list_what_fits_in_every_kind_of_record(admin: Visitor) -> None:
    def make() -> None:
        for n in range(9):
            make_item(code=f"SH-{n}", name="Long shaft")
        make_partner(code="C-1", name="Shaft and sons")

    admin.site.write(make)
    page = admin.go("/search?q=shaft")
    expect(page.get_by_role("link", name="C-1 Shaft and sons")).to_be_visible()
    expect(page.get_by_role("heading", name="Items")).to_be_visible()
    admin.picture("search")
    page.get_by_role("link", name="More …").click()
    expect(page.locator(".qm-pager")).to_contain_text("1–9 of 9")
    admin.go("/search?q=nonesuch")
    expect(page.locator("main")).to_contain_text("Nothing found for “nonesuch”")


def test_language_and_theme_are_switched_on_the_spot_and_kept(admin: Visitor) -> None:
    admin.site.write(demo.load)
    page = admin.go("/m/masterdata/items?c=kind~in~raw")
    account_menu(page, "My account")
    page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("物料")
    expect(page.locator(".qm-filter.set")).to_contain_text("原材料")
    account_menu(page, "我的账户")
    admin.picture("shell-zh")
    page.get_by_role("button", name="深色主题").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    assert page.url.endswith("/m/masterdata/items?c=kind~in~raw")
    admin.go("/")
    admin.picture("home-zh-dark")
    admin.go("/m/masterdata/partners/1")
    admin.picture("form-zh-dark")


def test_the_menu_opens_and_closes_on_a_phone_and_stays_open_in_the_office(admin: Visitor) -> None:
    page = admin.go("/")
    admin.picture("home")
    items = page.locator("#side").get_by_role("link", name="Items", exact=True)
    if admin.size == "phone":
        expect(page.locator("#side")).to_be_hidden()
        page.get_by_role("button", name="Menu", exact=True).click()
        expect(page.locator("#side")).to_be_visible()
        admin.picture("menu")
        page.keyboard.press("Escape")
        expect(page.locator("#side")).to_be_hidden()
        page.get_by_role("button", name="Menu", exact=True).click()
    page.locator("#side summary", has_text="Master data").click()
    items.click()
    expect(page.locator("h1")).to_have_text("Items")
    expect(page.locator("#side a[aria-current=page]")).to_have_count(1)


def test_a_worker_sees_only_his_pages(visitor: Visitor) -> None:
    user = visitor.site.write(lambda: make_user(make_role("masterdata.item.read"), name="Wu Bo"))
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    visitor.expect_status(403)
    page = visitor.go("/")
    assert page.locator(".qm-tile").all_inner_texts() == ["Approvals", "Items", "Duplicate items"]
    visitor.go("/m/masterdata/partners")
    expect(page.locator("main")).to_contain_text("masterdata.partner.read")
    visitor.picture("denied")


def test_an_address_that_leads_nowhere_offers_a_way_back(admin: Visitor) -> None:
    admin.expect_status(404)
    page = admin.go("/nowhere")
    expect(page.locator("main")).to_contain_text("There is no page at this address.")
    page.get_by_role("link", name="To the start page").click()
    expect(page.locator("h1")).to_contain_text("Welcome, Lin Mei")


def test_the_bell_leads_to_the_notifications(admin: Visitor) -> None:
    page = admin.go("/")
    page.locator(".qm-bell a[href='/notifications']").click()
    expect(page.locator("h1")).to_have_text("Notifications")
