"""Nobody is sent on to another host."""

from __future__ import annotations

import pytest

from core.web.addresses import safe_next


@pytest.mark.parametrize("target", ["/", "/m/masterdata/items?q=a&page=2", "/search?q=%E8%BD%B4", "/m/x#top", "/m/轴"])
def test_a_path_of_ours_is_kept(target: str) -> None:
    assert safe_next(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "items",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/m\\..\\..",
        "https://evil.example",
        "javascript:alert(1)",
        "/\tevil",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        " /m",
        "\x00/m",
    ],
)
def test_anything_else_leads_home_or_where_the_page_says(target: str | None) -> None:
    assert safe_next(target) == "/"
    assert safe_next(target, otherwise="/m/masterdata/items") == "/m/masterdata/items"
