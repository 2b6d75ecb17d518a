"""`qingmes addons check`: the contract and an addon's own tests, in a process that has only what it depends on."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path

from core.config import Config
from core.errors import NotFound
from core.i18n import _
from core.kernel.discovery import Addon, discover

INI = """[pytest]
addopts = --strict-markers -p no:cacheprovider --import-mode=importlib
filterwarnings = error
markers =
    postgres: needs a PostgreSQL server, which the tests start themselves
    redis: needs a Redis server, which the tests start themselves
    browser: drives a real Chromium
    slow: takes more than ten seconds
"""
MODULE = """from core.testing.contract import AddonContract


class TestContract(AddonContract):
    addon = "{name}"
"""


def check_addon(name: str, environment: Mapping[str, str]) -> int:
    """Run the checks with pytest; returns its exit code. Raises `NotFound` for an addon that is not there."""
    found = discover(Config.from_env(environment))
    if name not in found:
        raise NotFound(
            _("There is no app called %(name)s here. Installed: %(addons)s", name=name, addons=", ".join(found))
        )
    with tempfile.TemporaryDirectory(prefix="qingmes-check-") as folder:
        targets = _targets(found[name], Path(folder))
        only = ",".join(sorted(needed(found, name)))
        command = [sys.executable, "-m", "pytest", "-q", "-c", f"{folder}/pytest.ini", *_plugin(), *targets]
        return subprocess.run(command, env={**environment, "QINGMES_ONLY": only, "QINGMES_DATA": folder}).returncode


def _targets(addon: Addon, folder: Path) -> list[str]:
    """The addon's own tests, and the contract unless they have it."""
    (folder / "pytest.ini").write_text(INI)
    own = addon.folder / "tests"
    if own.is_dir() and any("AddonContract" in p.read_text(encoding="utf-8") for p in own.rglob("*.py")):
        return [str(own)]
    module = folder / "test_contract.py"
    module.write_text(MODULE.format(name=addon.name))
    return [str(module), *([str(own)] if own.is_dir() else [])]


def _plugin() -> list[str]:
    """Our fixtures, unless pytest finds them by itself."""
    known = {point.value for point in entry_points(group="pytest11")}
    return [] if "core.testing.fixtures" in known else ["-p", "core.testing.fixtures"]


def needed(addons: Mapping[str, Addon], name: str) -> set[str]:
    """An addon and all it depends on, core left out."""
    found: set[str] = set()
    todo = [name]
    while todo:
        current = todo.pop()
        if current != "core" and current not in found:
            found.add(current)
            todo.extend(addons[current].manifest.depends)
    return found
