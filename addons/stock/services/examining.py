"""The ledger's answer to the doctor: every difference between what the books say and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from addons.masterdata.models import Item
from addons.stock.models import Location
from addons.stock.services.questions import Difference, reconcile
from core.db import db
from core.i18n import _
from core.kernel.health import Finding
from core.web.format import number_text

MOST_NAMED = 20
SENTENCES = {
    "on_hand": _("%(item)s in %(place)s: the balance is %(by)s more than its moves."),
    "reserved": _("%(item)s in %(place)s: %(by)s more is reserved than the open reservations say."),
    "quantity": _("%(item)s: the quantity that is valued is %(by)s more than its moves."),
    "value": _("%(item)s: the value is %(by)s more than that of its moves."),
}


def examine() -> list[Finding]:
    """One finding for each difference, at most `MOST_NAMED` of them, or one that all is in order."""
    title, differences = _("Stock ledger"), reconcile()
    if not differences:
        return [Finding(key="stock.ledger", title=title, level="ok", sentence=_("in order"))]
    remedy = _("Find out who wrote to the database by hand. Count the item, then post an adjustment.")
    return [
        Finding(key="stock.ledger", title=title, level="error", sentence=sentence, remedy=remedy)
        for sentence in _sentences(differences[:MOST_NAMED])
    ]


def _sentences(differences: Sequence[Difference]) -> list[str]:
    items = dict(
        db.session.execute(select(Item.id, Item.code).where(Item.id.in_({d.item_id for d in differences}))).all()
    )
    places = {d.key.location_id for d in differences if d.key}
    codes = dict(db.session.execute(select(Location.id, Location.code).where(Location.id.in_(places))).all())
    return [
        str(SENTENCES[d.kind])
        % {
            "item": items.get(d.item_id, d.item_id),
            "place": codes.get(d.key.location_id, "") if d.key else "",
            "by": number_text(d.by),
        }
        for d in differences
    ]
