"""Pages that fail."""

from __future__ import annotations

from addons.leaky.jobs import fetch
from flask import Blueprint, request

from core.actor import current_actor
from core.events import defer
from core.events.notifications import notify
from core.web.access import signed_in

blueprint = Blueprint("leaky", __name__)


@blueprint.post("/boom/<path:what>")
@signed_in
def boom(what: str) -> str:
    """A fault of ours, with secrets in form, query and headers."""
    password = request.form["password"]
    raise RuntimeError(f"broken, {len(password)} characters")


@blueprint.post("/tell")
@signed_in
def tell() -> str:
    """A mail that cannot be sent, and a job that fails with an address."""
    notify([current_actor().user_id or 0], "Something happened.")
    defer(fetch, address=request.form["address"])
    return "told"
