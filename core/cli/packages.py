"""Configuration packages from the command line."""

from __future__ import annotations

from pathlib import Path

import click
from sqlalchemy import select

from core.actor import acting
from core.cli.common import build, operating
from core.db.session import db, run_unit
from core.errors import NotFound
from core.i18n import _
from core.packages import package
from core.packages.kinds import KINDS
from core.people.grants import actor_for
from core.people.models import User

AS = click.option("--as", "login", required=True, help="Sign-in name of the user in whose name it is done.")


@click.group("package")
def packages() -> None:
    """Export and import configuration: roles, fields, numbers, flows, views, reminders."""


@packages.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--kind", "kinds", multiple=True, type=click.Choice(sorted(KINDS)), help="Only these kinds.")
@AS
def export(file: Path, kinds: tuple[str, ...], login: str) -> None:
    """Write a package to FILE."""
    app = build()
    with operating(app), acting(actor_for(_user(login), "cli")) as actor:
        items = [i for found in package.exportable(actor).values() for i in found if not kinds or i.kind in kinds]
        content = run_unit(lambda: package.write_package(actor, {i.id for i in items}))
    file.write_bytes(content)
    click.echo(f"{len(items)} settings written to {file}")


@packages.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would change, change nothing.")
@AS
def import_(file: Path, dry_run: bool, login: str) -> None:
    """Take over the package in FILE, all or nothing."""
    app = build()
    with operating(app), acting(actor_for(_user(login), "cli")):
        items = package.read_package(file.read_bytes())
        if dry_run:
            changes = package.compare(items)
            db.session.rollback()
        else:
            changes = run_unit(lambda: package.take_over(items, {i.id for i in items}))
        for change in changes:
            click.echo(f"{change.state:8} {change.item.kind} {change.item.key} {change.refusal}".rstrip())


def _user(login: str) -> User:
    found = db.session.scalar(select(User).where(User.login == login, User.active))
    if found is None:
        raise NotFound(_("There is no such user."))
    return found
