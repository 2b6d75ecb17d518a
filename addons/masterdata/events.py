"""What masterdata tells others, and whom it tells itself. Handlers run after commit."""

from __future__ import annotations

from dataclasses import dataclass

from core.kernel.manifest import Subscription


@dataclass(frozen=True)
class ItemReleased:
    """An item may be used from now on: released for the first time, or again after it was retired.

    `user_id` released it; None is the system.
    """

    item_id: int
    code: str
    user_id: int | None


@dataclass(frozen=True)
class PartnerBlocked:
    """Nothing new is to be sold to, or bought from, this partner. `user_id` blocked it; None is the system."""

    partner_id: int
    code: str
    reason: str
    user_id: int | None


def tell_maker(event: ItemReleased) -> None:
    """Tell whoever added the item, unless he released it himself."""
    from addons.masterdata import services

    services.tell_maker_of_release(event.item_id, released_by=event.user_id)


def tell_owner(event: PartnerBlocked) -> None:
    """Tell whoever looks after the partner, unless he blocked it himself."""
    from addons.masterdata import services

    services.tell_owner_of_block(event.partner_id, blocked_by=event.user_id)


SUBSCRIPTIONS = (
    Subscription(event=ItemReleased, handler=tell_maker),
    Subscription(event=PartnerBlocked, handler=tell_owner),
)
