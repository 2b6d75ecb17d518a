"""Telling people what happened to the items and partners they look after."""

from __future__ import annotations

from addons.masterdata.models import Item, Partner
from core.db import db, get_or_none
from core.events.notifications import notify
from core.i18n import _


def tell_maker_of_release(item_id: int, *, released_by: int | None) -> None:
    """Tell the user who added an item that it may be used. Flushes; nothing when it is gone or he did it himself."""
    item = db.session.get(Item, item_id)
    if item is None or item.created_by_id is None or item.created_by_id == released_by:
        return
    text = _("Item %(code)s %(name)s, which you added, was released for use.", code=item.code, name=item.name)
    notify([item.created_by_id], text, link=f"/m/masterdata/items/{item.id}")


def tell_owner_of_block(partner_id: int, *, blocked_by: int | None) -> None:
    """Tell a partner's owner that it was blocked, and why. Flushes; nothing when it is gone or he did it himself."""
    partner = get_or_none(Partner, partner_id)
    if partner is None or partner.owner_id is None or partner.owner_id == blocked_by:
        return
    text = _(
        "Partner %(name)s was blocked: %(reason)s.",
        name=partner.name,
        reason=partner.block_reason or _("no reason given"),
    )
    notify([partner.owner_id], text, link=f"/m/masterdata/partners/{partner.id}")
