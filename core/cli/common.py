"""What every command shares: one message per refusal, the application, and who acts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from core.actor import SYSTEM, acting
from core.app import create_app
from core.config import Config
from core.db.session import db
from core.errors import QingmesError, SetupError
from core.i18n import gettext, set_locale
from core.kernel.switch import forget_enabled

OPERATOR = replace(SYSTEM, name="qingmes", channel="cli")


class Commands(click.Group):
    """A group whose refusals are one message and exit code 1, never a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a refusal or a wrong installation becomes a message."""
        try:
            return super().invoke(ctx)
        except (SetupError, QingmesError) as error:
            raise click.ClickException(str(error)) from None
        except OperationalError as error:
            raise click.ClickException(_about_the_database(str(error.orig))) from None
        except (ArgumentError, NoSuchModuleError) as error:
            raise click.ClickException(_about_the_database(str(error))) from None


def _about_the_database(reason: str) -> str:
    """What the database itself said is shown as it is."""
    advice = gettext("Is QINGMES_DATABASE_URL right, does the database run, and has `qingmes upgrade` been run?")
    return f"{reason.strip()}\n{advice}"


def build(config: Config | None = None) -> Flask:
    """The application by the settings of the environment, speaking the configured language."""
    config = config or Config.from_env()
    app = create_app(config)
    set_locale(config.locale)
    return app


@contextmanager
def operating(app: Flask) -> Iterator[None]:
    """A block in which whoever runs the command acts as the system, on the command line's channel.

    The caller commits with `run_unit`. Connections are given back at the end, so that a fork is safe.
    """
    forget_enabled()
    with app.app_context(), acting(OPERATOR):
        try:
            yield
        finally:
            db.session.remove()
            db.engine.dispose()
    forget_enabled()
