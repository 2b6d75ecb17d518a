"""The keeper's scan pages."""

from __future__ import annotations

import uuid

from flask import Blueprint, render_template, request

from addons.stock.models import CONDITIONS
from addons.stock.scanning.codes import QUANTITY
from addons.stock.scanning.flow import Screen, Task, advance, new_event
from addons.stock.scanning.tasks import find_task, offered
from addons.stock.services import find_map
from core.actor import current_actor
from core.errors import ValidationError
from core.i18n import _
from core.web.access import requires
from core.web.errors import wants_fragment

blueprint = Blueprint("stock", __name__)
SCAN = "stock.balance.scan"
KEPT = "kept."
ENTER = "*OK"  # the printed code for Enter alone
QUANTITIES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 200, 500, 1000)


@blueprint.get("/scan")
@requires(SCAN)
def scan() -> str:
    """What a keeper can do with a gun."""
    return render_template("stock/scan_tasks.html", tasks=offered(current_actor()))


@blueprint.get("/scan/<name>")
@requires(SCAN)
def scan_task(name: str) -> str:
    """The page of one task, waiting for the first scan."""
    task = _task(name)
    return _page(task, Screen(task.take({}, ""), new_event()))


@blueprint.post("/scan/<name>")
@requires(SCAN)
def scan_step(name: str) -> str:
    """One more scan."""
    task, form = _task(name), request.form
    kept = {key.removeprefix(KEPT): value for key, value in form.items() if key.startswith(KEPT)}
    code = form.get("code", "").strip()
    if code.upper() == ENTER:
        code = form.get("preset", "").strip()
    return _page(task, advance(task, _event_id(form.get("event_id", "")), kept, code))


@blueprint.get("/codes")
@requires(SCAN)
def codes() -> str:
    """A sheet to print: Enter, quantities and conditions as codes, for a gun without keys."""
    quantities = [f"{QUANTITY}{n}" for n in QUANTITIES]
    conditions = [(title, number) for number, title in enumerate(CONDITIONS.values(), 1)]
    return render_template("stock/codes.html", enter=ENTER, quantities=quantities, conditions=conditions)


@blueprint.get("/map")
@requires("stock.balance.read")
def plan() -> str:
    """Every location by its warehouse and code, with what is in it."""
    return render_template("stock/map.html", warehouses=find_map())


def _task(name: str) -> Task:
    task = find_task(name)
    current_actor().require(task.permission)
    return task


def _page(task: Task, screen: Screen) -> str:
    template = "stock/scan_panel.html" if wants_fragment() else "stock/scan.html"
    return render_template(template, task=task, screen=screen)


def _event_id(text: str) -> str:
    try:
        return str(uuid.UUID(text))
    except ValueError:
        raise ValidationError(_("Load the page again, then scan.")) from None
