"""A request with two effects and an event, and some time between them."""

from __future__ import annotations

import time

from addons.tally.events import Counted
from addons.tally.models import Mark
from flask import Blueprint

from core.db.session import db
from core.events import publish
from core.web.access import signed_in

blueprint = Blueprint("tally", __name__)
PAUSE_SECONDS = 0.01


@blueprint.post("/take/<int:number>")
@signed_in
def take(number: int) -> str:
    """The first effect, the event, the second effect. Marks of requests have no delivery: theirs is -1."""
    for step in ("taken", "kept"):
        db.session.add(Mark(delivery_id=-1, step=f"{step} {number}"))
        db.session.flush()
        time.sleep(PAUSE_SECONDS)
        if step == "taken":
            publish(Counted(millis=0))
    return str(number)
