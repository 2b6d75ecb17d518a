"""`qingmes doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import sys

import click

from core.cli.common import build, operating
from core.config import Config
from core.kernel import health

MARKS = {"ok": "ok     ", "warning": "warning", "error": "ERROR  "}


@click.command()
def doctor() -> None:
    """Check settings, database, disk, clock, jobs and audit trail; exit code 1 when something is wrong."""
    config = Config.from_env()
    app = build(config)
    with operating(app):
        findings = health.examine(config)
    for finding in findings:
        click.echo(f"{MARKS[finding.level]}  {finding.title}: {finding.sentence}")
        if finding.remedy:
            click.echo(f"         → {finding.remedy}")
    sys.exit(1 if any(f.level == "error" for f in findings) else 0)
