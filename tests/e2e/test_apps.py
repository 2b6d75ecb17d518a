"""The Apps page and what stands around it: the switch acts at once, a refusal says why."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from core.kernel import switch
from tests.e2e.conftest import Visitor


def press(visitor: Visitor, app: str, button: str) -> None:
    """Press a button on an app's card."""
    visitor.page.locator(f"#app-{app}").get_by_role("button", name=button).click()
    visitor.settle()


def menu(visitor: Visitor) -> list[str]:
    """Where the menu leads."""
    links = visitor.page.locator(".qm-menu a")
    return [link.get_attribute("href") or "" for link in links.all()]


def test_disabling_an_app_takes_it_off_the_menu_at_once_and_enabling_brings_it_back(admin: Visitor) -> None:
    admin.go("/apps")
    admin.picture("apps")
    before = menu(admin)
    theirs = [address for address in before if "sales_shipping" in address]
    assert theirs != []
    press(admin, "sales_shipping", "Disable")
    assert menu(admin) == [address for address in before if address not in theirs]
    expect(admin.page.locator("#app-sales_shipping")).to_contain_text("Disabled")
    admin.expect_status(404)
    admin.go(theirs[0])
    expect(admin.page.locator("#content")).to_contain_text("404")
    admin.go("/apps")
    press(admin, "sales_shipping", "Enable")
    assert menu(admin) == before


def test_an_app_that_others_need_says_so_instead_of_offering_the_switch(admin: Visitor) -> None:
    admin.go("/apps")
    card = admin.page.locator("#app-masterdata")
    expect(card).to_contain_text("Cannot be disabled while these are enabled")
    expect(card.get_by_role("button")).to_have_count(0)


def test_disabling_what_somebody_began_to_need_meanwhile_is_refused_on_the_page(admin: Visitor) -> None:
    for name in ("mrp_routing", "sales_shipping", "stock"):
        admin.site.write(lambda name=name: switch.disable(name))
    admin.go("/apps")
    admin.site.write(lambda: switch.enable("stock"))
    admin.expect_status(409)
    press(admin, "masterdata", "Disable")
    expect(admin.page.get_by_role("alert")).to_contain_text("Switch these off first, they need it: Stock")
    expect(admin.page.locator("#app-masterdata")).to_contain_text("Enabled")
    admin.picture("apps-refused")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_apps_health_and_registry_read_well(visitor: Visitor, language: str) -> None:
    user = visitor.site.administrator(name="林梅", login="linmei", language=language)
    visitor.page.context.add_cookies([visitor.site.cookie_of(user)])  # type: ignore[list-item]
    titles = {
        "/apps": ("Apps", "应用"),
        "/health": ("Health", "系统健康"),
        "/registry": ("What is installed", "已安装内容"),
        "/registry/model/masterdata.item": ("masterdata.item", "masterdata.item"),
        "/registry/hook/before_save": ("before_save", "before_save"),
        "/registry/permission/core.user.write": ("core.user.write", "core.user.write"),
    }
    for path, (english, chinese) in titles.items():
        visitor.go(path)
        expect(visitor.page.get_by_role("heading", level=1)).to_have_text(english if language == "en" else chinese)
        visitor.picture(path[1:].translate(str.maketrans("/.", "--")) + f"-{language}")
        visitor.check()
