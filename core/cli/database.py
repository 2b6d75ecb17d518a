"""Bringing the database up to date, writing migrations, loading demo data."""

from __future__ import annotations

import click

from core.cli.common import build, operating
from core.config import Config
from core.custom import indexes
from core.db import migrate
from core.db.session import db, run_unit
from core.kernel import setup
from core.kernel.registry import current_registry


@click.command()
def upgrade() -> None:
    """Bring the database up to date."""
    app = build()
    with operating(app):
        for step in migrate.upgrade(db.engine, current_registry()):
            click.echo(f"applied {step}")
        for index in run_unit(indexes.ensure):
            click.echo(f"put right the index {index} of a custom field")
    click.echo("The database is up to date.")


@click.command()
@click.argument("addon")
@click.option("-m", "--message", required=True, help="What the migration does, in a few words.")
def migration(addon: str, message: str) -> None:
    """Write the next migration of ADDON from what its models say."""
    app = build()
    with operating(app):
        path = migrate.write_migration(db.engine, setup.installed(addon), message)
    click.echo(f"wrote {path}: read it, then run `qingmes upgrade`")


@click.command()
def demo() -> None:
    """Enable every app and load the demonstration data, once."""
    config = Config.from_env()
    app = build(config)
    with operating(app):
        setup.bring_up(config)
        loaded = setup.load_demo(config)
        click.echo("loaded: " + ", ".join(loaded) if loaded else "The demonstration data is there already.")
        click.echo(setup.demo_sign_in(config))
