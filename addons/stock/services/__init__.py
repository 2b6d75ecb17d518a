"""The verbs of stock that other addons call. They flush and never commit.

They are consequences of a document whose own right was checked; each needs somebody acting. All are set-based:
a batch costs the same number of statements however many lines it has.
"""

from addons.stock.services.issuing import issue
from addons.stock.services.ledger import Cause, Movement, move, receive
from addons.stock.services.places import find_default_location, find_virtual, install_places, is_internal
from addons.stock.services.questions import Difference, OnHand, count_reserved, has_moved, on_hand, reconcile
from addons.stock.services.receipts import (
    ReceiptDraft,
    count_received,
    find_receipt_sources,
    post_receipt,
    propose_receipts,
)
from addons.stock.services.reserving import Need, release_reservation, reserve

__all__ = [
    "Cause",
    "Difference",
    "Movement",
    "Need",
    "OnHand",
    "ReceiptDraft",
    "count_received",
    "count_reserved",
    "find_default_location",
    "find_receipt_sources",
    "find_virtual",
    "has_moved",
    "install_places",
    "is_internal",
    "issue",
    "move",
    "on_hand",
    "post_receipt",
    "propose_receipts",
    "receive",
    "reconcile",
    "release_reservation",
    "reserve",
]
