"""A real Chromium on the real application: threads, SQLite, no other host, and every picture kept."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Error, Page, Request, expect, sync_playwright
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.people.models import User, UserSession
from core.people.secrets import new_token, token_hash
from core.people.sessions import COOKIE_KEY
from core.testing.apps import TestApp
from core.testing.people import administrator

ARTIFACTS = Path(__file__).parents[1] / "artifacts"
expect.set_options(timeout=20_000)  # a busy machine is no fault of the page
SIZES = {"office": (1366, 768), "phone": (390, 844)}
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--no-first-run",
    "--metrics-recording-only",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-features=OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


# A mark for tests that are to run on both databases, each with one of the sizes; the others run on SQLite.
ON_EACH_DATABASE = pytest.mark.parametrize(
    ("site", "visitor"),
    [("sqlite", "phone"), pytest.param("postgres", "office", marks=pytest.mark.postgres)],
    indirect=True,
)
CHANGING = ".htmx-request, .htmx-swapping, .htmx-settling"
QUIET_LOOKS = 3  # so often in a row nothing must be on its way


class QuietHandler(WSGIRequestHandler):
    """Says nothing about each request."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests look at pages, not at logs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One Chromium for all tests, the one on the PATH."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "these tests need Chromium on the PATH"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    """The application with a fresh database, served on a port of its own; see `ON_EACH_DATABASE`."""
    test_app: TestApp = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_test_app")
    with test_app.fresh() as app:
        server = ThreadedWSGIServer("127.0.0.1", 0, app, QuietHandler)
        server.daemon_threads = False  # closing waits for requests on their way, or they write into the next test
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield Site(app, f"http://127.0.0.1:{server.server_port}")
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Site:
    """The served application, and how to put something into it."""

    app: Flask
    url: str

    def write(self, work: Callable[[], Any]) -> Any:
        """Run and commit something in the system's name."""
        with acting(SYSTEM):
            return run_unit(work)

    def administrator(self, **values: Any) -> User:
        """Somebody who may do everything."""
        user: User = self.write(lambda: administrator(**values))
        return user

    def cookie_of(self, user: User) -> dict[str, str]:
        """The cookie of a user who has signed in."""
        secret = new_token()
        self.write(lambda: db.session.add(UserSession(token_hash=token_hash(secret), user_id=user.id)))
        serializer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        return {"name": "session", "value": serializer.dumps({COOKIE_KEY: secret}), "url": self.url}


@dataclass
class Visitor:
    """Somebody at a browser of one size; what goes wrong on the pages is kept and asserted at the end."""

    page: Page
    site: Site
    size: str
    test: str
    complaints: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)
    on_their_way: set[Request] = field(default_factory=set)

    def sign_in(self, user: User) -> None:
        """Be this user from now on."""
        self.page.context.add_cookies([self.site.cookie_of(user)])  # type: ignore[list-item]

    def go(self, path: str) -> Page:
        """Open a page of the application and wait for its scripts."""
        self.page.goto(self.site.url + path)
        self._wait_until_quiet()
        return self.page

    def _wait_until_quiet(self) -> None:
        """Wait until no request has been on its way for a moment, and no part of the page is being exchanged."""
        quiet = 0
        while quiet < QUIET_LOOKS:
            self.page.wait_for_timeout(20)
            quiet = 0 if self.on_their_way else quiet + 1
        expect(self.page.locator(CHANGING)).to_have_count(0)

    def settle(self) -> None:
        """Wait until nothing is being loaded any more, neither the page nor a part of it, nor is about to be."""
        self.page.wait_for_load_state("networkidle")
        expect(self.page.locator(CHANGING)).to_have_count(0)

    def choose(self, field: Any, text: str) -> None:
        """Search for a record in a link field, and take the one that shows the text."""
        field.locator(".ts-control input").focus()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.locator(".ts-dropdown:visible .option", has_text=text).click()

    def picture(self, name: str) -> None:
        """Keep what the page looks like now."""
        ARTIFACTS.mkdir(exist_ok=True)
        path = ARTIFACTS / f"{name}-{self.size}.png"
        # A busy machine's Chromium now and then has no frame to give; the page is none the worse for it.
        for last in (False, False, True):
            try:
                self.page.screenshot(path=path)
                return
            except Error as error:
                if last or "Unable to capture screenshot" not in str(error):
                    raise
                self.page.wait_for_timeout(500)

    def expect_status(self, status: int) -> None:
        """This answer is part of the test; the browser's note of it is no complaint."""
        self.allowed.append(f"status of {status}")

    def check(self) -> None:
        """No error on the console, no request to another host, nothing wider than the screen."""
        real = [c for c in self.complaints if not any(a in c for a in self.allowed)]
        assert real == []
        width = self.page.evaluate("document.documentElement.scrollWidth")
        assert width <= SIZES[self.size][0], "the page is wider than the screen"


@pytest.fixture(params=SIZES)
def visitor(request: pytest.FixtureRequest, site: Site, chromium: Browser) -> Iterator[Visitor]:
    """A browser at each size in turn, nobody signed in."""
    width, height = SIZES[request.param]
    context = chromium.new_context(
        viewport={"width": width, "height": height}, locale="en", has_touch=request.param == "phone"
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    someone = Visitor(page, site, request.param, re.sub(r"\W+", "_", request.node.originalname))
    page.on("console", lambda m: someone.complaints.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: someone.complaints.append(str(error)))
    page.on("request", lambda r: (_check_host(someone, r.url), someone.on_their_way.add(r)))
    page.on("requestfinished", lambda r: someone.on_their_way.discard(r))
    page.on("requestfailed", lambda r: someone.on_their_way.discard(r))
    yield someone
    someone.check()
    context.close()


def _check_host(someone: Visitor, url: str) -> None:
    if not url.startswith((someone.site.url, "data:", "blob:")):
        someone.complaints.append(f"asked another host: {url}")


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    """An administrator at the browser, reading English."""
    visitor.sign_in(visitor.site.administrator(name="Lin Mei", login="linmei"))
    return visitor
