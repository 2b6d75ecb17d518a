"""The verbs of mrp_routing that other addons call. They flush and never commit."""

from addons.mrp_routing.services.availability import Place, available, count_wip, get_place, lock_place, remaining
from addons.mrp_routing.services.codes import Code, make_code, parse_codes
from addons.mrp_routing.services.orders import (
    OrderDraft,
    cancel_untouched,
    complete,
    count_made,
    find_made_under_lock,
    make_work_orders,
    release,
)
from addons.mrp_routing.services.reporting import Report, finish_operation, start_operation
from addons.mrp_routing.services.routings import approve, find_makeable, next_revision
from addons.mrp_routing.services.scans import Answer, Scan, take_scans
from addons.mrp_routing.services.terminal import Screen, Step, advance

__all__ = [
    "Answer",
    "Code",
    "OrderDraft",
    "Place",
    "Report",
    "Scan",
    "Screen",
    "Step",
    "advance",
    "approve",
    "available",
    "cancel_untouched",
    "complete",
    "count_made",
    "count_wip",
    "find_made_under_lock",
    "find_makeable",
    "finish_operation",
    "get_place",
    "lock_place",
    "make_code",
    "make_work_orders",
    "next_revision",
    "parse_codes",
    "release",
    "remaining",
    "start_operation",
    "take_scans",
]
