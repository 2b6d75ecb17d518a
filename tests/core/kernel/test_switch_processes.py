"""The enable switch across processes: two web servers and an RQ worker, on one PostgreSQL database and one Redis."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from core.events.rq_runner import RqRunner
from core.testing.servers import redis
from tests.core.kernel.processes import QINGMES, Browser, Instance, instance, stop, wait_until

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow, pytest.mark.xdist_group("switch")]

SHEETS, BOARD, API = "/m/toolcrib/sheets", "/m/toolcrib/sheets/kanban", "/api/v1/toolcrib/sheets"
CARD = 'id="app-toolcrib"'
UNREPORTED = "SELECT count(*) FROM toolcrib_sheet WHERE state = 'finished' AND reported_at IS NULL"
MISSED = (
    "INSERT INTO core_delivery (kind, addon, target, payload, state, tries, due_at, created_at, done) "
    "VALUES ('job', 'toolcrib', 'toolcrib.report_missed', '{}', 'waiting', 0, now(), now(), 0) RETURNING id"
)


@dataclass
class Factory:
    """Two web servers and a worker, the database and the queue they share; the Apps page as it was on the way."""

    first: Browser
    second: Browser
    database: psycopg.Connection[Any]
    queue: RqRunner
    before: str
    installed: str

    def ask(self, query: str, *values: Any) -> Any:
        """One value from the database, past the application."""
        row = self.database.execute(query, values).fetchone()
        assert row is not None
        return row[0]


def switch(browser: Browser, verb: str) -> int:
    """Press the button on the Apps page."""
    return browser.post(f"/apps/toolcrib/{verb}", "/apps")[0]


def pages(browser: Browser) -> tuple[int, ...]:
    """What the addon's pages and API answer here."""
    return tuple(browser.get(path)[0] for path in (SHEETS, BOARD, API))


@pytest.fixture(scope="module")
def factory(tmp_path_factory: pytest.TempPathFactory, postgres_server: Any) -> Iterator[Factory]:
    """An instance that runs, is given a new addon, and is started again."""
    work = tmp_path_factory.mktemp("switch")
    postgres_server.create("switching")
    settings = {
        "QINGMES_DATA": str(work / "data"),
        "QINGMES_DATABASE_URL": postgres_server.url("switching"),
        "QINGMES_ADDONS_PATH": str(work / "addons"),
        "QINGMES_ONLY": "toolcrib",
    }
    with redis() as queue, instance(work, QINGMES_REDIS_URL=queue.url, **settings) as running:
        before = install_while_it_runs(running)
        (first, _process), (second, _process) = running.serve(), running.serve_by_gunicorn()
        running.start(*QINGMES, "worker")
        for browser in (first, second):
            sign_in(running, browser)
        installed = first.get("/apps")[1]
        running.run("demo")
        address = f"postgresql://postgres@/switching?host={postgres_server.folder}"
        with psycopg.connect(address, autocommit=True) as database:
            yield Factory(first, second, database, RqRunner(queue.url), before, installed)


def install_while_it_runs(running: Instance) -> str:
    """Write the new addon beside a running server, then stop that; the Apps page as it was until then."""
    server, process = running.serve("--demo")
    sign_in(running, server)
    running.run("addons", "new", "toolcrib")
    before = server.get("/apps")[1]
    stop(process)
    return before


def sign_in(running: Instance, browser: Browser) -> None:
    """As the administrator of the demonstration."""
    browser.sign_in("admin", (running.folder / "data/demo-password.txt").read_text().strip())


@pytest.fixture
def enabled(factory: Factory) -> Factory:
    """The same, with the addon enabled at the start of the test."""
    switch(factory.first, "enable")
    return factory


def test_a_new_addon_appears_after_a_restart_and_is_not_enabled(factory: Factory) -> None:
    assert CARD not in factory.before
    assert CARD in factory.installed and 'action="/apps/toolcrib/enable"' in factory.installed


def test_disabling_in_one_process_acts_at_once_in_the_other(enabled: Factory) -> None:
    assert pages(enabled.second) == (200, 200, 200)
    assert switch(enabled.first, "disable") == 200
    assert pages(enabled.second) == (404, 404, 404)


def test_enabling_in_one_process_acts_at_once_in_the_other(enabled: Factory) -> None:
    switch(enabled.first, "disable")
    assert switch(enabled.second, "enable") == 200
    assert pages(enabled.first) == (200, 200, 200)


def test_the_menu_entry_comes_and_goes_in_the_other_process(enabled: Factory) -> None:
    assert f'href="{SHEETS}"' in enabled.second.get("/apps")[1]
    switch(enabled.first, "disable")
    assert f'href="{SHEETS}"' not in enabled.second.get("/apps")[1]


def test_disabling_and_enabling_loses_no_rows(enabled: Factory) -> None:
    every_row = "SELECT string_agg(sheet::text, ';' ORDER BY id) FROM toolcrib_sheet AS sheet"
    before = enabled.ask(every_row)
    switch(enabled.first, "disable")
    assert enabled.ask(every_row) == before
    switch(enabled.first, "enable")
    assert enabled.ask(every_row) == before
    assert enabled.second.get(SHEETS)[1].count("Toolcrib ") >= 5


def test_the_worker_hears_of_what_happens_while_it_is_enabled(enabled: Factory) -> None:
    sheet = finish_one(enabled)
    wait_until(lambda: bool(enabled.ask("SELECT reported_at IS NOT NULL FROM toolcrib_sheet WHERE id = %s", sheet)))


def test_the_worker_holds_its_jobs_while_it_is_disabled_and_loses_none(enabled: Factory) -> None:
    switch(enabled.first, "disable")
    sheet = enabled.ask("SELECT min(id) FROM toolcrib_sheet WHERE state = 'draft'")
    enabled.database.execute("UPDATE toolcrib_sheet SET state = 'finished' WHERE id = %s", [sheet])
    job = enabled.ask(MISSED)
    enabled.queue.poke([job])
    wait_until(lambda: bool(enabled.ask("SELECT state = 'held' FROM core_delivery WHERE id = %s", job)))
    assert enabled.ask(UNREPORTED) == 1
    switch(enabled.first, "enable")
    wait_until(lambda: bool(enabled.ask("SELECT state = 'done' FROM core_delivery WHERE id = %s", job)))
    assert enabled.ask(UNREPORTED) == 0


def finish_one(factory: Factory) -> int:
    """Finish a draft through the second process; returns its id."""
    sheet = int(factory.ask("SELECT min(id) FROM toolcrib_sheet WHERE state = 'draft'"))
    status, page = factory.second.post(f"{SHEETS}/{sheet}/fire/finish", f"{SHEETS}/{sheet}", version="1")
    assert status == 200, page
    return sheet
