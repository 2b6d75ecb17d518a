"""`qingmes worker` and `qingmes scheduler`: the processes beside the web when Redis is there."""

from __future__ import annotations

import click

from core.cli.common import build


@click.command()
def worker() -> None:
    """Run jobs and deliveries from Redis until stopped."""
    from core.events.commands import worker as run

    run(build())


@click.command()
def scheduler() -> None:
    """Start due schedules and repair lost pokes until stopped."""
    from core.events.commands import scheduler as run

    run(build())


COMMANDS = (worker, scheduler)
