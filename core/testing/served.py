"""The application served by a process of its own, which tests may kill."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PATIENCE = 60


@dataclass
class Web:
    """`qingmes serve` on the database of an application, killed and started again.

    `program` is what Python runs, to serve with something in it changed; `more` goes into its environment.
    """

    app: Any
    port: int
    program: tuple[str, ...] = ("-m", "core.cli")
    more: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        config = self.app.config["QINGMES"]
        environment = {
            **os.environ,
            "QINGMES_DATA": str(config.data_dir),
            "QINGMES_DATABASE_URL": config.database_url,
            "QINGMES_SECRET_KEY": config.secret_key,
            **self.more,
        }
        command = [sys.executable, *self.program, "serve", "--threads", "8", "--port", str(self.port)]
        with (config.data_dir / "web.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=log, cwd=Path.cwd(), start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise RuntimeError((config.data_dir / "web.log").read_text()[-2000:])

    def kill(self) -> None:
        """SIGKILL its master and workers at once."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
