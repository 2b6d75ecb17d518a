"""The documents say what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

import core
from core.cli import main
from core.kernel.explain import hook_specifications
from core.kernel.hookdocs import hooks_page
from core.kernel.loading import FILES

ROOT = Path(core.__file__).parent.parent


def page(name: str) -> str:
    """One page of the documents."""
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_list_of_hooks_is_what_the_command_writes(app: Flask) -> None:
    assert page("hooks.md") == hooks_page(), "run `qingmes docs`"


def test_every_hook_says_who_calls_it_and_what_it_means(app: Flask) -> None:
    short = [name for name, (_addon, function) in hook_specifications() if len(function.__doc__ or "") < 40]
    assert short == []


def test_every_setting_is_explained() -> None:
    settings = set(re.findall(r"QINGMES_\w+", (ROOT / "core/config.py").read_text(encoding="utf-8")))
    assert settings - set(re.findall(r"QINGMES_\w+", page("operations.md"))) == set()


def test_every_command_is_explained() -> None:
    assert [name for name in main.commands if f"qingmes {name}" not in page("operations.md")] == []


def test_every_folder_of_core_has_its_line() -> None:
    folders = {p.name for p in (ROOT / "core").iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert [name for name in folders if name not in page("architecture.md")] == []


def test_every_fixed_file_is_explained() -> None:
    assert [name for name in FILES if f"`{name}.py`" not in page("addons.md")] == []


def test_every_fixture_for_partners_is_explained() -> None:
    source = (ROOT / "core/testing/fixtures.py").read_text(encoding="utf-8")
    fixtures = re.findall(r"@pytest\.fixture[^\n]*\ndef (\w+)", source)
    assert [name for name in fixtures if f"`{name}`" not in page("addons.md")] == []


@pytest.mark.parametrize("name", ["architecture.md", "addons.md", "operations.md", "elevations.md", "hooks.md"])
def test_every_link_between_pages_leads_to_a_page(name: str) -> None:
    links = re.findall(r"\]\(([\w.-]+\.md)\)", page(name))
    assert [link for link in links if not (ROOT / "docs" / link).exists()] == []
