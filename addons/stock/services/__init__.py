"""The verbs of stock that other addons call. They flush and never commit.

They are consequences of a document whose own right was checked; each needs somebody acting. All are set-based:
a batch costs the same number of statements however many lines it has.
"""

from addons.stock.services.counting import (
    begin_count,
    count_goods,
    end_count,
    end_place,
    find_lines,
    find_place,
    find_places,
    lock_stocktake,
    missing_in,
    post_stocktake,
    recount,
    thaw,
)
from addons.stock.services.documents import (
    post_adjustment,
    post_issue,
    post_lot_change,
    post_scrap,
    post_transfer,
    take_back,
)
from addons.stock.services.examining import examine
from addons.stock.services.expecting import Expected, count_expected, drafted, find_expected
from addons.stock.services.issuing import issue
from addons.stock.services.ledger import Cause, Movement, move, receive, reverse
from addons.stock.services.location_map import Bin, find_map
from addons.stock.services.lots import NewLot, Origin, hold_lot, make_lots, note_origins, release_lot
from addons.stock.services.parting import Handled, lock_draft, post_part
from addons.stock.services.people import find_person, name_of
from addons.stock.services.periods import close_period, closed_until, reopen_period
from addons.stock.services.picking import (
    Pick,
    PickStep,
    allow_extra,
    cancel_pick_list,
    find_short,
    finish_pick_list,
    lock_pick_list,
    note_returned,
    pick,
    pick_everything,
    promise,
    propose_walk,
    propose_walks,
    release_pick_list,
)
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
    take_back_receipt,
)
from addons.stock.services.reserving import Need, release_reservation, reserve
from addons.stock.services.rules import Rule, rules_of_categories, rules_of_items
from addons.stock.services.tools import bring_back, extend, find_loan, follow_calibration, lend
from addons.stock.services.tracing import Traced, find_departures, find_whereabouts, trace

__all__ = [
    "Bin",
    "Cause",
    "Difference",
    "Expected",
    "Handled",
    "Movement",
    "Need",
    "NewLot",
    "OnHand",
    "Origin",
    "Pick",
    "PickStep",
    "ReceiptDraft",
    "Rule",
    "Traced",
    "allow_extra",
    "begin_count",
    "bring_back",
    "cancel_pick_list",
    "close_period",
    "closed_until",
    "count_expected",
    "count_goods",
    "count_received",
    "count_reserved",
    "drafted",
    "end_count",
    "end_place",
    "examine",
    "extend",
    "find_default_location",
    "find_departures",
    "find_expected",
    "find_lines",
    "find_loan",
    "find_map",
    "find_person",
    "find_place",
    "find_places",
    "find_projects",
    "find_receipt_sources",
    "find_short",
    "find_virtual",
    "find_whereabouts",
    "finish_pick_list",
    "follow_calibration",
    "follow_location",
    "has_moved",
    "hold_lot",
    "install_places",
    "is_in_use",
    "is_internal",
    "issue",
    "lend",
    "lock_draft",
    "lock_pick_list",
    "lock_stocktake",
    "make_lots",
    "make_projects",
    "missing_in",
    "move",
    "name_of",
    "note_origins",
    "note_returned",
    "on_hand",
    "pick",
    "pick_everything",
    "post_adjustment",
    "post_issue",
    "post_lot_change",
    "post_part",
    "post_receipt",
    "post_scrap",
    "post_stocktake",
    "post_transfer",
    "promise",
    "propose_receipts",
    "propose_walk",
    "propose_walks",
    "receive",
    "reconcile",
    "recount",
    "release_lot",
    "release_pick_list",
    "release_reservation",
    "reopen_period",
    "reserve",
    "reverse",
    "rules_of_categories",
    "rules_of_items",
    "take_back",
    "take_back_receipt",
    "thaw",
    "trace",
]
