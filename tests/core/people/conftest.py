from __future__ import annotations

import pytest
from flask import Flask

from core.people.models import User
from core.people.passwords import set_password
from core.testing.people import make_role, make_user
from tests.core.people.steps import PASSWORD, Browser, system


def _with_password(user: User) -> User:
    set_password(user, PASSWORD)
    return user


@pytest.fixture
def zhang(app: Flask) -> User:
    """Somebody with a password and the right to have API tokens."""
    return system(lambda: _with_password(make_user(make_role("core.api_token.own"), login="zhang", name="Zhang")))


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)
