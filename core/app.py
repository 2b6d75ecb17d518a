"""Putting the application together: configuration, database, addons, pages, API."""

from __future__ import annotations

import secrets
from datetime import timedelta

import structlog
from flask import Flask, Response, request
from flask.typing import ResponseReturnValue
from flask_wtf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix

from core.actor import set_actor
from core.approvals import gate
from core.config import Config
from core.db import scope, session
from core.db.session import db, reading, run_unit
from core.events import poke
from core.i18n import JinjaTranslations, get_locale
from core.kernel import checks
from core.kernel.loading import load
from core.kernel.registry import Registry
from core.kernel.switch import forget_enabled
from core.people import guards
from core.reminders import watching
from core.views import drawing
from core.web import access, assets, errors, format, logs, shell
from core.workflow import audit

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_REQUEST_BYTES = 32 * 1024 * 1024
CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; "
    "script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; frame-ancestors 'none'; "
    "base-uri 'none'; object-src 'none'; form-action 'self'"
)

csrf = CSRFProtect()


class QingFlask(Flask):
    """Flask, with one unit of work around each request: the only place where web and API commit."""

    def full_dispatch_request(self) -> Response:
        """Run the request with nobody acting yet; a safe method takes no write lock."""
        token = set_actor(None)
        forget_enabled()
        structlog.contextvars.bind_contextvars(request_id=secrets.token_hex(8))
        try:
            if request.method in SAFE_METHODS:
                with reading():
                    return super().full_dispatch_request()
            return super().full_dispatch_request()
        finally:
            structlog.contextvars.clear_contextvars()
            token.var.reset(token)

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view and commit what it wrote; a GET commits nothing."""
        if request.method in SAFE_METHODS:
            return super().dispatch_request()
        return run_unit(lambda: self.make_response(super(QingFlask, self).dispatch_request()))


def create_app(config: Config) -> Flask:
    """The WSGI application with every installed addon loaded and checked; raises `SetupError`."""
    logs.install()
    registry = load(config)
    app = QingFlask("core", static_folder=None, template_folder=None)
    _configure(app, config)
    db.init_app(app)
    with app.app_context():
        session.install(db.engine)
    _install_session_hooks()
    _templates(app, registry)
    assets.install(app)
    format.install(app)
    shell.install(app)
    drawing.install(app)
    errors.install(app)
    csrf.init_app(app)
    app.before_request(_identify)
    app.before_request(access.check_access)
    app.after_request(_headers)
    _blueprints(app, registry)
    checks.check_endpoints(registry, app.view_functions)
    if config.trusted_proxies:
        n = config.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=n, x_proto=n, x_host=n)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, config: Config) -> None:
    app.config.update(
        QINGMES=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config),
        MAX_CONTENT_LENGTH=MAX_REQUEST_BYTES,
        MAX_FORM_PARTS=5000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=config.base_url.startswith("https:"),
        PERMANENT_SESSION_LIFETIME=timedelta(days=7),
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,
        TESTING=config.testing,
        PROPAGATE_EXCEPTIONS=False,
    )


def _engine_options(config: Config) -> dict[str, object]:
    """Faults of the database are logged without the values of the statement: secrets may be among them."""
    pool: dict[str, object] = {} if config.is_sqlite else {"pool_size": 10, "max_overflow": 10, "pool_pre_ping": True}
    return {"hide_parameters": not config.testing, **pool}


_hooks_installed = False


def _install_session_hooks() -> None:
    """Row scope, audit and what else listens to the one session factory; once per process."""
    global _hooks_installed
    if not _hooks_installed:
        scope.install(db.session)
        audit.install(db.session)
        guards.install(db.session)
        gate.install(db.session)
        poke.install(db.session)
        watching.install(db.session)
        _hooks_installed = True


def _templates(app: Flask, registry: Registry) -> None:
    folders = [addon.folder / "templates" for addon in registry.addons.values()]
    app.jinja_loader = ChoiceLoader([FileSystemLoader(f) for f in folders if f.is_dir()])
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_translations(JinjaTranslations(), newstyle=True)  # type: ignore[attr-defined]
    app.jinja_env.globals["get_locale"] = get_locale
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _blueprints(app: Flask, registry: Registry) -> None:
    """Core's own pages and API, then `blueprint` of each addon's `web.py` under `/<addon>`."""
    from core.api import own
    from core.api.web import blueprint as api
    from core.builtin.web import BLUEPRINTS

    for blueprint in (*BLUEPRINTS, api):
        app.register_blueprint(blueprint)
    for addon in registry.addons.values():
        module = addon.modules.get("web")
        if addon.name != "core" and module is not None:
            app.register_blueprint(module.blueprint, url_prefix=f"/{addon.name}")
    own.install(app, registry)


def _identify() -> None:
    """Find out who is asking, in which language; forms must carry the CSRF token."""
    from core.people.identify import identify

    set_actor(identify(csrf.protect))


def _headers(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CSP)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
    if request.endpoint != "static_file":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
