"""An instance in real processes: web servers, a worker, the command line; and somebody at a browser."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path

from core.testing.servers import free_port

SECONDS = 60
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
QINGMES = ("-m", "core.cli")
GUNICORN = ("-m", "gunicorn", "-k", "gthread", "--threads", "4", "--no-control-socket", "core.wsgi:application()")


@dataclass
class Browser:
    """Somebody at one web process."""

    address: str
    cookies: CookieJar = field(default_factory=CookieJar)

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._open(urllib.request.Request(self.address + path, headers=headers))

    def post(self, path: str, page: str, **values: str | list[str]) -> tuple[int, str]:
        """Send a form with the token found on `page`."""
        data = urllib.parse.urlencode({"csrf_token": self.csrf(page), **values}, doseq=True).encode()
        return self._open(urllib.request.Request(self.address + path, data=data))

    def csrf(self, page: str) -> str:
        """The token of the forms on a page."""
        found = TOKEN.search(self.get(page)[1])
        assert found is not None, page
        return found[1]

    def _open(self, request: urllib.request.Request) -> tuple[int, str]:
        opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        try:
            with opener.open(request, timeout=SECONDS) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def sign_in(self, login: str, password: str) -> None:
        """Through the form."""
        assert self.post("/sign-in", "/sign-in", login=login, password=password)[0] == 200


@dataclass
class Instance:
    """One installation in a folder, and its running processes."""

    folder: Path
    settings: dict[str, str]
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes are started with."""
        return {**os.environ, **self.settings}

    def run(self, *arguments: str) -> str:
        """Run a `qingmes` command to its end; what it said."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        """Run a `qingmes` command that may fail, with other settings if given."""
        environment = {**self.environment, **settings}
        command = [sys.executable, *QINGMES, *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS)

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Python process that stays."""
        with self.log.open("ab") as log:
            process = subprocess.Popen([sys.executable, *arguments], env=self.environment, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    @property
    def log(self) -> Path:
        """What all its processes said."""
        return self.folder / "log"

    def serve(self, *options: str) -> tuple[Browser, subprocess.Popen[bytes]]:
        """Start `qingmes serve` and wait until it is ready."""
        port = free_port()
        return self._ready(port, self.start(*QINGMES, "serve", "--port", str(port), *options))

    def serve_by_gunicorn(self) -> tuple[Browser, subprocess.Popen[bytes]]:
        """Start gunicorn on `core.wsgi` and wait until it is ready."""
        port = free_port()
        return self._ready(port, self.start(*GUNICORN, "--bind", f"127.0.0.1:{port}"))

    def _ready(self, port: int, process: subprocess.Popen[bytes]) -> tuple[Browser, subprocess.Popen[bytes]]:
        browser = Browser(f"http://127.0.0.1:{port}")

        def is_ready() -> bool:
            assert process.poll() is None, self.log.read_text()
            try:
                return browser.get("/readyz")[0] == 200
            except urllib.error.URLError:
                return False

        wait_until(is_ready)
        return browser, process


@contextmanager
def instance(folder: Path, **settings: str) -> Iterator[Instance]:
    """An instance with these settings; its processes end with the block."""
    made = Instance(folder, settings)
    try:
        yield made
    finally:
        for process in made.processes:
            stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process in good order."""
    process.terminate()
    process.wait(SECONDS)


def wait_until(true: Callable[[], bool]) -> None:
    """Wait for something another process does; fails after a minute."""
    end = time.monotonic() + SECONDS
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
