"""Servers on this machine that may be called."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from core.testing.robots import Stub, serving

Allow = Callable[[Any], Any]


@contextmanager
def allowing(app: Flask) -> Iterator[Allow]:
    """Lets servers of this machine be called until the end: `with allow(answer) as stub`."""
    kept = app.config["QINGMES"]

    @contextmanager
    def allow(answer: Any) -> Iterator[Stub]:
        with serving(answer) as stub:
            config = app.config["QINGMES"]
            app.config["QINGMES"] = replace(config, private_hosts=config.private_hosts | {stub.host})
            yield stub

    yield allow
    app.config["QINGMES"] = kept


@pytest.fixture
def reachable(any_app: Flask) -> Iterator[Allow]:
    """On each database in turn."""
    with allowing(any_app) as allow:
        yield allow


@pytest.fixture
def reachable_here(app: Flask) -> Iterator[Allow]:
    """On SQLite, for what no database matters to."""
    with allowing(app) as allow:
        yield allow
