"""Upgrading: once however many try, wholly or not at all, and past addons that are gone."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, inspect

from core.db import migrate, session
from core.i18n import _
from core.kernel.discovery import Addon
from core.kernel.manifest import API_VERSION, Manifest
from core.kernel.registry import Registry
from core.testing.apps import TestApp

PROCESSES = 6
MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "drill_0001"
down_revision = None


def upgrade() -> None:
    op.create_table("drill_bit", sa.Column("id", sa.Integer(), primary_key=True))
    {last}
"""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without tables."""
    if request.param == "sqlite":
        engine = create_engine(f"sqlite:///{tmp_path / 'empty.db'}")
        session.install(engine)
    else:
        server = request.getfixturevalue("postgres_server")
        server.drop("empty")
        server.create("empty")
        engine = create_engine(server.url("empty"))
    yield engine
    engine.dispose()


def drill(folder: Path, last: str) -> Addon:
    """An addon of one migration, which ends with this line."""
    (folder / "migrations").mkdir(parents=True)
    (folder / "migrations/0001_initial.py").write_text(MIGRATION.format(last=last))
    manifest = Manifest(name="drill", version="1", api=API_VERSION, title=_("Drill"), summary=_("Drill"))
    return Addon(name="drill", package="drill", folder=folder, manifest=manifest)


@pytest.mark.postgres
def test_processes_that_upgrade_at_once_apply_each_migration_once(
    postgres_server: Any, sqlite_test_app: TestApp
) -> None:
    postgres_server.drop("upgrade_race")
    postgres_server.create("upgrade_race")
    engines = [create_engine(postgres_server.url("upgrade_race")) for _n in range(PROCESSES)]
    with ThreadPoolExecutor(PROCESSES) as pool:
        applied = list(pool.map(lambda engine: migrate.upgrade(engine, sqlite_test_app.registry), engines))
    assert sorted(map(bool, applied)) == [False] * (PROCESSES - 1) + [True]
    assert migrate.pending(engines[0], sqlite_test_app.registry) == []
    for engine in engines:
        engine.dispose()


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(
    empty: Engine, tmp_path: Path, sqlite_test_app: TestApp
) -> None:
    core = sqlite_test_app.registry.addons["core"]
    faulty = drill(tmp_path / "drill", 'raise RuntimeError("out of disk")')
    with pytest.raises(RuntimeError, match="out of disk"):
        migrate.upgrade(empty, Registry(addons={"core": core, "drill": faulty}))
    assert inspect(empty).get_table_names() == []


def test_an_addon_that_is_gone_stops_no_upgrade_and_keeps_its_tables(
    empty: Engine, tmp_path: Path, sqlite_test_app: TestApp
) -> None:
    core = sqlite_test_app.registry.addons["core"]
    assert migrate.upgrade(empty, Registry(addons={"drill": drill(tmp_path / "drill", "pass")})) == ["drill:drill_0001"]
    assert migrate.upgrade(empty, Registry(addons={"core": core})) != []
    assert "drill_bit" in inspect(empty).get_table_names()
