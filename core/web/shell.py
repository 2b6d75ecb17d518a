"""What every page shows around its content: the menu, who is signed in, language, theme. No statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, Flask, redirect, request, url_for
from werkzeug.wrappers import Response

from core.actor import Actor, maybe_actor
from core.i18n import LOCALES, Text, get_locale
from core.kernel.registry import Declared, current_registry
from core.kernel.switch import is_enabled
from core.views.declare import Menu
from core.web.access import public
from core.web.addresses import safe_next

blueprint = Blueprint("shell", __name__)
THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


@dataclass
class Entry:
    """One entry of the menu as it is drawn."""

    key: str
    title: Text
    icon: str
    url: str
    active: bool
    entries: list[Entry] = field(default_factory=list)

    @property
    def is_open(self) -> bool:
        """Whether the page at hand is in this group."""
        return self.active or any(entry.is_open for entry in self.entries)


def menu(actor: Actor) -> list[Entry]:
    """The groups with at least one page this actor may open, in order."""
    return _entries("", actor)


def _entries(parent: str, actor: Actor) -> list[Entry]:
    declared = [d for d in current_registry().menus.values() if d.what.parent == parent and is_enabled(d.addon)]
    declared.sort(key=lambda d: (d.what.sequence, d.what.key))
    found = []
    for item in declared:
        children = _entries(item.what.key, actor)
        url = _url(item.what) if _may_open(item, actor) else ""
        if url or children:
            active = bool(url) and (request.path == url or request.path.startswith(f"{url}/"))
            found.append(Entry(item.what.key, item.what.title, item.what.icon, url, active, children))
    return found


def _may_open(item: Declared[Menu], actor: Actor) -> bool:
    what = item.what
    if not (what.model or what.endpoint):
        return False
    if what.model and not is_enabled(what.model.partition(".")[0]):
        return False
    if what.for_everybody:
        return True
    permission = what.permission or current_registry().model(what.model).permission("read")
    return actor.can(permission)


def _url(item: Menu) -> str:
    if item.endpoint:
        return url_for(item.endpoint, **item.arguments)
    spec = current_registry().model(item.model)
    return url_for("views.listing", addon=spec.addon, resource=spec.meta.resource, **item.arguments)


def theme() -> str:
    """The theme this browser chose."""
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in THEMES else "light"


@blueprint.post("/theme")
@public
def switch_theme() -> Response:
    """Light or dark, kept in a cookie so that the page is right at once."""
    response = redirect(safe_next(request.form.get("next")))
    response.set_cookie("theme", "light" if theme() == "dark" else "dark", max_age=YEAR, samesite="Lax", httponly=True)
    return response


def install(app: Flask) -> None:
    """Offer these to every template."""
    app.context_processor(_context)


def _context() -> dict[str, Any]:
    actor = maybe_actor()
    return {
        "actor": actor,
        "menu": menu(actor) if actor else [],
        "theme": theme(),
        "locales": LOCALES,
        "locale": get_locale(),
        "page_lang": "zh-CN" if get_locale() == "zh" else "en",
    }
