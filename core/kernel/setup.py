"""Setting an instance up: the database brought up to date, the starter organisation, demonstration data."""

from __future__ import annotations

import importlib
import os
import secrets
from importlib.util import find_spec

from sqlalchemy import Engine, inspect, select

from core.config import Config
from core.db import migrate
from core.db.session import db, run_unit
from core.db.types import utcnow
from core.errors import NotFound
from core.i18n import _, gettext
from core.kernel.discovery import Addon
from core.kernel.manifest import CORE
from core.kernel.registry import Registry, current_registry
from core.kernel.switch import AddonState, enable, enabled_addons, forget_enabled

DEMO_FILE = "demo-password.txt"


def installed(name: str) -> Addon:
    """An installed addon; `NotFound` says which there are."""
    addons = current_registry().addons
    if name not in addons:
        raise NotFound(
            _("There is no app called %(name)s here. Installed: %(addons)s", name=name, addons=", ".join(addons))
        )
    return addons[name]


def bring_up(config: Config) -> list[str]:
    """Migrate, check that nothing is missing, make the indexes of custom fields that are missing and, in an empty
    database, the starter organisation.

    Returns the migrations applied. Commits. Raises `SetupError` when models go beyond the migrations.
    """
    from core.custom import indexes
    from core.people import starter

    applied = migrate.upgrade(db.engine, current_registry())
    check_schema(db.engine, current_registry())
    run_unit(indexes.ensure)
    run_unit(starter.install)
    return applied


def check_upgraded(engine: Engine, registry: Registry) -> None:
    """Refuse to run on a database that is behind; `SetupError` names the first addon with a pending migration."""
    for step in migrate.pending(engine, registry):
        name, _sep, revision = step.partition(":")
        raise registry.addons[name].wrong(
            "migrations", revision, "this migration has not been applied to the database", "run `qingmes upgrade`"
        )


def check_schema(engine: Engine, registry: Registry) -> None:
    """Refuse to run when a model has a table or column no migration makes."""
    there = inspect(engine)
    columns = {table: {c["name"] for c in found} for (_schema, table), found in there.get_multi_columns().items()}
    for spec in registry.models.values():
        table = spec.model.__tablename__
        missing = [c.name for c in spec.model.__table__.columns if c.name not in columns.get(table, set())]
        if missing:
            what = f"the columns {', '.join(missing)} of" if table in columns else "the table of"
            raise registry.addons[spec.addon].wrong(
                "migrations",
                spec.model.__name__,
                f"no migration makes {what} '{table}', which models.py declares",
                f'run `qingmes migration {spec.addon} -m "..."`, read the file it writes, then `qingmes upgrade`',
            )


def enable_all() -> list[str]:
    """Enable every installed addon; returns those switched on. Commits."""
    switched: list[str] = []
    for name in current_registry().addons:
        if name != CORE and name not in enabled_addons():
            switched += run_unit(lambda name=name: enable(name))  # type: ignore[misc]
    return switched


def load_demo(config: Config) -> list[str]:
    """Enable everything and load each addon's `demo.load()`, once ever; returns whose data was loaded. Commits."""
    enable_all()
    loaded = []
    for name in current_registry().addons:
        if run_unit(lambda name=name: _load_demo_of(name, config)):  # type: ignore[misc]
            loaded.append(name)
    return loaded


def _load_demo_of(name: str, config: Config) -> bool:
    state = db.session.scalar(select(AddonState).where(AddonState.name == name))
    if state is not None and state.demo_loaded_at is not None:
        return False
    if name == CORE:
        _demo_users(config)
    elif not _run_demo_file(current_registry().addons[name]):
        return False
    if state is None:
        state = AddonState(name=name, enabled=True)
        db.session.add(state)
    state.demo_loaded_at = utcnow()
    db.session.flush()
    forget_enabled()
    return True


def _run_demo_file(addon: Addon) -> bool:
    module = f"{addon.package}.demo"
    if find_spec(module) is None:
        return False
    importlib.import_module(module).load()
    return True


def _demo_users(config: Config) -> None:
    from core.people import starter

    starter.demo_users(demo_password(config))


def demo_password(config: Config) -> str:
    """The password of all demonstration users: made at random once, kept beside the database."""
    path = config.data_dir / DEMO_FILE
    if not path.exists():
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write("demo-" + secrets.token_urlsafe(9) + "\n")
    return path.read_text().strip()


def demo_sign_in(config: Config) -> str:
    """How to sign in to the demonstration: the names, and the password."""
    from core.people.models import User

    users = db.session.scalars(select(User).where(User.active, User.password_hash.is_not(None)).order_by(User.login))
    return gettext(
        "Demonstration users: %(logins)s\nPassword of each: %(password)s (kept in %(path)s)",
        logins=", ".join(f"{user.login} ({user.name})" for user in users),
        password=demo_password(config),
        path=config.data_dir / DEMO_FILE,
    )


def first_start_link(config: Config) -> str | None:
    """The one-time address for making the first administrator; None once somebody can sign in. Commits."""
    from core.people import links

    token = run_unit(links.first_start)
    return f"{config.base_url}/setup/{token}" if token else None


def password_link(config: Config, login: str) -> str:
    """The one-time address with which this user sets a new password. Flushes."""
    from core.people import links

    return f"{config.base_url}/password/{links.password(login)}"
