"""The pytest plug-in `qingmes`: applications, actors and databases for the tests of any addon."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import SYSTEM, Actor, acting
from core.kernel.discovery import open_folders
from core.testing.apps import TestApp, postgres_app, sqlite_app
from core.testing.servers import postgres


def pytest_configure(config: pytest.Config) -> None:
    """Make the addons of QINGMES_ADDONS_PATH importable before their tests are collected."""
    open_folders(Path(p).resolve() for p in os.environ.get("QINGMES_ADDONS_PATH", "").split(os.pathsep) if p)


@pytest.fixture(scope="session")
def sqlite_test_app(tmp_path_factory: pytest.TempPathFactory) -> TestApp:
    """The SQLite application of this process, every installed addon enabled."""
    return sqlite_app(tmp_path_factory.mktemp("sqlite"))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Any]:
    """A private PostgreSQL cluster of this process."""
    with postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_test_app(tmp_path_factory: pytest.TempPathFactory, postgres_server: Any) -> TestApp:
    """The PostgreSQL application of this process, every installed addon enabled."""
    return postgres_app(tmp_path_factory.mktemp("postgres"), postgres_server, "qingmes_test")


@pytest.fixture
def app(sqlite_test_app: TestApp) -> Iterator[Flask]:
    """The application on a fresh SQLite database, inside an application context."""
    with sqlite_test_app.fresh() as application:
        yield application


@pytest.fixture
def pg_app(postgres_test_app: TestApp) -> Iterator[Flask]:
    """The application on a fresh PostgreSQL database, inside an application context."""
    with postgres_test_app.fresh() as application:
        yield application


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def any_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on each database in turn."""
    kind = "sqlite_test_app" if request.param == "sqlite" else "postgres_test_app"
    with request.getfixturevalue(kind).fresh() as application:
        yield application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without scripts on the SQLite application, not signed in."""
    return app.test_client()


@pytest.fixture
def system() -> Iterator[Actor]:
    """Run the test in the name of the system, with every right."""
    with acting(SYSTEM) as actor:
        yield actor
