"""`qingmes import`: a spreadsheet into the database from the command line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from core.actor import current_actor
from core.cli.common import build, operating
from core.config import Config
from core.db.session import db, run_unit
from core.errors import ValidationError
from core.i18n import _, gettext
from core.imports import services, work
from core.imports.models import OUTCOMES, Import
from core.imports.settings import Settings
from core.kernel.registry import current_registry


@click.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", required=True, help="The kind of record, such as masterdata.item.")
@click.option("--key", default="", help="The fields that tell records apart, such as code or item+number.")
@click.option("--action", type=click.Choice(["both", "create", "update"]), default="both", show_default=True)
@click.option("--valid-rows", is_flag=True, help="Import the valid rows even when others are refused.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
def import_file(file: Path, model: str, key: str, action: str, valid_rows: bool, dry_run: bool) -> None:
    """Import FILE (.xlsx or .csv); its headings say which column is which field."""
    app = build(Config.from_env())
    with operating(app):
        import_id = run_unit(lambda: _upload(file, model, key, action))
        _run(import_id, dry=True, whole=False)
        refused = _say(import_id)
        if refused and not valid_rows:
            raise ValidationError(_("Some rows are refused; nothing was imported."))
        if not dry_run:
            _run(import_id, dry=False, whole=not valid_rows)
            _say(import_id)


def _upload(file: Path, model: str, key: str, action: str) -> int:
    spec = current_registry().model(model)
    kept = services.upload(spec, file.name, file.read_bytes())
    guessed = Settings.from_json(kept.settings)
    settings = replace(guessed, key=tuple(key.split("+")) if key else guessed.key, action=action)
    services.check_settings(spec, kept, settings, current_actor())
    kept.settings = settings.to_json()
    return kept.id


def _run(import_id: int, *, dry: bool, whole: bool) -> None:
    steps = work.steps(import_id, dry=dry, whole=whole, cursor=None)
    while run_unit(lambda: next(steps, None), attempts=1) is not None:
        pass


def _say(import_id: int) -> int:
    """Print what became of the rows; returns how many were refused."""
    kept = db.session.get_one(Import, import_id, populate_existing=True)
    if "error" in kept.counts:
        raise ValidationError(kept.counts["error"])
    for row in services.find_rows(import_id, outcome="refused"):
        for number, column, reason in row.told.get("problems", []):
            click.echo(gettext("Row %(row)s", row=number) + f" · {column}: {reason}")
    click.echo(" · ".join(f"{title} {kept.counts.get(name, 0)}" for name, title in OUTCOMES.items()))
    return int(kept.counts.get("refused", 0))
