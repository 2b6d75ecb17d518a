"""The verbs of mrp_routing that other addons call. They flush and never commit."""

from addons.mrp_routing.services.availability import Place, available, count_wip, get_place, lock_place, remaining
from addons.mrp_routing.services.booking import Made
from addons.mrp_routing.services.codes import Code, make_code, parse_codes
from addons.mrp_routing.services.corrections import (
    Interval,
    back_enter,
    correct_quantity,
    correct_time,
    dismiss,
    settle,
)
from addons.mrp_routing.services.examining import examine, reconcile
from addons.mrp_routing.services.labour import Share, find_shares
from addons.mrp_routing.services.messages import Answer, Scan
from addons.mrp_routing.services.orders import (
    OrderDraft,
    cancel_untouched,
    complete,
    count_made,
    find_made_under_lock,
    make_work_orders,
    release,
)
from addons.mrp_routing.services.reporting import Amounts, Report, report_work
from addons.mrp_routing.services.routings import approve, find_makeable, next_revision
from addons.mrp_routing.services.scans import take_scans
from addons.mrp_routing.services.terminal import Named, Seen, find_reasons, look
from addons.mrp_routing.services.tickets import merge, split

__all__ = [
    "Amounts",
    "Answer",
    "Code",
    "Interval",
    "Made",
    "Named",
    "OrderDraft",
    "Place",
    "Report",
    "Scan",
    "Seen",
    "Share",
    "approve",
    "available",
    "back_enter",
    "cancel_untouched",
    "complete",
    "correct_quantity",
    "correct_time",
    "count_made",
    "count_wip",
    "dismiss",
    "examine",
    "find_made_under_lock",
    "find_makeable",
    "find_reasons",
    "find_shares",
    "get_place",
    "lock_place",
    "look",
    "make_code",
    "make_work_orders",
    "merge",
    "next_revision",
    "parse_codes",
    "reconcile",
    "release",
    "remaining",
    "report_work",
    "settle",
    "split",
    "take_scans",
]
