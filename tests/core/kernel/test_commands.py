"""The `qingmes` command as whoever looks after the server meets it: what it says, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.core.kernel.processes import Instance, instance

ADDONS = Path(__file__).parent / "addons"
DEAD = "postgresql+psycopg://mes:canary@127.0.0.1:1/mes"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    """An installation with one addon that was brought up to date."""
    work = tmp_path_factory.mktemp("commands")
    settings = {
        "QINGMES_DATA": str(work / "data"),
        "QINGMES_ADDONS_PATH": str(ADDONS),
        "QINGMES_ONLY": "leaky",
        "QINGMES_LOCALE": "en",
    }
    with instance(work, **settings) as made:
        assert "The database is up to date." in made.run("upgrade")
        yield made


def test_the_doctor_finds_a_new_installation_in_order(server: Instance) -> None:
    said = server.attempt("doctor")
    assert (said.returncode, "ERROR" in said.stdout) == (0, False)
    assert "warning  Backup: No backup is configured here." in said.stdout


def test_the_doctor_fails_and_says_what_to_do_before_an_upgrade(server: Instance) -> None:
    said = server.attempt("doctor", QINGMES_DATABASE_URL=f"sqlite:///{server.folder}/new.db")
    assert said.returncode == 1
    assert "qingmes upgrade" in said.stdout + said.stderr and "Traceback" not in said.stderr


@pytest.mark.parametrize("url", [DEAD, "nothing://canary@here"])
def test_a_database_that_does_not_answer_is_one_message_without_its_password(server: Instance, url: str) -> None:
    said = server.attempt("upgrade", QINGMES_DATABASE_URL=url)
    assert (said.returncode, said.stdout) == (1, "")
    assert said.stderr.startswith("Error: ") and "QINGMES_DATABASE_URL" in said.stderr
    assert "Traceback" not in said.stderr and "canary" not in said.stderr


def test_several_processes_on_sqlite_are_refused(server: Instance) -> None:
    said = server.attempt("serve", "--processes", "2")
    assert said.returncode == 1
    assert "--processes: SQLite is written by one web process" in said.stderr


def test_a_worker_without_redis_says_what_to_set(server: Instance) -> None:
    said = server.attempt("worker")
    assert said.returncode == 1
    assert "QINGMES_REDIS_URL" in said.stderr


def test_addons_are_listed_switched_and_loaded_with_demonstration_data_once(server: Instance) -> None:
    assert server.run("addons", "enable", "leaky") == "enabled: leaky\n"
    table = server.run("addons", "list").splitlines()
    assert [line.split()[::2][:2] for line in table] == [["core", "enabled"], ["leaky", "enabled"]]
    assert server.run("demo").startswith("loaded: core\n")
    assert server.run("demo").startswith("The demonstration data is there already.\n")
    assert server.run("addons", "disable", "leaky") == "disabled: leaky\n"


@pytest.mark.parametrize(
    ("locale", "lines"),
    [
        ("en", ["Menu: core.apps (Apps)", "Leads to: apps.index", "Needs: core.addon.manage"]),
        ("zh", ["菜单: core.apps (应用)", "指向: apps.index", "需要: core.addon.manage"]),
    ],
)
def test_a_name_is_explained_in_the_language_of_the_installation(
    server: Instance, locale: str, lines: list[str]
) -> None:
    said = server.attempt("explain", "menu", "core.apps", QINGMES_LOCALE=locale).stdout.splitlines()
    assert [line for line in lines if line not in said] == []


def test_an_unknown_name_is_answered_with_near_ones(server: Instance) -> None:
    said = server.attempt("explain", "hook", "before_sav")
    assert said.returncode == 1
    assert "before_sav" in said.stderr


def test_a_link_for_nobody_is_refused(server: Instance) -> None:
    said = server.attempt("user", "link", "nobody")
    assert (said.returncode, said.stdout) == (1, "")
    assert "nobody" in said.stderr


def test_the_description_of_the_api_is_printed(server: Instance) -> None:
    assert json.loads(server.run("openapi"))["openapi"].startswith("3.1")
