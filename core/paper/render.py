"""Having the press print: a process of its own with a limit of time, and what it refuses as sentences."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import core
from core.errors import QingmesError, ValidationError
from core.i18n import Text, _

SECONDS = 20  # for one document
ROOT = Path(core.__file__).parent.parent
START = "import sys; sys.path.insert(0, sys.argv[1]); from core.paper.press import main; main(sys.argv[2])"
INHERITED = ("PATH", "FONTCONFIG_PATH", "FONTCONFIG_FILE")
REFUSALS: Mapping[str, Text] = {
    "css": _("The style sheet cannot be read in line %(line)s: %(detail)s"),
    "css_fetch": _("Line %(line)s of the style sheet would fetch something; addresses are not allowed there."),
    "css_rule": _("Line %(line)s of the style sheet: %(detail)s is not allowed; only styles and @page are."),
    "deep": _("The template is nested too deeply; take parts of it apart."),
    "fetch": _("The page asks for a file or an address; only what stands on it can be printed."),
    "field": _("Line %(line)s: there is no field “%(detail)s”. Take one from the list of fields."),
    "filter": _("Line %(line)s: there is no filter “%(detail)s”."),
    "long": _("The template is too long; at most 200,000 characters are taken."),
    "size": _("The page would be too large to print (more than 5 MB). Shorten its texts, or print fewer lines."),
    "syntax": _("Line %(line)s cannot be read: %(detail)s"),
    "tag": _("Line %(line)s: “%(detail)s” is not a command a template may use."),
    "work": _("Line %(line)s: the template does too much; it repeats or gathers more than can be printed."),
}


class TooSlow(QingmesError):
    """A page took longer than it may."""

    status = 422
    code = "too_slow"


@dataclass
class Run:
    """One run of the press over documents (see `core.paper.pages`): iterate to follow it, then take `pdf`.

    Yields the number of documents done, as they are. Raises `ValidationError` for what the press refuses, `TooSlow`
    when a document takes longer than 20 s.
    """

    documents: Sequence[Mapping[str, Any]]
    title: str
    pdf: bytes = b""
    pages: int = 0

    def __iter__(self) -> Iterator[int]:
        with tempfile.TemporaryDirectory(prefix="qingmes-press-") as folder:
            target = Path(folder, "out.pdf")
            for told in _follow({"documents": self.documents, "title": self.title}, target):
                if "done" in told:
                    yield told["done"]
                self.pages = told.get("pages", self.pages)
            self.pdf = target.read_bytes()


def make_pdf(documents: Sequence[Mapping[str, Any]], title: str) -> bytes:
    """The documents as one PDF."""
    run = Run(documents, title)
    for _done in run:
        pass
    return run.pdf


def check_template(body: str, css: str) -> None:
    """Refuse a template that cannot be read (`ValidationError`); nothing is printed."""
    with tempfile.TemporaryDirectory(prefix="qingmes-press-") as folder:
        for _told in _follow({"body": body, "css": css}, Path(folder, "out.pdf")):
            pass


def _follow(order: Mapping[str, Any], target: Path) -> Iterator[dict[str, Any]]:
    """Start the press and yield what it tells, until it has told the number of pages."""
    asked = target.with_name("order.json")
    asked.write_text(json.dumps(order), encoding="utf-8")
    command = [sys.executable, "-I", "-c", START, str(ROOT), str(target)]
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    environment["HOME"] = str(target.parent)
    with (
        asked.open("rb") as order_file,
        subprocess.Popen(
            command,
            stdin=order_file,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            cwd=target.parent,
            text=True,
        ) as process,
    ):
        try:
            yield from _told(process)
        finally:
            process.kill()


def _told(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    while True:
        with _killed_after(process, SECONDS) as late:
            line = process.stdout.readline()
        if not line.endswith("\n"):
            raise _broken(late.is_set())
        told: dict[str, Any] = json.loads(line)
        if "refused" in told:
            raise _refused(**told["refused"])
        yield told
        if "pages" in told:
            return


@contextmanager
def _killed_after(process: subprocess.Popen[str], seconds: float) -> Iterator[threading.Event]:
    """Kill the process when the block takes longer; the event then is set."""
    late = threading.Event()

    def kill() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(seconds, kill)
    timer.start()
    try:
        yield late
    finally:
        timer.cancel()


def _broken(late: bool) -> QingmesError:
    if late:
        return TooSlow(
            _(
                "A page took longer than %(seconds)s seconds to print. Shorten it, or print fewer lines.",
                seconds=SECONDS,
            )
        )
    return ValidationError(_("The page could not be printed: it is too large or too intricate. Make it simpler."))


def _refused(code: str, line: int, detail: str) -> ValidationError:
    return ValidationError(str(REFUSALS[code]) % {"line": line, "detail": detail[:200]})
