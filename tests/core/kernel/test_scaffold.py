"""`qingmes addons new` writes an addon that passes its checks with nothing edited."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import Conflict, ValidationError
from core.kernel.scaffold import write_addon

SECONDS = 300


def qingmes(folder: Path, *arguments: str, only: str = "") -> subprocess.CompletedProcess[str]:
    """Run the command with addons in `folder/addons`, data in `folder/data`."""
    environment = {
        **os.environ,
        "QINGMES_DATA": str(folder / "data"),
        "QINGMES_ADDONS_PATH": str(folder / "addons"),
        "QINGMES_ONLY": only,
        "QINGMES_LOCALE": "en",
    }
    environment.pop("QINGMES_DATABASE_URL", None)
    command = [sys.executable, "-m", "core.cli", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)


def test_a_new_addon_passes_its_checks_with_nothing_edited(tmp_path: Path) -> None:
    written = qingmes(tmp_path, "addons", "new", "toolcrib")
    assert written.returncode == 0, written.stderr
    checked = qingmes(tmp_path, "addons", "check", "toolcrib", only="toolcrib")
    assert checked.returncode == 0, checked.stdout
    assert " passed" in checked.stdout and "failed" not in checked.stdout


def test_a_new_addon_can_be_enabled_and_explained(tmp_path: Path) -> None:
    qingmes(tmp_path, "addons", "new", "toolcrib")
    qingmes(tmp_path, "upgrade", only="toolcrib")
    enabled = qingmes(tmp_path, "addons", "enable", "toolcrib", only="toolcrib")
    told = qingmes(tmp_path, "explain", "model", "toolcrib.sheet", only="toolcrib")
    assert enabled.stdout == "enabled: toolcrib\n"
    assert "finish: draft → finished, needs toolcrib.sheet.finish" in told.stdout


def test_the_command_says_how_to_have_a_folder_found(tmp_path: Path) -> None:
    said = qingmes(tmp_path, "addons", "new", "toolcrib", "--into", str(tmp_path / "elsewhere")).stdout
    assert f"export QINGMES_ADDONS_PATH={tmp_path / 'elsewhere'}" in said


def test_checking_an_addon_that_is_not_there_says_which_are(tmp_path: Path) -> None:
    checked = qingmes(tmp_path, "addons", "check", "nowhere")
    assert (checked.returncode, checked.stdout) == (1, "")
    assert "nowhere" in checked.stderr and "core" in checked.stderr


@pytest.mark.parametrize("name", ["Tool", "tool-crib", "api", "../tool", "1st"])
def test_a_name_no_addon_may_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        write_addon(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "toolcrib").mkdir()
    with pytest.raises(Conflict):
        write_addon("toolcrib", tmp_path)
    assert list((tmp_path / "toolcrib").iterdir()) == []
