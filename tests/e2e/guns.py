"""A scanner that types, before any page that listens to one."""

from __future__ import annotations

from playwright.sync_api import Page, expect


def gun(page: Page, code: str) -> None:
    """What a scanner types."""
    page.keyboard.type(code)
    page.keyboard.press("Enter")


def news(page: Page, text: str) -> None:
    """Wait for the answer."""
    expect(page.locator(".scan-news:not([hidden])")).to_contain_text(text)
