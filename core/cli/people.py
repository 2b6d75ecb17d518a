"""`qingmes user`: help for somebody who cannot get in."""

from __future__ import annotations

import click

from core.cli.common import build, operating
from core.config import Config
from core.db.session import run_unit
from core.kernel import setup


@click.group()
def user() -> None:
    """Users, for the administrator of the server."""


@user.command()
@click.argument("login")
def link(login: str) -> None:
    """Print a link with which the user LOGIN gives himself a new password, once."""
    config = Config.from_env()
    app = build(config)
    with operating(app):
        click.echo(run_unit(lambda: setup.password_link(config, login)))
