"""What a browser calls itself, in words people recognise: Chrome · Windows."""

from __future__ import annotations

# The first that fits counts: most browsers also name those they want to be taken for.
BROWSERS = {
    "MicroMessenger": "WeChat",
    "DingTalk": "DingTalk",
    "Edg": "Edge",
    "Firefox": "Firefox",
    "OPR": "Opera",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def short_name(agent: str | None) -> str:
    """Browser and system of a User-Agent header, or its beginning when neither is known."""
    text = agent or ""
    found = [next((name for mark, name in names.items() if mark in text), "") for names in (BROWSERS, SYSTEMS)]
    return " · ".join(name for name in found if name) or text[:40] or "—"
