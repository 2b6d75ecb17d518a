"""For a server of your own choice: `gunicorn -k gthread 'core.wsgi:application()'`."""

from __future__ import annotations

from flask import Flask

from core.app import create_app
from core.config import Config
from core.db.session import db
from core.kernel import health, setup
from core.kernel.registry import current_registry


def application() -> Flask:
    """The application; raises `SetupError` while migrations are pending or production settings are unsafe."""
    config = Config.from_env()
    app = create_app(config)
    with app.app_context():
        setup.check_upgraded(db.engine, current_registry())
        health.refuse_unsafe(config)
        db.session.remove()
        db.engine.dispose()
    return app
