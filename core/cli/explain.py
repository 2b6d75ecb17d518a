"""`qingmes explain`: what the registry knows about one name."""

from __future__ import annotations

import click

from core.cli.common import build, operating
from core.kernel.explain import KINDS


@click.command()
@click.argument("kind", type=click.Choice(sorted(KINDS)))
@click.argument("name")
def explain(kind: str, name: str) -> None:
    """What is known about a model, permission, hook or menu NAME, and who declared it."""
    app = build()
    with operating(app):
        for label, value in KINDS[kind](name):
            click.echo(f"{label}: {value}")
