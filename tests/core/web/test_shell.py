"""What stands around every page: menu, language, theme, and the rules it is served under."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import SYSTEM, acting
from core.db.session import run_unit
from core.kernel.switch import disable, enable
from core.testing.people import administrator, csrf, make_role, make_user, sign_in
from core.testing.statements import count_statements


def signed_in(client: FlaskClient, *permissions: str) -> FlaskClient:
    return sign_in(client, make_user(make_role(*permissions)))


def menu_of(client: FlaskClient) -> list[str]:
    nav = client.get("/").text.partition('<nav class="qm-menu">')[2].partition("</nav>")[0]
    return re.findall(r'<a [^>]*?href="([^"]+)"', nav)


def test_the_menu_has_only_what_its_reader_may_open(client: FlaskClient, system: Any) -> None:
    mine = ["/approvals", "/m/masterdata/items", "/masterdata/duplicates"]
    assert menu_of(signed_in(client, "masterdata.item.read")) == mine


def test_who_may_open_nothing_is_told_whom_to_ask(client: FlaskClient, system: Any) -> None:
    signed_in(client)
    assert menu_of(client) == ["/approvals"], "where everybody has his own"
    assert "Nothing here for you yet" in client.get("/").text


def test_the_page_at_hand_is_marked_in_the_menu(client: FlaskClient, system: Any) -> None:
    page = signed_in(client, "masterdata.item.read").get("/m/masterdata/items").text
    assert re.search(r'href="/m/masterdata/items" class="active" aria-current="page"', page)


def test_entries_of_a_disabled_addon_are_gone_at_once(client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    assert any(path.startswith("/m/sales_shipping") for path in menu_of(client))
    with acting(SYSTEM):
        run_unit(lambda: disable("sales_shipping"))
    assert not any("sales_shipping" in path for path in menu_of(client))
    with acting(SYSTEM):
        run_unit(lambda: enable("sales_shipping"))


def test_the_home_page_costs_nothing_but_knowing_who_asks(client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    assert count_statements(lambda: client.get("/")) <= 3


def test_the_theme_is_switched_and_kept(client: FlaskClient, system: Any) -> None:
    signed_in(client)
    assert 'data-bs-theme="light"' in client.get("/").text
    for theme in ("dark", "light"):
        answer = client.post("/theme", data={"next": "/search?q=", "csrf_token": csrf(client)})
        assert answer.location == "/search?q="
        assert f'data-bs-theme="{theme}"' in client.get("/").text
    client.set_cookie("theme", '"><script>')
    assert 'data-bs-theme="light"' in client.get("/").text


def test_the_language_is_switched_and_kept(client: FlaskClient, system: Any) -> None:
    signed_in(client)
    client.post("/language", data={"lang": "zh", "next": "/", "csrf_token": csrf(client)})
    page = client.get("/").text
    assert '<html lang="zh-CN"' in page and "退出登录" in page


@pytest.mark.parametrize("path", ["/theme", "/language"])
def test_no_switch_leads_to_another_host(client: FlaskClient, system: Any, path: str) -> None:
    signed_in(client)
    answer = client.post(path, data={"lang": "zh", "next": "//evil.example", "csrf_token": csrf(client)})
    assert answer.location == "/"


def test_pages_carry_a_strict_policy_and_no_script_of_their_own(app: Flask, client: FlaskClient, system: Any) -> None:
    sign_in(client, administrator())
    for path in ("/", "/m/masterdata/items", "/m/masterdata/partners/new", "/m/masterdata/items/kanban", "/nothing"):
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval'" in policy and "frame-ancestors 'none'" in policy
        assert not re.search(r"<script(?![^>]*\ssrc=)", answer.text)
        assert not re.search(r"<[^>]+\son\w+=", answer.text)
