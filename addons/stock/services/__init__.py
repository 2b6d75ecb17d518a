"""The verbs of stock that other addons call. They flush and never commit.

They are consequences of a document whose own right was checked; each needs somebody acting. All are set-based:
a batch costs the same number of statements however many lines it has.
"""

from addons.stock.services.documents import (
    post_adjustment,
    post_issue,
    post_lot_change,
    post_scrap,
    post_transfer,
    take_back,
)
from addons.stock.services.examining import examine
from addons.stock.services.issuing import issue
from addons.stock.services.ledger import Cause, Movement, move, receive, reverse
from addons.stock.services.lots import NewLot, Origin, hold_lot, make_lots, note_origins, release_lot
from addons.stock.services.periods import close_period, closed_until, reopen_period
from addons.stock.services.places import (
    find_default_location,
    find_virtual,
    follow_location,
    install_places,
    is_in_use,
    is_internal,
)
from addons.stock.services.projects import find_projects, make_projects
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
    "NewLot",
    "OnHand",
    "Origin",
    "ReceiptDraft",
    "close_period",
    "closed_until",
    "count_received",
    "count_reserved",
    "examine",
    "find_default_location",
    "find_projects",
    "find_receipt_sources",
    "find_virtual",
    "follow_location",
    "has_moved",
    "hold_lot",
    "install_places",
    "is_in_use",
    "is_internal",
    "issue",
    "make_lots",
    "make_projects",
    "move",
    "note_origins",
    "on_hand",
    "post_adjustment",
    "post_issue",
    "post_lot_change",
    "post_receipt",
    "post_scrap",
    "post_transfer",
    "propose_receipts",
    "receive",
    "reconcile",
    "release_lot",
    "release_reservation",
    "reopen_period",
    "reserve",
    "reverse",
    "take_back",
]
