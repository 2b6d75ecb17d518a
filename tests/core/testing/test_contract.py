"""The contract fails for each promise an addon breaks, and for nothing else."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from core.kernel.scaffold import write_addon

SECONDS = 300
PAGE = '''"""Pages of this addon."""

from flask import Blueprint

from core.app import create_app

blueprint = Blueprint("toolcrib", __name__)
MAKE = create_app


@blueprint.get("/open")
def page() -> str:
    """Open to everybody by mistake."""
    return ""
'''
SECOND_HANDLER = '''

def _also() -> object:
    def report(event: SheetFinished) -> None:
        """Carries the name of the other one."""

    return report


SUBSCRIPTIONS = (*SUBSCRIPTIONS, Subscription(event=SheetFinished, handler=_also()))
'''
FACTORY = '''"""Records for tests."""


def make_sheet() -> object:
    """Forgets what a sheet needs."""
    from addons.toolcrib.models import Sheet
    from core.db import db

    sheet = Sheet()
    db.session.add(sheet)
    return sheet
'''
FOREIGN_TABLE = 'op.create_table("crib_extra", sa.Column("id", sa.Integer(), primary_key=True))\n    op.create_table(\n'
FIRST_SECTION = 'Section(name="head"'
PANEL = 'Panel(name="extra", title="Sheet", template="toolcrib/nowhere.html", context=dict),\n            '

# What is broken: the file, a part of it, what stands there instead (None: the file is gone), the promise.
BREACHES = (
    ("translations/zh.po", 'msgid "Remark"\nmsgstr "备注"\n', "", "every_text_has_a_chinese_translation"),
    (
        "translations/zh.po",
        'msgid "Subject"',
        'msgid "Long gone"\nmsgstr "早已没有"\n\nmsgid "Subject"',
        "every_translation_is_of_a_text_it_has",
    ),
    (
        "translations/zh.po",
        'msgid "Subject"',
        'msgid "Delete"\nmsgstr "除去"\n\nmsgid "Subject"',
        "translations_are_those_of_its_neighbours",
    ),
    ("translations/zh.po", 'msgid "Subject"', 'msgid "%(name)s"\nmsgstr "%(title)s"\n\nmsgid "Subject"', "same_values"),
    ("manifest.py", 'icon="', 'icon="no-such-', "icons_are_there"),
    ("migrations/0001_initial.py", "op.create_table(\n", FOREIGN_TABLE, "only_tables_with_its_prefix"),
    (
        "migrations/0001_initial.py",
        "sa.String(length=120)",
        "sa.String(length=100)",
        "models_equal_the_migrated_schema",
    ),
    ("migrations/0001_initial.py", 'op.drop_table("toolcrib_sheet")', "pass", "go_up_and_down_and_up"),
    ("web.py", "", PAGE, "imports_only_what_its_manifest_allows"),
    ("web.py", "", PAGE, "every_route_says_who_may_use_it"),
    ("services.py", "from sqlalchemy import select", "from sqlalchemy import select, text", "past_the_row_scope"),
    ("events.py", "", SECOND_HANDLER, "handlers_of_subscriptions_can_be_told_apart"),
    ("README.md", None, "", "has_a_readme"),
    ("templates/toolcrib/page.html", "", "{% if %}", "templates_can_be_read"),
    ("views.py", "Menu, Section", "Menu, Panel, Section", "panels_have_their_templates"),
    ("views.py", FIRST_SECTION, PANEL + FIRST_SECTION, "panels_have_their_templates"),
    ("factories.py", "", FACTORY, "factories_make_records"),
    ("demo.py", "Decimal(number * 10)", "Decimal(-1)", "demonstration_data_loads"),
)


def break_it(folder: Path) -> None:
    """Apply every breach to the addon in this folder."""
    for file, old, new in dict.fromkeys((file, old, new) for file, old, new, _promise in BREACHES):
        path = folder / file
        if old is None:
            path.unlink()
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        assert old in before, f"{file} has no {old}"
        path.write_text(before.replace(old, new, 1) if old else before + new, encoding="utf-8")


pytestmark = pytest.mark.xdist_group("contract")


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The tests of the contract that fail for an addon with all these breaches."""
    work = tmp_path_factory.mktemp("breaches")
    folder = write_addon("toolcrib", work / "addons")
    break_it(folder)
    (folder / "tests/test_sheets.py").unlink()
    environment = {
        **os.environ,
        "QINGMES_DATA": str(work / "data"),
        "QINGMES_ADDONS_PATH": str(work / "addons"),
        "QINGMES_ONLY": "toolcrib",
    }
    environment.pop("QINGMES_DATABASE_URL", None)
    command = [sys.executable, "-m", "core.cli", "addons", "check", "toolcrib"]
    checked = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(test_\w+)", checked.stdout, re.MULTILINE))


@pytest.mark.parametrize("promise", dict.fromkeys(promise for *_breach, promise in BREACHES))
def test_a_broken_promise_fails_its_test(failed: set[str], promise: str) -> None:
    assert [name for name in failed if promise in name] != []


def test_the_promises_that_are_kept_do_not_fail(failed: set[str]) -> None:
    assert [name for name in failed if not any(promise in name for *_breach, promise in BREACHES)] == []
