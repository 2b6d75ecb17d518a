"""An application with the addon `gauge`, its people, and a caller with a real token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextvars import Context
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.actor import SYSTEM, acting
from core.db.session import db, run_unit
from core.kernel.discovery import open_folders
from core.kernel.registry import current_registry
from core.people.models import User
from core.testing import people
from core.testing.apps import TestApp, postgres_app, sqlite_app

FOLDER = (Path(__file__).parent / "addons").resolve()
GROUPS = ("prices", "costs", "wages")
SHEETS = "/api/v1/gauge/sheets"
MAKERS = "/api/v1/gauge/makers"
open_folders([FOLDER])

from addons.gauge.models import Maker, Sheet, SheetLine  # noqa: E402


@pytest.fixture(scope="session")
def gauge_sqlite(tmp_path_factory: pytest.TempPathFactory) -> TestApp:
    return sqlite_app(tmp_path_factory.mktemp("gauge"), addons_path=(FOLDER,), only=frozenset({"gauge"}))


@pytest.fixture(scope="session")
def gauge_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_server: Any) -> TestApp:
    folder = tmp_path_factory.mktemp("gauge_pg")
    return postgres_app(folder, postgres_server, "qingmes_gauge", addons_path=(FOLDER,), only=frozenset({"gauge"}))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def gauge_app(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application with `gauge` on each database in turn."""
    kind = "gauge_sqlite" if request.param == "sqlite" else "gauge_postgres"
    with request.getfixturevalue(kind).fresh() as application:
        yield application


@pytest.fixture
def one_app(gauge_sqlite: TestApp) -> Iterator[Flask]:
    """The application with `gauge` on SQLite, where the database makes no difference."""
    with gauge_sqlite.fresh() as application:
        yield application


class Caller:
    """A program with a token. Its requests share no session and no actor with the test, as a program's do not."""

    def __init__(self, app: Flask, user: User, token: str) -> None:
        self.client: FlaskClient = app.test_client()
        self.user = user
        self.headers = people.bearer(token)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        more: dict[str, Any] = {} if body is None else {"json": body}
        return self.send(path, method=method, headers=named, **more)

    def send(self, path: str, *, headers: dict[str, str] | None = None, **request: Any) -> Any:
        """As the test client's `open`, with the token."""
        return Context().run(self.client.open, path, headers={**self.headers, **(headers or {})}, **request)


def system_unit(work: Callable[[], Any]) -> Any:
    with acting(SYSTEM):
        return run_unit(work)


def make_caller(app: Flask, *permissions: str, groups: tuple[str, ...] = GROUPS, **role: Any) -> Caller:
    """Somebody with these permissions (all of them when none is named) and a token for them."""
    unit = role.pop("unit", None)
    held = permissions or tuple(current_registry().permissions)
    made = system_unit(lambda: people.make_user(people.make_role(*held, field_groups=groups, **role), unit=unit))
    return Caller(app, made, people.make_token(made))


def full_rights(app: Flask) -> Caller:
    """Somebody who may do everything."""
    made = system_unit(people.administrator)
    return Caller(app, made, people.make_token(made))


def make_maker(**values: Any) -> Maker:
    maker = Maker(**{"code": f"M{len(values)}-{id(values) % 10**9}", **values})
    db.session.add(maker)
    db.session.flush()
    return maker


def make_sheet(number: str, **values: Any) -> Sheet:
    lines = [SheetLine(qty=Decimal(q), seq=n) for n, q in enumerate(values.pop("lines", ()), start=1)]
    sheet = Sheet(**{"number": number, "title": f"Sheet {number}", "lines": lines, **values})
    db.session.add(sheet)
    db.session.flush()
    return sheet
