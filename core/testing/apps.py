"""Applications on real databases for tests: built once per process, emptied before each test."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from core.actor import SYSTEM, Actor, Grant, acting
from core.app import create_app
from core.config import Config
from core.db import migrate
from core.db.session import db, run_unit
from core.i18n import in_locale
from core.kernel.registry import Registry, current_registry, using_registry
from core.kernel.switch import enable, forget_enabled
from core.testing.servers import Postgres


@dataclass
class TestApp:
    """An application with its registry, and how to bring its database back to the start."""

    __test__ = False

    app: Flask
    registry: Registry
    restore: Callable[[], None]

    @contextmanager
    def fresh(self) -> Iterator[Flask]:
        """The application with a database as after set-up, inside an application context, speaking English."""
        self.restore()
        forget_enabled()
        with using_registry(self.registry), in_locale("en"), self.app.app_context():
            yield self.app
            db.session.remove()
            db.engine.dispose()
        forget_enabled()


def config_for(folder: Path, database_url: str, **overrides: object) -> Config:
    """The configuration tests run with: nothing outside `folder`, no Redis, no mail.

    Which addons there are is still the environment's to say, so that an addon can be tested alone.
    """
    chosen = Config.from_env({**os.environ, "QINGMES_DATA": str(folder)})
    settings: dict[str, object] = {
        "addons_path": chosen.addons_path,
        "only": chosen.only,
        "block": chosen.block,
        "data_dir": folder,
        "database_url": database_url,
        "secret_key": "test-secret",
        "testing": True,
        **overrides,
    }
    return Config(**settings)  # type: ignore[arg-type]


def set_up(app: Flask) -> None:
    """Migrate and enable every installed addon, with the starter organisation."""
    from core.people import starter

    with app.app_context():
        migrate.upgrade(db.engine, current_registry())
        with acting(SYSTEM):
            run_unit(starter.install)
            forget_enabled()
            run_unit(lambda: [enable(name) for name in current_registry().addons if name != "core"])
        db.session.remove()
        db.engine.dispose()
    forget_enabled()


def sqlite_app(folder: Path, **overrides: object) -> TestApp:
    """An application on SQLite; restoring copies the file made at set-up."""
    live, kept = folder / "test.db", folder / "kept.db"
    app = create_app(config_for(folder, f"sqlite:///{live}", **overrides))
    set_up(app)
    shutil.copy(live, kept)

    def restore() -> None:
        for leftover in folder.glob("test.db-*"):
            leftover.unlink()
        live.unlink(missing_ok=True)  # a connection left open by a failed test keeps the old file
        shutil.copy(kept, live)

    return TestApp(app, current_registry(), restore)


def postgres_app(folder: Path, server: Postgres, name: str, **overrides: object) -> TestApp:
    """An application on PostgreSQL; restoring clones the database made at set-up."""
    kept = f"{name}_kept"
    server.create(kept)
    app = create_app(config_for(folder, server.url(kept), **overrides))
    set_up(app)
    app = create_app(config_for(folder, server.url(name), **overrides))

    def restore() -> None:
        server.drop(name)
        server.create(name, template=kept)

    return TestApp(app, current_registry(), restore)


def actor_with(
    *permissions: str,
    scope: str = "all",
    user_id: int | None = None,
    unit_id: int | None = None,
    unit_path: str | None = None,
    field_groups: tuple[str, ...] = (),
) -> Actor:
    """An actor holding exactly these permissions within a scope, without a row in the database."""
    grant = Grant(
        role="test",
        permissions=frozenset(permissions),
        scope=scope,  # type: ignore[arg-type]
        unit_id=unit_id,
        unit_path=unit_path,
        field_groups=frozenset(field_groups),
    )
    return Actor(user_id=user_id, name="test", channel="web", grants=(grant,), unit_id=unit_id, unit_path=unit_path)
