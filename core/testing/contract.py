"""What every addon promises, as tests to inherit:

class TestContract(AddonContract):
    addon = "toolcrib"
"""

# ruff: noqa: D102 - the name of a test is its sentence

from __future__ import annotations

import importlib
import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy import inspect as inspect_database

from core.actor import SYSTEM, acting
from core.db import migrate
from core.db.scope import scoped_models
from core.db.session import db, install
from core.kernel import checks
from core.kernel.discovery import Addon
from core.kernel.registry import Registry
from core.testing import sources
from core.testing.apps import TestApp
from core.testing.checking import needed
from core.web.access import access_of

START_SECONDS = 120


class AddonContract:
    """Set `addon` to the name of an installed addon."""

    addon = ""

    @pytest.fixture
    def addon_name(self) -> str:
        """The addon under test; a subclass may parametrise it."""
        return self.addon

    @pytest.fixture
    def installed(self, sqlite_test_app: TestApp) -> Registry:
        """The registry the addon is part of."""
        return sqlite_test_app.registry

    @pytest.fixture
    def subject(self, installed: Registry, addon_name: str) -> Addon:
        """The addon itself."""
        return installed.addons[addon_name]

    @pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
    def engine(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
        """An empty database of each kind."""
        if request.param == "sqlite":
            engine = create_engine(f"sqlite:///{tmp_path / 'contract.db'}")
            install(engine)
        else:
            engine = create_engine(_postgres_database(request))
        yield engine
        engine.dispose()

    @pytest.fixture
    def alone(self, installed: Registry, addon_name: str) -> Registry:
        """The addon with nothing but what it depends on, core first."""
        names = {"core", *needed(installed.addons, addon_name)}
        return Registry(addons={n: a for n, a in installed.addons.items() if n in names})

    def test_it_starts_alone_with_what_it_depends_on(
        self, installed: Registry, addon_name: str, tmp_path: Path
    ) -> None:
        only = ",".join(sorted(needed(installed.addons, addon_name)))
        environment = {**os.environ, "QINGMES_ONLY": only, "QINGMES_DATA": str(tmp_path)}
        environment.pop("QINGMES_DATABASE_URL", None)
        result = subprocess.run(
            [sys.executable, "-m", "core.cli", "upgrade"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
        )
        assert result.returncode == 0, result.stderr

    def test_its_migrations_go_up_and_down_and_up(self, engine: Engine, alone: Registry, subject: Addon) -> None:
        migrate.upgrade(engine, alone)
        made = _tables(engine, subject)
        migrate.downgrade(engine, subject)
        assert _tables(engine, subject) == set()
        migrate.upgrade(engine, alone)
        assert _tables(engine, subject) == made

    def test_its_models_equal_the_migrated_schema(self, engine: Engine, alone: Registry, subject: Addon) -> None:
        migrate.upgrade(engine, alone)
        assert migrate.difference(engine, subject) == []

    def test_its_migrations_make_only_tables_with_its_prefix(
        self, tmp_path: Path, alone: Registry, subject: Addon
    ) -> None:
        engine = create_engine(f"sqlite:///{tmp_path / 'prefix.db'}")
        others = {n: a for n, a in alone.addons.items() if n != subject.name}
        migrate.upgrade(engine, Registry(addons=others))
        before = set(inspect_database(engine).get_table_names())
        migrate.upgrade(engine, alone)
        made = set(inspect_database(engine).get_table_names()) - before
        engine.dispose()
        assert [table for table in made if not table.startswith(subject.prefix)] == []

    def test_its_permissions_views_menus_and_transitions_lead_somewhere(
        self, installed: Registry, app: Flask, subject: Addon
    ) -> None:
        checks.check(installed)
        menus = [d.what for d in installed.menus.values() if d.addon == subject.name and d.what.endpoint]
        assert [m.endpoint for m in menus if m.endpoint not in app.view_functions] == []

    def test_its_panels_have_their_templates(self, installed: Registry, app: Flask, subject: Addon) -> None:
        for template in _panel_templates(installed, subject.name):
            app.jinja_env.get_template(template)

    def test_its_templates_can_be_read(self, app: Flask, subject: Addon) -> None:
        for file in sources.template_files(subject.folder):
            app.jinja_env.parse(file.read_text(encoding="utf-8"), filename=str(file))

    def test_each_hook_it_implements_matches_the_specification(self, installed: Registry, subject: Addon) -> None:
        installed.plugins.check_pending()
        for name, plugin in installed.plugins.list_name_plugin():
            if name.partition(":")[0] == subject.name:
                for caller in installed.plugins.get_hookcallers(plugin) or ():
                    assert caller.spec is not None, caller.name

    def test_every_text_has_a_chinese_translation(self, installed: Registry, subject: Addon) -> None:
        own = sources.translations_in(subject.folder)
        known = {**sources.translations_in(installed.addons["core"].folder), **own}
        messages = sources.messages_of(subject.folder)
        missing = [f"{place} {message!r}" for message, place in messages.items() if message not in known]
        assert missing == [], "not translated:\n" + "\n".join(missing)

    def test_every_translation_is_of_a_text_it_has(self, subject: Addon) -> None:
        messages = sources.messages_of(subject.folder)
        assert [m for m in sources.translations_in(subject.folder) if m not in messages] == []

    def test_its_translations_are_those_of_its_neighbours(self, installed: Registry, subject: Addon) -> None:
        own = sources.translations_in(subject.folder)
        others = [sources.translations_in(a.folder) for a in installed.addons.values() if a is not subject]
        found = [clash for texts in others for clash in sources.clashes(own, texts)]
        assert found == [], "one English text, two Chinese ones; make the English tell them apart:\n" + "\n".join(found)

    def test_translations_take_the_same_values_as_the_texts(self, subject: Addon) -> None:
        assert sources.wrongly_filled(sources.translations_in(subject.folder)) == []

    def test_its_icons_are_there(self, installed: Registry, subject: Addon) -> None:
        there = sources.icons_there(installed.addons["core"].folder)
        assert [f"{file}: {i}" for i, file in sources.icons_of(subject.folder).items() if i not in there] == []

    def test_it_imports_only_what_its_manifest_allows(self, installed: Registry, subject: Addon) -> None:
        assert [str(i) for i in sources.forbidden_imports(subject, installed.addons)] == []

    def test_every_route_says_who_may_use_it(self, app: Flask, subject: Addon) -> None:
        rules = [r for r in app.url_map.iter_rules() if r.endpoint.partition(".")[0] == subject.name]
        assert [r.rule for r in rules if access_of(app.view_functions[r.endpoint]) is None] == []

    def test_it_reads_no_rows_past_the_row_scope(self, subject: Addon) -> None:
        scoped = [model.__name__ for model in scoped_models()]
        assert sources.core_selects(subject, scoped) == []

    def test_handlers_of_subscriptions_can_be_told_apart(self, installed: Registry, subject: Addon) -> None:
        names = [s.what.handler.__name__ for s in installed.subscriptions if s.addon == subject.name]
        assert len(names) == len(set(names))

    def test_it_has_a_readme_and_a_title(self, subject: Addon) -> None:
        text = (subject.folder / "README.md").read_text(encoding="utf-8")
        assert text.startswith("# ")
        assert len(text.split()) > 20

    def test_its_factories_make_records_without_arguments(self, app: Flask, system: Any, subject: Addon) -> None:
        for name, factory in _factories(subject):
            record = factory()
            db.session.flush()
            assert record.id is not None, name

    def test_its_demonstration_data_loads(self, app: Flask, alone: Registry) -> None:
        with acting(SYSTEM):
            for addon in alone.addons.values():
                demo = f"{addon.package}.demo"
                if find_spec(demo) is not None:
                    importlib.import_module(demo).load()
            db.session.flush()


def _postgres_database(request: pytest.FixtureRequest) -> str:
    """The address of a new, empty PostgreSQL database."""
    server = request.getfixturevalue("postgres_server")
    name = "contract"
    server.drop(name)
    server.create(name)
    return str(server.url(name))


def _tables(engine: Engine, addon: Addon) -> set[str]:
    names = inspect_database(engine).get_table_names()
    return {n for n in names if n.startswith(addon.prefix) and not n.endswith("alembic_version")}


def _panel_templates(registry: Registry, name: str) -> Iterator[str]:
    sections = [s for model, form in registry.forms.items() if model.startswith(f"{name}.") for s in form.sections]
    for declared in (e for found in registry.extensions.values() for e in found if e.addon == name):
        sections += declared.what.sections
    yield from (s.template for s in sections if hasattr(s, "template"))


def _factories(addon: Addon) -> list[tuple[str, Any]]:
    module = f"{addon.package}.factories"
    if find_spec(module) is None:
        return []
    found = inspect.getmembers(importlib.import_module(module), inspect.isfunction)
    return [(name, function) for name, function in found if name.startswith("make_")]
