"""Bringing the database up to date: one chain of migrations and one version table per addon.

Chains are independent, upgraded in load order, so a partner's folder may vanish without harm. On
PostgreSQL an advisory lock lets only one process upgrade.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config as AlembicConfig
from alembic.migration import MigrationContext
from alembic.operations import ops
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import JSON, BigInteger, Connection, Engine, text
from sqlalchemy.schema import SchemaItem

from core.db.base import Base
from core.kernel.discovery import Addon
from core.kernel.registry import Registry

CUSTOM_INDEX = "ix_custom_field_"  # made and dropped by `core.custom.indexes`, not by migrations
LOCK_KEY = 0x51_4D_45_53  # "QMES"
TEMPLATE = '''"""{message}"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from core.db import types

revision = "{revision}"
down_revision = {down_revision!r}
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
{upgrades}


def downgrade() -> None:
    """Take back."""
{downgrades}
'''


def upgrade(engine: Engine, registry: Registry, *, to: str = "heads") -> list[str]:
    """Apply every pending migration of every installed addon; returns what was applied as `addon:revision`."""
    applied: list[str] = []
    with _locked(engine) as connection:
        for addon in registry.addons.values():
            applied += _run(connection, addon, to)
    return applied


def downgrade(engine: Engine, addon: Addon, to: str = "base") -> list[str]:
    """Take an addon's migrations back, for tests and for removing an addon for good."""
    with _locked(engine) as connection:
        return _run(connection, addon, to, down=True)


def pending(engine: Engine, registry: Registry) -> list[str]:
    """Migrations not applied yet, as `addon:revision`."""
    waiting = []
    with engine.connect() as connection:
        for addon in registry.addons.values():
            current = set(_context(connection, addon).get_current_heads())
            heads = set(_script(addon).get_heads()) if _has_migrations(addon) else set()
            waiting += [f"{addon.name}:{head}" for head in sorted(heads - current)]
    return waiting


def difference(engine: Engine, addon: Addon) -> list[Any]:
    """What a new migration of this addon would have to do: empty when models equal the schema."""
    with engine.connect() as connection:
        return list(_produced(connection, addon).upgrade_ops.ops)  # type: ignore[union-attr]


def write_migration(engine: Engine, addon: Addon, message: str) -> str:
    """Compare an addon's models with the migrated database and write the next migration file; returns its path."""
    with engine.connect() as connection:
        script = _produced(connection, addon)
    folder = addon.folder / "migrations"
    folder.mkdir(exist_ok=True)
    last = max((p.stem for p in folder.glob("[0-9]*.py")), default="")
    number = f"{int(last[:4] or 0) + 1:04d}" if last else "0001"
    slug = "_".join(word for word in message.lower().replace(":", " ").split() if word.isalnum())
    path = folder / f"{number}_{slug}.py"
    path.write_text(_rendered(script, f"{addon.name}_{number}", _head(addon), message))
    return str(path)


def _rendered(script: ops.MigrationScript, revision: str, down: str | None, message: str) -> str:
    def code(operations: Any) -> str:
        text = str(render_python_code(operations, render_as_batch=True, render_item=_render_item))
        return "\n".join(line.rstrip() for line in text.splitlines() if "###" not in line)

    return TEMPLATE.format(
        message=message,
        revision=revision,
        down_revision=down,
        upgrades=code(script.upgrade_ops),
        downgrades=code(script.downgrade_ops),
    )


def _render_item(kind: str, item: Any, context: Any) -> Any:
    """Our own types by name, so that a migration reads as the model does."""
    if kind != "type":
        return False
    if type(item).__module__ == "core.db.types":
        return f"types.{type(item).__name__}()"
    if isinstance(item, JSON):
        return "types.Json"
    return "types.Identity" if isinstance(item, BigInteger) else False


def _head(addon: Addon) -> str | None:
    return _script(addon).get_current_head() if _has_migrations(addon) else None


def _has_migrations(addon: Addon) -> bool:
    return any((addon.folder / "migrations").glob("[0-9]*.py"))


def _script(addon: Addon) -> ScriptDirectory:
    folder = addon.folder / "migrations"
    config = AlembicConfig()
    config.set_main_option("path_separator", "newline")
    config.set_main_option("script_location", str(folder))
    config.set_main_option("version_locations", str(folder))
    return ScriptDirectory.from_config(config)


def _options(addon: Addon) -> dict[str, Any]:
    def mine(item: SchemaItem, name: str | None, kind: str, reflected: bool, compared: Any) -> bool:
        if kind == "table":
            return bool(name) and str(name).startswith(addon.prefix) and not str(name).endswith("alembic_version")
        return not (kind == "index" and str(name).startswith(CUSTOM_INDEX))

    return {
        "version_table": f"{addon.prefix}alembic_version",
        "include_object": mine,
        "target_metadata": Base.metadata,
        "compare_type": True,
        "render_as_batch": True,
    }


def _context(connection: Connection, addon: Addon) -> MigrationContext:
    return MigrationContext.configure(connection, opts=_options(addon))


def _produced(connection: Connection, addon: Addon) -> ops.MigrationScript:
    return produce_migrations(_context(connection, addon), Base.metadata)


def _run(connection: Connection, addon: Addon, to: str, *, down: bool = False) -> list[str]:
    if not _has_migrations(addon):
        return []
    script = _script(addon)
    applied: list[str] = []

    def steps(revision: Any, context: Any) -> Any:
        found = script._downgrade_revs(to, revision) if down else script._upgrade_revs(to, revision)
        applied.extend(f"{addon.name}:{step.revision.revision}" for step in found)
        return found

    with EnvironmentContext(AlembicConfig(), script, fn=steps) as environment:
        environment.configure(connection=connection, **_options(addon))
        with environment.begin_transaction():
            environment.run_migrations()
    return applied


@contextmanager
def _locked(engine: Engine) -> Iterator[Connection]:
    """One connection in one transaction, with nobody else upgrading."""
    with engine.connect() as connection, _tables_may_be_exchanged(connection), connection.begin():
        if engine.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK_KEY})
        yield connection
        if engine.dialect.name == "sqlite" and connection.execute(text("PRAGMA foreign_key_check")).first() is not None:
            raise RuntimeError("a migration has left rows that refer to nothing")


@contextmanager
def _tables_may_be_exchanged(connection: Connection) -> Iterator[None]:
    """SQLite changes a table by putting another in its place, which rows that refer to it would forbid.

    Its own procedure (documentation of ALTER TABLE, section 7): look at the references before the commit instead.
    """
    raw: Any = connection.connection.dbapi_connection
    if connection.dialect.name != "sqlite":
        yield
        return
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
