"""Applications with the addon `tally`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.kernel.discovery import open_folders
from core.testing.apps import TestApp, postgres_app, sqlite_app

ADDONS = Path(__file__).parent / "addons"
TALLY: dict[str, Any] = {"addons_path": (ADDONS,), "only": frozenset({"tally"})}

open_folders([ADDONS])


@pytest.fixture(scope="session")
def sqlite_tally(tmp_path_factory: pytest.TempPathFactory) -> TestApp:
    """On SQLite."""
    return sqlite_app(tmp_path_factory.mktemp("tally"), **TALLY)


@pytest.fixture(scope="session")
def postgres_tally(tmp_path_factory: pytest.TempPathFactory, postgres_server: Any) -> TestApp:
    """On PostgreSQL."""
    return postgres_app(tmp_path_factory.mktemp("tally"), postgres_server, "tally_test", **TALLY)


@pytest.fixture
def lite(sqlite_tally: TestApp) -> Iterator[Flask]:
    """The application on a fresh SQLite database."""
    with sqlite_tally.fresh() as application:
        yield application


@pytest.fixture(params=["sqlite_tally", pytest.param("postgres_tally", marks=pytest.mark.postgres)])
def tally(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on each database in turn."""
    with request.getfixturevalue(request.param).fresh() as application:
        yield application
