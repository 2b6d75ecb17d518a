"""An addon from outside, built and installed as a wheel: everything it brings works, and goes away without harm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
OFFLINE = ("--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check", "--quiet")
SECONDS = 300


def run(*command: str, site: Path | None = None, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a Python module or script with only masterdata and the partner addon to be found."""
    environment = {**os.environ, "QINGMES_ONLY": "masterdata,toolcare", **settings}
    environment.pop("QINGMES_DATABASE_URL", None)
    if site is not None:
        environment["PYTHONPATH"] = os.pathsep.join([str(site), str(HERE.parents[1])])
    return subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, timeout=SECONDS)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the addon's wheel was built and installed by pip."""
    work = tmp_path_factory.mktemp("partner")
    source = shutil.copytree(HERE, work / "source", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    built = run("-m", "pip", "wheel", *OFFLINE, "--wheel-dir", str(work), str(source))
    assert built.returncode == 0, built.stderr
    (wheel,) = work.glob("qingmes_toolcare-*.whl")
    installed = run("-m", "pip", "install", *OFFLINE, "--target", str(work / "site"), str(wheel))
    assert installed.returncode == 0, installed.stderr
    return work / "site"


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the instance that tries the addon."""
    return tmp_path_factory.mktemp("partner-data")


@pytest.fixture(scope="session")
def facts(site: Path, data: Path) -> dict[str, Any]:
    """What the scenario saw with the addon installed."""
    return told(run(str(HERE / "scenario.py"), "with", str(data), site=site))


@pytest.fixture(scope="session")
def facts_without(site: Path, data: Path, facts: dict[str, Any]) -> dict[str, Any]:
    """What it saw on the same data with the addon blocked."""
    return told(run(str(HERE / "scenario.py"), "without", str(data), site=site))


def told(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The facts a scenario printed."""
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_its_list_and_its_api_answer(facts: dict[str, Any]) -> None:
    assert (facts["enabled"]["page"], facts["enabled"]["api"]) == (200, 200)


def test_its_menu_entry_is_there(facts: dict[str, Any]) -> None:
    assert facts["enabled"]["menu"]


def test_its_column_stands_in_the_list_of_items(facts: dict[str, Any]) -> None:
    assert facts["enabled"]["column"]


def test_its_section_stands_in_the_form_of_an_item(facts: dict[str, Any]) -> None:
    assert facts["enabled"]["section"]


def test_its_permission_is_asked_for(facts: dict[str, Any]) -> None:
    assert facts["stranger"] == 403


def test_its_hook_objects_and_is_named(facts: dict[str, Any]) -> None:
    assert facts["objection"] == "Tool care: Delete its care plan first."


def test_its_subscription_moves_the_due_date(facts: dict[str, Any]) -> None:
    assert facts["next due"] == "2026-03-31"


def test_its_job_runs(facts: dict[str, Any]) -> None:
    assert facts["reminded"]


def test_its_texts_are_translated(facts: dict[str, Any]) -> None:
    assert facts["chinese"] == "保养计划"


def test_disabling_hides_all_of_it(facts: dict[str, Any]) -> None:
    assert facts["disabled"] == {
        "page": 404,
        "api": 404,
        "items": [200, 200],
        "column": False,
        "section": False,
        "menu": False,
    }


def test_disabling_silences_its_hook(facts: dict[str, Any]) -> None:
    assert facts["objection while disabled"] == ""


def test_disabling_keeps_its_rows(facts: dict[str, Any]) -> None:
    assert facts["rows while disabled"] == 1


def test_enabling_again_brings_everything_back(facts: dict[str, Any]) -> None:
    assert facts["enabled again"] == facts["enabled"]


def test_masterdata_works_without_it(facts_without: dict[str, Any]) -> None:
    assert facts_without["pages"]["items"] == [200, 200]
    assert (facts_without["pages"]["page"], facts_without["pages"]["menu"]) == (404, False)


def test_its_rows_stay_while_it_is_not_there(facts_without: dict[str, Any]) -> None:
    assert facts_without["rows"] == 1


def test_it_keeps_the_contract(site: Path, tmp_path: Path) -> None:
    checked = run("-m", "core.cli", "addons", "check", "toolcare", site=site, QINGMES_DATA=str(tmp_path))
    assert checked.returncode == 0, checked.stdout
