"""Every route says who may use it; one that does not is never served, and fails the tests.

@bp.get("/board")
@requires("mrp_routing.work_order.read")
def board() -> str: ...
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from flask import current_app, request

from core.actor import maybe_actor
from core.errors import NotFound, NotSignedIn
from core.i18n import _
from core.kernel.registry import current_registry
from core.kernel.switch import is_enabled

View = TypeVar("View", bound=Callable[..., Any])
MARK = "__qingmes_access__"


@dataclass(frozen=True)
class Access:
    """Who may use a route: `public` anybody, `signed_in` any user, `permission` its holders, `model` the
    holders of `<addon>.<noun>.<what>` for the model its address names."""

    kind: Literal["public", "signed_in", "permission", "model"]
    what: str = ""


def _mark(access: Access) -> Callable[[View], View]:
    def mark(view: View) -> View:
        setattr(view, MARK, access)
        return view

    return mark


def public(view: View) -> View:
    """Open to anybody: signing in, health, assets. Each is listed in a test."""
    return _mark(Access("public"))(view)


def signed_in(view: View) -> View:
    """Open to everyone who is signed in: one's own things, and pages that check each record themselves."""
    return _mark(Access("signed_in"))(view)


def requires(permission: str) -> Callable[[View], View]:
    """Open to holders of a permission."""
    return _mark(Access("permission", permission))


def requires_on_model(verb: str) -> Callable[[View], View]:
    """Open to holders of `verb` on the model that `<addon>/<resource>` in the address names."""
    return _mark(Access("model", verb))


def access_of(view: Any) -> Access | None:
    """What a view function declares, or None."""
    return getattr(view, MARK, None)


def check_access() -> None:
    """Before each request: the addon is enabled, and the actor holds what the route asks for.

    Raises `NotFound`, `NotSignedIn` or `Forbidden`.
    """
    if request.endpoint is None:
        return
    access = access_of(current_app.view_functions[request.endpoint])
    if access is None:
        raise NotFound(_("This page is not open to anybody: its route declares no permission."))
    if access.kind == "public":
        return
    actor = maybe_actor()
    if actor is None:
        raise NotSignedIn(_("Please sign in."))
    _check_enabled()
    if access.kind == "permission":
        actor.require(access.what)
    if access.kind == "model":
        arguments = request.view_args or {}
        spec = current_registry().at(arguments["addon"], arguments["resource"])
        actor.require(spec.permission(access.what))


def _check_enabled() -> None:
    addon = (request.view_args or {}).get("addon") or request.blueprint
    if addon in current_registry().addons and not is_enabled(addon):
        raise NotFound(_("There is no page at this address."))
