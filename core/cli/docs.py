"""Documents made from the code: the API's description and the list of hooks."""

from __future__ import annotations

from pathlib import Path

import click

from core.cli.common import build, operating
from core.kernel.hookdocs import hooks_page

HOOKS = Path("docs/hooks.md")


@click.command()
def openapi() -> None:
    """Print the OpenAPI 3.1 description of the installed addons' API."""
    from core.api.openapi import document

    app = build()
    with operating(app), app.test_request_context():
        click.echo(document())


@click.command()
@click.option("--into", type=click.Path(path_type=Path), default=HOOKS, show_default=True)
def docs(into: Path) -> None:
    """Write the list of hooks from their specifications."""
    app = build()
    with operating(app):
        into.write_text(hooks_page(), encoding="utf-8")
    click.echo(f"wrote {into}")
