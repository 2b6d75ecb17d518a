"""A client signed in as an administrator."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from core.testing.people import administrator, sign_in


@pytest.fixture
def admin(app: Flask, client: FlaskClient, system: Any) -> FlaskClient:
    """An administrator's browser on an empty factory."""
    return sign_in(client, administrator(language="en"))
