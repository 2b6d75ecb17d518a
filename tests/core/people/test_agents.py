"""Browsers by the names people know them by."""

from __future__ import annotations

import pytest

from core.people.agents import short_name

WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (f"{WINDOWS} Chrome/125.0 Safari/537.36", "Chrome · Windows"),
        (f"{WINDOWS} Chrome/125.0 Safari/537.36 Edg/125.0", "Edge · Windows"),
        (f"{PHONE} Version/17.0 Mobile/15E148 Safari/604.1", "Safari · iPhone"),
        (f"{PHONE} Mobile/15E148 MicroMessenger/8.0.49", "WeChat · iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:126.0) Gecko/20100101 Firefox/126.0", "Firefox · Linux"),
        ("curl/8.5.0", "curl/8.5.0"),
        (None, "—"),
    ],
)
def test_a_browser_is_told_by_name_and_system(agent: str | None, name: str) -> None:
    assert short_name(agent) == name
