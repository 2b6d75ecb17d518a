"""`qingmes addons`: what is installed, what is enabled, and the start of a new one."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import click

from core.cli.common import build, operating
from core.config import Config
from core.db.session import run_unit
from core.kernel import switch
from core.kernel.registry import current_registry
from core.kernel.scaffold import write_addon

LOCAL = Path("addons_local")


@click.group()
def addons() -> None:
    """Installed addons: list, new, check, enable, disable."""


@addons.command("list")
def list_() -> None:
    """The installed addons in load order, and which are enabled."""
    app = build()
    with operating(app):
        for name, addon in current_registry().addons.items():
            state = "enabled" if switch.is_enabled(name) else "disabled"
            depends = ", ".join(addon.manifest.depends) or "-"
            click.echo(f"{name:<20} {addon.manifest.version:<10} {state:<9} depends: {depends:<30} {addon.folder}")


@addons.command()
@click.argument("name")
@click.option("--into", type=click.Path(path_type=Path), help="The folder that will hold the addon's folder.")
def new(name: str, into: Path | None) -> None:
    """Write a working addon NAME, with tests that pass, to begin from."""
    into = into or _first_addons_folder()
    folder = write_addon(name, into)
    click.echo(f"wrote {folder}")
    if into.resolve() not in {p.resolve() for p in Config.from_env().addons_path}:
        click.echo(f"so that it is found, set: export QINGMES_ADDONS_PATH={into.resolve()}")
    click.echo(f"then: qingmes addons check {name}; qingmes upgrade; restart; enable it on the Apps page")


def _first_addons_folder() -> Path:
    paths = Config.from_env().addons_path
    return paths[0] if paths else LOCAL


@addons.command()
@click.argument("name")
def check(name: str) -> None:
    """Run the contract every addon keeps, and the addon's own tests, on an installed addon."""
    from core.testing.checking import check_addon

    sys.exit(check_addon(name, os.environ))


@addons.command()
@click.argument("name")
def enable(name: str) -> None:
    """Enable an addon and what it depends on, at once in every process."""
    app = build()
    with operating(app):
        switched = run_unit(lambda: switch.enable(name))
    click.echo("enabled: " + ", ".join(switched) if switched else f"{name} was enabled already")


@addons.command()
@click.argument("name")
def disable(name: str) -> None:
    """Disable an addon, at once in every process; its data stays."""
    app = build()
    with operating(app):
        run_unit(lambda: switch.disable(name))
    click.echo(f"disabled: {name}")
