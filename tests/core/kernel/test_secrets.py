"""Secrets put in everywhere a person or a setting puts one come out nowhere: not in the log, not in the database."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pyotp
import pytest

from core.testing.servers import free_port
from tests.core.kernel.processes import Browser, Instance, instance, wait_until

pytestmark = pytest.mark.slow

ADDONS = Path(__file__).parent / "addons"
FORGED = '\n{"event": "forged", "level": "error"}'
PASSWORD, NEXT_PASSWORD, LAST_PASSWORD = "canary-pass-a1", "canary-pass-b2", "canary-pass-c3"


@dataclass
class Run:
    """What became of an instance into which secrets were put: `kept` are those the database must keep as they are,
    `forms` those every page with a form carries."""

    log: str = ""
    pages: str = ""
    database: str = ""
    secrets: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    forms: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Everything a person does with secrets, then what the log, the pages and the database have of it."""
    work = tmp_path_factory.mktemp("secrets")
    run = Run(secrets=["canary-secret-key-0123456789012345678", "canary-smtp"])
    settings = {
        "QINGMES_DATA": str(work / "data"),
        "QINGMES_ADDONS_PATH": str(ADDONS),
        "QINGMES_ONLY": "leaky",
        "QINGMES_SECRET_KEY": run.secrets[0],
        "QINGMES_SMTP_URL": f"smtp://mes:{run.secrets[1]}@127.0.0.1:{free_port()}",
        "QINGMES_BASE_URL": "http://127.0.0.1:1",
    }
    with instance(work, **settings) as running:
        browser, _process = running.serve()
        begin(running, browser, run)
        account(browser, run)
        fail(browser, run)
        with closing(sqlite3.connect(work / "data/qingmes.db", isolation_level=None)) as database:
            fail_in_the_database(database, browser, run)
            wait_until(
                lambda: database.execute("SELECT count(*) FROM core_delivery WHERE tries > 0").fetchone()[0] >= 2
            )
            run.database = "\n".join(database.iterdump())
        run.pages = "".join(browser.get(page)[1] for page in ("/jobs", "/health", "/audit", "/notifications"))
        come_back(running, browser, run)
    run.log = running.log.read_text()
    return run


def begin(running: Instance, browser: Browser, run: Run) -> None:
    """The first start: a password that is refused, then one that is not."""
    (link,) = re.findall(r"/setup/\S+", running.log.read_text())
    for password in ("canary-1", PASSWORD):
        browser.post(link, link, name="Lin", login="lin", password=password)
        run.secrets.append(password)
    assert browser.post("/apps/leaky/enable", "/apps")[0] == 200


def account(browser: Browser, run: Run) -> None:
    """One's own account: mail, a new password, a token, the second factor."""
    browser.post("/profile", "/profile", email="lin@factory.example")
    browser.post("/notifications/settings", "/notifications", email=["on", "info"])
    for current in ("canary-wrong", PASSWORD):
        browser.post("/profile/password", "/profile", current=current, password=NEXT_PASSWORD, again=NEXT_PASSWORD)
    page = browser.post("/profile/tokens", "/profile", name="t", permission="core.health.read", days="9")[1]
    token = found(r'readonly value="([^"]+)"', page)
    assert browser.get("/api/v1/me", Authorization=f"Bearer {token}")[0] == 200
    key = found(r"<code>(\w+)</code>", browser.get("/profile/two-factor")[1])
    codes = found(
        r"(?s)<pre>(.+?)</pre>",
        browser.post("/profile/two-factor", "/profile/two-factor", code=pyotp.TOTP(key).now())[1],
    ).split()
    run.kept.append(key)
    run.secrets += ["canary-wrong", NEXT_PASSWORD, token, *codes]


def fail(browser: Browser, run: Run) -> None:
    """Faults of ours while there are secrets in form, query, cookie and header; mail and jobs that fail."""
    path = "/leaky/boom/" + quote(FORGED) + "?key=canary-query"
    assert browser.post(path, "/profile", password="canary-form")[0] == 500
    assert browser.post("/leaky/tell", "/profile", address="https://me:canary-address@far.example")[0] == 200
    browser.get("/api/v1/me", Authorization="Bearer canary-bearer")
    browser.get("/profile", Authorization="Basic canary-basic")
    (cookie,) = [c.value for c in browser.cookies if c.name == "session"]
    run.secrets += [
        "canary-query",
        "canary-form",
        "canary-bearer",
        "canary-basic",
        str(cookie),
    ]
    run.forms.append(browser.csrf("/profile"))


def fail_in_the_database(database: sqlite3.Connection, browser: Browser, run: Run) -> None:
    """Faults of the database while a statement carries what a person typed, and an address a secret."""
    database.execute("CREATE TRIGGER broken BEFORE UPDATE ON core_user BEGIN SELECT RAISE(ABORT, 'broken'); END")
    assert browser.post("/profile", "/profile", phone="canary-phone")[0] == 500
    database.execute("DROP TRIGGER broken")
    database.execute("ALTER TABLE core_one_time_link RENAME TO kept_link")
    assert browser.get("/password/canary-link")[0] == 500
    database.execute("ALTER TABLE kept_link RENAME TO core_one_time_link")
    run.secrets += ["canary-phone", "canary-link"]


def come_back(running: Instance, browser: Browser, run: Run) -> None:
    """Signing in with wrong secrets, and by a one-time link."""
    browser.post("/sign-out", "/profile")
    browser.post("/sign-in", "/sign-in", login="lin", password="canary-guess", code="canary-code")
    link = found(r"(/password/\S+)", running.run("user", "link", "lin"))
    browser.post(link, link, password=LAST_PASSWORD)
    run.secrets += ["canary-guess", "canary-code", link.rpartition("/")[2], LAST_PASSWORD]


def found(pattern: str, text: str) -> str:
    """The one place in a page."""
    match = re.search(pattern, text)
    assert match is not None, text
    return match[1]


def test_twenty_secrets_and_more_are_in_no_line_of_the_log(run: Run) -> None:
    assert len(set(run.secrets)) >= 20
    assert [s for s in (*run.secrets, *run.kept, *run.forms, "canary-address") if s in run.log] == []


def test_they_are_on_no_page_about_what_happened(run: Run) -> None:
    assert "far.example" in run.pages
    assert [s for s in (*run.secrets, *run.kept, "canary-address") if s in run.pages] == []


def test_the_database_has_only_what_it_must_keep(run: Run) -> None:
    assert [s for s in run.secrets if s in run.database] == []
    assert [run.database.count(key) for key in run.kept] == [1]


def test_a_fault_is_in_the_log_with_the_id_of_its_request_and_on_one_line(run: Run) -> None:
    lines = [json.loads(line) for line in run.log.splitlines() if line.startswith("{")]
    fault, *others = [line for line in lines if line["event"] == "unhandled"]
    assert re.fullmatch("[0-9a-f]{16}", fault["request_id"])
    assert "RuntimeError: broken, 11 characters" in fault["exception"]
    assert [line["path"] for line in others] == ["/profile", "/password/<secret>"]
    assert FORGED in fault["path"] and "forged" not in [line["event"] for line in lines]


def test_failed_jobs_are_in_the_log_with_their_ids(run: Run) -> None:
    failed = [json.loads(line) for line in run.log.splitlines() if '"delivery failed"' in line]
    assert {line["error"] for line in failed} == {"ConnectionRefusedError", "ConnectionError"}
    assert all(isinstance(line["delivery"], int) for line in failed)
