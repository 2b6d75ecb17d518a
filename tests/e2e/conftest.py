"""A real Chromium on the real application: threads, SQLite, no other host, and every picture kept."""

from __future__ import annotations

import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, Request, expect, sync_playwright
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
    "--disable-features=SpareRendererForSitePerProcess,OptimizationHints,MediaRouter,Translate,AutofillServerCommunication",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


# A mark for tests that are to run on both databases, each with one of the sizes; the others run on SQLite.
ON_EACH_DATABASE = pytest.mark.parametrize(
    ("site", "visitor"),
    [("sqlite", "phone"), pytest.param("postgres", "office", marks=pytest.mark.postgres)],
    indirect=True,
)
CHANGING = ".htmx-request, .htmx-swapping, .htmx-settling"
KEPT = "local_storage,indexeddb,cache_storage,service_workers"
MOST_LOOKS = 100
QUIET_LOOKS = 3  # so often in a row nothing must be on its way
# Pages of people who sit at a desk: every run sees them in the office's size, `make nightly` on a phone as well.
AT_A_DESK = {
    "opening_stock",
    "reports",
    "criteria",
    "custom_fields",
    "forms",
    "import",
    "lists",
    "packages",
    "paper",
    "people",
    "reminders",
}
# Of other pages that are seen in each size and each language, every run sees two of the four.
SEEN_AT_NIGHT = ({"office", "zh"}, {"phone", "en"})
# On a busy machine a page may be later than any patience. Once more then, and the report says so.
ONCE_MORE = pytest.mark.flaky(reruns=1, only_rerun=["Locator expected", "Timeout .*ms exceeded"])


class Server(ThreadedWSGIServer):
    """Ends only when every request on its way is answered, or it would write into the next test's database."""

    daemon_threads = False

    def __init__(self, port: int, app: Flask) -> None:
        self.connections: set[socket.socket] = set()
        super().__init__("127.0.0.1", port, app, QuietHandler)

    def end(self) -> None:
        """Take no more requests; connections the browser has opened beforehand hear that there is nothing to say."""
        self.shutdown()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)
        self.server_close()


class QuietHandler(WSGIRequestHandler):
    """Says nothing about each request."""

    server: Server

    def setup(self) -> None:
        """Remember the connection."""
        super().setup()
        self.server.connections.add(self.connection)

    def finish(self) -> None:
        """Forget it."""
        self.server.connections.discard(self.connection)
        super().finish()

    def log(self, type: str, message: str, *args: Any) -> None:
        """Tests look at pages, not at logs."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder drives a browser, and is late at times; some of it waits for the night."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(ONCE_MORE)
            if _is_for_the_night(item):
                item.add_marker(pytest.mark.nightly)


def _is_for_the_night(item: pytest.Item) -> bool:
    chosen = set(item.name.partition("[")[2].rstrip("]").split("-"))
    if item.path.stem.removeprefix("test_") in AT_A_DESK:
        return "phone" in chosen
    return any(both <= chosen for both in SEEN_AT_NIGHT)


@pytest.fixture(scope="session")
def browsers() -> Iterator[Playwright]:
    """What starts browsers."""
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(browsers: Playwright) -> Iterator[Browser]:
    """One Chromium for all tests, the one on the PATH."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "these tests need Chromium on the PATH"
    browser = browsers.chromium.launch(executable_path=path, args=FLAGS)
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def windows(chromium: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser profile for each size; it keeps its cache from test to test, as a user's does."""
    made = {size: _profile(chromium, size) for size in SIZES}
    yield made
    for context in made.values():
        context.close()


def _profile(chromium: Browser, size: str) -> BrowserContext:
    width, height = SIZES[size]
    viewport: Any = {"width": width, "height": height}
    context = chromium.new_context(viewport=viewport, locale="en", has_touch=size == "phone")
    context.set_default_timeout(20_000)
    return context


@pytest.fixture(scope="session")
def port() -> int:
    """The port the application is served on, the same for all tests of this process."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.fixture
def site(request: pytest.FixtureRequest, port: int) -> Iterator[Site]:
    """The application with a fresh database; see `ON_EACH_DATABASE`."""
    test_app: TestApp = request.getfixturevalue(f"{getattr(request, 'param', 'sqlite')}_test_app")
    with test_app.fresh() as app:
        server = Server(port, app)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield Site(app, f"http://127.0.0.1:{server.server_port}")
        server.end()
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
    listening: list[tuple[str, Callable[[Any], Any]]] = field(default_factory=list)

    def listen(self, happening: str, listener: Callable[[Any], Any]) -> None:
        """Be told of something the page does, until the end of the test."""
        self.listening.append((happening, listener))
        self.page.on(happening, listener)  # type: ignore[call-overload]

    def sign_in(self, user: User) -> None:
        """Be this user from now on."""
        self.page.context.add_cookies([self.site.cookie_of(user)])  # type: ignore[list-item]

    def go(self, path: str) -> Page:
        """Open a page of the application and wait for its scripts."""
        self.on_their_way.clear()  # what a page before this one asked for is nobody's any more
        self.page.goto(self.site.url + path)
        self._wait_until_quiet()
        return self.page

    def _wait_until_quiet(self) -> None:
        """Wait until no request has been on its way for a moment, and no part of the page is being exchanged."""
        quiet = looks = 0
        while quiet < QUIET_LOOKS and looks < MOST_LOOKS:  # a request may end without a word, as that of a PDF
            self.page.wait_for_timeout(20)
            looks += 1
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
        self.page.wait_for_load_state("load")  # a test may end while the next page is still coming
        width = self.page.locator("html").evaluate("page => page.scrollWidth")
        assert width <= SIZES[self.size][0], "the page is wider than the screen"


@pytest.fixture(params=SIZES)
def visitor(request: pytest.FixtureRequest, site: Site, windows: dict[str, BrowserContext]) -> Iterator[Visitor]:
    """A browser at each size in turn, nobody signed in, nothing kept but the cache."""
    context = windows[request.param]
    page = context.pages[0] if context.pages else context.new_page()
    context.new_cdp_session(page).send("Storage.clearDataForOrigin", {"origin": site.url, "storageTypes": KEPT})
    context.clear_cookies()
    someone = Visitor(page, site, request.param, re.sub(r"\W+", "_", request.node.originalname))
    _watch(someone)
    yield someone
    try:
        someone.check()
    finally:
        for happening, listener in someone.listening:
            page.remove_listener(happening, listener)
        for opened in context.pages[1:]:
            opened.close()
        page.unroute_all()
        page.goto("about:blank")


def _watch(someone: Visitor) -> None:
    """Keep what the pages complain of, and which requests are on their way."""
    someone.listen("console", lambda m: someone.complaints.append(m.text) if m.type == "error" else None)
    someone.listen("pageerror", lambda error: someone.complaints.append(str(error)))
    someone.listen("request", lambda r: (_check_host(someone, r.url), someone.on_their_way.add(r)))
    someone.listen("requestfinished", lambda r: someone.on_their_way.discard(r))
    someone.listen("requestfailed", lambda r: someone.on_their_way.discard(r))


def _check_host(someone: Visitor, url: str) -> None:
    if not url.startswith((someone.site.url, "data:", "blob:")):
        someone.complaints.append(f"asked another host: {url}")


@pytest.fixture
def admin(visitor: Visitor) -> Visitor:
    """An administrator at the browser, reading English."""
    visitor.sign_in(visitor.site.administrator(name="Lin Mei", login="linmei"))
    return visitor
