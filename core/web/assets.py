"""Static files of core and of every addon under `/static/`, cached for ever by their content's digest."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, send_from_directory, url_for
from werkzeug.exceptions import NotFound

from core.kernel.registry import current_registry
from core.web.access import public

YEAR = 365 * 24 * 3600


def folders() -> list[Path]:
    """Where static files are looked for; an addon keeps its own under `static/<addon>/`."""
    return [addon.folder / "static" for addon in current_registry().addons.values()]


@public
def static_file(path: str) -> Response:
    """One static file; with a `v` in the address it may be kept for a year."""
    for folder in folders():
        if (folder / path).is_file():
            return send_from_directory(folder, path, max_age=YEAR if "v" in request.args else 0)
    raise NotFound


@lru_cache(maxsize=1024)
def _digest(path: Path, changed: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(path: str) -> str:
    """The address of a static file, for templates: `{{ asset("core/app.js") }}`."""
    for folder in folders():
        found = folder / path
        if found.is_file():
            return url_for("static_file", path=path, v=_digest(found, found.stat().st_mtime_ns))
    if current_app.config["QINGMES"].testing:
        raise FileNotFoundError(path)
    return url_for("static_file", path=path)


def install(app: Flask) -> None:
    """Serve `/static/` and offer `asset` to templates."""
    app.add_url_rule("/static/<path:path>", "static_file", static_file)
    app.jinja_env.globals["asset"] = asset
