"""What production does in the background."""

from __future__ import annotations

from addons.mrp_routing.services.silence import Silence, find_silences
from addons.mrp_routing.services.similar import index_changed
from core.events.notifications import notify
from core.i18n import Text, _
from core.kernel.manifest import Schedule
from core.web.format import datetime_text


def raise_alarms() -> None:
    """Tell whoever is responsible of pieces nobody touches and of work nobody ends, once each."""
    for silence in find_silences():
        people = [who for who in (silence.responsible_id, silence.owner_id) if who is not None][:1]
        notify(people, _text(silence), link=f"/m/mrp_routing/work-orders/{silence.order_id}", key=silence.key)


def _text(silence: Silence) -> Text:
    since = datetime_text(silence.since)
    if silence.kind == "silent":
        return _(
            "%(place)s lies at %(center)s untouched since %(since)s.",
            place=silence.title,
            center=silence.center,
            since=since,
        )
    return _(
        "%(who)s is at %(place)s since %(since)s. Was the end forgotten?",
        who=silence.who,
        place=silence.title,
        since=since,
    )


def index_routings() -> None:
    """Let imported routings, and those whose parts have changed, be found by what the parts are."""
    while index_changed():
        pass


SCHEDULES = (
    Schedule(
        key="mrp_routing.index_routings",
        job=index_routings,
        title=_("Index routings by what their parts are"),
        every_minutes=30,
    ),
    Schedule(
        key="mrp_routing.raise_alarms",
        job=raise_alarms,
        title=_("Look for silent and forgotten work"),
        every_minutes=10,
    ),
)
