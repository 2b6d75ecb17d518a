"""Builds the application once and forks the processes the kill tests ask for, a line of input each.

`worker`, `scheduler` or `web PORT`; answers with the process id. A fork takes milliseconds where a start takes
seconds, so that many can be killed. All end with this process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable
from datetime import timedelta

from flask import Flask
from werkzeug.serving import make_server

from core.app import create_app
from core.config import Config
from core.events import commands, deliver, embedded

DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
LEASE = timedelta(seconds=2)  # long jobs of killed workers are taken over while the test waits


def web(app: Flask, port: int) -> None:
    """A web process with its thread."""
    embedded.start(app)
    make_server("127.0.0.1", port, app, threaded=True).serve_forever()


def main() -> None:
    """Fork on request until the input ends."""
    app = create_app(Config.from_env())
    deliver.LEASE = LEASE
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    answer("ready")
    for line in sys.stdin:
        kind, *arguments = line.split()
        work: dict[str, Callable[[], None]] = {
            "worker": lambda: commands.worker(app),
            "scheduler": lambda: commands.scheduler(app, every_seconds=1),
            "web": lambda: web(app, int(arguments[0])),  # noqa: B023 - called before the next line
        }
        answer(str(fork(work[kind])))


def answer(line: str) -> None:
    """Tell whoever asked."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def fork(work: Callable[[], None]) -> int:
    """Run `work` in a new process; its id."""
    child = os.fork()
    if child:
        return child
    ctypes.CDLL(None).prctl(DIE_WITH_PARENT, signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        work()
    finally:
        os._exit(0)


if __name__ == "__main__":
    main()
