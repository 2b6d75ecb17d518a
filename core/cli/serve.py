"""`qingmes serve`: from an empty folder to a running system with one command."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from gunicorn.app.base import BaseApplication

from core.cli.common import build, operating
from core.config import Config
from core.errors import SetupError
from core.i18n import gettext
from core.kernel import health, setup

THREADS = 8
GRACEFUL_SECONDS = 30


@click.command()
@click.option("--demo", is_flag=True, help="Enable every app and load demonstration data first.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8080, show_default=True)
@click.option("--processes", default=1, show_default=True, help="Web processes; more than one needs PostgreSQL.")
@click.option("--threads", default=THREADS, show_default=True, help="Threads in each web process.")
def serve(demo: bool, host: str, port: int, processes: int, threads: int) -> None:
    """Set up what is missing, then serve."""
    config = Config.from_env()
    _check_processes(config, processes)
    if "QINGMES_BASE_URL" not in os.environ:
        config = replace(config, base_url=f"http://{host}:{port}")
    app = build(config)
    with operating(app):
        health.refuse_unsafe(config)
        for step in setup.bring_up(config):
            click.echo(f"applied {step}")
        if demo:
            setup.load_demo(config)
        click.echo(_welcome(config, demo))
    Server(app, {"bind": f"{host}:{port}", "workers": processes, "threads": threads}).run()  # type: ignore[no-untyped-call]


def _check_processes(config: Config, processes: int) -> None:
    if config.is_sqlite and processes != 1:
        raise SetupError(
            addon="core",
            file="command line",
            field="--processes",
            problem="SQLite is written by one web process",
            remedy="leave --processes at 1, or set QINGMES_DATABASE_URL to a PostgreSQL database",
        )


def _welcome(config: Config, demo: bool) -> str:
    """Where the system is, and how the first person gets in."""
    lines = [gettext("QingMES is at %(address)s", address=config.base_url)]
    link = setup.first_start_link(config)
    if link:
        lines.append(gettext("Nobody can sign in yet. Make the first administrator here, once: %(link)s", link=link))
    if demo:
        lines.append(setup.demo_sign_in(config))
    return "\n".join(lines)


class Server(BaseApplication):
    """gunicorn with threads, serving an application that is already built."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.application, self.options = app, options
        super().__init__()  # type: ignore[no-untyped-call]

    def load_config(self) -> None:
        """Our settings instead of a file's or the command line's."""
        settings = {
            "worker_class": "gthread",
            "graceful_timeout": GRACEFUL_SECONDS,
            "control_socket_disable": True,
            "post_worker_init": self.start_jobs,
            **self.options,
        }
        assert self.cfg is not None
        for key, value in settings.items():
            self.cfg.set(key, value)

    def load(self) -> Flask:
        """The application, built before the fork."""
        return self.application

    def start_jobs(self, worker: Any) -> None:
        """Without Redis the web process does the jobs itself, in a thread."""
        if self.application.config["QINGMES"].redis_url is None:
            from core.events.embedded import start

            start(self.application)
