"""Setting up: what a start refuses, the demonstration, the first link."""

from __future__ import annotations

import stat
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from core.db.session import db
from core.errors import NotFound, SetupError
from core.kernel import setup
from core.kernel.registry import current_registry
from core.people.models import User


def test_a_start_on_an_outdated_database_says_upgrade(app: Flask, system: Any) -> None:
    db.session.execute(text("DELETE FROM core_alembic_version"))
    db.session.commit()
    with pytest.raises(SetupError, match="qingmes upgrade"):
        setup.check_upgraded(db.engine, current_registry())


def test_a_start_on_an_upgraded_database_goes_ahead(app: Flask) -> None:
    setup.check_upgraded(db.engine, current_registry())
    setup.check_schema(db.engine, current_registry())


def test_a_column_no_migration_makes_is_named(app: Flask, system: Any) -> None:
    db.session.execute(text("ALTER TABLE core_addon_state DROP COLUMN demo_loaded_at"))
    db.session.commit()
    with pytest.raises(SetupError, match=r"demo_loaded_at.*core_addon_state"):
        setup.check_schema(db.engine, current_registry())


def test_demonstration_data_is_loaded_once(app: Flask, system: Any) -> None:
    config = app.config["QINGMES"]
    assert "core" in setup.load_demo(config)
    users = db.session.scalar(select(func.count()).select_from(User))
    assert setup.load_demo(config) == []
    assert db.session.scalar(select(func.count()).select_from(User)) == users


def test_the_demonstration_password_is_made_once_and_only_its_owner_reads_it(app: Flask) -> None:
    config = app.config["QINGMES"]
    first = setup.demo_password(config)
    assert setup.demo_password(config) == first
    assert stat.S_IMODE((config.data_dir / setup.DEMO_FILE).stat().st_mode) == 0o600


def test_the_first_start_offers_a_link_until_somebody_can_sign_in(app: Flask, system: Any) -> None:
    config = app.config["QINGMES"]
    assert str(setup.first_start_link(config)).startswith(f"{config.base_url}/setup/")
    setup.load_demo(config)
    assert setup.first_start_link(config) is None


def test_the_first_start_link_leads_to_a_page(app: Flask, system: Any) -> None:
    link = str(setup.first_start_link(app.config["QINGMES"]))
    adapter = app.url_map.bind("localhost")
    assert adapter.match(link.removeprefix(app.config["QINGMES"].base_url))[0] == "people.setup"


def test_a_password_link_for_nobody_is_refused(app: Flask, system: Any) -> None:
    with pytest.raises(NotFound):
        setup.password_link(app.config["QINGMES"], "nobody")


def test_an_addon_that_is_not_installed_is_named_with_those_that_are(app: Flask) -> None:
    with pytest.raises(NotFound, match="core"):
        setup.installed("nowhere")
