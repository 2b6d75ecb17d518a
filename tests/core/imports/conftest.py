"""Somebody who may do everything, acting as on a page."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from core.actor import Actor, acting
from core.db import db
from core.people.grants import actor_for
from core.testing.people import administrator


@pytest.fixture
def importer(app: Flask, system: Any) -> Iterator[Actor]:
    """An administrator at the office, on SQLite."""
    user = administrator(language="en")
    db.session.commit()
    with acting(actor_for(user, "web")) as actor:
        yield actor
