"""A client signed in as an administrator, on the machining shop of the demonstration."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from addons.masterdata import demo
from core.db import db
from core.testing.people import administrator, sign_in


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    """An administrator's browser on an empty factory."""
    return sign_in(client, administrator(language="en"))


@pytest.fixture
def shop(admin: FlaskClient) -> FlaskClient:
    """The same, with the demonstration's items and partners."""
    demo.load()
    db.session.commit()
    return admin
